import { type Columns, isPlain, type Places } from "./columns.ts";

/** What SQLite stores. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

/**
 * Makes a function that puts a row's values in the order of the columns.
 *
 * The array that it returns is the same for every row. A missing field is NULL.
 *
 * @param notNull Numbers of the columns in which there must be a value.
 */
export function valuesOf(columns: Columns, notNull: readonly number[]): (row: object) => SqliteValue[] {
  const values = new Array<SqliteValue>(columns.list.length).fill(null);
  const pathOf = (column: number) => columns.list[column]?.path ?? "";

  const put = (from: object, { places }: Places, prefix: string): void => {
    const record = from as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(record)) {
      const value = record[name];
      const place = places.get(name);
      if (typeof place === "number") {
        values[place] = stored(value, pathOf(place));
      } else if (value === undefined || value === null) {
        // Nothing there, so no column is missed.
      } else if (place === undefined) {
        throw new TypeError(`field "${prefix}${name}" must have a column, the table's are ${names(columns)}`);
      } else if (isPlain(value)) {
        put(value, place, `${prefix}${name}.`);
      } else {
        throw new TypeError(
          `field "${prefix}${name}" must be an object, as in the rows before, got ${kindOf(value)}`,
        );
      }
    }
  };

  return (row) => {
    values.fill(null);
    put(row, columns.root, "");
    for (const column of notNull) {
      if (values[column] === null)
        throw new TypeError(`key field "${pathOf(column)}" must have a value, got none`);
    }
    return values;
  };
}

function names({ list }: Columns): string {
  return list.map(({ path }) => `"${path}"`).join(", ");
}

function kindOf(value: unknown): string {
  return typeof value === "object" && value !== null
    ? `a ${value.constructor?.name ?? "object"}`
    : `a ${typeof value}`;
}

const MOST = 2n ** 63n;

function stored(value: unknown, path: string): SqliteValue {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      // SQLite itself would make NULL of it; said here so that a key sees it.
      return Number.isNaN(value) ? null : value;
    case "boolean":
      return value ? 1 : 0;
    case "undefined":
      return null;
    case "bigint":
      if (value >= -MOST && value < MOST) return value;
      throw new RangeError(`field "${path}" must be an integer of 64 bits, got ${value}`);
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
      if (value instanceof Date) return value.toISOString();
      if (Array.isArray(value) || isPlain(value)) return JSON.stringify(value);
  }
  throw new TypeError(`field "${path}" must be something that SQLite or JSON can hold, got ${kindOf(value)}`);
}
