// Codes for the strings of one field: 1, 2, 3 … in the order of their first sight.
//
// A look-up is two steps in memory: a slot by hash, which holds a code and 16 bits of the hash, and the code's entry,
// which holds the first 16 bytes of its string: all of it, mostly.

import { ASCII, UTF8 } from "./memory";

/** By hash: a code, and the high half of its hash above it; 0 where there is none. */
const SLOTS: usize = 0;
const MASK: usize = 4;
const ENTRIES: usize = 8;
const ENTRIES_ROOM: usize = 12;
const STRINGS: usize = 16;
const USED: usize = 20;
const STRINGS_ROOM: usize = 24;
/** The next code. */
const NEXT: usize = 28;
const MOST_CODES: usize = 32;
const MOST_BYTES: usize = 36;
const LOOKED: usize = 40;
const MISSED: usize = 44;
const ASLEEP: usize = 48;
const SLEEP: usize = 52;
/** Bytes of a dictionary's own words. */
const DICTIONARY_BYTES: usize = 64;

/** What is known of a code: also for JavaScript, which makes strings of it. */
const ENTRY_SHIFT: usize = 5;
/** Bytes from the first one of STRINGS. */
const ENTRY_START: usize = 0;
const ENTRY_LENGTH: usize = 4;
const ENTRY_HASH: usize = 8;
const ENTRY_ASCII: usize = 12;
/** The first 16 bytes, zeros behind a shorter string. */
const ENTRY_FIRST: usize = 16;

/** Longest string that gets a code. */
export const LONGEST: i32 = 64;
const WINDOW: i32 = 4096;
const FIRST_SLEEP: i32 = 65536;
const MOST_SLEEP: i32 = 1 << 30;
const MOST_PROBES: i32 = 64;

let free: usize = 0;
let end: usize = 0;

/** Gives the kernel memory of its own to allot. */
export function setHeap(from: usize, to: usize): void {
  free = from;
  end = to;
  noted = 0;
}

/** Allots memory for good, zeros as it came; 0 when there is none left. */
export function allocate(size: usize): usize {
  const at = (free + 31) & ~31;
  // 64 bytes behind the last: whoever reads 16 at a time may read on.
  if (at + size + 64 > end) return 0;
  free = at + size;
  return at;
}

/** Makes a dictionary; 0 when there is no room for it. */
export function createDictionary(codes: i32, bytes: i32): usize {
  const dictionary = allocate(DICTIONARY_BYTES);
  const slots = allocate(128 << 2);
  const entries = allocate(64 << ENTRY_SHIFT);
  const strings = allocate(1024);
  if (strings === 0 || entries === 0 || slots === 0 || dictionary === 0) return 0;
  store<u32>(dictionary, <u32>slots, SLOTS);
  store<u32>(dictionary, 127, MASK);
  store<u32>(dictionary, <u32>entries, ENTRIES);
  store<u32>(dictionary, 64, ENTRIES_ROOM);
  store<u32>(dictionary, <u32>strings, STRINGS);
  store<u32>(dictionary, 1024, STRINGS_ROOM);
  store<u32>(dictionary, 1, NEXT);
  store<u32>(dictionary, codes, MOST_CODES);
  store<u32>(dictionary, bytes, MOST_BYTES);
  store<u32>(dictionary, FIRST_SLEEP, SLEEP);
  return dictionary;
}

const K1: u64 = 0x9e3779b97f4a7c15;
const K2: u64 = 0xd6e8feb86659fd93;

/** The first 16 bytes of a string, zeros behind a shorter one. */
@inline export function firstOf(from: usize, length: i32): v128 {
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(v128.load(from), i8x16.lt_u(lanes, i8x16.splat(<i8>min(length, 16))));
}

@inline function mix(h: u64, word: u64, k: u64): u64 {
  return (h ^ (h >> 32) ^ word) * k;
}

/**
 * Hash of up to 64 bytes: of the first 16 and the last 16, which may overlap, and of what is between them. Few branches:
 * strings of one field differ in length.
 */
@inline export function hashOf(first: v128, from: usize, length: i32): u32 {
  let h = mix(<u64>length, <u64>i64x2.extract_lane(first, 0), K1);
  h = mix(h, <u64>i64x2.extract_lane(first, 1), K2);
  if (length > 16) {
    const to = from + length;
    h = mix(h, load<u64>(to - 16), K1);
    h = mix(h, load<u64>(to - 8), K2);
    for (let p = from + 16; p + 16 < to; p += 8) h = mix(h, load<u64>(p), K1);
  }
  return <u32>(mix(h, 0, K1) >> 32);
}

