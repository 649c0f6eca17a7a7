import type { Scope } from "../operator.ts";
import type { Chunk } from "../row/chunk.ts";
import { put } from "../row/own.ts";
import { type ColumnType, type Shape, typeAt } from "../row/shape.ts";
import type { Accumulators, Aggregator } from "./aggregator.ts";
import { createGroups, type Groups, type Table } from "./groups.ts";
import { type Keys, keysOf } from "./keys.ts";
import { rowLoops } from "./row-loops.ts";

/** What `window` and `summarise` share of their options. */
export interface GroupOptions {
  readonly by?: readonly string[];
  readonly compute: Readonly<Record<string, Aggregator<never, unknown>>>;
  readonly maxGroups?: number;
}

/** Groups open at the same time at most, when nothing is said. */
const MOST_GROUPS = 1_000_000;

/** Rows gathered into groups: what lies between taking a row and giving a result. */
export interface Aggregation {
  readonly groups: Groups;
  /** Adds a row to its group. False when it was refused, and the fault reported. */
  take(table: Table, row: unknown): boolean;
  /** For rows that come by chunks; undefined where one aggregate, or the key, cannot. */
  readonly chunks: ChunkAggregation | undefined;
  /** Slot that the last row taken went to. */
  readonly slot: number;
  /** Adds a group's key and results to a row under way. */
  fill(row: Record<string, unknown>, slot: number): void;
  /** Empties a group and gives its slot back. */
  release(slot: number): void;
}

/** Chunks of rows gathered into groups. */
interface ChunkAggregation {
  /** Looks at a chunk, and sets aside the rows that must be taken one by one. */
  columns(chunk: Chunk): void;
  /**
   * Finds the slots of the groups of rows `rows[from]` … `rows[to − 1]` of that chunk, which may begin with them.
   *
   * @param slots Takes them, at the same places as in `rows`.
   * @returns Where the first row stands that would begin one group too many; `to` when there is none.
   */
  find(table: Table, rows: Int32Array, from: number, to: number, slots: Int32Array): number;
  /** Adds these rows to their slots. */
  add(slots: Int32Array, rows: Int32Array, from: number, to: number): void;
}

/**
 * Checks the names of a result's fields.
 *
 * @throws {TypeError} When a name stands twice, or no aggregate is named.
 * @throws {RangeError} When `maxGroups` is no whole number above 0.
 */
export function checkGroupOptions(operator: string, options: GroupOptions, taken: readonly string[]): void {
  const { by = [], compute, maxGroups = MOST_GROUPS } = options;
  const names = new Set(taken);
  for (const name of [...by, ...Object.keys(compute)]) {
    if (names.has(name)) throw new TypeError(`${operator}: the result's field '${name}' is named twice`);
    names.add(name);
  }
  if (!Number.isInteger(maxGroups) || maxGroups < 1 || maxGroups > 2 ** 30) {
    throw new RangeError(`${operator}: maxGroups must be a whole number from 1 to 2^30, was ${maxGroups}`);
  }
}

/** What is known of the fields that {@link Aggregation.fill} sets. */
export function groupTypes(shape: Shape, { by = [], compute }: GroupOptions): [string, ColumnType][] {
  return [
    ...by.map((name): [string, ColumnType] => [name, typeAt(shape, name)]),
    ...Object.entries(compute).map(([name, one]): [string, ColumnType] => [name, one.type(shape)]),
  ];
}

