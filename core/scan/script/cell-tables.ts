import { CELL_WORDS, type Integers, Kind, type Layout, ScanFault } from "../../row/layout.ts";
import { invalidUtf8 } from "./utf8.ts";

/** Codes of {@link Integers} in {@link CellTables.integers}. */
export const INTEGERS: Readonly<Record<Integers, number>> = { fault: 0, double: 1, int64: 2 };

/** The cells of a layout as flat arrays: what the formats share. */
export interface CellTables {
  readonly cellCount: number;
  /** Allowed kinds as bits, by cell + 1: 0 is the cell of values without a place, which count for nothing. */
  readonly accepts: Int32Array;
  /** {@link INTEGERS} by cell + 1. */
  readonly integers: Uint8Array;
  /** Parent cell or −1, by cell. */
  readonly parent: Int32Array;
  /** First cell behind this one and all inside it, by cell. */
  readonly subtreeEnd: Int32Array;
}

/** Turns the cells of a layout into tables, once per scanner. */
export function cellTables({ cells }: Layout): CellTables {
  const subtreeEnd = Int32Array.from(cells, (_, i) => i + 1);
  for (let i = cells.length - 1; i >= 0; i--) {
    const parent = cells[i]?.parent as number;
    if (parent >= 0) subtreeEnd[parent] = Math.max(subtreeEnd[parent] as number, subtreeEnd[i] as number);
  }
  return {
    cellCount: cells.length,
    accepts: Int32Array.from([0, ...cells.map((cell) => cell.accepts)]),
    integers: Uint8Array.from([INTEGERS.double, ...cells.map((cell) => INTEGERS[cell.integers])]),
    parent: Int32Array.from(cells, (cell) => cell.parent),
    subtreeEnd,
  };
}

/** Makes the cells in words `[from, to)` missing. */
export function clearCells(i32: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) i32[at] = 0;
}

/** The first cell with an integer that its schema doesn't take, or −1. */
export function unsafeInteger(t: CellTables, i32: Int32Array, cells: number): number {
  for (let cell = 0; cell < t.cellCount; cell++) {
    const kind = (i32[cells + CELL_WORDS * cell + 1] as number) >>> 24;
    if (kind === Kind.int64 && t.integers[cell + 1] === INTEGERS.fault) return cell;
  }
  return -1;
}

/** The first cell with a kind that its schema doesn't take, or −1. */
export function refusedCell(t: CellTables, i32: Int32Array, cells: number): number {
  for (let cell = 0; cell < t.cellCount; cell++) {
    const kind = (i32[cells + CELL_WORDS * cell + 1] as number) >>> 24;
    if (((t.accepts[cell + 1] as number) >>> kind) & 1) continue;
    const parent = t.parent[cell] as number;
    // What is missing inside something that isn't there isn't missed.
    if (parent >= 0 && (i32[cells + CELL_WORDS * parent + 1] as number) >>> 24 !== Kind.object) continue;
    return cell;
  }
  return -1;
}

/**
 * Writes the header of a record that is wrong in itself, in bytes `[from, to)`. Bytes that are no UTF-8 go
 * before `fault`, which was found at `at`.
 */
export function writeFault(
  u8: Uint8Array,
  i32: Int32Array,
  row: number,
  from: number,
  to: number,
  fault: number,
  at: number,
): void {
  const invalid = invalidUtf8(u8, from, to);
  i32[row] = from;
  i32[row + 1] = to;
  i32[row + 2] = invalid < 0 ? fault : ScanFault.utf8;
  i32[row + 3] = (invalid < 0 ? Math.min(at, to) : invalid) - from;
}

/** Scans `[from, to)` of one memory into rows from word `columns` of it; returns how many. */
export type ScanPart = (
  u8: Uint8Array,
  i32: Int32Array,
  f64: Float64Array,
  from: number,
  to: number,
  columns: number,
) => number;

/**
 * Scans the last record of a source, which may lack its line end: a copy gets one. A scan runs until a line
 * feed, and what lies behind the record isn't ours.
 *
 * @param text First byte of the record in `u8`.
 * @param columns Word of `i32` where its row goes, if it makes one.
 * @returns How many rows it made: 0 or 1.
 */
export function scanUnended(
  scan: ScanPart,
  rowWords: number,
  u8: Uint8Array,
  i32: Int32Array,
  text: number,
  to: number,
  columns: number,
): number {
  const from = rowWords * 4;
  const end = from + to - text;
  const buffer = new ArrayBuffer((end + 8) & ~7);
  const bytes = new Uint8Array(buffer);
  const words = new Int32Array(buffer);
  bytes.set(u8.subarray(text, to), from);
  bytes[end] = 0x0a;
  if (scan(bytes, words, new Float64Array(buffer), from, end + 1, 0) === 0) return 0;
  const delta = text - from;
  i32.set(words.subarray(0, rowWords), columns);
  for (let at = columns; at < columns + rowWords; at += CELL_WORDS) {
    const isHeader = at === columns;
    if (isHeader || i32[at + 1] !== 0) i32[at] = (i32[at] as number) + delta;
    if (isHeader) i32[at + 1] = (i32[at + 1] as number) + delta;
  }
  return 1;
}

/** Offset behind the last line feed in `[from, to)`, or −1. */
export function behindLastLine(u8: Uint8Array, from: number, to: number): number {
  for (let p = to; p > from; p--) {
    if (u8[p - 1] === 0x0a) return p;
  }
  return -1;
}
