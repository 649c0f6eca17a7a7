import { type Meta, type Operator, planned, type Scope } from "../operator.ts";
import { type Chunk, forEachRow, moveTo } from "../row/chunk.ts";
import type { Column } from "../row/column.ts";
import { put } from "../row/own.ts";
import type { Extend } from "../row/path.ts";
import type { Field, Shape } from "../row/shape.ts";
import { Slot } from "../row/slot.ts";
import { extendView } from "../row/view.ts";

type Value<Row> = ((row: Row, meta: Meta) => unknown) | Column<Row, unknown>;

/**
 * Adds fields to every row, or replaces them; the other fields stay where they are.
 *
 * Every value is computed from the row as it came: fields of one `derive` do not see each other. A row function is
 * called once a row; a column (`column`, `field`, `instant`) does what it can by columns. Texts that a function reads may be
 * parts of one string of up to 1 KiB, which lives as long as they do: whoever keeps some of many copies them.
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
export function derive<Row, F>(
  fields: {
    [K in keyof F]: ((row: Row, meta: Meta) => F[K]) | Column<Row, F[K]>;
  },
): Operator<Row, Extend<Row, F>> {
  const entries = Object.entries(fields) as [string, Value<Row>][];
  return planned<Row, Extend<Row, F>>(
    "derive",
    (scope, shape) =>
      shape.kind === "view" ? onView(scope, shape, entries) : onPlain(scope, shape, entries),
    { settings: { fields: entries.map(([name]) => name).join(", ") } },
  );
}

function onView<Row, Out>(
  scope: Scope,
  shape: Shape & { kind: "view" },
  entries: readonly [string, Value<Row>][],
) {
  const { meta } = scope;
  const set = new Map<string, Field>();
  const computed: ((row: Row, meta: Meta) => void)[] = [];
  const columns: ((chunk: Chunk) => void)[] = [];
  for (const [name, value] of entries) {
    if (typeof value === "function") {
      const { cursor, memory } = shape.origin;
      const place = new Slot(cursor, memory.kernel);
      set.set(name, place.field);
      computed.push((row, about) => place.set(value(row, about)));
      const compute = (row: number, chunk: Chunk): void => {
        moveTo(cursor, chunk, row);
        place.put(row, value(shape.view() as Row, meta));
      };
      columns.push((chunk) => forEachRow(cursor, chunk, compute));
      continue;
    }
    // What needs no computing is read where it stands. The name is always set, also where it was optional before.
    const { compute, computeAll, optional: _, ...field } = value.bind(shape);
    set.set(name, field);
    if (compute !== undefined) computed.push(compute);
    if (computeAll !== undefined) columns.push(computeAll);
  }
  const behind = extendView(shape, { set });
  const many = computed.length;
  // One guard for all: they fail in the same operator's name.
  const computeAll = scope.guard((row: Row, about: Meta): void => {
    for (let i = 0; i < many; i++) (computed[i] as (row: Row, meta: Meta) => void)(row, about);
  });
  return {
    shape: behind,
    open: (next: { row: (row: Out) => void }) => {
      const { view } = behind;
      return {
        columns: (chunk: Chunk) => {
          for (const column of columns) column(chunk);
        },
        row: (row: Row) => {
          computeAll(row, meta);
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
  const types = new Map(
    [...(shape.kind === "plain" ? (shape.types ?? []) : [])].filter(([path]) => !names.has(head(path))),
  );
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
