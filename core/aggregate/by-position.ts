import type { Meta } from "../operator.ts";
import { grown, roomFor } from "../row/grown.ts";
import { own } from "../row/own.ts";
import { readerOf, type Shape, typeAt } from "../row/shape.ts";
import { wholeString } from "../row/whole-string.ts";
import { type Accumulators, type Aggregator, ownsStrings, type Reading, readsOf } from "./aggregator.ts";

/** Makes `first` or `last`: the value of the row that comes first or last by event time, partition and offset. */
export function byPosition(name: "first" | "last", reading: Reading): Aggregator<never, unknown> {
  return {
    name,
    reads: readsOf(reading),
    open: (shape, meta) => openByPosition(name === "last", reading, shape, meta),
    type: (shape) => (typeof reading === "string" ? typeAt(shape, reading) : undefined),
  };
}

/** A group's value and where it came from, as plain data. */
type Saved =
  | undefined
  | { readonly time: number; readonly partition: number; readonly offset: number; readonly value: unknown };

function openByPosition(last: boolean, reading: Reading, shape: Shape, meta: Meta): Accumulators<unknown> {
  const read = readerOf(shape, reading) as (row: unknown, meta: Meta) => unknown;
  const owned = ownsStrings(shape, reading);
  let times = new Float64Array(0);
  let partitions = new Int32Array(0);
  let offsets = new Float64Array(0);
  // `undefined` is a group that has no value: such values are skipped.
  const values: unknown[] = [];
  let value: unknown;
  let time = 0;
  let partition = 0;
  let offset = 0;

  /** Whether the position read last is to be kept. Rows at one place, a window's for instance, count as they come. */
  const wins = (slot: number): boolean => {
    if (slot < 0 || values[slot] === undefined) return true;
    let order = time - (times[slot] as number);
    if (order === 0) order = partition - (partitions[slot] as number);
    if (order === 0) order = offset - (offsets[slot] as number);
    return last ? order >= 0 : order < 0;
  };
  const place = (at: Omit<NonNullable<Saved>, "value">): void => {
    // No event time has been read: all the same.
    time = Number.isNaN(at.time) ? 0 : at.time;
    partition = at.partition;
    offset = at.offset;
  };
  const add = (slot: number): void => {
    if (value === undefined) return;
    times[slot] = time;
    partitions[slot] = partition;
    offsets[slot] = offset;
    values[slot] = value;
  };
  const save = (slot: number): Saved =>
    values[slot] === undefined
      ? undefined
      : {
          time: times[slot] as number,
          partition: partitions[slot] as number,
          offset: offsets[slot] as number,
          value: structuredClone(values[slot]),
        };
  const absorb = (slot: number, saved: Saved): void => {
    if (saved === undefined) return;
    place(saved);
    value = wins(slot) ? structuredClone(saved.value) : undefined;
    add(slot);
  };
  return {
    reserve: (slots) => {
      const room = roomFor(slots, times.length);
      times = grown(times, room);
      partitions = grown(partitions, room);
      offsets = grown(offsets, room);
      while (values.length < room) values.push(undefined);
    },
    reset: (slot) => {
      values[slot] = undefined;
    },
    read: (slot, row) => {
      value = undefined;
      const given = read(row, meta);
      if (given === undefined || given === null) return;
      time = Number.isNaN(meta.time) ? 0 : meta.time;
      partition = meta.partitionIndex;
      offset = meta.offset;
      // Copied only when it is kept.
      if (wins(slot)) value = typeof given === "string" && !owned ? wholeString(given) : own(given);
    },
    add,
    merge: (slot, from, fromSlot) => absorb(slot, from.save(fromSlot) as Saved),
    result: (slot) => values[slot],
    save,
    load: (slot, saved) => {
      values[slot] = undefined;
      absorb(slot, saved as Saved);
    },
  };
}
