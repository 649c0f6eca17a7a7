import { CHUNK_rows, type Chunk, moveTo } from "../../row/chunk.ts";
import { isJson, writeValue } from "../../row/encode.ts";
import { CELL_WORDS, HEADER_WORDS } from "../../row/layout.ts";
import type { Field, ViewShape } from "../../row/shape.ts";
import type { MemberEdit } from "../../row/view-edits.ts";
import type { Kernel } from "./kernel.ts";

/** Memory for the JSON of values that are computed a row each. */
const TEXTS_bytes = 128 * 1024;
/** Memory for the JSON of values that are kept by code, of one field; got when it is needed. */
const KEPT_bytes = 16 * 1024;

/**
 * Where the JSON of one member's value stands, by row of a chunk: pairs of offset and length in the kernel's memory,
 * length 0 where there is none.
 */
export interface Segments {
  /** Offset of the table. */
  readonly at: number;
  /**
   * Fills the table for the rows selected.
   *
   * @returns The first index whose row could not be done: it throws, or there is no room.
   */
  readonly fill: (chunk: Chunk, to: number) => number;
}

/** The rows being written, and memory for their values: every field of a sink writes into it, from its start each time. */
export class Texts {
  /** Numbers of the rows in their chunk. */
  readonly rows: Int32Array;
  /** Offset of those. */
  readonly selection: number;
  /** Where the next text begins. */
  at = 0;
  readonly to: number;
  /** For numbers, by row of the chunk. */
  readonly values: Float64Array;
  readonly #from: number;

  private constructor({ i32, f64 }: Kernel, from: number, selection: number, values: number) {
    this.#from = from;
    this.to = from + TEXTS_bytes;
    this.selection = selection;
    this.rows = i32.subarray(selection >> 2, (selection >> 2) + CHUNK_rows);
    this.values = f64.subarray(values >> 3, (values >> 3) + CHUNK_rows);
  }

  /** `undefined` when the kernel's memory has no room for it. */
  static create(kernel: Kernel): Texts | undefined {
    const from = kernel.allocate(TEXTS_bytes);
    const selection = kernel.allocate(4 * CHUNK_rows);
    const values = kernel.allocate(8 * CHUNK_rows);
    if (from === 0 || selection === 0 || values === 0) return undefined;
    return new Texts(kernel, from, selection, values);
  }

  /** Takes the numbers of the first `to` rows. */
  setValues(numbers: Float64Array, to: number): void {
    const first = this.rows[0] as number;
    const last = this.rows[to - 1] as number;
    this.values.set(numbers.subarray(first, last + 1), first);
  }

  /** Takes other rows: what was written for the last ones is needed no more. */
  select(rows: Int32Array, from: number, to: number): void {
    this.at = this.#from;
    this.rows.set(rows.subarray(from, to));
  }
}

