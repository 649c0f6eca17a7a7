import { type Meta, type Operator, planned, type Scope } from "../operator.ts";
import type { Column } from "../row/column.ts";
import type { Field, Shape } from "../row/shape.ts";
import { slot } from "../row/slot.ts";
import { put } from "../row/own.ts";
import type { Extend } from "../row/path.ts";
import { extendView } from "../row/view.ts";

type Value<Row> = ((row: Row, meta: Meta) => unknown) | Column<Row, unknown>;

/**
 * Adds fields to every row, or replaces them; the other fields stay where they are.
 *
 * Every value is computed from the row as it came: fields of one `derive` do not see each other. A row function is
 * called once a row; a column (`column`, `field`, `instant`) does what it can by columns.
 *
 * @typeParam Row Rows in.
 * @param fields By name, a pure function of the row, or a column. What one throws is a fault of the row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, column, derive, from, pipe } from "millrace";
 *
 * const priced = derive({
 *   total: (e: { price: number; country: string }) => e.price * 2,
 *   country: column("country", (c: string) => c.toUpperCase()),
 * });
 * assert.deepEqual(await collect(pipe(from([{ price: 2, country: "fr" }]), priced)), [
 *   { price: 2, country: "FR", total: 4 },
 * ]);
 * ```
 */
export function derive<Row, F>(fields: {
  [K in keyof F]: ((row: Row, meta: Meta) => F[K]) | Column<Row, F[K]>;
}): Operator<Row, Extend<Row, F>> {
  const entries = Object.entries(fields) as [string, Value<Row>][];
  return planned<Row, Extend<Row, F>>(
    "derive",
    (scope, shape) => (shape.kind === "view" ? onView(scope, shape, entries) : onPlain(scope, shape, entries)),
    { settings: { fields: entries.map(([name]) => name).join(", ") } },
  );
}

function onView<Row, Out>(scope: Scope, shape: Shape & { kind: "view" }, entries: readonly [string, Value<Row>][]) {
  const set = new Map<string, Field>();
  const computed: { compute: (row: Row, meta: Meta) => unknown; set: (value: unknown) => void }[] = [];
  for (const [name, value] of entries) {
    const bound = typeof value === "function" ? undefined : value.bind(shape);
    // A field under another name is still what it was: nothing to compute.
    if (bound?.cell !== undefined) {
      // Its name is always there, as on plain rows, also where it has no value.
      set.set(name, { ...bound, optional: false });
      continue;
    }
    const place = slot(bound);
    set.set(name, place.field);
    computed.push({ compute: scope.guard(bound?.get ?? (value as (row: Row, meta: Meta) => unknown)), set: place.set });
  }
  const behind = extendView(shape, { set });
  return {
    shape: behind,
    open: (next: { row: (row: Out) => void }) => {
      const { meta } = scope;
      const { view } = behind;
      const many = computed.length;
      return {
        row: (row: Row) => {
          for (let i = 0; i < many; i++) {
            const one = computed[i] as (typeof computed)[number];
            one.set(one.compute(row, meta));
          }
          next.row(view() as Out);
        },
      };
    },
  };
}

function onPlain<Row, Out>(scope: Scope, shape: Shape, entries: readonly [string, Value<Row>][]) {
  const computed = entries.map(([name, value]) => ({
    name,
    compute: scope.guard(typeof value === "function" ? value : value.value),
  }));
  const names = new Set(entries.map(([name]) => name));
  const types = new Map([...(shape.kind === "plain" ? (shape.types ?? []) : [])].filter(([path]) => !names.has(head(path))));
  const kept = shape.key?.every((path) => !names.has(head(path)));
  return {
    shape: { kind: "plain" as const, types, ...(kept && shape.key && { key: shape.key }) },
    open: (next: { row: (row: Out) => void }) => {
      const { meta } = scope;
      return {
        row: (row: Row) => {
          const made: Record<string, unknown> = { ...(row as object) };
          for (const { name, compute } of computed) put(made, name, compute(row, meta));
          next.row(made as Out);
        },
      };
    },
  };
}

/** The top-level name of a path. */
function head(path: string): string {
  return path.split(".", 1)[0] as string;
}
