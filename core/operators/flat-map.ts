import { type Meta, type Operator, planned } from "../operator.ts";
import { PLAIN } from "../row/shape.ts";

/**
 * Makes any number of rows of every row.
 *
 * The iterable is drawn row by row as there is room behind, so a row may make more rows than memory holds; it is
 * closed when the stream wants no more.
 *
 * @param fn Pure. The row is valid until the iterable has ended, and not after. What it or the iterable throws is a
 *   fault of the row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, flatMap, from, pipe } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from(["a b", "c"]), flatMap((line) => line.split(" ")))), ["a", "b", "c"]);
 * ```
 */
export function flatMap<Row, Out>(fn: (row: Row, meta: Meta) => Iterable<Out>): Operator<Row, Out> {
  return planned("flatMap", (scope) => ({
    shape: PLAIN,
    open: (next) => {
      const { meta, count } = scope;
      const begin = scope.guard((row: Row) => fn(row, meta)[Symbol.iterator]());
      const advance = scope.guard((items: Iterator<Out>) => {
        // Counted first: when it throws, the loop counts one that is dropped.
        count.added += 1;
        const result = items.next();
        if (result.done) count.added -= 1;
        return result;
      });
      return {
        row: (row) => {
          const items = begin(row);
          count.dropped += 1;
          scope.pending({
            next: () => {
              const { done, value } = advance(items);
              if (done) return { done: true, value: undefined };
              next.row(value);
              return { done: false, value: undefined };
            },
            return: () => {
              items.return?.();
              return { done: true, value: undefined };
            },
          });
        },
      };
    },
  }));
}
