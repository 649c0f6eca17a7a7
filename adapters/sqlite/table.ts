import type { DatabaseSync } from "node:sqlite";
import type { Column } from "./columns.ts";
import { quoted } from "./database.ts";

/**
 * Makes sure of a table with these columns: creates it, or finds it fit.
 *
 * @param key Columns of the key; none: rows are only added.
 * @throws When there is a table that lacks columns, or has no such key.
 */
export function prepareTable(
  db: DatabaseSync,
  table: string,
  columns: readonly Column[],
  key: readonly Column[],
): void {
  const there = db.prepare(`SELECT name FROM pragma_table_info(?)`).all(table);
  if (there.length === 0) {
    db.exec(createSql(table, columns, key));
    return;
  }
  const names = new Set(there.map(({ name }) => folded(String(name))));
  const missing = columns.filter(({ name }) => !names.has(folded(name))).map(({ name }) => `"${name}"`);
  if (missing.length > 0) {
    throw new TypeError(`the table there must have a column for every field, it lacks ${missing.join(", ")}`);
  }
  if (key.length > 0 && !hasKey(db, table, key)) {
    const names = key.map(({ name }) => `"${name}"`).join(", ");
    throw new TypeError(
      `the table there must have the key (${names}), no primary key or unique index is on these`,
    );
  }
}

/** The statement that writes one row: adds it, or where its key is there replaces what it has columns for. */
export function writeSql(table: string, columns: readonly Column[], key: readonly Column[]): string {
  const names = columns.map(({ name }) => quoted(name)).join(", ");
  const insert = `INSERT INTO ${quoted(table)} (${names}) VALUES (${columns.map(() => "?").join(", ")})`;
  if (key.length === 0) return insert;
  const sets = columns.filter((column) => !key.includes(column)).map(({ name }) => quoted(name));
  const update =
    sets.length === 0
      ? "NOTHING"
      : `UPDATE SET ${sets.map((name) => `${name} = excluded.${name}`).join(", ")}`;
  return `${insert} ON CONFLICT (${key.map(({ name }) => quoted(name)).join(", ")}) DO ${update}`;
}

function createSql(table: string, columns: readonly Column[], key: readonly Column[]): string {
  const parts = columns.map(({ name, type }) => `${quoted(name)} ${type}`);
  if (key.length === 0) return `CREATE TABLE ${quoted(table)} (${parts.join(", ")})`;
  parts.push(`PRIMARY KEY (${key.map(({ name }) => quoted(name)).join(", ")})`);
  // Rows lie in the order of their key: half the writing of a table with an index beside it.
  return `CREATE TABLE ${quoted(table)} (${parts.join(", ")}) WITHOUT ROWID`;
}

function hasKey(db: DatabaseSync, table: string, key: readonly Column[]): boolean {
  const wanted = key
    .map(({ name }) => folded(name))
    .sort()
    .join("\n");
  const primary = db.prepare("SELECT name FROM pragma_table_info(?) WHERE pk > 0").all(table);
  const sets = [primary];
  for (const { name } of db
    .prepare(`SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial`)
    .all(table)) {
    sets.push(db.prepare("SELECT name FROM pragma_index_info(?)").all(String(name)));
  }
  return sets.some(
    (set) =>
      set
        .map(({ name }) => folded(String(name)))
        .sort()
        .join("\n") === wanted,
  );
}

/** SQLite's names are the same in any case, for ASCII letters. */
function folded(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
