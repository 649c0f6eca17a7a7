import { CELL_WORDS, HEADER_WORDS, Kind, type Layout, RowFlag } from "../../../row/layout.ts";
import { openKernel } from "../../kernel/kernel.ts";
import type { MakeScanner, Memory } from "../../scanner.ts";

/** One cell, its offset counted from the start of the record; −1 where nothing stands. */
export interface SeenCell {
  readonly kind: number;
  readonly offset: number;
  readonly length: number;
  /** Payload of a number; 0 for every other kind. */
  readonly payload: number;
}

/**
 * One row, copied out of the columns. Cells of a fault row are not listed unless `schema` or `int64` say so.
 */
export interface SeenRow {
  readonly fault: number;
  readonly detail: number;
  readonly irregular: boolean;
  /** The record's bytes, one character each. */
  readonly record: string;
  readonly cells: readonly SeenCell[];
}

/** What a whole source scans to. */
export interface Seen {
  readonly rows: readonly SeenRow[];
  readonly blank: number;
}

/** Memory for tests. */
export function makeMemory(size_bytes: number): Memory {
  const buffer = new ArrayBuffer(size_bytes);
  return { u8: new Uint8Array(buffer), u32: new Uint32Array(buffer), f64: new Float64Array(buffer) };
}

const PAGE_bytes = 65_536;
/** Enough for any layout of the tests. */
const HEAP_bytes = 16 * PAGE_bytes;

interface WebAssemblyMemory {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
}
/** By pages. */
const memories = new Map<number, { readonly buffer: ArrayBuffer }>();

/** Memory for tests of the WebAssembly kernel: the same one again and again, with a kernel that starts anew. */
export function makeKernelMemory(size_bytes: number, heap_bytes = HEAP_bytes): Memory {
  const pages = 2 ** Math.ceil(Math.log2(Math.ceil(size_bytes / PAGE_bytes)));
  const { Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyMemory }).WebAssembly;
  const size = pages + Math.ceil(heap_bytes / PAGE_bytes);
  const memory = memories.get(size) ?? new Memory({ initial: size, maximum: size });
  memories.set(size, memory);
  const { buffer } = memory;
  const u8 = new Uint8Array(buffer);
  u8.fill(0, pages * PAGE_bytes);
  const kernel = openKernel(memory, pages * PAGE_bytes, size * PAGE_bytes);
  if (kernel === undefined) throw new Error("this runtime has no WebAssembly with SIMD");
  return { u8, u32: new Uint32Array(buffer), f64: new Float64Array(buffer), kernel };
}

const latin1 = new TextDecoder("latin1");

/** Bytes as characters U+0000–U+00FF. ("latin1" decoders are windows-1252 and change 0x80–0x9f.) */
export function byteText(bytes: Uint8Array): string {
  let isAscii = true;
  for (const byte of bytes) isAscii &&= byte < 0x80;
  if (isAscii) return latin1.decode(bytes);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Bytes of a text made by {@link byteText}; a string is taken as such a text. */
export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** UTF-8 of a text as characters U+0000–U+00FF. */
export function utf8Text(text: string): string {
  return byteText(new TextEncoder().encode(text));
}

/** Reads the row at word `row`. */
export function readRow(layout: Layout, memory: Memory, row: number): SeenRow {
  const { u8, u32, f64 } = memory;
  const start = u32[row] as number;
  const end = u32[row + 1] as number;
  const flags = u32[row + 2] as number;
  const cells: SeenCell[] = [];
  for (let at = row + HEADER_WORDS; at < row + layout.rowWords; at += CELL_WORDS) {
    const word = u32[at + 1] as number;
    const kind = word >>> 24;
    cells.push({
      kind,
      offset: kind === Kind.missing ? -1 : (u32[at] as number) - start,
      length: word & 0xffffff,
      payload: f64[at / 2 + 1] as number,
    });
  }
  return {
    fault: flags & 0xff,
    detail: u32[row + 3] as number,
    irregular: (flags & RowFlag.irregular) !== 0,
    record: byteText(u8.subarray(start, end)),
    cells,
  };
}

/** How {@link drive} cuts and surrounds the input. */
interface DriveOptions {
  /** Rows that fit in the columns. */
  readonly capacity?: number;
  /** What stands behind the bytes, over and over: nothing there may change an answer. */
  readonly poison?: string;
  /** Makes the memory. */
  readonly memory?: (size_bytes: number) => Memory;
}

/**
 * Scans a source that comes in `pieces` as the run loop does: append, frame, scan, carry the tail elsewhere.
 */
export function drive(
  make: MakeScanner,
  layout: Layout,
  pieces: readonly Uint8Array[],
  options: DriveOptions = {},
): Seen {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const capacity = options.capacity ?? 3;
  const poison = textBytes(options.poison ?? '"}\n{"a":1}\n');
  const arena_bytes = (total + 2 * poison.length + 32) & ~15;
  const columns_bytes = (capacity + 1) * layout.rowWords * 4;
  const size_bytes = 2 * arena_bytes + columns_bytes;
  const memory = (options.memory ?? makeMemory)(size_bytes);
  const { u8 } = memory;
  const columns = (2 * arena_bytes) / 4;
  const foul = (from: number, to: number) => {
    for (let i = from; i < to; i++) u8[i] = poison[(i - from) % poison.length] as number;
  };
  foul(2 * arena_bytes, size_bytes);
  const scanner = make(layout, memory);
  const rows: SeenRow[] = [];
  const scan = (from: number, to: number, final: boolean): number => {
    let at = from;
    for (;;) {
      const count = scanner.scan(at, to, columns, capacity, final);
      for (let i = 0; i < count; i++) rows.push(readRow(layout, memory, columns + i * layout.rowWords));
      at = scanner.consumed;
      if (at === to) return at;
      if (count === 0) throw new Error(`no progress at ${at} of ${to}`);
    }
  };
  let start = 0;
  let end = 0;
  foul(0, arena_bytes);
  for (const piece of pieces) {
    u8.set(piece, end);
    const complete = scanner.frame(end, end + piece.length);
    end += piece.length;
    if (complete < 0) continue;
    scan(start, complete, false);
    // An odd place each time: nothing may hang on alignment.
    const other = (start < arena_bytes ? arena_bytes : 0) + (rows.length % 8);
    const tail = u8.slice(complete, end);
    foul(other < arena_bytes ? 0 : arena_bytes, other < arena_bytes ? arena_bytes : 2 * arena_bytes);
    u8.set(tail, other);
    start = other;
    end = other + tail.length;
  }
  scan(start, end, true);
  return { rows, blank: scanner.blank };
}
