import { type Meta, type Operator, planned } from "../operator.ts";
import { ASIDE, type Chunk, forEachRow, moveTo } from "../row/chunk.ts";
import { keep } from "../row/column.ts";
import { put } from "../row/own.ts";
import type { Extend, PathOf } from "../row/path.ts";
import { type Cursor, type Field, fieldAt, placedCode, readPath, type ViewShape } from "../row/shape.ts";
import { Slot } from "../row/slot.ts";
import { extendView } from "../row/view.ts";

/** What `lookup` reads: a Map is one. It must not change while a run goes on. */
export interface Table<out Value> {
  /** The value of a key; `undefined` when there is none. */
  readonly get: (key: string) => Value | undefined;
}

/** How {@link lookup} finds, names and misses. */
export interface LookupOptions<Row, As extends string> {
  /** Field that holds the key, or a function of the row. */
  readonly key: PathOf<Row, string> | ((row: Row, meta: Meta) => string);
  /** Name of the field that the value goes to. */
  readonly as: As;
  /** What a missing key means: a fault `lookup-missing`, or `undefined` in the field. Default: `"undefined"`. */
  readonly missing?: "fault" | "undefined";
}

/**
 * Adds what a loaded table has for a key of the row.
 *
 * On rows that were read by a format, a key field is looked up once for each distinct string.
 *
 * @param table Values by key, complete before the run and unchanged during it.
 * @param options Where the key is, where the value goes, and what a missing key means. What a `key` function throws
 *   is a fault of the row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, lookup, pipe } from "millrace";
 *
 * const cities = new Map([["LAS", "Las Vegas"]]);
 * const rows = pipe(from([{ origin: "LAS" }]), lookup(cities, { key: "origin", as: "city", missing: "fault" }));
 * assert.deepEqual(await collect(rows), [{ origin: "LAS", city: "Las Vegas" }]);
 * ```
 */
export function lookup<Row, Value, const As extends string>(
  table: Table<Value>,
  options: LookupOptions<Row, As> & { readonly missing: "fault" },
): Operator<Row, Extend<Row, { [K in As]: Value }>>;
/** Adds what a loaded table has for a key of the row; `undefined` where it has nothing. */
export function lookup<Row, Value, const As extends string>(
  table: Table<Value>,
  options: LookupOptions<Row, As> & { readonly missing?: "undefined" },
): Operator<Row, Extend<Row, { [K in As]: Value | undefined }>>;
export function lookup<Row, Value, const As extends string>(
  table: Table<Value>,
  { key, as, missing = "undefined" }: LookupOptions<Row, As>,
): Operator<Row, Extend<Row, { [K in As]: Value | undefined }>> {
  type Out = Extend<Row, { [K in As]: Value | undefined }>;
  const path: string | undefined = typeof key === "function" ? undefined : (key as string);
  return planned<Row, Out>(
    "lookup",
    (scope, shape) => {
      const field: Field | undefined =
        shape.kind === "view" && path !== undefined ? fieldAt(shape.fields, path) : undefined;
      const { code, codePlace, codes } = field ?? {};
      const place =
        shape.kind === "view" ? new Slot(shape.origin.cursor, shape.origin.memory.kernel) : undefined;
      const kept: (Value | undefined)[] = [];
      const coded: Field | undefined = code &&
        codePlace &&
        codes && {
          code,
          codePlace,
          codes,
          get: () => {
            const at = placedCode(codePlace, code);
            const value = at === 0 ? undefined : kept[at];
            return value === undefined ? place?.field.get() : value;
          },
        };
      const added = coded ?? place?.field;
      const behind =
        shape.kind === "view" && added !== undefined
          ? extendView(shape, { set: new Map([[as as string, added]]) })
          : undefined;
      const read = scope.guard(
        (field?.get ?? (path === undefined ? key : readPath(path))) as (row: Row, meta: Meta) => unknown,
      );
      const find = scope.guard((of: unknown) => (typeof of === "string" ? table.get(of) : undefined));
      const { meta } = scope;
      const found = (row: Row): Value | undefined => {
        const at = code === undefined || codePlace === undefined ? 0 : placedCode(codePlace, code);
        if (at === 0) return find(read(row, meta));
        // A missing key is looked for again each time: it ends in a fault or is rare.
        const known = kept[at];
        if (known !== undefined) return known;
        const value = find(read(row, meta));
        if (value !== undefined) keep(kept, at, value);
        return value;
      };
      const columns = (chunk: Chunk, cursor: Cursor): void => {
        const of = codes?.of(chunk);
        forEachRow(cursor, chunk, (row) => {
          const at = of === undefined ? 0 : (of[row] as number);
          if (at !== 0 && kept[at] !== undefined) return;
          moveTo(cursor, chunk, row);
          const value = found((shape as ViewShape).view() as Row);
          if (value === undefined && missing === "fault") {
            chunk.aside[row] = ASIDE;
            return;
          }
          if (value !== undefined && at !== 0) return;
          place?.put(row, value);
        });
      };
      return {
        shape: behind ?? { kind: "plain", ...(shape.key && { key: shape.key }) },
        open: (next) => ({
          ...(shape.kind === "view" && {
            columns: (chunk: Chunk) => columns(chunk, shape.origin.cursor),
          }),
          row: (row) => {
            const value = found(row);
            if (value === undefined && missing === "fault") {
              const shown = JSON.stringify(read(row, meta)) ?? "undefined";
              scope.fault("lookup-missing", `look up ${as}: the table must have the key, was ${shown}`, row);
              return;
            }
            if (behind !== undefined) {
              place?.set(value);
              next.row(behind.view() as Out);
              return;
            }
            const made: Record<string, unknown> = { ...(row as object) };
            put(made, as, value);
            next.row(made as Out);
          },
        }),
      };
    },
    { settings: { as, missing } },
  );
}
