import type { Shape } from "../row/shape.ts";
import type { Accumulators, Aggregator } from "./aggregator.ts";
import { rowLoops } from "./row-loops.ts";

/**
 * Counts rows, whatever they hold.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, count, from, pipe, summarise } from "millrace";
 *
 * const rows = from([{ kind: "a" }, { kind: "b" }, { kind: "a" }]);
 * assert.deepEqual(await collect(pipe(rows, summarise({ by: ["kind"], compute: { n: count() } }))), [
 *   { kind: "a", n: 2 },
 *   { kind: "b", n: 1 },
 * ]);
 * ```
 */
export function count(): Aggregator<unknown, number> {
  return { name: "count", reads: [], open: openCount, type: () => "integer" };
}

function openCount(shape: Shape): Accumulators<number> {
  const loops = rowLoops(shape);
  let counts = new Float64Array(0);
  return {
    reserve: (slots) => {
      counts = loops.grown(counts, slots);
    },
    reset: (slot) => {
      counts[slot] = 0;
    },
    read: undefined,
    add: (slot) => {
      counts[slot] = (counts[slot] as number) + 1;
    },
    columns: () => {},
    addRows: (slots, _rows, from, to) => loops.count(counts, slots, from, to),
    merge: (slot, from, fromSlot) => {
      counts[slot] = (counts[slot] as number) + from.result(fromSlot);
    },
    result: (slot) => counts[slot] as number,
    save: (slot) => counts[slot] as number,
    load: (slot, saved) => {
      counts[slot] = saved as number;
    },
  };
}
