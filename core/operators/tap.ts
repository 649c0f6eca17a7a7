import { type Meta, type Operator, passing } from "../operator.ts";

/**
 * Calls a function for every row and passes the row on as it is: for a look, not for work that must be done.
 *
 * @param fn Must not keep the row: it is valid only during the call (`own(row)` copies it out). What it throws is a
 *   fault of the row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, tap } from "millrace";
 *
 * const seen: number[] = [];
 * await collect(pipe(from([1, 2]), tap((n) => void seen.push(n))));
 * assert.deepEqual(seen, [1, 2]);
 * ```
 */
export function tap<Row>(fn: (row: Row, meta: Meta) => void): Operator<Row, Row> {
  return passing("tap", (next, scope) => {
    const { meta } = scope;
    const call = scope.guard(fn);
    return {
      row: (row) => {
        call(row, meta);
        next.row(row);
      },
    };
  });
}
