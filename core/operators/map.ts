import { type Meta, type Operator, planned } from "../operator.ts";
import { PLAIN } from "../row/shape.ts";

/**
 * Makes another value of every row.
 *
 * Behind it rows are what `fn` returned. To add or change fields of a row and keep the rest where it lies, use
 * `derive`.
 *
 * @param fn Pure. Must not keep the row: it is valid only during the call. What it throws is a fault of the row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, map, pipe } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([1, 2]), map((n) => n * 10))), [10, 20]);
 * ```
 */
export function map<Row, Out>(fn: (row: Row, meta: Meta) => Out): Operator<Row, Out> {
  return planned("map", (scope) => ({
    shape: PLAIN,
    open: (next) => {
      const { meta } = scope;
      const call = scope.guard(fn);
      return { row: (row) => next.row(call(row, meta)) };
    },
  }));
}
