import type { Memory } from "../scan/scanner.ts";
import type { Layout } from "./layout.ts";

/** What is known of a field's values: enough for a table's column. `undefined`: nothing is known. */
export type ColumnType = "integer" | "number" | "string" | "boolean" | "json" | undefined;

/** Which row of the columns every view of one pass looks at. The loop moves it; views only read it. */
export interface Cursor {
  /** First word of the current row's header in the columns. */
  base: number;
  /** Moves with every row: a view made for an earlier row is stale (`verify`). */
  epoch: number;
}

/**
 * One field of a view: how to read it from the row under the cursor.
 *
 * A field with `code` comes from a dictionary: equal codes mean equal values for as long as the run lasts, so that
 * a pure function of the field may keep its results by code. Code 0 means that this value has none. Codes are an
 * optimisation of one pass and never enter state.
 */
export interface Field {
  readonly get: () => unknown;
  readonly type?: ColumnType;
  /** Cell whose bytes this value still is, untouched: the encoder copies them. */
  readonly cell?: number;
  /** Code of the value of the row under the cursor: 1 … 65,535, or 0. */
  readonly code?: () => number;
  /** Named fields inside this one, when it is an object. */
  readonly fields?: ReadonlyMap<string, Field>;
  /** The value can be missing: `own` leaves the name out when it reads `undefined`. */
  readonly optional?: boolean;
}

/** The record that a view was scanned from, for the encoder and the dead letter. */
export interface Origin {
  readonly layout: Layout;
  readonly memory: Memory;
  readonly cursor: Cursor;
  readonly syntax: "json" | "csv";
  /** Views are made anew for every row and throw when read after it. */
  readonly verify: boolean;
}

/** Rows are views over columns: one object, whose getters read the row under the cursor. */
export interface ViewShape {
  readonly kind: "view";
  readonly fields: ReadonlyMap<string, Field>;
  readonly origin: Origin;
  /** Whether fields of the record that the schema does not name are still part of the row. */
  readonly unnamed: boolean;
  /** Names of the record that must not be copied: left out, renamed or computed anew. */
  readonly gone: ReadonlySet<string>;
  /** Gives the view for the row under the cursor: always the same object, or under `verify` a new one a row. */
  readonly view: () => object;
  readonly key?: readonly string[];
}

/** Rows are ordinary values of the user's. */
export interface PlainShape {
  readonly kind: "plain";
  /** What is known of the fields, by name; nested ones as `"window.start"`. */
  readonly types?: ReadonlyMap<string, ColumnType>;
  /** Paths that identify a row: a window stream's `window.start` and `by`. */
  readonly key?: readonly string[];
}

/** What rows look like at one place of a pipeline. Made anew for every run. */
export type Shape = ViewShape | PlainShape;

/** Plain rows of which nothing is known. */
export const PLAIN: PlainShape = { kind: "plain" };

/**
 * Finds a field by its dotted path. A name that itself holds the dots wins over nesting.
 *
 * @returns `undefined` when no such field is named.
 */
export function fieldAt(fields: ReadonlyMap<string, Field>, path: string): Field | undefined {
  const whole = fields.get(path);
  if (whole !== undefined) return whole;
  for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1)) {
    const inner = fields.get(path.slice(0, dot))?.fields;
    const found = inner === undefined ? undefined : fieldAt(inner, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Reads a dotted path from a plain row. A name that itself holds the dots wins over nesting. */
export function readPath(path: string): (row: unknown) => unknown {
  const dot = path.indexOf(".");
  const whole = (row: unknown) => (row as Record<string, unknown> | null | undefined)?.[path];
  if (dot < 0) return whole;
  const inner = readPath(path.slice(dot + 1));
  const head = path.slice(0, dot);
  return (row) => whole(row) ?? inner((row as Record<string, unknown> | null | undefined)?.[head]);
}

/**
 * Makes a reader of one path: by its column when rows are views that name it, else from the row itself.
 *
 * @param path Dotted path, or a function of the row, which is called as it is.
 */
export function readerOf(shape: Shape, path: string | ((row: never) => unknown)): (row: unknown) => unknown {
  if (typeof path === "function") return path as (row: unknown) => unknown;
  const field = shape.kind === "view" ? fieldAt(shape.fields, path) : undefined;
  return field === undefined ? readPath(path) : field.get;
}

/** What is known of the values at a path. */
export function typeAt(shape: Shape, path: string): ColumnType {
  return shape.kind === "view" ? fieldAt(shape.fields, path)?.type : shape.types?.get(path);
}
