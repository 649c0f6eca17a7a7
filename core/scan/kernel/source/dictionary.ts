// Codes for the strings of one field: 1, 2, 3 … in the order of their first sight.

/** Codes and their hashes, 8 bytes a slot: hash, then code. */
const SLOTS: usize = 0;
const MASK: usize = 4;
/** By code: offset of the string from the first byte of STRINGS, the highest bit set when it is not ASCII. */
const STARTS: usize = 8;
const STARTS_SIZE: usize = 12;
const STRINGS: usize = 16;
const USED: usize = 20;
const STRINGS_SIZE: usize = 24;
/** The next code. */
const NEXT: usize = 28;
const MOST_CODES: usize = 32;
const MOST_BYTES: usize = 36;
const LOOKED: usize = 40;
const MISSED: usize = 44;
const ASLEEP: usize = 48;
const SLEEP: usize = 52;
/** Bytes of a dictionary's own words. */
export const DICTIONARY_BYTES: usize = 64;

/** Longest string that gets a code. */
export const LONGEST: i32 = 64;
const WINDOW: i32 = 4096;
const FIRST_SLEEP: i32 = 65536;
const MOST_SLEEP: i32 = 1 << 30;
const MOST_PROBES: i32 = 64;

const NOT_ASCII: u32 = 0x80000000;

let free: usize = 0;
let end: usize = 0;

/** Gives the kernel memory of its own to allot. */
export function setHeap(from: usize, to: usize): void {
  free = from;
  end = to;
}

/** What is left of it. */
export function heapFree(): usize {
  return free;
}

/** Allots memory for good, zeros as it came; 0 when there is none left. */
export function allocate(size: usize): usize {
  const at = (free + 15) & ~15;
  // 64 bytes behind the last: whoever reads 16 at a time may read on.
  if (at + size + 64 > end) return 0;
  free = at + size;
  return at;
}

/** Makes a dictionary; 0 when there is no room for it. */
export function createDictionary(codes: i32, bytes: i32): usize {
  const dictionary = allocate(DICTIONARY_BYTES);
  const slots = allocate(128 << 3);
  const starts = allocate(66 << 2);
  const strings = allocate(1024);
  if (strings === 0 || starts === 0 || slots === 0 || dictionary === 0) return 0;
  store<u32>(dictionary, <u32>slots, SLOTS);
  store<u32>(dictionary, 127, MASK);
  store<u32>(dictionary, <u32>starts, STARTS);
  store<u32>(dictionary, 66, STARTS_SIZE);
  store<u32>(dictionary, <u32>strings, STRINGS);
  store<u32>(dictionary, 1024, STRINGS_SIZE);
  store<u32>(dictionary, 1, NEXT);
  store<u32>(dictionary, codes, MOST_CODES);
  store<u32>(dictionary, bytes, MOST_BYTES);
  store<u32>(dictionary, FIRST_SLEEP, SLEEP);
  return dictionary;
}

const K: u64 = 0x9e3779b97f4a7c15;

/** Hash of up to 64 bytes, eight at a time; may read, but doesn't use, 7 bytes behind them. */
@inline function hashOf(from: usize, length: i32): u32 {
  let h: u64 = <u64>length * K;
  let p = from;
  let left = length;
  while (left >= 8) {
    h = (h ^ load<u64>(p)) * K;
    h ^= h >> 29;
    p += 8;
    left -= 8;
  }
  if (left > 0) {
    const tail = load<u64>(p) & (~(<u64>0) >> (<u64>(64 - (left << 3))));
    h = (h ^ tail) * K;
  }
  return <u32>(h >> 32);
}

@inline function same(a: usize, b: usize, length: i32): bool {
  let i = 0;
  for (; i + 16 <= length; i += 16) {
    if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  }
  const left = length - i;
  if (left === 0) return true;
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const differ = v128.xor(v128.load(a + i), v128.load(b + i));
  return !v128.any_true(v128.and(differ, i8x16.lt_u(lanes, i8x16.splat(<i8>left))));
}

