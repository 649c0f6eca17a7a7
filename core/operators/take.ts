import { type Operator, passing } from "../operator.ts";

/**
 * Passes on the first rows and then ends the stream: the source reads no further.
 *
 * With several partitions, which rows come first depends on arrival.
 *
 * @param count Rows to pass on: a whole number from 0.
 * @throws {RangeError} For any other count.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, take } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([1, 2, 3]), take(2))), [1, 2]);
 * ```
 */
export function take<Row>(count: number): Operator<Row, Row> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Cannot take rows: count must be a whole number from 0, got ${count}`);
  }
  return passing(
    "take",
    (next, scope) => {
      let left = count;
      if (left === 0) scope.stop();
      return {
        row: (row) => {
          if (left === 0) {
            scope.count.dropped += 1;
            return;
          }
          left -= 1;
          // Before the row: it may be a fault further down.
          if (left === 0) scope.stop();
          next.row(row);
        },
      };
    },
    { stateful: true, settings: { count: String(count) } },
  );
}
