/**
 * Tables of SQLite files as sinks of rows, on the runtimes' own `node:sqlite`.
 *
 * @example The results of a job
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { DatabaseSync } from "node:sqlite";
 * import { from, map, pipe, run, to } from "millrace";
 * import { sqliteTable } from "millrace/sqlite";
 *
 * const folder = mkdtempSync(join(tmpdir(), "millrace-"));
 * const file = join(folder, "out.db");
 * await run(pipe(from([1, 2, 3]), map((n) => ({ n, square: n * n })), to(sqliteTable(file, "squares")))).done;
 *
 * const db = new DatabaseSync(file);
 * assert.equal(db.prepare("SELECT sum(square) AS sum FROM squares").get()?.sum, 14);
 * db.close();
 * rmSync(folder, { recursive: true });
 * ```
 *
 * @module
 */
export type { SqliteType } from "./columns.ts";
export { type SqliteTableOptions, sqliteTable } from "./sqlite-table.ts";
