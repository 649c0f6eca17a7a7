import { type Operator, planned } from "../operator.ts";
import { put } from "../row/own.ts";
import type { AllKeys, Simplify } from "../row/path.ts";
import { readPath, type Shape, typeAt } from "../row/shape.ts";
import { extendView } from "../row/view.ts";

/**
 * Keeps only the named fields, in this order. Fields that the schema does not name are gone too.
 *
 * @param fields Top-level names.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, select } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([{ a: 1, b: 2, c: 3 }]), select("c", "a"))), [{ c: 3, a: 1 }]);
 * ```
 */
export function select<Row, const K extends AllKeys<Row>>(
  ...fields: K[]
): Operator<Row, Simplify<Pick<Row, K & keyof Row>>> {
  type Out = Simplify<Pick<Row, K & keyof Row>>;
  const readers = fields.map((name) => ({ name, read: readPath(name) }));
  return planned<Row, Out>(
    "select",
    (_scope, shape) => {
      const behind: Shape =
        shape.kind === "view"
          ? extendView(shape, { select: fields })
          : { kind: "plain", types: new Map(fields.map((name) => [name, typeAt(shape, name)])) };
      return {
        shape: behind,
        open: (next) => ({
          ...(shape.kind === "view" && { columns: () => {} }),
          row:
            behind.kind === "view"
              ? () => next.row(behind.view() as Out)
              : (row) => {
                  const made: Record<string, unknown> = {};
                  for (const { name, read } of readers) {
                    if (Object.hasOwn(row as object, name)) put(made, name, read(row));
                  }
                  next.row(made as Out);
                },
        }),
      };
    },
    { settings: { fields: fields.join(", ") } },
  );
}
