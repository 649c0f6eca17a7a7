import type { RowLoops } from "./row-loops.ts";

/** Numbers of one page: 2^8, in words of 32. Bun takes what is worked out, 2 ** 8 / 32, for a double: 17 → 126 ns a row. */
export const PAGE_SHIFT = 8;
export const PAGE_WORDS = 8;

/**
 * Sets of small numbers, one for each slot: bits, in pages of 256 that are there when they are needed. No object for a
 * set: short-lived Sets of strings filled the old space of V8 by 100 MB on 3 M rows.
 */
export class NumberSets {
  /** By slot and page of the set: its page in `#bits`, from 1 on. */
  #pages = new Int32Array(0);
  /** Pages of each slot. */
  #width = 1;
  #slots = 0;
  #bits = new Int32Array(0);
  /** How many pages no set has, then those: they are empty. */
  #free = new Int32Array(0);
  readonly #loops: RowLoops;

  constructor(loops: RowLoops) {
    this.#loops = loops;
    this.#grow();
  }

  /** Makes room for slots `[0, slots)`. */
  reserve(slots: number): void {
    this.#pages = this.#loops.grown(this.#pages, slots * this.#width);
    this.#slots = slots;
  }

  /** Adds a number to a slot's set. Whether it is new there. */
  add(slot: number, number: number): boolean {
    const at = number >>> PAGE_SHIFT;
    if (at >= this.#width) this.#widen(at);
    const entry = slot * this.#width + at;
    let page = this.#pages[entry] as number;
    if (page === 0) {
      if (this.#free[0] === 0) this.#grow();
      const left = this.#free[0] as number;
      page = this.#free[left] as number;
      this.#free[0] = left - 1;
      this.#pages[entry] = page;
    }
    const word = page * PAGE_WORDS + ((number >>> 5) & (PAGE_WORDS - 1));
    const bit = 1 << (number & 31);
    const bits = this.#bits[word] as number;
    if ((bits & bit) !== 0) return false;
    this.#bits[word] = bits | bit;
    return true;
  }

  /** Adds `numbers[rows[i]] − 1` to `slots[i]`, `from` ≤ i < `to`: {@link RowLoops.distinct}. */
  addRows(
    slots: Int32Array,
    rows: Int32Array,
    numbers: Int32Array,
    from: number,
    to: number,
    sizes: Int32Array,
    most: number,
  ): number {
    return this.#loops.distinct(
      this.#pages,
      this.#width,
      this.#bits,
      this.#free,
      slots,
      rows,
      numbers,
      sizes,
      most,
      from,
      to,
    );
  }

  /** The numbers of a slot's set, ascending. */
  list(slot: number): number[] {
    const numbers: number[] = [];
    for (let at = 0; at < this.#width; at++) {
      const page = this.#pages[slot * this.#width + at] as number;
      for (let i = 0; page !== 0 && i < 2 ** PAGE_SHIFT; i++) {
        const word = this.#bits[page * PAGE_WORDS + (i >>> 5)] as number;
        if ((word & (1 << (i & 31))) !== 0) numbers.push((at << PAGE_SHIFT) + i);
      }
    }
    return numbers;
  }

  /** Empties a slot's set. */
  reset(slot: number): void {
    const pages = this.#pages;
    const bits = this.#bits;
    const free = this.#free;
    let left = free[0] as number;
    const end = (slot + 1) * this.#width;
    for (let entry = slot * this.#width; entry < end; entry++) {
      const page = pages[entry] as number;
      if (page === 0) continue;
      const first = page * PAGE_WORDS;
      for (let word = first; word < first + PAGE_WORDS; word++) bits[word] = 0;
      free[++left] = page;
      pages[entry] = 0;
    }
    free[0] = left;
  }

  /** Doubles the pages. Page 0 is none. */
  #grow(): void {
    const before = Math.max(1, this.#free.length);
    const after = Math.max(64, 2 * before);
    this.#bits = this.#loops.grown(this.#bits, after * PAGE_WORDS);
    const free = this.#loops.grown(this.#free, after);
    let left = free[0] as number;
    for (let page = after - 1; page >= before; page--) free[++left] = page;
    free[0] = left;
    this.#free = free;
  }

  #widen(at: number): void {
    let width = this.#width;
    while (width <= at) width *= 2;
    const pages = this.#loops.grown(new Int32Array(0), this.#slots * width);
    for (let slot = 0; slot < this.#slots; slot++) {
      pages.set(this.#pages.subarray(slot * this.#width, (slot + 1) * this.#width), slot * width);
    }
    this.#pages = pages;
    this.#width = width;
  }
}
