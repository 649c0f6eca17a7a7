import type { PathOf } from "../row/path.ts";
import { type Aggregator, type Reading, readsOf } from "./aggregator.ts";
import { openNumbers } from "./numbers.ts";

/**
 * The arithmetic mean, exactly: the double nearest to the true sum divided by the number of values, rounded once.
 *
 * Missing values and `null` are skipped; the mean of no number is `undefined`. Any NaN, or infinities of both signs,
 * give NaN. Any other value than a number is a fault of its row, which then counts in no aggregate.
 *
 * @param field Path of a number, or a function of the row.
 *
 * @example The sum may be beyond the largest double
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, mean, pipe, summarise } from "millrace";
 *
 * const rows = from([{ size: 1e308 }, { size: 1.5e308 }, { size: null }]);
 * assert.deepEqual(await collect(pipe(rows, summarise({ compute: { size: mean("size") } }))), [{ size: 1.25e308 }]);
 * ```
 */
export function mean<Row>(
  field: PathOf<Row, number> | ((row: Row) => number | null | undefined),
): Aggregator<Row, number | undefined> {
  const reading = field as Reading;
  return {
    name: "mean",
    reads: readsOf(reading),
    open: (shape, meta) =>
      openNumbers("mean", reading, shape, meta, (sums, slot, count) =>
        count === 0 ? undefined : sums.mean(slot, count),
      ),
    type: () => "number",
  };
}