/** Opens the aggregation of one operator in one run. */
export function openAggregation(scope: Scope, shape: Shape, options: GroupOptions): Aggregation {
  const { by = [], compute, maxGroups = MOST_GROUPS } = options;
  const names = Object.keys(compute);
  const accumulators = names.map(
    (name): Accumulators<unknown> => (compute[name] as Aggregator<never, unknown>).open(shape, scope.meta),
  );
  const reads = accumulators.flatMap(({ read }) => (read === undefined ? [] : [read]));
  const adds = accumulators.map(({ add }) => add);
  const keys = keysOf(scope.name, shape, by);
  let fresh = 0;
  const groups = createGroups(keys, maxGroups, rowLoops(shape), (slots) => {
    for (const one of accumulators) {
      one.reserve(slots);
      for (let slot = fresh; slot < slots; slot++) one.reset(slot);
    }
    fresh = slots;
  });
  // One guard for all of them. What an aggregator throws is a fault of the row, and nothing has been added yet.
  const readAll = scope.guard((slot: number, row: unknown): void => {
    for (let i = 0; i < reads.length; i++) (reads[i] as (slot: number, row: unknown) => void)(slot, row);
  });
  const addAll = (slot: number): void => {
    for (let i = 0; i < adds.length; i++) (adds[i] as (slot: number) => void)(slot);
  };
  let last = -1;

  /** Finds the row's group by its values. −1: there is none yet; −2: the row was refused. */
  const find = scope.guard((table: Table, row: unknown): number => {
    const wrong = keys.read(row);
    if (wrong === undefined) return groups.find(table);
    scope.fault("key", wrong, row);
    return -2;
  });
  const begin = (table: Table, row: unknown): number => {
    const slot = groups.create(table);
    if (slot < 0) {
      const message = `${scope.name}: at most ${maxGroups} groups may be open (maxGroups)`;
      scope.fault("state-full", message, row);
    }
    return slot;
  };

  return {
    groups,
    chunks: chunksOf(keys, groups, accumulators),
    get slot() {
      return last;
    },
    take: (table, row) => {
      const coded = keys.coded();
      let slot = coded ? groups.recall(table) : -1;
      const recalled = slot >= 0;
      if (!recalled) {
        slot = find(table, row);
        if (slot === -2) return false;
      }
      readAll(slot, row);
      if (slot < 0) {
        slot = begin(table, row);
        if (slot < 0) return false;
      }
      if (coded && !recalled) groups.remember(table, slot);
      addAll(slot);
      last = slot;
      return true;
    },
    // An aggregator of the user's may throw when it gives its result.
    fill: scope.guard((row: Record<string, unknown>, slot: number): void => {
      for (let i = 0; i < by.length; i++) put(row, by[i] as string, groups.key(i, slot));
      for (let i = 0; i < names.length; i++) {
        put(row, names[i] as string, (accumulators[i] as Accumulators<unknown>).result(slot));
      }
    }),
    release: (slot) => {
      // Emptied now, not when the slot is used again: it may hold large sets.
      for (const one of accumulators) one.reset(slot);
      groups.release(slot);
    },
  };
}

function chunksOf(
  { chunks: keys, width }: Keys,
  groups: Groups,
  accumulators: readonly Accumulators<unknown>[],
): ChunkAggregation | undefined {
  const prepare = accumulators.flatMap((one) => (one.columns === undefined ? [] : [one.columns]));
  const adds = accumulators.flatMap(({ addRows }) => (addRows === undefined ? [] : [addRows]));
  if (keys === undefined || prepare.length + adds.length < 2 * accumulators.length) return undefined;
  /** Slot of the group of the key that was read last, which may begin; −1 when no more groups are allowed. */
  const slotOf = (table: Table): number => {
    const slot = groups.find(table);
    return slot < 0 ? groups.create(table) : slot;
  };
  return {
    columns: (chunk) => {
      keys.columns(chunk);
      for (const one of prepare) one(chunk);
    },
    find: (table, rows, from, to, slots) => {
      if (width === 0) {
        const slot = slotOf(table);
        if (slot < 0) return from;
        slots.fill(slot, from, to);
        return to;
      }
      let at = from;
      while (at < to) {
        at = groups.recallRows(table, keys.ids, rows, at, to, slots);
        if (at === to) break;
        keys.select(rows[at] as number);
        let slot = groups.recall(table);
        if (slot < 0) {
          slot = slotOf(table);
          if (slot < 0) break;
          groups.remember(table, slot);
        }
        slots[at++] = slot;
      }
      return at;
    },
    add: (slots, rows, from, to) => {
      for (const add of adds) add(slots, rows, from, to);
    },
  };
}
