import type { StatementSync } from "node:sqlite";
import type { Sink, SinkContext, SinkWriter } from "../../core/mod.ts";
import { type Column, columnsOf, type SqliteType } from "./columns.ts";
import { type Database, openDatabase, quoted } from "./database.ts";
import { prepareTable, writeSql } from "./table.ts";
import { type SqliteValue, valuesOf } from "./values.ts";

/** What {@link sqliteTable} may be told. */
export interface SqliteTableOptions {
  /**
   * Fields that identify a row, as paths (`"window.start"`) or columns (`"window_start"`): a row whose key is there
   * replaces the one there. Default: the stream's natural key, which a window's results have; `[]`: rows are added.
   */
  readonly key?: readonly string[];
  /** Types of columns, by path or column; an object named here is kept as JSON. Default: see there. */
  readonly columns?: Readonly<Record<string, SqliteType>>;
  /**
   * `"normal"`: a transaction survives the process at once, and a loss of power from the next flush on.
   * `"full"`: a loss of power too, at once; each costs a write to the disk that the loop waits for.
   * Default: `"normal"`.
   */
  readonly sync?: "normal" | "full";
  /** Delete the rows that the table has before, in the first transaction. Default: false. */
  readonly replace?: boolean;
}

/**
 * Writes rows to a table of a SQLite file.
 *
 * One call of the run is one transaction, so that a process killed at any time leaves a database that opens, with the
 * rows up to the last one. The file is in WAL mode. When the run ends, well or not, and nobody else has it open, one
 * file is left.
 *
 * The table is made by the first rows: a column for every field, in their order, nested ones joined by `_`
 * (`window.start` → `window_start`; deeper than four, as JSON). Types are what the stream knows of its fields:
 * integers and booleans (0, 1) INTEGER, numbers REAL, strings TEXT; else they go by the first value: numbers NUMERIC,
 * bigints INTEGER, bytes BLOB, dates TEXT (ISO), arrays TEXT (JSON). A table that is there is used when it has the
 * columns and the key. A field that is missing, `undefined`, `null` or NaN is NULL, an infinite number is stored as
 * that; a key must have a value; a field that has no column is an error.
 *
 * Rows are read during `write` only. SQLite's cache (2 MiB) and log (4 MiB as a rule) are its own. Writing holds the
 * loop: about 2 µs a row, and up to 5 s when another process is in the middle of a transaction.
 *
 * @typeParam Row Rows that are taken. Default: whatever the stream has.
 * @param file Database file, made when it is not there. Its folder must exist.
 * @param table Name of the table.
 * @param options The key, columns' types, durability.
 * @throws {RangeError} When the table's name is empty.
 * @throws When the run starts: the file cannot be opened or is no database. While it writes: the rows do not fit the
 *   table, or what SQLite says. The transaction is then undone, those before stay.
 *
 * @example One row a key
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtempSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { DatabaseSync } from "node:sqlite";
 * import { from, pipe, run, to } from "millrace";
 * import { sqliteTable } from "millrace/sqlite";
 *
 * const folder = mkdtempSync(join(tmpdir(), "millrace-"));
 * const file = join(folder, "out.db");
 * const rows = [{ city: "Oslo", at: { lat: 59.9 } }, { city: "Rome", at: { lat: 41.9 } }, { city: "Oslo", at: { lat: 60 } }];
 * await run(pipe(from(rows), to(sqliteTable(file, "cities", { key: ["city"] })))).done;
 *
 * const db = new DatabaseSync(file);
 * assert.deepEqual(
 *   db.prepare("SELECT city, at_lat FROM cities").all().map((row) => ({ ...row })),
 *   [{ city: "Oslo", at_lat: 60 }, { city: "Rome", at_lat: 41.9 }],
 * );
 * db.close();
 * rmSync(folder, { recursive: true });
 * ```
 */
export function sqliteTable<Row extends object = never>(
  file: string,
  table: string,
  options: SqliteTableOptions = {},
): Sink<[Row] extends [never] ? object : Row> {
  if (table === "") throw new RangeError(`Cannot write to "${file}": the table must have a name, got ""`);
  return {
    name: `${file}:${table}`,
    open: async (context) => {
      const database = await openDatabase(file, options.sync ?? "normal").catch((cause: unknown) => {
        throw failure(file, table, cause);
      });
      return writer(file, table, options, context, database);
    },
  };
}

function failure(file: string, table: string, cause: unknown, progress = ""): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Cannot write to table "${table}" of "${file}": ${why}${progress}`, { cause });
}

interface Prepared {
  readonly statement: StatementSync;
  readonly values: (row: object) => SqliteValue[];
}

function writer(
  file: string,
  table: string,
  options: SqliteTableOptions,
  context: SinkContext,
  { db, transaction, flush, close }: Database,
): SinkWriter<object> {
  let prepared: Prepared | undefined;
  let written = 0;
  let flushed = 0;

  const prepare = (rows: readonly object[]): Prepared => {
    const columns = columnsOf(rows, context.columns, options.columns ?? {});
    const key = (options.key ?? context.key ?? []).map((name) => keyColumn(columns.list, name));
    prepareTable(db, table, columns.list, key);
    if (options.replace === true) db.exec(`DELETE FROM ${quoted(table)}`);
    return {
      statement: db.prepare(writeSql(table, columns.list, key)),
      values: valuesOf(
        columns,
        key.map((column) => columns.list.indexOf(column)),
      ),
    };
  };
  const told = async (work: () => void | Promise<void>) => {
    try {
      await work();
    } catch (cause) {
      throw failure(file, table, cause, ` (${written} rows written, ${flushed} of them flushed)`);
    }
  };
  const writeRows = (rows: readonly object[]) => {
    let ready: Prepared | undefined;
    transaction(() => {
      ready = prepared ?? prepare(rows);
      const { statement, values } = ready;
      for (const row of rows) statement.run(...values(row));
    });
    // Only now: a transaction that was undone has made no table.
    prepared = ready;
    written += rows.length;
  };
  return {
    write: (rows) =>
      told(() => {
        if (rows.length > 0) writeRows(rows);
      }),
    flush: () =>
      told(async () => {
        // Before the first transaction there is no log to flush.
        if (flushed === written) return;
        await flush();
        flushed = written;
      }),
    close: () =>
      told(async () => {
        // A stream without rows leaves an empty table, where its columns are known.
        if (prepared === undefined && context.columns.size > 0) writeRows([]);
        await close();
      }),
    abort: () => told(close),
  };
}

function keyColumn(columns: readonly Column[], name: string): Column {
  const column = columns.find((one) => one.path === name || one.name === name);
  if (column !== undefined) return column;
  const names = columns.map(({ path }) => `"${path}"`).join(", ");
  throw new TypeError(`the key must be fields of the rows, "${name}" is none of ${names}`);
}
