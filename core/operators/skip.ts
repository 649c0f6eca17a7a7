import { type Operator, passing } from "../operator.ts";

/**
 * Leaves out the first rows.
 *
 * With several partitions, which rows come first depends on arrival.
 *
 * @param count Rows to leave out: a whole number from 0.
 * @throws {RangeError} For any other count.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, skip } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([1, 2, 3]), skip(2))), [3]);
 * ```
 */
export function skip<Row>(count: number): Operator<Row, Row> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot skip rows: count must be a whole number from 0, got ${count}`);
  }
  return passing(
    "skip",
    (next, scope) => {
      let left = count;
      return {
        row: (row) => {
          if (left === 0) {
            next.row(row);
            return;
          }
          left -= 1;
          scope.count.dropped += 1;
        },
      };
    },
    { stateful: true, settings: { count: String(count) } },
  );
}
