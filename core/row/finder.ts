import type { Kernel } from "../scan/kernel/kernel.ts";
import { CHUNK_rows, type Chunk, type CodeColumn, type NumberColumn } from "./chunk.ts";
import { byteLane, type Lane, wordLane } from "./lane.ts";
import type { NumberRange } from "./rule.ts";

/** Every number. */
export const ANY: NumberRange = {
  least: Number.NEGATIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
  above: Number.NaN,
  below: Number.NaN,
  integer: false,
};

/**
 * Finds the rows of a chunk with which something must be done, among those on the short way: few, nearly always. The
 * loops are the kernel's where the columns lie in its memory: a third of the time, and no warming up (a fresh process
 * has a tenth of a second in which its JavaScript is interpreted).
 */
export class Finder {
  /** {@link Chunk.aside}. */
  readonly aside: Lane<Uint8Array>;
  /** What was found last: as many numbers of rows, ascending, as the call said. */
  readonly found: Int32Array;
  /** The numbers of as many rows as a chunk may have. */
  readonly all: Int32Array;
  readonly #list: number;
  readonly #kernel: Kernel | undefined;

  constructor(kernel: Kernel | undefined) {
    this.aside = byteLane(kernel, CHUNK_rows);
    const { at, values } = wordLane(kernel, CHUNK_rows);
    this.found = values;
    this.all = wordLane(kernel, CHUNK_rows).values;
    for (let row = 0; row < CHUNK_rows; row++) this.all[row] = row;
    this.#list = at;
    if (at > 0 && this.aside.at > 0) this.#kernel = kernel;
  }

  /** Rows whose number is not within bounds, or that have none. */
  outside({ rows }: Chunk, column: NumberColumn, values: Float64Array, range: NumberRange = ANY): number {
    const { aside, found } = this;
    const { least, most, above, below, integer } = range;
    if (this.#kernel !== undefined && column.at > 0) {
      return this.#kernel.findOutside(
        column.at,
        least,
        most,
        above,
        below,
        integer ? 1 : 0,
        aside.at,
        rows,
        this.#list,
      );
    }
    let many = 0;
    for (let row = 0; row < rows; row++) {
      const number = values[row] as number;
      // No comparison with NaN is true.
      const within = number >= least && number <= most && !(number <= above) && !(number >= below);
      if (within && (!integer || Number.isInteger(number))) continue;
      if (aside.values[row] === 0) found[many++] = row;
    }
    return many;
  }

  /** Rows that have no code, or one without a mark. */
  unmarked({ rows }: Chunk, column: CodeColumn, codes: Int32Array, marks: Lane<Uint8Array>): number {
    const { aside, found } = this;
    const { length } = marks.values;
    if (this.#kernel !== undefined && column.at > 0 && marks.at > 0)
      return this.#kernel.findUnmarked(column.at, marks.at, length, aside.at, rows, this.#list);
    let many = 0;
    for (let row = 0; row < rows; row++) {
      const code = codes[row] as number;
      if (code < length && marks.values[code] !== 0) continue;
      if (aside.values[row] === 0) found[many++] = row;
    }
    return many;
  }

  /** Rows whose byte is not `value`. */
  others({ rows }: Chunk, bytes: Lane<Uint8Array>, value: number): number {
    const { aside, found } = this;
    if (this.#kernel !== undefined && bytes.at > 0)
      return this.#kernel.findOthers(bytes.at, value, aside.at, rows, this.#list);
    let many = 0;
    for (let row = 0; row < rows; row++) {
      if (bytes.values[row] !== value && aside.values[row] === 0) found[many++] = row;
    }
    return many;
  }

  /** Rows that have a mark now, and had none before. */
  marked({ rows }: Chunk, before: Lane<Uint8Array>, mark: number): number {
    const { aside, found } = this;
    if (this.#kernel !== undefined && before.at > 0)
      return this.#kernel.findMarked(before.at, mark, aside.at, rows, this.#list);
    let many = 0;
    for (let row = 0; row < rows; row++) {
      if (aside.values[row] === mark && before.values[row] === 0) found[many++] = row;
    }
    return many;
  }

  /**
   * Writes by row what a table has for its code, 0 where that has nothing.
   *
   * @returns As the others: rows of which nothing is known, that is 0 or −1.
   */
  lookUp(
    { rows }: Chunk,
    column: CodeColumn,
    codes: Int32Array,
    table: Lane<Int32Array>,
    into: Lane<Int32Array>,
  ): number {
    const { aside, found } = this;
    const { length } = table.values;
    if (this.#kernel !== undefined && column.at > 0 && table.at > 0 && into.at > 0)
      return this.#kernel.lookUpCodes(column.at, table.at, length, aside.at, rows, into.at, this.#list);
    let many = 0;
    for (let row = 0; row < rows; row++) {
      const code = codes[row] as number;
      const value = code < length ? (table.values[code] as number) : 0;
      into.values[row] = value;
      if ((value === 0 || value === -1) && aside.values[row] === 0) found[many++] = row;
    }
    return many;
  }

  /** Puts numbers below 2^16 of two columns into one: the second into the upper half of each word. */
  pack({ rows }: Chunk, first: Lane<Int32Array>, second: Lane<Int32Array>, into: Lane<Int32Array>): void {
    if (this.#kernel !== undefined && first.at > 0 && second.at > 0 && into.at > 0) {
      this.#kernel.packHalves(first.at, second.at, rows, into.at);
      return;
    }
    for (let row = 0; row < rows; row++) {
      into.values[row] = (first.values[row] as number) | ((second.values[row] as number) << 16);
    }
  }

  /**
   * Marks the rows that the scanner refused, and no others.
   *
   * @param u32 The memory of the chunk.
   * @param word Of the flags in the first row.
   * @returns How many there are; they are not listed.
   */
  markRefused({ rows, words }: Chunk, u32: Uint32Array, word: number, mark: number): number {
    const { at, values } = this.aside;
    if (this.#kernel !== undefined) return this.#kernel.markRefused(word << 2, words << 2, rows, mark, at);
    let many = 0;
    for (let row = 0, flags = word; row < rows; row++, flags += words) {
      const isRefused = ((u32[flags] as number) & 0xff) !== 0;
      values[row] = isRefused ? mark : 0;
      if (isRefused) many += 1;
    }
    return many;
  }
}
