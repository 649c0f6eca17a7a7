import type { PathOf, ValueAt } from "../row/path.ts";
import type { Aggregator, Reading } from "./aggregator.ts";
import { extreme, type Ordered } from "./extreme.ts";

/**
 * The smallest value: of numbers, strings (by UTF-16 code units), bigints or Dates.
 *
 * Missing values and `null` are skipped; of no value it is `undefined`. Any NaN makes it NaN. Where a field holds
 * several types, numbers come before bigints, then strings, then Dates. Any other value is a fault of its row, which
 * then counts in no aggregate.
 *
 * @param field Path of such a value, or a function of the row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, min, pipe, summarise } from "millrace";
 *
 * const rows = from([{ size: 3 }, { size: 1 }, { size: 2 }]);
 * assert.deepEqual(await collect(pipe(rows, summarise({ compute: { size: min("size") } }))), [{ size: 1 }]);
 * ```
 */
export function min<Row, const P extends PathOf<Row, Ordered>>(
  field: P,
): Aggregator<Row, NonNullable<ValueAt<Row, P>> | undefined>;
/** The smallest of the values that a function gives. */
export function min<Row, Value extends Ordered>(
  field: (row: Row) => Value | null | undefined,
): Aggregator<Row, Value | undefined>;
export function min(field: Reading): Aggregator<never, unknown> {
  return extreme("min", field);
}
