import type { Meta } from "../operator.ts";
import { placedNumber, placeOf, readerOf, type Shape } from "../row/shape.ts";
import { type Accumulators, described, type Reading, readingText } from "./aggregator.ts";
import { createExactSums, type SavedSum } from "./exact-sums.ts";
import { numberColumn } from "./number-column.ts";
import { rowLoops } from "./row-loops.ts";

/** Opens what adds numbers up: `sum` and `mean` differ in what they make of the sum and the count only. */
export function openNumbers<Value>(
  name: string,
  field: Reading,
  shape: Shape,
  meta: Meta,
  result: (sums: ReturnType<typeof createExactSums>, slot: number, count: number) => Value,
): Accumulators<Value> {
  const read = readerOf(shape, field) as (row: unknown, meta: Meta) => unknown;
  const place = placeOf(shape, field);
  const column = numberColumn(shape, field, meta);
  let values: Float64Array = new Float64Array(0);
  const loops = rowLoops(shape);
  const sums = createExactSums(loops);
  let counts = new Float64Array(0);
  let value = 0;
  let present = false;
  const load = (slot: number, saved: unknown): void => {
    const { count, sum } = saved as SavedNumbers;
    counts[slot] = (counts[slot] as number) + count;
    sums.absorb(slot, sum);
  };
  const reset = (slot: number): void => {
    counts[slot] = 0;
    sums.reset(slot);
  };
  const save = (slot: number): SavedNumbers => ({ count: counts[slot] as number, sum: sums.save(slot) });
  return {
    reserve: (slots) => {
      counts = loops.grown(counts, slots);
      sums.reserve(slots);
    },
    reset,
    read: (_slot, row) => {
      if (place !== undefined) {
        value = placedNumber(place);
        present = !Number.isNaN(value);
        if (present) return;
      }
      const given = read(row, meta);
      present = typeof given === "number";
      if (present) value = given as number;
      else if (given !== undefined && given !== null) {
        throw new TypeError(`${name}: ${readingText(field)} must be a number, was ${described(given)}`);
      }
    },
    add: (slot) => {
      if (!present) return;
      counts[slot] = (counts[slot] as number) + 1;
      sums.add(slot, value);
    },
    ...(column && {
      columns: (chunk) => {
        values = column.of(chunk);
      },
      addRows: (slots, rows, from, to) => {
        loops.count(counts, slots, from, to);
        sums.addRows(slots, rows, values, from, to);
      },
    }),
    merge: (slot, from, fromSlot) => load(slot, from.save(fromSlot)),
    result: (slot) => result(sums, slot, counts[slot] as number),
    save,
    load: (slot, saved) => {
      reset(slot);
      load(slot, saved);
    },
  };
}

interface SavedNumbers {
  readonly count: number;
  readonly sum: SavedSum;
}
