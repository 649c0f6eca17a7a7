import type { Meta } from "../operator.ts";
import { roomFor } from "../row/grown.ts";
import { type ColumnType, placedNumber, placeOf, readerOf, type Shape, typeAt } from "../row/shape.ts";
import { wholeString } from "../row/whole-string.ts";
import {
  type Accumulators,
  type Aggregator,
  described,
  ownsStrings,
  type Reading,
  readingText,
  readsOf,
} from "./aggregator.ts";
import { numberColumn } from "./number-column.ts";
import { compareValues } from "./order.ts";
import { rowLoops } from "./row-loops.ts";

/** What `min` and `max` take. */
export type Ordered = number | string | bigint | Date;

/** Makes `min` or `max`. */
export function extreme(name: "min" | "max", reading: Reading): Aggregator<never, Ordered | undefined> {
  return {
    name,
    reads: readsOf(reading),
    open: (shape, meta) => openExtreme(name, reading, shape, meta),
    type: (shape) => (typeof reading === "string" ? knownType(typeAt(shape, reading)) : undefined),
  };
}

function knownType(type: ColumnType): ColumnType {
  return type === "json" || type === "boolean" ? undefined : type;
}

const NONE = 0;
const NUMBER = 1;
const OTHER = 2;

function openExtreme(
  name: string,
  reading: Reading,
  shape: Shape,
  meta: Meta,
): Accumulators<Ordered | undefined> {
  const read = readerOf(shape, reading) as (row: unknown, meta: Meta) => unknown;
  const owned = ownsStrings(shape, reading);
  const place = placeOf(shape, reading);
  const column = numberColumn(shape, reading, meta);
  let values: Float64Array = new Float64Array(0);
  const largest = name === "max";
  const loops = rowLoops(shape);
  const outermost = largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // Numbers in a column of doubles, everything else in a list: what a slot has seen is in `seen`.
  let numbers = new Float64Array(0);
  let seen = new Uint8Array(0);
  const others: (Ordered | undefined)[] = [];
  let kind = NONE;
  let number = 0;
  let other: Ordered = "";

  const check = (given: unknown): void => {
    if (typeof given === "number") {
      kind = NUMBER;
      number = given;
    } else if (given === undefined || given === null) {
      kind = NONE;
    } else if (typeof given === "string" || typeof given === "bigint" || isValidDate(given)) {
      kind = OTHER;
      other = given;
    } else {
      kind = NONE;
      const was = given instanceof Date ? "an invalid Date" : described(given);
      throw new TypeError(
        `${name}: ${readingText(reading)} must be a number, string, bigint or Date, was ${was}`,
      );
    }
  };
  const add = (slot: number): void => {
    if (kind === NUMBER) {
      const best = numbers[slot] as number;
      numbers[slot] = largest ? Math.max(best, number) : Math.min(best, number);
      seen[slot] = (seen[slot] as number) | NUMBER;
    } else if (kind === OTHER) {
      const best = others[slot];
      if (best !== undefined && compareValues(other, best) * (largest ? 1 : -1) <= 0) return;
      others[slot] = typeof other === "string" && !owned ? wholeString(other) : unshared(other);
      seen[slot] = (seen[slot] as number) | OTHER;
    }
  };
  const reset = (slot: number): void => {
    numbers[slot] = outermost;
    others[slot] = undefined;
    seen[slot] = NONE;
  };
  // Both, when a group has numbers and others: the one is the smallest then, the other the largest.
  const save = (slot: number): readonly Ordered[] => {
    const kinds = seen[slot] as number;
    const saved: Ordered[] = [];
    if (kinds & NUMBER) saved.push(numbers[slot] as number);
    if (kinds & OTHER) saved.push(unshared(others[slot] as Ordered));
    return saved;
  };
  const absorb = (slot: number, saved: readonly Ordered[]): void => {
    for (const value of saved) {
      check(value);
      add(slot);
    }
  };
  return {
    reserve: (slots) => {
      const room = roomFor(slots, seen.length);
      numbers = loops.grown(numbers, room);
      seen = loops.grown(seen, room);
      while (others.length < room) others.push(undefined);
    },
    reset,
    read: (_slot, row) => {
      if (place !== undefined) {
        number = placedNumber(place);
        kind = NUMBER;
        if (!Number.isNaN(number)) return;
      }
      check(read(row, meta));
    },
    add,
    ...(column && {
      columns: (chunk) => {
        values = column.of(chunk);
      },
      addRows: (slots, rows, from, to) =>
        loops.extreme(largest, numbers, seen, NUMBER, slots, rows, values, from, to),
    }),
    merge: (slot, from, fromSlot) => absorb(slot, from.save(fromSlot) as readonly Ordered[]),
    result: (slot) => {
      const kinds = seen[slot] as number;
      if (kinds === NONE) return undefined;
      if (kinds === NUMBER || (kinds !== OTHER && !largest)) return numbers[slot] as number;
      return unshared(others[slot] as Ordered);
    },
    save,
    load: (slot, saved) => {
      reset(slot);
      absorb(slot, saved as readonly Ordered[]);
    },
  };
}

function isValidDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

/** A value that nobody else can change. */
function unshared(value: Ordered): Ordered {
  return value instanceof Date ? new Date(value.getTime()) : value;
}
