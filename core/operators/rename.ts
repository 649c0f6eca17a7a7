import { type Operator, planned } from "../operator.ts";
import type { AllKeys, Simplify } from "../row/path.ts";
import { PLAIN } from "../row/shape.ts";
import { extendView } from "../row/view.ts";

/** A row whose fields have new names. */
export type Renamed<Row, N extends Readonly<Record<string, string>>> = Row extends unknown
  ? Simplify<{ [K in keyof Row as K extends keyof N ? N[K] : K]: Row[K] }>
  : never;

/**
 * Gives fields other names. All at once: two fields can change places.
 *
 * @param names New names by old ones, top-level. A field that already has a new name gives way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, rename } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([{ a: 1, b: 2 }]), rename({ a: "first" }))), [{ first: 1, b: 2 }]);
 * ```
 */
export function rename<Row, const N extends { readonly [K in AllKeys<Row>]?: string }>(
  names: N,
): Operator<Row, Renamed<Row, { [K in keyof N]: N[K] & string }>> {
  type Out = Renamed<Row, { [K in keyof N]: N[K] & string }>;
  const renamed = new Map(Object.entries(names) as [string, string][]);
  const taken = new Set(renamed.values());
  return planned<Row, Out>(
    "rename",
    (_scope, shape) => {
      if (shape.kind === "view") {
        const behind = extendView(shape, { rename: renamed });
        return {
          shape: behind,
          open: (next) => ({ columns: () => {}, row: () => next.row(behind.view() as Out) }),
        };
      }
      return {
        shape: PLAIN,
        open: (next) => ({
          row: (row) => {
            const entries: [string, unknown][] = [];
            for (const [name, value] of Object.entries(row as object)) {
              const to = renamed.get(name);
              if (to !== undefined) entries.push([to, value]);
              else if (!taken.has(name)) entries.push([name, value]);
            }
            next.row(Object.fromEntries(entries) as Out);
          },
        }),
      };
    },
    { settings: { names: [...renamed].map(([from, to]) => `${from} → ${to}`).join(", ") } },
  );
}
