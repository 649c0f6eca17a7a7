import { type Operator, planned } from "../operator.ts";
import type { AllKeys, Simplify } from "../row/path.ts";
import { PLAIN } from "../row/shape.ts";
import { extendView } from "../row/view.ts";

/**
 * Leaves the named fields out.
 *
 * @param fields Top-level names.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, omit, pipe } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([{ a: 1, b: 2 }]), omit("b"))), [{ a: 1 }]);
 * ```
 */
export function omit<Row, const K extends AllKeys<Row>>(
  ...fields: K[]
): Operator<Row, Row extends unknown ? Simplify<Omit<Row, K>> : never> {
  type Out = Row extends unknown ? Simplify<Omit<Row, K>> : never;
  const names = new Set<string>(fields);
  return planned<Row, Out>(
    "omit",
    (_scope, shape) => {
      if (shape.kind === "view") {
        const behind = extendView(shape, { omit: fields });
        return {
          shape: behind,
          open: (next) => ({ columns: () => {}, row: () => next.row(behind.view() as Out) }),
        };
      }
      return {
        shape: PLAIN,
        open: (next) => ({
          row: (row) => {
            const kept = Object.entries(row as object).filter(([name]) => !names.has(name));
            next.row(Object.fromEntries(kept) as Out);
          },
        }),
      };
    },
    { settings: { fields: fields.join(", ") } },
  );
}
