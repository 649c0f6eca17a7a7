import type { Path, ValueAt } from "../row/path.ts";
import type { Aggregator, Reading } from "./aggregator.ts";
import { byPosition } from "./by-position.ts";

/**
 * The value of the earliest row: by event time, then partition, then offset, so that it does not matter how partitions
 * interleave. Without event time, in `summarise`, by partition and offset. Of rows at one place, such as those that a
 * `flatMap` made of one, the first that came.
 *
 * Missing values and `null` are skipped; of no value it is `undefined`. A view is copied.
 *
 * @param field Path of any field, or a function of the row; `(row) => row` keeps the whole row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, first, from, pipe, tumbling, window } from "millrace";
 *
 * const prices = from([{ ts: 2, price: 6 }, { ts: 1, price: 5 }, { ts: 3, price: 7 }]);
 * const perMinute = pipe(
 *   prices,
 *   window({
 *     over: tumbling({ minutes: 1 }),
 *     time: "ts",
 *     outOfOrder: { seconds: 1 },
 *     compute: { price: first("price") },
 *   }),
 * );
 * assert.deepEqual(await collect(perMinute), [{ window: { start: 0, end: 60_000 }, price: 5 }]);
 * ```
 */
export function first<Row, const P extends Path<Row>>(
  field: P,
): Aggregator<Row, NonNullable<ValueAt<Row, P>> | undefined>;
/** What a function gives for the earliest row for which it gives something. */
export function first<Row, Value>(
  field: (row: Row) => Value,
): Aggregator<Row, NonNullable<Value> | undefined>;
export function first(field: Reading): Aggregator<never, unknown> {
  return byPosition("first", field);
}
