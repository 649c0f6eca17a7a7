import { ANY_KIND, CELL_WORDS, HEADER_WORDS, Kind, type Layout, type LayoutNode } from "../../row/layout.ts";
import { INTEGERS } from "../script/cell-tables.ts";
import type { Kernel } from "./kernel.ts";

// Offsets of everything that lives in the kernel's part of the memory, as in source/memory.ts.

const SCAN_BYTES = 64;
const SCAN = {
  rowBytes: 0,
  cells: 4,
  root: 8,
  cellTable: 12,
  open: 16,
  levels: 20,
  pending: 24,
  required: 40,
  compared: 48,
};
/** Offsets of what a scan says, in words. */
export const SCAN_PENDING_COUNT = 7;
export const SCAN_CONSUMED = 8;
export const SCAN_BLANK = 9;

const ENTRY_BYTES = 80;
const ENTRY = {
  pattern: 0,
  mask: 16,
  cell: 32,
  accepts: 36,
  follow: 40,
  child: 44,
  length: 48,
  blocks: 52,
  more: 56,
};
const NODE_BYTES = 32;
const NODE = { table: 0, mask: 4, seed: 8, open: 12, learned: 16 };
const LEARNED_MOST = 32;
const LEARNED_BYTES = 208;

/** Bit of `accepts`: the value must be there. */
const REQUIRED = 1 << 16;
/** Says of an entry that its integers beyond 2^53 are doubles, in `accepts`. */
const DOUBLES = 1 << 31;
const LEVELS_bytes = 144;
/** 0x02, 0x21 and a backslash: what bytes of strings are compared with. */
const COMPARED = 0x5c2102;

/** A layout in the kernel's memory. */
export interface ScanTables {
  /** Offset of the words of this scan. */
  readonly scan: number;
  /** Word where the numbers of the rows begin that JavaScript must do. */
  readonly pending: number;
}

const encoder = new TextEncoder();

