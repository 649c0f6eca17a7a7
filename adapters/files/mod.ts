/**
 * Files as sources and sinks of bytes.
 *
 * @example Read, filter, write
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { type } from "arktype";
 * import { filter, from, ndjson, pipe, run, to } from "millrace";
 * import { readFiles, writeFile } from "millrace/files";
 *
 * const folder = mkdtempSync(join(tmpdir(), "millrace-"));
 * writeFileSync(join(folder, "in.ndjson"), '{"n":1}\n{"n":2}\n');
 *
 * const numbers = from(readFiles(join(folder, "*.ndjson")), ndjson(type({ n: "number" })));
 * const job = pipe(numbers, filter(({ n }) => n > 1), to(writeFile(join(folder, "out.ndjson")), ndjson()));
 * await run(job).done;
 *
 * assert.equal(readFileSync(join(folder, "out.ndjson"), "utf8"), '{"n":2}\n');
 * rmSync(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { type FileSource, type ReadFilesOptions, readFiles } from "./read-files.ts";
export { type WriteFileOptions, writeFile } from "./write-file.ts";
