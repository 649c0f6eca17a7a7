import { configure } from "arktype/config";

// Millrace compiles the checks itself: arktype's own validators, which it makes when a type is defined, are 11 MiB that
// nobody calls. Must be loaded before arktype is.
configure({ jitless: true });
