import type { Meta } from "../operator.ts";
import type { ColumnType, Shape } from "../row/shape.ts";

/**
 * What one aggregator has gathered in one run: columns with a slot for each open group.
 *
 * A row is taken in two steps, so that a row which one aggregator of several refuses leaves no trace in the others:
 * all `read`, and only when none has thrown, all `add`.
 */
export interface Accumulators<Value> {
  /** Makes room for slots `[0, slots)`. The only call that allocates columns. */
  reserve(slots: number): void;
  /** Empties a slot: a new group begins there. */
  reset(slot: number): void;
  /**
   * Reads what it needs of a row, checks it, and keeps it for the `add` that follows. Changes no slot. Left out
   * where nothing is read.
   *
   * @param slot Where `add` will go; −1 for a group that has no slot yet.
   * @throws {TypeError} When a value is not one that it takes: a fault of the row.
   */
  readonly read?: ((slot: number, row: unknown) => void) | undefined;
  /** Takes in what was read last. Does not throw. */
  add(slot: number): void;
  /** Takes in another's slot, which stays as it is. Any order of merging gives the same result. */
  merge(slot: number, from: Accumulators<Value>, fromSlot: number): void;
  result(slot: number): Value;
  /** A copy of the slot as plain data that a structured clone copies. */
  save(slot: number): unknown;
  /** Sets a slot to what was saved. */
  load(slot: number, saved: unknown): void;
}

/**
 * One entry of a window's `compute`: an immutable description of how many rows become one value.
 *
 * @typeParam Row Rows that it reads.
 * @typeParam Value What it gives.
 */
export interface Aggregator<in Row, out Value> {
  readonly name: string;
  /** Paths that it reads, for `describe`. */
  readonly reads: readonly string[];
  /** Makes ready for one run. */
  readonly open: (shape: Shape, meta: Meta) => Accumulators<Value>;
  /** What is known of its results. */
  readonly type: (shape: Shape) => ColumnType;
  /** Carries `Row` in the types. No such value exists. */
  readonly "~row"?: (row: Row) => void;
  /** Carries `Value` in the types. No such value exists. */
  readonly "~value"?: Value;
}

/** A field of a row: its path, or a function of the row. */
export type Reading = string | ((row: never) => unknown);

/** The paths that a reading names. */
export function readsOf(reading: Reading): readonly string[] {
  return typeof reading === "string" ? [reading] : [];
}

/** What a value is, for messages: `a string ("12")`. */
export function described(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : undefined;
  if (text !== undefined) return `the string ${text}`;
  if (value instanceof Date) return "a Date";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${String(value)}`;
}

/** A reading in words, for messages. */
export function readingText(reading: Reading): string {
  return typeof reading === "string" ? `'${reading}'` : "the function's result";
}
