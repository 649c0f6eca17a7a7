import type { ColumnType } from "../../core/mod.ts";

/** Types that a column can be given. */
export type SqliteType = "INTEGER" | "REAL" | "TEXT" | "NUMERIC" | "BLOB";

/** A column of a table and the field that it holds. */
export interface Column {
  /** The field's path joined by `_`: `window_start`. */
  readonly name: string;
  /** The field's path joined by `.`: `window.start`. */
  readonly path: string;
  readonly type: SqliteType;
}

/** A place in a row: a column's number, or the names of an object that is spread over columns. */
type Place = number | Places;
export interface Places {
  readonly places: ReadonlyMap<string, Place>;
}

/** The columns of a table, and how to find them in a row. */
export interface Columns {
  readonly list: readonly Column[];
  readonly root: Places;
}

/** Objects nested deeper are kept as JSON. */
const MOST_DEPTH = 4;

const TYPES: Readonly<Record<NonNullable<ColumnType>, SqliteType>> = {
  integer: "INTEGER",
  number: "REAL",
  string: "TEXT",
  boolean: "INTEGER",
  json: "TEXT",
};

interface Leaf {
  readonly path: readonly string[];
  /** First value that is not missing. */
  value: unknown;
}

/**
 * Makes columns from rows, in the order of their fields; then what is known or named beyond those.
 *
 * @param rows The first batch.
 * @param known What the stream says of its fields, by path.
 * @param named What the user says, by path or column name.
 * @throws {TypeError} When two fields would be one column, or there is none.
 */
export function columnsOf(
  rows: readonly object[],
  known: ReadonlyMap<string, ColumnType>,
  named: Readonly<Record<string, SqliteType>>,
): Columns {
  const leaves = new Map<string, Leaf>();
  const inside = new Set<string>();
  const walk = (value: unknown, path: readonly string[]): void => {
    const joined = path.join(".");
    const spread = isPlain(value) && path.length < MOST_DEPTH && typeOf(named, path) === undefined;
    if (spread) {
      inside.add(joined);
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name]);
      return;
    }
    const leaf = leaves.get(joined);
    if (leaf === undefined) leaves.set(joined, { path, value });
    else leaf.value ??= value;
  };
  for (const row of rows) for (const [name, value] of Object.entries(row)) walk(value, [name]);
  for (const path of known.keys())
    for (let at = path.indexOf("."); at > 0; at = path.indexOf(".", at + 1)) inside.add(path.slice(0, at));
  for (const path of known.keys()) if (!leaves.has(path)) walk(undefined, path.split("."));
  const columns = new Set([...leaves.values()].map(({ path }) => path.join("_")));
  for (const path of Object.keys(named))
    if (!leaves.has(path) && !columns.has(path)) walk(undefined, path.split("."));
  // An object is no column beside its fields, also where it is missing in some rows.
  const list = [...leaves]
    .filter(([path]) => !inside.has(path))
    .map(([path, leaf]) => ({
      name: leaf.path.join("_"),
      path,
      type: typeOf(named, leaf.path) ?? typeKnown(known.get(path)) ?? typeFor(leaf.value),
    }));
  checkNames(list);
  return { list, root: placesOf(list.map(({ path }) => leaves.get(path)?.path ?? [])) };
}

/** Whether a value's fields become columns. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function typeOf(
  named: Readonly<Record<string, SqliteType>>,
  path: readonly string[],
): SqliteType | undefined {
  return named[path.join(".")] ?? named[path.join("_")];
}

function typeKnown(type: ColumnType): SqliteType | undefined {
  return type === undefined ? undefined : TYPES[type];
}

function typeFor(value: unknown): SqliteType {
  if (typeof value === "number") return "NUMERIC";
  if (typeof value === "bigint" || typeof value === "boolean") return "INTEGER";
  // BLOB is SQLite's "as it comes": nothing is known, so nothing may be converted.
  if (value === undefined || value === null || value instanceof Uint8Array) return "BLOB";
  return "TEXT";
}

function checkNames(list: readonly Column[]): void {
  if (list.length === 0) throw new TypeError("a row must have one field or more, got none");
  const seen = new Map<string, string>();
  for (const { name, path } of list) {
    // SQLite's names are the same in any case, for ASCII letters.
    const folded = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    const other = seen.get(folded);
    if (other !== undefined) {
      throw new TypeError(
        `every field must have a column of its own, "${other}" and "${path}" would both be "${name}"`,
      );
    }
    seen.set(folded, path);
  }
}

function placesOf(paths: readonly (readonly string[])[]): Places {
  const root = new Map<string, Place>();
  for (const [column, path] of paths.entries()) {
    let level = root;
    for (const name of path.slice(0, -1)) {
      const inner = level.get(name);
      const places =
        typeof inner === "object" ? (inner.places as Map<string, Place>) : new Map<string, Place>();
      level.set(name, { places });
      level = places;
    }
    level.set(path.at(-1) ?? "", column);
  }
  return { places: root };
}
