import { grown } from "../row/grown.ts";

/** Numbers of one page: 2^8, in words of 32. Bun takes what is worked out, 2 ** 8 / 32, for a double: 17 → 126 ns a row. */
const PAGE_SHIFT = 8;
const PAGE_WORDS = 8;

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
  #bits = new Int32Array(64 * PAGE_WORDS);
  #used = 1;
  readonly #free: number[] = [];

  /** Makes room for slots `[0, slots)`. */
  reserve(slots: number): void {
    this.#pages = grown(this.#pages, slots * this.#width);
    this.#slots = slots;
  }

  /** Adds a number to a slot's set. Whether it is new there. */
  add(slot: number, number: number): boolean {
    const at = number >>> PAGE_SHIFT;
    if (at >= this.#width) this.#widen(at);
    const entry = slot * this.#width + at;
    let page = this.#pages[entry] as number;
    if (page === 0) {
      page = this.#page();
      this.#pages[entry] = page;
    }
    const word = page * PAGE_WORDS + ((number >>> 5) & (PAGE_WORDS - 1));
    const bit = 1 << (number & 31);
    const bits = this.#bits[word] as number;
    if ((bits & bit) !== 0) return false;
    this.#bits[word] = bits | bit;
    return true;
  }

  /**
   * Adds numbers of rows to sets, in one loop over locals: `numbers[rows[i]] − 1` to `slots[i]`, `from` ≤ i < `to`, up to
   * one that is no number, opens a page, or whose set may not grow.
   *
   * @param sizes By slot: grows with each number that is new there; −1 or `most`: nothing may be added.
   * @returns Where it stopped.
   */
  addRows(
    slots: Int32Array,
    rows: Int32Array,
    numbers: Int32Array,
    from: number,
    to: number,
    sizes: Int32Array,
    most: number,
  ): number {
    const pages = this.#pages;
    const bits = this.#bits;
    const width = this.#width;
    let i = from;
    for (; i < to; i++) {
      const number = (numbers[rows[i] as number] as number) - 1;
      const at = number >> PAGE_SHIFT;
      if (number < 0 || at >= width) break;
      const slot = slots[i] as number;
      const page = pages[slot * width + at] as number;
      const size = sizes[slot] as number;
      if (page === 0 || size < 0 || size >= most) break;
      const word = page * PAGE_WORDS + ((number >> 5) & (PAGE_WORDS - 1));
      const held = bits[word] as number;
      const bit = 1 << (number & 31);
      if ((held & bit) !== 0) continue;
      bits[word] = held | bit;
      sizes[slot] = size + 1;
    }
    return i;
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
    for (let entry = slot * this.#width; entry < (slot + 1) * this.#width; entry++) {
      const page = this.#pages[entry] as number;
      if (page === 0) continue;
      this.#bits.fill(0, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
      this.#free.push(page);
      this.#pages[entry] = 0;
    }
  }

  #page(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const page = this.#used++;
    if ((page + 1) * PAGE_WORDS > this.#bits.length) this.#bits = grown(this.#bits, this.#bits.length * 2);
    return page;
  }

  #widen(at: number): void {
    let width = this.#width;
    while (width <= at) width *= 2;
    const pages = new Int32Array(this.#slots * width);
    for (let slot = 0; slot < this.#slots; slot++) {
      pages.set(this.#pages.subarray(slot * this.#width, (slot + 1) * this.#width), slot * width);
    }
    this.#pages = pages;
    this.#width = width;
  }
}
