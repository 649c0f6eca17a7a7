// `npm start`, `deno task start`, `bun run start`: install if needed, then run the main example with our arguments.
import { become, ensureInstalled, root, runner } from "./install.mjs";

ensureInstalled();
const [command, args] = runner();
become(command, [...args, `${root}examples/event-pipeline/main.ts`, ...process.argv.slice(2)]);
