import type { Meta } from "../operator.ts";
import type { Chunk } from "../row/chunk.ts";
import { type ColumnType, fieldAt, type Shape } from "../row/shape.ts";

/**
 * What one aggregator has gathered in one run: columns with a slot for each open group.
 *
 * A row is taken in two steps, so that a row which one aggregator of several refuses leaves no trace in the others:
 * all `read`, and only when none has thrown, all `add`.
 *
 * @internal
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
  /**
   * Looks at a chunk of rows, and sets aside those whose `read` would throw, or find nothing. Left out, with
   * `addRows`, where rows are only taken one by one.
   */
  readonly columns?: (chunk: Chunk) => void;
  /** Takes in rows of the chunk that `columns` saw last: row `rows[i]` to `slots[i]`, in order, `from` ≤ i < `to`. */
  readonly addRows?: (slots: Int32Array, rows: Int32Array, from: number, to: number) => void;
  /** Takes in another's slot, which stays as it is. Any order of merging gives the same result. */
  merge(slot: number, from: Accumulators<Value>, fromSlot: number): void;
  result(slot: number): Value;
  /** A copy of the slot as plain data that a structured clone copies. */
  save(slot: number): unknown;
  /** Sets a slot to what was saved. */
  load(slot: number, saved: unknown): void;
}

/**
 * One entry of a window's `compute`: an immutable description of how many rows become one value. {@link aggregator}
 * makes one of your own.
 *
 * @typeParam Row Rows that it reads.
 * @typeParam Value What it gives.
 */
export interface Aggregator<in Row, out Value> {
  /** `"sum"`: what `describe` and errors call it. */
  readonly name: string;
  /** Paths that it reads, for `describe`. */
  readonly reads: readonly string[];
  /**
   * Makes ready for one run.
   *
   * @internal
   */
  readonly open: (shape: Shape, meta: Meta) => Accumulators<Value>;
  /**
   * What is known of its results.
   *
   * @internal
   */
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

/**
 * Whether strings are read from bytes, which makes each one anew: no part of a larger one, as what a user's function gives
 * may be. Only while no {@link Cursor.chunk} is set: then they are parts of a group.
 */
export function ownsStrings(shape: Shape, reading: Reading): boolean {
  if (typeof reading !== "string" || shape.kind !== "view") return false;
  return fieldAt(shape.fields, reading)?.cell !== undefined;
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

/** What {@link aggregator} is made of. */
export interface AggregatorSpec<Row, Acc, Value> {
  /** Name for `describe`. Default: `"aggregator"`. */
  readonly name?: string;
  /** An accumulator that has seen no row. Called for every group. */
  readonly zero: () => Acc;
  /**
   * The accumulator with a row more. It may change `acc` and return it; when it can throw, it throws before it
   * changes anything, and returns a new one where another aggregate of the same window can throw too. Must not keep
   * the row: `own(row)` copies it.
   */
  readonly add: (acc: Acc, row: Row, meta: Meta) => Acc;
  /** One accumulator of two. May change `a`, never `b`. The order of merging must not change the result. */
  readonly merge: (a: Acc, b: Acc) => Acc;
  /** The value of a group. Must not give the accumulator itself away where `add` changes it. */
  readonly result: (acc: Acc) => Value;
}

/**
 * Makes an aggregator of your own, from four functions.
 *
 * Accumulators are plain data: numbers, strings, arrays, Maps, what a structured clone copies. Rows of one partition
 * come in their order, those of several interleaved: the result must not depend on that order to be repeatable.
 *
 * @typeParam Row Rows that it reads.
 * @typeParam Acc What it keeps of a group.
 * @typeParam Value What it gives.
 * @param spec Four pure functions. What `add` throws is a fault of its row.
 *
 * @example The spread of amounts
 * ```ts
 * import assert from "node:assert/strict";
 * import { aggregator, collect, from, pipe, summarise } from "millrace";
 *
 * const spread = aggregator({
 *   zero: () => ({ low: Infinity, high: -Infinity }),
 *   add: (acc, row: { amount: number }) => ({
 *     low: Math.min(acc.low, row.amount),
 *     high: Math.max(acc.high, row.amount),
 *   }),
 *   merge: (a, b) => ({ low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) }),
 *   result: (acc) => acc.high - acc.low,
 * });
 * const rows = from([{ amount: 3 }, { amount: 10 }, { amount: 5 }]);
 * assert.deepEqual(await collect(pipe(rows, summarise({ compute: { spread } }))), [{ spread: 7 }]);
 * ```
 */
export function aggregator<Row, Acc, Value>(spec: AggregatorSpec<Row, Acc, Value>): Aggregator<Row, Value> {
  const { name = "aggregator" } = spec;
  return { name, reads: [], open: (_shape, meta) => openSpec(spec, meta), type: () => undefined };
}

function openSpec<Row, Acc, Value>(spec: AggregatorSpec<Row, Acc, Value>, meta: Meta): Accumulators<Value> {
  const { zero, add, merge, result } = spec;
  // An empty place is a group that has seen no row: `zero` is not called for what nobody uses.
  const accs: ({ acc: Acc } | undefined)[] = [];
  let next: Acc;
  const accOf = (slot: number): Acc => {
    const held = accs[slot];
    return held === undefined ? zero() : held.acc;
  };
  const set = (slot: number, acc: Acc): void => {
    const held = accs[slot];
    if (held === undefined) accs[slot] = { acc };
    else held.acc = acc;
  };
  return {
    reserve: (slots) => {
      while (accs.length < slots) accs.push(undefined);
    },
    reset: (slot) => {
      accs[slot] = undefined;
    },
    // It adds where the others read, as it may throw.
    read: (slot, row) => {
      next = add(slot < 0 ? zero() : accOf(slot), row as Row, meta);
    },
    add: (slot) => set(slot, next),
    merge: (slot, from, fromSlot) => set(slot, merge(accOf(slot), from.save(fromSlot) as Acc)),
    result: (slot) => result(accOf(slot)),
    save: (slot) => structuredClone(accOf(slot)),
    load: (slot, saved) => set(slot, structuredClone(saved as Acc)),
  };
}
