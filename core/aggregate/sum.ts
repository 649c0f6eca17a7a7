import type { PathOf } from "../row/path.ts";
import { typeAt } from "../row/shape.ts";
import { type Aggregator, type Reading, readsOf } from "./aggregator.ts";
import { openNumbers } from "./numbers.ts";

/**
 * Adds numbers up, exactly: the double nearest to the true sum, in whatever order the rows came.
 *
 * Missing values and `null` are skipped; the sum of no number is 0. Any NaN, or infinities of both signs, give NaN.
 * Any other value than a number is a fault of its row, which then counts in no aggregate.
 *
 * @param field Path of a number, or a function of the row.
 *
 * @example Ten dimes are a dollar
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, sum, summarise } from "millrace";
 *
 * const dimes = from(Array.from({ length: 10 }, () => ({ amount: 0.1 })));
 * assert.deepEqual(await collect(pipe(dimes, summarise({ compute: { total: sum("amount") } }))), [{ total: 1 }]);
 * ```
 */
export function sum<Row>(
  field: PathOf<Row, number> | ((row: Row) => number | null | undefined),
): Aggregator<Row, number> {
  const reading = field as Reading;
  return {
    name: "sum",
    reads: readsOf(reading),
    open: (shape, meta) => openNumbers("sum", reading, shape, meta, (sums, slot) => sums.total(slot)),
    type: (shape) =>
      typeof reading === "string" && typeAt(shape, reading) === "integer" ? "integer" : "number",
  };
}
