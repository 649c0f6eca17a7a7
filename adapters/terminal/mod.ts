/**
 * Jobs as command-line programs: signals, exit codes, progress.
 *
 * @example A program
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtempSync, readFileSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { from, ndjson, pipe, to } from "millrace";
 * import { writeFile } from "millrace/files";
 * import { main } from "millrace/terminal";
 *
 * const folder = mkdtempSync(join(tmpdir(), "millrace-"));
 * const report = await main(pipe(from([{ n: 1 }]), to(writeFile(join(folder, "out.ndjson")), ndjson())));
 * assert.equal(report?.rowsOut, 1);
 * assert.equal(readFileSync(join(folder, "out.ndjson"), "utf8"), '{"n":1}\n');
 * rmSync(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { type MainOptions, main, UsageError } from "./main.ts";
export { peakRss_bytes } from "./peak-rss.ts";
