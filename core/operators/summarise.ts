import { checkGroupOptions, groupTypes, openAggregation } from "../aggregate/aggregation.ts";
import type { ByFields, Compute } from "../aggregate/by.ts";
import { emission } from "../aggregate/emission.ts";
import { type Meta, type Operator, planned } from "../operator.ts";
import type { AllKeys, Simplify } from "../row/path.ts";

/** What `summarise` is told. */
export interface SummariseOptions<Row, By extends readonly AllKeys<Row>[], Results> {
  /** Top-level fields by which rows are grouped. Default: one group. */
  readonly by?: By;
  /** What to compute of each group, by the name of the result's field. */
  readonly compute: Compute<Row, Results>;
  /** Groups at most; a row that would begin one more is a fault. Default: 1,000,000. */
  readonly maxGroups?: number;
}

/**
 * Groups all rows by key and gives one row for every group at the end of the stream, ordered by key: numbers by size,
 * strings by UTF-16 code units. Without `by` it gives one row, or none when no row came.
 *
 * For a stream that ends: what has no end is for `window`. The rows it gives have no event time, and no watermark
 * goes past it.
 *
 * Faults. `"key"`: a value of `by` that is an object. `"state-full"`: more groups than `maxGroups`. What an aggregate
 * refuses or a function throws: the row then counts in no aggregate of the group.
 *
 * @param options What to group by and what to compute.
 * @throws {TypeError | RangeError} When an option is malformed, or a field of the result is named twice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, max, mean, pipe, summarise } from "millrace";
 *
 * const flights = from([{ from: "SFO", delay: 20 }, { from: "LAX", delay: 0 }, { from: "SFO", delay: 10 }]);
 * const delays = pipe(
 *   flights,
 *   summarise({ by: ["from"], compute: { mean: mean("delay"), worst: max("delay") } }),
 * );
 * assert.deepEqual(await collect(delays), [
 *   { from: "LAX", mean: 0, worst: 0 },
 *   { from: "SFO", mean: 15, worst: 20 },
 * ]);
 * ```
 */
export function summarise<Row, const By extends readonly AllKeys<Row>[] = [], Results = {}>(
  options: SummariseOptions<Row, By, Results>,
): Operator<Row, Simplify<ByFields<Row, By> & Results>> {
  const { by = [], compute } = options;
  const groupOptions =
    options.maxGroups === undefined ? { by, compute } : { by, compute, maxGroups: options.maxGroups };
  checkGroupOptions("summarise", groupOptions, []);
  return planned(
    "summarise",
    (scope, shape) => ({
      shape: {
        kind: "plain",
        owned: true,
        types: new Map(groupTypes(shape, groupOptions)),
        ...(by.length > 0 ? { key: by } : {}),
      },
      open: (next) => {
        const aggregation = openAggregation(scope, shape, groupOptions);
        const { groups } = aggregation;
        const table = groups.open();
        const meta = scope.meta as Meta & { time: number };
        return {
          row: (row) => {
            if (aggregation.take(table, row)) scope.count.dropped += 1;
          },
          watermark: () => {},
          end: () => {
            const portion = {
              slots: () => groups.sorted(table.slots),
              row: (slot: number) => {
                meta.time = Number.NaN;
                const row = {};
                aggregation.fill(row, slot);
                return row;
              },
              finish: aggregation.release,
            };
            scope.pending(emission(scope, next, [portion], next.end));
          },
        };
      },
    }),
    { stateful: true, settings: { by: by.join(", ") } },
  );
}
