import type { StringSegments } from "../scan/kernel/string-segments.ts";
import type { Memory } from "../scan/scanner.ts";
import type { Chunk, CodeColumn, NumberColumn } from "./chunk.ts";
import { Kind, type OpenLayout } from "./layout.ts";

/** What is known of a field's values: enough for a table's column. `undefined`: nothing is known. */
export type ColumnType = "integer" | "number" | "string" | "boolean" | "json" | undefined;

/**
 * Which row of the columns every view of one pass looks at. The loop moves it; views only read it.
 *
 * @internal
 */
export interface Cursor {
  /** First word of the current row's header in the columns. */
  base: number;
  /** Another number for every row: a view made for an earlier one is stale (`verify`). */
  epoch: number;
  /** Where computed values of the row are counted from: twice its number in the chunk that was annotated. */
  readonly slots: { base: number };
  /**
   * Set while something is called for one row after the other of a chunk that does not keep the strings it reads: these
   * may be parts of larger ones.
   */
  chunk: Chunk | undefined;
}

/** A cursor before its first row. */
export function createCursor(): Cursor {
  return { base: 0, epoch: 0, slots: { base: 0 }, chunk: undefined };
}

/**
 * Where a value of the row under the cursor stands: a cell of its columns, or one that an operator computes into.
 * Reading a place is a few typed array loads in the reader's own loop; a getter is a call that no compiler inlines
 * once several fields go through the same line (4 against 12 ns on Node).
 *
 * @internal
 */
export interface Place {
  /** What the cell is counted from: the cursor, or its slots. */
  readonly from: { readonly base: number };
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  /** First word of the cell, from `from.base`. */
  readonly word: number;
}

/** The number that stands at a place; NaN when something else does. */
export function placedNumber({ from, u32, f64, word }: Place): number {
  const at = from.base + word;
  return (u32[at + 1] as number) >>> 24 === Kind.number ? (f64[(at + 2) >>> 1] as number) : Number.NaN;
}

/** The dictionary code of the string at a place. `resolve` is the field's `code`, asked once a row. */
export function placedCode({ from, u32, word }: Place, resolve: () => number): number {
  const known = u32[from.base + word + 2] as number;
  return known > 0 ? known - 1 : resolve();
}

/**
 * One field of a view: how to read it from the row under the cursor.
 *
 * A field with `code` comes from a dictionary: equal codes mean equal values for as long as the run lasts, so that
 * a pure function of the field may keep its results by code. Code 0 means that this value has none. Codes are an
 * optimisation of one pass and never enter state.
 *
 * @internal
 */
export interface Field {
  readonly get: () => unknown;
  readonly type?: ColumnType;
  /** Cell whose bytes this value still is, untouched: the encoder copies them. */
  readonly cell?: number;
  /** Code of the value of the row under the cursor: 1 … 65,535, or 0. */
  readonly code?: () => number;
  /** Where that code is found. Always there when `code` is. */
  readonly codePlace?: Place;
  /** The same for a chunk of rows. Always there when `code` is. */
  readonly codes?: CodeColumn;
  /** Where the value is found when it is a number. */
  readonly numberPlace?: Place;
  /** The same for a chunk of rows. */
  readonly numbers?: NumberColumn;
  /** By row of a chunk, what `numbers` has no number for: of values that an operator computes. */
  readonly others?: readonly unknown[];
  /** The JSON of those that are strings, by row of a chunk. */
  readonly strings?: StringSegments;
  /** Computes the value: called once as the row passes, before anybody reads it. What it throws is the row's fault. */
  readonly compute?: () => void;
  /** Computes the values of a chunk, setting aside the rows where that fails. */
  readonly computeAll?: (chunk: Chunk) => void;
  /** Named fields inside this one, when it is an object. */
  readonly fields?: ReadonlyMap<string, Field>;
  /** The value can be missing: `own` leaves the name out when it reads `undefined`. */
  readonly optional?: boolean;
}

/**
 * The record that a view was scanned from, for the encoder and the dead letter.
 *
 * @internal
 */
export interface Origin {
  readonly layout: OpenLayout;
  readonly memory: Memory;
  readonly cursor: Cursor;
  readonly syntax: "json" | "csv";
  /** Views are made anew for every row and throw when read after it. */
  readonly verify: boolean;
}

/**
 * Rows are views over columns: one object, whose getters read the row under the cursor.
 *
 * @internal
 */
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

/**
 * Rows are ordinary values of the user's.
 *
 * @internal
 */
export interface PlainShape {
  readonly kind: "plain";
  /** What is known of the fields, by name; nested ones as `"window.start"`. */
  readonly types?: ReadonlyMap<string, ColumnType>;
  /** Paths that identify a row: a window stream's `window.start` and `by`. */
  readonly key?: readonly string[];
  /** Every row is a fresh object that holds no view: nobody need copy it. */
  readonly owned?: boolean;
}

/**
 * What rows look like at one place of a pipeline. Made anew for every run.
 *
 * @internal
 */
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

/** Where the numbers at a path stand, when rows are views that have them in a place. */
export function placeOf(shape: Shape, path: string | ((row: never) => unknown)): Place | undefined {
  if (typeof path === "function" || shape.kind === "plain") return undefined;
  return fieldAt(shape.fields, path)?.numberPlace;
}

/** What is known of the values at a path. */
export function typeAt(shape: Shape, path: string): ColumnType {
  return shape.kind === "view" ? fieldAt(shape.fields, path)?.type : shape.types?.get(path);
}
