import { grown, roomFor } from "../row/grown.ts";
import type { Shape } from "../row/shape.ts";
import type { Kernel } from "../scan/kernel/kernel.ts";
import { PAGE_SHIFT, PAGE_WORDS } from "./number-sets.ts";

/** Columns of more bytes lie outside the kernel's memory. */
const LARGEST_bytes = 256 * 1024;
/** The part of the kernel's memory that all columns may take together: dictionaries and texts need it, too. */
const MOST_SHARE = 1 / 4;

/** Bytes that columns have taken of a kernel's memory. */
const taken_bytes = new WeakMap<Kernel, number>();

type Column = Float64Array | Int32Array | Uint8Array;

/** Hash of ids: as in ../scan/kernel/source/groups.ts. */
export function hashOf(hash: number, word: number): number {
  return Math.imul(Math.imul(hash, 0x9e3779b1) ^ word, 0x85ebca6b);
}

/** The loops over rows of a shape: those of views have a kernel, where there is one. */
export function rowLoops(shape: Shape): RowLoops {
  return new RowLoops(shape.kind === "view" ? shape.origin.memory.kernel : undefined);
}

/**
 * The loops in which rows of a chunk are added to groups, and the columns by slot that these work on.
 *
 * Each is the kernel's where all columns that it is given lie in its memory: half of the time, and no warming up. Rows are given by
 * their numbers in the chunk, `rows`, and the slots of their groups, `slots`: from index `from` to index `to − 1` of both.
 */
export class RowLoops {
  readonly #kernel: Kernel | undefined;
  readonly #buffer: ArrayBufferLike | undefined;

  constructor(kernel?: Kernel) {
    this.#kernel = kernel;
    this.#buffer = kernel?.u8.buffer;
  }

  /** The same column with room for more items; itself when it has that already. What is new holds 0. */
  grown<Of extends Column>(column: Of, items: number): Of {
    const at = column.length >= items ? 0 : this.#allocate(column, roomFor(items, column.length));
    if (at === 0 || this.#buffer === undefined) return grown(column, items);
    const Constructor = column.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => Of;
    const larger = new Constructor(this.#buffer, at, roomFor(items, column.length));
    larger.set(column);
    return larger;
  }

  /** Memory of the kernel's for as many items; 0 when there is none for them. */
  #allocate({ BYTES_PER_ELEMENT }: Column, items: number): number {
    const kernel = this.#kernel;
    if (kernel === undefined) return 0;
    const size_bytes = items * BYTES_PER_ELEMENT;
    const taken = (taken_bytes.get(kernel) ?? 0) + size_bytes;
    if (size_bytes > LARGEST_bytes || taken > kernel.heap_bytes * MOST_SHARE) return 0;
    taken_bytes.set(kernel, taken);
    return kernel.allocate(size_bytes);
  }

  /** The kernel, if all these columns lie in its memory. No list of them: it would be made anew a call. */
  #over(
    a: Column,
    b: Column,
    c: Column = a,
    d: Column = a,
    e: Column = a,
    f: Column = a,
    g: Column = a,
  ): Kernel | undefined {
    const all = this.#has(a) && this.#has(b) && this.#has(c) && this.#has(d);
    return all && this.#has(e) && this.#has(f) && this.#has(g) ? this.#kernel : undefined;
  }

