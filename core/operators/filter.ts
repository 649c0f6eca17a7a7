import { type Meta, type Operator, planned } from "../operator.ts";
import type { Column } from "../row/column.ts";
import type { Shape } from "../row/shape.ts";

/**
 * Keeps the rows for which `predicate` returns true.
 *
 * Rows are not moved or copied. One call a row, in order.
 *
 * @typeParam Row Row type, unchanged, or narrowed by a type predicate.
 * @param predicate Pure. Must not keep the row: it is valid only during the call. Or a column of true and false. What
 *   it throws is a fault of the row.
 *
 * @example Keep the even numbers
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, filter, from, pipe } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([1, 2, 3, 4]), filter((n) => n % 2 === 0))), [2, 4]);
 * ```
 */
export function filter<Row>(predicate: Column<Row, boolean | undefined>): Operator<Row, Row>;
/** Keeps the rows that are of a narrower type. */
export function filter<Row, Kept extends Row>(
  predicate: (row: Row, meta: Meta) => row is Kept,
): Operator<Row, Kept>;
/** Keeps the rows for which a function returns true. */
export function filter<Row>(predicate: (row: Row, meta: Meta) => boolean): Operator<Row, Row>;
export function filter<Row>(
  predicate: Column<Row, boolean | undefined> | ((row: Row, meta: Meta) => boolean),
): Operator<Row, Row> {
  return planned("filter", (scope, shape) => ({
    shape,
    open: (next) => {
      const { meta, count } = scope;
      const keeps = scope.guard(testOf(predicate, shape));
      return {
        row: (row) => {
          if (keeps(row, meta) === true) next.row(row);
          else count.dropped += 1;
        },
      };
    },
  }));
}

function testOf<Row>(
  predicate: Column<Row, boolean | undefined> | ((row: Row, meta: Meta) => boolean),
  shape: Shape,
): (row: Row, meta: Meta) => unknown {
  if (typeof predicate === "function") return predicate;
  if (shape.kind === "plain") return predicate.value;
  const { get, compute } = predicate.bind(shape);
  if (compute === undefined) return get;
  return () => {
    compute();
    return get();
  };
}