/** The code of a string, 1 … 65,535; 0 for none: too long, asleep or full. */
export function codeOf(dictionary: usize, from: usize, length: i32, ascii: bool): i32 {
  if (length > LONGEST) return 0;
  const asleep = load<i32>(dictionary, ASLEEP);
  if (asleep > 0) {
    store<i32>(dictionary, asleep - 1, ASLEEP);
    return 0;
  }
  const looked = load<i32>(dictionary, LOOKED) + 1;
  store<i32>(dictionary, looked, LOOKED);
  if (looked > WINDOW && judge(dictionary)) return 0;
  const hash = hashOf(from, length);
  const slots = load<u32>(dictionary, SLOTS);
  const mask = load<u32>(dictionary, MASK);
  let slot = hash & mask;
  let probes = 0;
  while (true) {
    const at = <usize>slots + (<usize>slot << 3);
    const code = load<u32>(at, 4);
    if (code === 0) break;
    if (load<u32>(at) === hash) {
      const starts = <usize>load<u32>(dictionary, STARTS) + (<usize>code << 2);
      const start = load<u32>(starts) & ~NOT_ASCII;
      const next = load<u32>(starts, 4) & ~NOT_ASCII;
      if (<i32>(next - start) === length && same(<usize>load<u32>(dictionary, STRINGS) + start, from, length)) {
        return code;
      }
    }
    slot = (slot + 1) & mask;
    if (++probes === MOST_PROBES) break;
  }
  store<i32>(dictionary, load<i32>(dictionary, MISSED) + 1, MISSED);
  if (probes === MOST_PROBES) return 0;
  return add(dictionary, from, length, ascii, hash, slot);
}

function add(dictionary: usize, from: usize, length: i32, ascii: bool, hash: u32, slot: u32): i32 {
  const code = load<u32>(dictionary, NEXT);
  const used = load<u32>(dictionary, USED);
  const to = used + length;
  if (code > load<u32>(dictionary, MOST_CODES) || to > load<u32>(dictionary, MOST_BYTES)) return 0;
  if (to > load<u32>(dictionary, STRINGS_SIZE) && !grow(dictionary, STRINGS, STRINGS_SIZE, 0)) return 0;
  if (code + 2 > load<u32>(dictionary, STARTS_SIZE) && !grow(dictionary, STARTS, STARTS_SIZE, 2)) return 0;
  const strings = <usize>load<u32>(dictionary, STRINGS);
  memory.copy(strings + used, from, length);
  const starts = <usize>load<u32>(dictionary, STARTS) + (<usize>code << 2);
  store<u32>(starts, used | (ascii ? 0 : NOT_ASCII));
  store<u32>(starts, to, 4);
  store<u32>(dictionary, to, USED);
  store<u32>(dictionary, code + 1, NEXT);
  const at = <usize>load<u32>(dictionary, SLOTS) + (<usize>slot << 3);
  store<u32>(at, hash);
  store<u32>(at, code, 4);
  const mask = load<u32>(dictionary, MASK);
  // Half full at most, until there is no more memory for slots; then three quarters.
  if (code << 1 > mask && !rehash(dictionary) && code > (mask >> 2) * 3) store<u32>(dictionary, code, MOST_CODES);
  return code;
}

/** Doubles one of the dictionary's tables, whose items have 2^`shift` bytes. */
function grow(dictionary: usize, table: usize, size: usize, shift: usize): bool {
  const before = load<u32>(dictionary + size);
  const into = allocate((<usize>before << shift) << 1);
  if (into === 0) return false;
  memory.copy(into, load<u32>(dictionary + table), <usize>before << shift);
  store<u32>(dictionary + table, <u32>into);
  store<u32>(dictionary + size, before << 1);
  return true;
}

function rehash(dictionary: usize): bool {
  const before = load<u32>(dictionary, SLOTS);
  const count = load<u32>(dictionary, MASK) + 1;
  const into = allocate(<usize>count << 4);
  if (into === 0) return false;
  const mask = (count << 1) - 1;
  for (let i: u32 = 0; i < count; i++) {
    const from = <usize>before + (<usize>i << 3);
    const code = load<u32>(from, 4);
    if (code === 0) continue;
    const hash = load<u32>(from);
    let slot = hash & mask;
    while (load<u32>(into + (<usize>slot << 3), 4) !== 0) slot = (slot + 1) & mask;
    store<u64>(into + (<usize>slot << 3), load<u64>(from));
  }
  store<u32>(dictionary, <u32>into, SLOTS);
  store<u32>(dictionary, mask, MASK);
  return true;
}

/** Ends a window of look-ups. Whether to sleep now. */
function judge(dictionary: usize): bool {
  const useless = load<i32>(dictionary, MISSED) * 2 > WINDOW;
  store<i32>(dictionary, useless ? 0 : 1, LOOKED);
  store<i32>(dictionary, 0, MISSED);
  if (!useless) {
    store<i32>(dictionary, FIRST_SLEEP, SLEEP);
    return false;
  }
  const sleep = load<i32>(dictionary, SLEEP);
  store<i32>(dictionary, sleep - 1, ASLEEP);
  store<i32>(dictionary, min(sleep << 1, MOST_SLEEP), SLEEP);
  return true;
}