  #has({ buffer }: Column): boolean {
    return buffer === this.#buffer;
  }

  /**
   * Finds the slots of groups that are remembered.
   *
   * @param memory Three words an entry: table, slot, id. The entry of an id is the highest bits of its hash.
   * @param shift Bits of the hash that are left out.
   * @param table Stands for the groups asked for.
   * @param ids By row.
   * @param slots Takes the slots.
   * @returns The index of the first row whose group is not remembered.
   */
  recall(
    memory: Int32Array,
    shift: number,
    table: number,
    ids: Int32Array,
    rows: Int32Array,
    from: number,
    to: number,
    slots: Int32Array,
  ): number {
    const kernel = this.#over(memory, ids, rows, slots);
    if (kernel !== undefined) {
      const { byteOffset } = memory;
      return kernel.recallRows(
        byteOffset,
        shift,
        table,
        ids.byteOffset,
        rows.byteOffset,
        from,
        to,
        slots.byteOffset,
      );
    }
    let at = from;
    for (; at < to; at++) {
      const id = ids[rows[at] as number] as number;
      const entry = (hashOf(table, id) >>> shift) * 3;
      if (memory[entry] !== table || memory[entry + 2] !== id) break;
      slots[at] = memory[entry + 1] as number;
    }
    return at;
  }

  /** Counts rows by slot. */
  count(counts: Float64Array, slots: Int32Array, from: number, to: number): void {
    const kernel = this.#over(counts, slots);
    if (kernel !== undefined) {
      kernel.countRows(counts.byteOffset, slots.byteOffset, from, to);
      return;
    }
    for (let at = from; at < to; at++) {
      const slot = slots[at] as number;
      counts[slot] = (counts[slot] as number) + 1;
    }
  }

  /**
   * Adds numbers by slot, by Knuth's TwoSum.
   *
   * @param values By row.
   * @returns The index of the first row with which a slot's sum is not exactly two doubles, `high + low`: it is not added.
   */
  sum(
    highs: Float64Array,
    lows: Float64Array,
    slots: Int32Array,
    rows: Int32Array,
    values: Float64Array,
    from: number,
    to: number,
  ): number {
    const kernel = this.#over(highs, lows, slots, rows, values);
    if (kernel !== undefined) {
      const { byteOffset } = highs;
      return kernel.sumRows(
        byteOffset,
        lows.byteOffset,
        slots.byteOffset,
        rows.byteOffset,
        values.byteOffset,
        from,
        to,
      );
    }
    let at = from;
    for (; at < to; at++) {
      const slot = slots[at] as number;
      const value = values[rows[at] as number] as number;
      const high = highs[slot] as number;
      const sum = high + value;
      const part = sum - high;
      const error = high - (sum - part) + (value - part);
      if (error !== 0) {
        const low = lows[slot] as number;
        const rest = low + error;
        const lowPart = rest - low;
        // Also when the error is NaN: of an infinity, or of a slot that has left the two doubles.
        if (low - (rest - lowPart) + (error - lowPart) !== 0) break;
        lows[slot] = rest;
      }
      highs[slot] = sum;
    }
    return at;
  }

  /**
   * Keeps the largest number by slot, or the smallest.
   *
   * @param marks By slot: gets `mark` added, which says that there is a number.
   * @param values By row; none is NaN.
   */
  extreme(
    largest: boolean,
    numbers: Float64Array,
    marks: Uint8Array,
    mark: number,
    slots: Int32Array,
    rows: Int32Array,
    values: Float64Array,
    from: number,
    to: number,
  ): void {
    const kernel = this.#over(numbers, marks, slots, rows, values);
    if (kernel !== undefined) {
      kernel.extremeRows(
        numbers.byteOffset,
        marks.byteOffset,
        mark,
        slots.byteOffset,
        rows.byteOffset,
        values.byteOffset,
        from,
        to,
        largest ? 1 : 0,
      );
      return;
    }
    for (let at = from; at < to; at++) {
      const slot = slots[at] as number;
      const best = numbers[slot] as number;
      const value = values[rows[at] as number] as number;
      numbers[slot] = largest ? Math.max(best, value) : Math.min(best, value);
      marks[slot] = (marks[slot] as number) | mark;
    }
  }

  /**
   * Adds numbers of rows to sets of bits in pages of 256: see {@link NumberSets}.
   *
   * @param pages By slot, `width` each: the pages of its set, 0 where there is none.
   * @param free How many empty pages there are, then those.
   * @param numbers By row: the number + 1.
   * @param sizes By slot: grows with each number that is new there; −1 or `most`: nothing may be added.
   * @returns The index of the first row that has no number, needs more pages than there are, or whose set may not grow.
   */
  distinct(
    pages: Int32Array,
    width: number,
    bits: Int32Array,
    free: Int32Array,
    slots: Int32Array,
    rows: Int32Array,
    numbers: Int32Array,
    sizes: Int32Array,
    most: number,
    from: number,
    to: number,
  ): number {
    const kernel = this.#over(pages, bits, free, slots, rows, numbers, sizes);
    if (kernel !== undefined) {
      return kernel.distinctRows(
        pages.byteOffset,
        width,
        bits.byteOffset,
        free.byteOffset,
        slots.byteOffset,
        rows.byteOffset,
        numbers.byteOffset,
        sizes.byteOffset,
        most,
        from,
        to,
      );
    }
    let left = free[0] as number;
    let at = from;
    for (; at < to; at++) {
      const number = (numbers[rows[at] as number] as number) - 1;
      const part = number >> PAGE_SHIFT;
      if (number < 0 || part >= width) break;
      const slot = slots[at] as number;
      const size = sizes[slot] as number;
      if (size < 0 || size >= most) break;
      let page = pages[slot * width + part] as number;
      if (page === 0) {
        if (left === 0) break;
        page = free[left--] as number;
        pages[slot * width + part] = page;
      }
      const word = page * PAGE_WORDS + ((number >> 5) & (PAGE_WORDS - 1));
      const held = bits[word] as number;
      const bit = 1 << (number & 31);
      if ((held & bit) !== 0) continue;
      bits[word] = held | bit;
      sizes[slot] = size + 1;
    }
    free[0] = left;
    return at;
  }

  /** The index of the first row whose number is not from `least` on and below `end`. */
  within(
    values: Float64Array,
    rows: Int32Array,
    from: number,
    to: number,
    least: number,
    end: number,
  ): number {
    const kernel = this.#over(values, rows);
    if (kernel !== undefined)
      return kernel.rowsWithin(values.byteOffset, rows.byteOffset, from, to, least, end);
    let at = from;
    for (; at < to; at++) {
      const value = values[rows[at] as number] as number;
      if (!(value >= least && value < end)) break;
    }
    return at;
  }

  /** The largest number of rows, or `before`. None is NaN. */
  largest(values: Float64Array, rows: Int32Array, from: number, to: number, before: number): number {
    const kernel = this.#over(values, rows);
    if (kernel !== undefined) return kernel.largestOf(values.byteOffset, rows.byteOffset, from, to, before);
    let largest = before;
    for (let at = from; at < to; at++) {
      const value = values[rows[at] as number] as number;
      if (value > largest) largest = value;
    }
    return largest;
  }
}
