import { assert } from "../memory/assert.ts";
import { roomFor } from "../row/grown.ts";
import { wholeString } from "../row/whole-string.ts";
import type { Keys } from "./keys.ts";
import { compareValues } from "./order.ts";
import { hashOf, type RowLoops } from "./row-loops.ts";

/** A level of nested maps: from a key's first value to that of its last, and so to its slot. */
type Level = Map<unknown, Level | number>;

/** The groups of one window. */
export interface Table {
  readonly root: Level;
  /** Slots in the order in which their groups began. */
  readonly slots: number[];
  /** Tells this table from every other one that there is or was. */
  readonly id: number;
}

/** The groups of all open windows: from keys to slots. Accumulators keep a column each, by slot. */
export interface Groups {
  open(): Table;
  /** Slot of the group of the key that was read last, or −1. */
  find(table: Table): number;
  /** Begins that group; −1 when there are as many groups as are allowed. */
  create(table: Table): number;
  release(slot: number): void;
  /** The slots of a table, ascending by key. */
  sorted(slots: readonly number[]): number[];
  /** Value of one part of a slot's key. */
  key(part: number, slot: number): unknown;
  /** Remembers under which ids the slot was found. */
  remember(table: Table, slot: number): void;
  /** Slot last remembered for the ids that were found last, or −1. */
  recall(table: Table): number;
  /**
   * The same for rows `rows[from]` … `rows[to − 1]`, up to one whose slot is not remembered.
   *
   * @param ids By row: a column for each word of the ids.
   * @param into Takes the slots, at the same places as in `rows`.
   * @returns Where it stopped.
   */
  recallRows(
    table: Table,
    ids: readonly Int32Array[],
    rows: Int32Array,
    from: number,
    to: number,
    into: Int32Array,
  ): number;
}

/** Entries of the memory of ids: 2^13. */
const RECENT_SHIFT = 32 - 13;
const RECENT = 2 ** 13;

/**
 * Makes the groups of one operator.
 *
 * Several key parts are nested maps rather than a joined string: that would cost a string a row, and a separator
 * that no value holds.
 *
 * @param most Groups open at the same time at most.
 * @param room Called when slots `[0, slots)` must have room in every column.
 */
export function createGroups(
  keys: Keys,
  most: number,
  loops: RowLoops,
  room: (slots: number) => void,
): Groups {
  const { width, values, ids, borrowed } = keys;
  const words = ids.length;
  const columns: unknown[][] = values.map(() => []);
  const free: number[] = [];
  let used = 0;
  let capacity = 0;
  let tables = 0;
  // Groups found by ids of late: table, slot, then the ids. A hit saves the string and the maps (4 ns against 40).
  const stride = words + 2;
  const room_words = width === 0 ? 0 : RECENT * stride;
  // With more words than one it is read in JavaScript alone.
  const recent = words === 1 ? loops.grown(new Int32Array(0), room_words) : new Int32Array(room_words);

  const entryOf = (table: Table): number => {
    let hash = hashOf(table.id, ids[0] as number);
    for (let i = 1; i < words; i++) hash = hashOf(hash, ids[i] as number);
    return (hash >>> RECENT_SHIFT) * stride;
  };

  return {
    open: () => {
      // 32 bits, as `recent` keeps it; 0 is what an empty entry holds.
      tables = (tables + 1) | 0 || 1;
      // New maps, none that are emptied and used again: an emptied one leaves V8 a chain of dead tables, and from the
      // first that reaches the old space on, all of them do (50 MB in 3 M rows).
      return { root: new Map(), slots: [], id: tables };
    },
    find: (table) => {
      if (width === 0) return table.slots[0] ?? -1;
      let level: Level | number | undefined = table.root;
      for (let i = 0; i < width && level !== undefined; i++) level = (level as Level).get(values[i]);
      return (level as number | undefined) ?? -1;
    },
    create: (table) => {
      let slot = free.pop();
      if (slot === undefined) {
        if (used === most) return -1;
        slot = used++;
        if (used > capacity) {
          capacity = roomFor(used, capacity);
          room(capacity);
        }
      }
      let level = table.root;
      for (let i = 0; i < width; i++) {
        const value = values[i];
        const own = borrowed[i] && typeof value === "string" ? wholeString(value) : value;
        (columns[i] as unknown[])[slot] = own;
        if (i === width - 1) level.set(own, slot);
        else {
          let inner = level.get(own) as Level | undefined;
          if (inner === undefined) {
            inner = new Map();
            level.set(own, inner);
          }
          level = inner;
        }
      }
      table.slots.push(slot);
      return slot;
    },
    release: (slot) => {
      for (const column of columns) column[slot] = undefined;
      free.push(slot);
      assert(free.length <= used, "GROUPS-01 a slot was released twice");
    },
    sorted: (slots) =>
      slots.toSorted((a, b) => {
        for (const column of columns) {
          const order = compareValues(column[a], column[b]);
          if (order !== 0) return order;
        }
        return 0;
      }),
    key: (part, slot) => (columns[part] as unknown[])[slot],
    remember: (table, slot) => {
      const entry = entryOf(table);
      recent[entry] = table.id;
      recent[entry + 1] = slot;
      for (let i = 0; i < words; i++) recent[entry + 2 + i] = ids[i] as number;
    },
    recall: (table) => {
      const entry = entryOf(table);
      if (recent[entry] !== table.id) return -1;
      for (let i = 0; i < words; i++) if (recent[entry + 2 + i] !== ids[i]) return -1;
      return recent[entry + 1] as number;
    },
    recallRows: ({ id }, columns, rows, from, to, into) => {
      const [first] = columns;
      // More words than one: row by row.
      if (words !== 1 || first === undefined) return from;
      return loops.recall(recent, RECENT_SHIFT, id, first, rows, from, to, into);
    },
  };
}
