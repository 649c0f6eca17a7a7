import { CHUNK_rows, type Chunk } from "../../row/chunk.ts";
import type { Kernel } from "./kernel.ts";

const encoder = new TextEncoder();

/** Memory for the JSON of the strings of a chunk. */
const TEXTS_bytes = 128 * 1024;
/** So many more times strings are left alone, once most of them had to be. */
const PASSED_OVER = 64;

/**
 * The JSON of the strings that a function has given for the rows of a chunk: written when somebody asks first, all in one
 * call of the encoder (a row each: 35 for 220 ns). A check reads the bytes, and a sink copies them.
 */
export class StringSegments {
  readonly #kernel: Kernel;
  readonly #numbers: Float64Array;
  readonly #others: readonly unknown[];
  /** Pairs of offset and length by row: 0 before there is a string, or where there is no room. */
  #table = 0;
  #texts = 0;
  /** Where row numbers stand, then, CHUNK_rows further, lengths. */
  #strings = 0;
  #isFull = false;
  readonly #pieces: string[] = [];
  /** So many more times strings are left alone. */
  #passOver = 0;
  #epoch = -1;
  #turn = -1;

  /**
   * @param numbers By row.
   * @param others By row: the value where `numbers` has NaN.
   */
  constructor(kernel: Kernel, numbers: Float64Array, others: readonly unknown[]) {
    this.#kernel = kernel;
    this.#numbers = numbers;
    this.#others = others;
  }

  /**
   * Where the JSON of each row's string stands, with its quotes: offset of a table of pairs of offset and length. Length 0
   * is for whatever is not written here: no string, not ASCII, in need of an escape, of a row set aside, without room.
   *
   * @returns 0 when nothing is written, for any row.
   */
  of(chunk: Chunk): number {
    const { epoch, turn } = chunk;
    if (this.#epoch === epoch && this.#turn === turn) return this.#table;
    this.#epoch = epoch;
    this.#turn = turn;
    const word = this.#table >> 2;
    if (word !== 0) this.#kernel.i32.fill(0, word, word + 2 * chunk.rows);
    if (this.#passOver > 0) this.#passOver--;
    else this.#write(chunk);
    return this.#table;
  }

  #allocate(): boolean {
    if (this.#isFull) return false;
    const table = this.#kernel.allocate(8 * CHUNK_rows);
    this.#strings = this.#kernel.allocate(8 * CHUNK_rows);
    this.#texts = this.#kernel.allocate(TEXTS_bytes);
    this.#isFull = table === 0 || this.#strings === 0 || this.#texts === 0;
    if (!this.#isFull) this.#table = table;
    return !this.#isFull;
  }

  #write({ rows, aside }: Chunk): void {
    const { i32, u8 } = this.#kernel;
    const pieces = this.#pieces;
    const numbers = this.#numbers;
    const others = this.#others;
    let strings = this.#strings >> 2;
    let many = 0;
    let units = 0;
    for (let row = 0; row < rows; row++) {
      if (aside[row] !== 0 || !Number.isNaN(numbers[row])) continue;
      const value = others[row];
      if (typeof value !== "string" || units + value.length + 2 > TEXTS_bytes) continue;
      if (this.#table === 0) {
        // Not before there is something to write.
        if (!this.#allocate()) return;
        strings = this.#strings >> 2;
      }
      units += value.length + 2;
      i32[strings + many] = row;
      i32[strings + CHUNK_rows + many] = value.length;
      pieces[many++] = value;
    }
    if (many === 0) return;
    pieces.length = many;
    const text = `"${pieces.join('""')}"`;
    pieces.length = 0;
    const { read } = encoder.encodeInto(text, u8.subarray(this.#texts, this.#texts + TEXTS_bytes));
    if (read < text.length) return;
    const clean = this.#kernel.stringSegments(
      this.#table,
      this.#texts,
      this.#strings,
      this.#strings + 4 * CHUNK_rows,
      many,
    );
    // Not worth it: most need escapes, or are not ASCII.
    if (2 * clean < many) this.#passOver = PASSED_OVER;
  }
}