/** Whether the bytes from the 17th on are the same. */
function sameRest(a: usize, b: usize, length: i32): bool {
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (let i = 16; i < length; i += 16) {
    const differ = v128.xor(v128.load(a + i), v128.load(b + i));
    if (v128.any_true(v128.and(differ, i8x16.lt_u(lanes, i8x16.splat(<i8>min(length - i, 16)))))) return false;
  }
  return true;
}

/** Whether a code is that of a string. */
@inline function isCode(
  dictionary: usize,
  entries: usize,
  code: u32,
  first: v128,
  from: usize,
  length: i32,
): bool {
  const entry = entries + (<usize>code << ENTRY_SHIFT);
  return (
    load<i32>(entry, ENTRY_LENGTH) === length &&
    !v128.any_true(v128.xor(v128.load(entry, ENTRY_FIRST), first)) &&
    (length <= 16 ||
      sameRest(<usize>load<u32>(dictionary, STRINGS) + load<u32>(entry, ENTRY_START), from, length))
  );
}

/** The code of a string, 1 … 65,535; 0 for none: too long, asleep or full. */
export function codeOf(dictionary: usize, from: usize, length: i32, ascii: bool): i32 {
  if (length > LONGEST) return 0;
  // Asleep, it has looked as often as it may.
  if (load<i32>(dictionary, LOOKED) >= WINDOW && !awake(dictionary)) return 0;
  store<i32>(dictionary, load<i32>(dictionary, LOOKED) + 1, LOOKED);
  const first = firstOf(from, length);
  return find(dictionary, first, hashOf(first, from, length), from, length, ascii);
}

/** Finds or gives the code of a string, from the slot of its hash on. */
function find(dictionary: usize, first: v128, hash: u32, from: usize, length: i32, ascii: bool): i32 {
  const slots = <usize>load<u32>(dictionary, SLOTS);
  const entries = <usize>load<u32>(dictionary, ENTRIES);
  const mask = load<u32>(dictionary, MASK);
  let slot = hash & mask;
  let probes = 0;
  while (true) {
    const held = load<u32>(slots + (<usize>slot << 2));
    if (held === 0) break;
    const code = held & 0xffff;
    if ((held ^ hash) >> 16 === 0 && isCode(dictionary, entries, code, first, from, length)) return code;
    slot = (slot + 1) & mask;
    if (++probes === MOST_PROBES) break;
  }
  store<i32>(dictionary, load<i32>(dictionary, MISSED) + 1, MISSED);
  if (probes === MOST_PROBES) return 0;
  return add(dictionary, from, length, ascii, hash, slot);
}

/** By row of a chunk: the hash of its string, and what the hash's slot holds. */
let noted: usize = 0;
const NOT_NOTED: u32 = 0;

/**
 * Gives codes to a cell of rows that have none; writes them by row into `into`, 0 where there is none.
 *
 * In two loops: the first reads all slots, the second all entries. So the machine waits for several of them at once,
 * which are seldom in its nearest cache.
 */
export function codeColumn(dictionary: usize, cell: usize, stride: usize, rows: i32, into: usize): void {
  if (noted === 0) noted = allocate(8 * 1024);
  const isNoted = noted !== 0 && rows <= 1024 && load<i32>(dictionary, LOOKED) + rows < WINDOW;
  let at = cell;
  if (isNoted) {
    const slots = <usize>load<u32>(dictionary, SLOTS);
    const mask = load<u32>(dictionary, MASK);
    let note = noted;
    for (let row = 0; row < rows; row++, at += stride, note += 8) {
      const packed = load<u32>(at, 4);
      const kind = packed >>> 24;
      const length = <i32>(packed & 0xffffff);
      if ((kind !== ASCII && kind !== UTF8) || length > LONGEST) {
        store<u32>(note, NOT_NOTED, 4);
        continue;
      }
      const from = load<u32>(at);
      const hash = hashOf(firstOf(from, length), from, length);
      store<u32>(note, hash);
      store<u32>(note, load<u32>(slots + (<usize>(hash & mask) << 2)), 4);
    }
    at = cell;
  }
  let note = noted;
  let many = 0;
  for (let row = 0; row < rows; row++, at += stride, note += 8) {
    const packed = load<u32>(at, 4);
    const kind = packed >>> 24;
    let known = load<i32>(at, 8);
    if (kind !== ASCII && kind !== UTF8) known = 1;
    else if (known === 0) {
      const from = load<u32>(at);
      const length = <i32>(packed & 0xffffff);
      const held = isNoted ? load<u32>(note, 4) : NOT_NOTED;
      if (length > LONGEST) known = 1;
      else if (isNoted) {
        const hash = load<u32>(note);
        const first = firstOf(from, length);
        const entries = <usize>load<u32>(dictionary, ENTRIES);
        const code = held & 0xffff;
        known =
          held !== 0 && (held ^ hash) >> 16 === 0 && isCode(dictionary, entries, code, first, from, length)
            ? code + 1
            : find(dictionary, first, hash, from, length, kind === ASCII) + 1;
        many++;
      } else known = codeOf(dictionary, from, length, kind === ASCII) + 1;
      store<i32>(at, known, 8);
    }
    store<i32>(into + (<usize>row << 2), known - 1);
  }
  if (isNoted) store<i32>(dictionary, load<i32>(dictionary, LOOKED) + many, LOOKED);
}

