// Rows of a chunk that are added to groups: by `at`, their numbers in the chunk and the slots of their groups.
// ../../../aggregate/row-loops.ts has the same loops in JavaScript.

/** Words of a remembered group: its table, its slot, its id. */
const MEMORY_WORDS: usize = 3;

/** Finds the slots of groups by their ids; gives where the first row stands whose group is not remembered. */
export function recallRows(
  memory: usize,
  shift: i32,
  table: i32,
  ids: usize,
  rows: usize,
  from: i32,
  to: i32,
  slots: usize,
): i32 {
  const start = <u32>table * 0x9e3779b1;
  let at = from;
  for (; at < to; at++) {
    const place = <usize>at << 2;
    const id = load<i32>(ids + (<usize>load<u32>(rows + place) << 2));
    const hash = (start ^ <u32>id) * 0x85ebca6b;
    const entry = memory + <usize>(hash >> shift) * (4 * MEMORY_WORDS);
    if (load<i32>(entry) !== table || load<i32>(entry, 8) !== id) break;
    store<i32>(slots + place, load<i32>(entry, 4));
  }
  return at;
}

/** Counts rows by slot. */
export function countRows(counts: usize, slots: usize, from: i32, to: i32): void {
  for (let at = from; at < to; at++) {
    const count = counts + (<usize>load<u32>(slots + (<usize>at << 2)) << 3);
    store<f64>(count, load<f64>(count) + 1);
  }
}

/** Adds numbers by slot, while each sum is exactly two doubles; gives where the first row stands of which that is not so. */
export function sumRows(
  highs: usize,
  lows: usize,
  slots: usize,
  rows: usize,
  values: usize,
  from: i32,
  to: i32,
): i32 {
  let at = from;
  for (; at < to; at++) {
    const place = <usize>at << 2;
    const slot = <usize>load<u32>(slots + place) << 3;
    const value = load<f64>(values + (<usize>load<u32>(rows + place) << 3));
    const high = load<f64>(highs + slot);
    const sum = high + value;
    const part = sum - high;
    const error = high - (sum - part) + (value - part);
    if (error !== 0) {
      const low = load<f64>(lows + slot);
      const rest = low + error;
      const lowPart = rest - low;
      // NaN is no 0 either.
      if (low - (rest - lowPart) + (error - lowPart) !== 0) break;
      store<f64>(lows + slot, rest);
    }
    store<f64>(highs + slot, sum);
  }
  return at;
}

/** Keeps the largest number by slot, or the smallest; `mark` says there that there is one. */
export function extremeRows(
  numbers: usize,
  marks: usize,
  mark: u8,
  slots: usize,
  rows: usize,
  values: usize,
  from: i32,
  to: i32,
  largest: bool,
): void {
  for (let at = from; at < to; at++) {
    const place = <usize>at << 2;
    const slot = <usize>load<u32>(slots + place);
    const value = load<f64>(values + (<usize>load<u32>(rows + place) << 3));
    const number = numbers + (slot << 3);
    const best = load<f64>(number);
    store<f64>(number, largest ? max(best, value) : min(best, value));
    store<u8>(marks + slot, load<u8>(marks + slot) | mark);
  }
}

/** Bits of a page of a set, and its bytes. */
const PAGE_SHIFT: i32 = 8;
const PAGE_BYTES_SHIFT: usize = 5;

/**
 * Adds numbers of rows to sets of bits, by slot; gives where the first row stands that is left to JavaScript.
 *
 * @param pages By slot, `width` each: pages of its set, 0 where there is none.
 * @param free How many pages nobody has, then those.
 * @param numbers By row: the number + 1.
 */
export function distinctRows(
  pages: usize,
  width: i32,
  bits: usize,
  free: usize,
  slots: usize,
  rows: usize,
  numbers: usize,
  sizes: usize,
  most: i32,
  from: i32,
  to: i32,
): i32 {
  let left = load<i32>(free);
  let at = from;
  for (; at < to; at++) {
    const place = <usize>at << 2;
    const number = load<i32>(numbers + (<usize>load<u32>(rows + place) << 2)) - 1;
    const part = number >> PAGE_SHIFT;
    if (number < 0 || part >= width) break;
    const slot = load<i32>(slots + place);
    const size = sizes + (<usize>slot << 2);
    const many = load<i32>(size);
    if (many < 0 || many >= most) break;
    const entry = pages + (<usize>(slot * width + part) << 2);
    let page = load<i32>(entry);
    if (page === 0) {
      if (left === 0) break;
      page = load<i32>(free + (<usize>left << 2));
      left--;
      store<i32>(entry, page);
    }
    const word = bits + (<usize>page << PAGE_BYTES_SHIFT) + (<usize>((number >> 5) & 7) << 2);
    const held = load<u32>(word);
    const bit = <u32>1 << (number & 31);
    // Whether it is new, no processor foresees.
    store<u32>(word, held | bit);
    store<i32>(size, many + <i32>((held & bit) === 0));
  }
  store<i32>(free, left);
  return at;
}

/** Where the first row stands whose number is not from `least` on and below `end`. */
export function rowsWithin(values: usize, rows: usize, from: i32, to: i32, least: f64, end: f64): i32 {
  let at = from;
  for (; at < to; at++) {
    const value = load<f64>(values + (<usize>load<u32>(rows + (<usize>at << 2)) << 3));
    if (!(value >= least && value < end)) break;
  }
  return at;
}

/** The largest number of rows, or `before`. */
export function largestOf(values: usize, rows: usize, from: i32, to: i32, before: f64): f64 {
  let largest = before;
  for (let at = from; at < to; at++) {
    largest = max(largest, load<f64>(values + (<usize>load<u32>(rows + (<usize>at << 2)) << 3)));
  }
  return largest;
}