/** Makes the segments of a field that an operator computes; `undefined` when there is no room. */
export function fieldSegments(
  kernel: Kernel,
  shape: ViewShape,
  { cell }: MemberEdit,
  field: Field,
  texts: Texts,
): Segments | undefined {
  const at = kernel.allocate(8 * CHUNK_rows);
  if (at === 0) return undefined;
  const { u8, i32 } = kernel;
  const { cursor } = shape.origin;
  const { get, codes, code, numbers, strings } = field;
  /** Writes the value of a row; false when there is no room. Throws what the value throws. */
  const put = (chunk: Chunk, row: number): boolean => {
    moveTo(cursor, chunk, row);
    const value = get();
    const end = isJson(value) ? writeValue(value, u8, texts.at, texts.to) : texts.at;
    if (end < 0) return false;
    const entry = (at >> 2) + 2 * row;
    i32[entry] = texts.at;
    i32[entry + 1] = end - texts.at;
    texts.at = end;
    return true;
  };
  /** Goes on with `many`, which is made once, row by row where that stops. */
  const fill = (chunk: Chunk, to: number, many: Many): number => {
    let i = 0;
    try {
      while (i < to) {
        i = many(i, to, chunk);
        if (i < to && !put(chunk, texts.rows[i++] as number)) return i - 1;
      }
    } catch {
      // It throws again where it is known whose it is.
      return i - 1;
    }
    return i;
  };
  if (codes !== undefined && code !== undefined) {
    const kept = new Kept(kernel);
    const byCodes: Many = (from, to, chunk) => {
      const of = codes.of(chunk);
      // Found in JavaScript: the kernel had no room for a dictionary.
      if (of.buffer !== i32.buffer) return from;
      let i = from;
      for (;;) {
        i = kernel.keptSegments(at, of.byteOffset, kept.at, kept.known, texts.selection, i, to);
        if (i === to) return i;
        const row = texts.rows[i] as number;
        const known = of[row] as number;
        if (known === 0) return i;
        moveTo(cursor, chunk, row);
        if (!kept.keep(known, get())) return i;
      }
    };
    return { at, fill: (chunk, to) => fill(chunk, to, byCodes) };
  }
  if (numbers === undefined) return { at, fill: (chunk, to) => fill(chunk, to, byNone) };
  const own = cell < 0 ? 0 : 4 * (HEADER_WORDS + CELL_WORDS * cell);
  /** Takes the string of a row, where it is written already. */
  const takeString = (written: number, row: number): boolean => {
    const from = (written >> 2) + 2 * row;
    const length = i32[from + 1] as number;
    if (written === 0 || length === 0) return false;
    const entry = (at >> 2) + 2 * row;
    i32[entry] = i32[from] as number;
    i32[entry + 1] = length;
    return true;
  };
  const byNumbers: Many = (from, to, chunk) => {
    const { columns, words } = chunk;
    const { values, selection, rows } = texts;
    let written: number | undefined;
    let i = from;
    while (i < to) {
      const row = rows[i] as number;
      if (Number.isNaN(values[row])) {
        written ??= strings?.of(chunk) ?? 0;
        if (!takeString(written, row)) return i;
        i++;
        continue;
      }
      const stop = kernel.numberSegments(
        at,
        values.byteOffset,
        selection,
        i,
        to,
        columns << 2,
        words << 2,
        own,
        texts.at,
        texts.to,
      );
      texts.at = kernel.getTextsAt() >>> 0;
      if (stop === i) return i;
      i = stop;
    }
    return to;
  };
  return {
    at,
    fill: (chunk, to) => {
      if (to === 0) return 0;
      texts.setValues(numbers.of(chunk), to);
      return fill(chunk, to, byNumbers);
    },
  };
}

/** Does rows from one on; gives the first that it cannot do. */
type Many = (from: number, to: number, chunk: Chunk) => number;

const byNone: Many = (from) => from;

/** Where a text stands. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/** The JSON of values by code, written once for each of them. */
class Kept {
  /** Offset of the pairs by code: where the text begins, and its length + 1. */
  at = 0;
  /** Codes that there is room for. */
  known = 0;
  readonly #kernel: Kernel;
  /** Codes whose JSON is longer than a block. */
  readonly #tooLong = new Set<number>();
  /** Where the JSON of a value stands: many codes share few values, which stay in the caches then. */
  readonly #places = new Map<unknown, Place>();
  #texts = 0;
  #to = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Keeps the JSON of a code's value. False when there is no room. */
  keep(code: number, value: unknown): boolean {
    const { i32 } = this.#kernel;
    if (this.#tooLong.has(code) || (code >= this.known && !this.#grow(code))) return false;
    const place = this.#places.get(value) ?? this.#write(value);
    if (place === undefined) {
      this.#tooLong.add(code);
      return false;
    }
    const entry = (this.at >> 2) + 2 * code;
    i32[entry] = place.at;
    i32[entry + 1] = place.length + 1;
    return true;
  }

  #write(value: unknown): Place | undefined {
    const { u8 } = this.#kernel;
    let end = isJson(value) ? writeValue(value, u8, this.#texts, this.#to) : this.#texts;
    if (end < 0 && this.#to - this.#texts < KEPT_bytes) {
      this.#texts = this.#kernel.allocate(KEPT_bytes);
      this.#to = this.#texts === 0 ? 0 : this.#texts + KEPT_bytes;
      end = this.#texts === 0 ? -1 : writeValue(value, u8, this.#texts, this.#to);
    }
    if (end < 0) return undefined;
    const place = { at: this.#texts, length: end - this.#texts };
    // An object may say something else the next time.
    if (typeof value !== "object") this.#places.set(value, place);
    this.#texts = end;
    return place;
  }

  #grow(code: number): boolean {
    const { u8 } = this.#kernel;
    let known = Math.max(256, this.known);
    while (known <= code) known *= 2;
    const at = this.#kernel.allocate(8 * known);
    if (at === 0) return false;
    u8.copyWithin(at, this.at, this.at + 8 * this.known);
    this.at = at;
    this.known = known;
    return true;
  }
}