/** A name that may stand in a record without escapes; JavaScript finds the others. */
function isPlain(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  return name.isWellFormed() && !/[\u0000-\u001f"\\]/.test(name);
}

/** Hash of a name: source/names.ts has the same. */
function hashOf(bytes: Uint8Array, seed: number): number {
  const { length } = bytes;
  const word = (at: number) =>
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24);
  const last = word(length >= 4 ? length - 4 : 0);
  let hash = (Math.imul(word(0) ^ (length << 24), seed) + Math.imul(last, 0x9e3779b1)) | 0;
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** A seed and a size with which no two names meet; none for names that agree in length, first and last four bytes. */
function perfect(names: readonly Uint8Array[]): { seed: number; size: number } | undefined {
  const least = 2 ** Math.ceil(Math.log2(names.length * 2 + 1));
  for (let size = least; size <= least * 64; size *= 2) {
    for (let seed = 1; seed < 1_000; seed += 2) {
      if (new Set(names.map((name) => hashOf(name, seed) & (size - 1))).size === names.length)
        return { seed, size };
    }
  }
  return undefined;
}

/** Writes a layout into the kernel's memory; `undefined` when there is no room, or its names have no perfect hash. */
export function scanTables(kernel: Kernel, layout: Layout, capacity: number): ScanTables | undefined {
  const { i32, u8 } = kernel;
  let full = false;
  const allocate = (size_bytes: number): number => {
    const at = kernel.allocate(size_bytes);
    if (at === 0) full = true;
    return at;
  };
  const set = (at: number, value: number): void => {
    if (!full) i32[at >> 2] = value;
  };

  /** Makes an entry with a name; without one nothing is ever it. */
  const addEntry = (name?: Uint8Array, size_bytes = ENTRY_BYTES): number => {
    const entry = allocate(size_bytes);
    set(entry + ENTRY.length, -1);
    if (full) return 0;
    if (name === undefined) {
      // A bit outside the mask.
      u8[entry + ENTRY.pattern] = 1;
      return entry;
    }
    const text = Uint8Array.of(...name, 0x22, 0x3a);
    const more = Math.ceil(text.length / 16) - 1;
    const blocks = more === 0 ? 0 : allocate(32 * more);
    if (full) return 0;
    for (let i = 0; i < text.length; i++) {
      const block = i < 16 ? entry + ENTRY.pattern : blocks + 32 * ((i >> 4) - 1);
      u8[block + (i & 15)] = text[i] as number;
      u8[block + (i & 15) + 16] = 0xff;
    }
    set(entry + ENTRY.length, name.length);
    set(entry + ENTRY.blocks, blocks);
    set(entry + ENTRY.more, more);
    return entry;
  };

  const never = addEntry();
  const addNode = (level: LayoutNode): number => {
    const node = allocate(NODE_BYTES);
    const open = addEntry();
    set(node + NODE.open, open);
    let last = open;
    const named: { name: Uint8Array; entry: number }[] = [];
    level.names.forEach((text, i) => {
      const cell = level.cells[i] as number;
      const { accepts, integers } = layout.cells[cell] as Layout["cells"][number];
      const name = isPlain(text) ? encoder.encode(text) : undefined;
      const entry = addEntry(name);
      set(entry + ENTRY.cell, 4 * (HEADER_WORDS + CELL_WORDS * cell));
      const isRequired = (accepts & (1 << Kind.missing)) === 0;
      if (isRequired) required++;
      set(
        entry + ENTRY.accepts,
        accepts | (isRequired ? REQUIRED : 0) | (integers === "double" ? DOUBLES : 0),
      );
      set(last + ENTRY.follow, entry);
      last = entry;
      if (name !== undefined) named.push({ name, entry });
      const child = level.children[i];
      if (child !== undefined) set(entry + ENTRY.child, addNode(child));
    });
    set(last + ENTRY.follow, never);
    const found = perfect(named.map(({ name }) => name));
    if (found === undefined) full = true;
    const { seed, size } = found ?? { seed: 1, size: 1 };
    const table = allocate(4 * size);
    for (let i = 0; i < size; i++) set(table + 4 * i, never);
    for (const { name, entry } of named) set(table + 4 * (hashOf(name, seed) & (size - 1)), entry);
    set(node + NODE.table, table);
    set(node + NODE.mask, size - 1);
    set(node + NODE.seed, seed);
    const learned = allocate(LEARNED_MOST * LEARNED_BYTES);
    for (let i = 0; i < LEARNED_MOST; i++) {
      const entry = learned + i * LEARNED_BYTES;
      set(entry + ENTRY.length, -1);
      set(entry + ENTRY.accepts, ANY_KIND);
      set(entry + ENTRY.follow, never);
      set(entry + ENTRY.blocks, entry + ENTRY_BYTES);
      if (!full) u8[entry + ENTRY.pattern] = 1;
    }
    set(node + NODE.learned, learned);
    nodes++;
    return node;
  };
  let nodes = 0;
  let required = 0;
  const scan = allocate(SCAN_BYTES);
  set(scan + SCAN.root, addNode(layout.root));
  const cellTable = allocate(16 * layout.cells.length);
  layout.cells.forEach(({ accepts, integers, parent }, i) => {
    set(cellTable + 16 * i, accepts);
    set(cellTable + 16 * i + 4, INTEGERS[integers]);
    set(cellTable + 16 * i + 8, parent);
  });
  const pending = allocate(4 * capacity);
  set(scan + SCAN.rowBytes, 4 * layout.rowWords);
  set(scan + SCAN.required, required);
  set(scan + SCAN.cells, layout.cells.length);
  set(scan + SCAN.cellTable, cellTable);
  set(scan + SCAN.compared, COMPARED);
  set(scan + SCAN.open, allocate(16 * nodes));
  set(scan + SCAN.levels, allocate(LEVELS_bytes));
  set(scan + SCAN.pending, pending);
  if (full) return undefined;
  return { scan, pending: pending >> 2 };
}