function add(dictionary: usize, from: usize, length: i32, ascii: bool, hash: u32, slot: u32): i32 {
  const code = load<u32>(dictionary, NEXT);
  const used = load<u32>(dictionary, USED);
  const to = used + length;
  if (code > load<u32>(dictionary, MOST_CODES) || to > load<u32>(dictionary, MOST_BYTES)) return 0;
  if (to > load<u32>(dictionary, STRINGS_ROOM) && !grow(dictionary, STRINGS, STRINGS_ROOM, 0)) return 0;
  if (code >= load<u32>(dictionary, ENTRIES_ROOM) && !grow(dictionary, ENTRIES, ENTRIES_ROOM, ENTRY_SHIFT))
    return 0;
  memory.copy(<usize>load<u32>(dictionary, STRINGS) + used, from, length);
  const entry = <usize>load<u32>(dictionary, ENTRIES) + (<usize>code << ENTRY_SHIFT);
  store<u32>(entry, used, ENTRY_START);
  store<i32>(entry, length, ENTRY_LENGTH);
  store<u32>(entry, hash, ENTRY_HASH);
  store<u32>(entry, ascii ? 1 : 0, ENTRY_ASCII);
  v128.store(entry, firstOf(from, length), ENTRY_FIRST);
  store<u32>(dictionary, to, USED);
  store<u32>(dictionary, code + 1, NEXT);
  store<u32>(<usize>load<u32>(dictionary, SLOTS) + (<usize>slot << 2), (hash & 0xffff0000) | code);
  const mask = load<u32>(dictionary, MASK);
  // Half full at most; three quarters where there is no more memory for slots.
  if (code << 1 > mask && !rehash(dictionary) && code > (mask >> 2) * 3) store<u32>(dictionary, code, MOST_CODES);
  return code;
}

/** Doubles one of the dictionary's tables, whose items have 2^`shift` bytes. */
function grow(dictionary: usize, table: usize, room: usize, shift: usize): bool {
  const before = load<u32>(dictionary + room);
  const into = allocate((<usize>before << shift) << 1);
  if (into === 0) return false;
  memory.copy(into, load<u32>(dictionary + table), <usize>before << shift);
  store<u32>(dictionary + table, <u32>into);
  store<u32>(dictionary + room, before << 1);
  return true;
}

function rehash(dictionary: usize): bool {
  const count = (load<u32>(dictionary, MASK) + 1) << 1;
  const into = allocate(<usize>count << 2);
  if (into === 0) return false;
  const mask = count - 1;
  const next = load<u32>(dictionary, NEXT);
  let entry = <usize>load<u32>(dictionary, ENTRIES);
  for (let code: u32 = 1; code < next; code++) {
    entry += 1 << ENTRY_SHIFT;
    const hash = load<u32>(entry, ENTRY_HASH);
    let slot = hash & mask;
    while (load<u32>(into + (<usize>slot << 2)) !== 0) slot = (slot + 1) & mask;
    store<u32>(into + (<usize>slot << 2), (hash & 0xffff0000) | code);
  }
  store<u32>(dictionary, <u32>into, SLOTS);
  store<u32>(dictionary, mask, MASK);
  return true;
}

/** Ends a window of look-ups, or goes on sleeping. Whether to look. */
function awake(dictionary: usize): bool {
  const asleep = load<i32>(dictionary, ASLEEP);
  if (asleep > 1) {
    store<i32>(dictionary, asleep - 1, ASLEEP);
    return false;
  }
  if (asleep === 1) {
    store<i32>(dictionary, 0, ASLEEP);
    store<i32>(dictionary, 0, LOOKED);
    return false;
  }
  const useless = load<i32>(dictionary, MISSED) * 2 > WINDOW;
  store<i32>(dictionary, 0, MISSED);
  if (!useless) {
    store<i32>(dictionary, FIRST_SLEEP, SLEEP);
    store<i32>(dictionary, 0, LOOKED);
    return true;
  }
  const sleep = load<i32>(dictionary, SLEEP);
  store<i32>(dictionary, sleep - 1, ASLEEP);
  store<i32>(dictionary, min(sleep << 1, MOST_SLEEP), SLEEP);
  return false;
}
