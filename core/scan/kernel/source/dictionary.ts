// Codes for the strings of one field: 1, 2, 3 … in the order of their first sight.
//
// A look-up is one place in memory: a slot holds the first eight bytes of its string, its length and its hash. That is
// all of it up to eight bytes; what is behind is compared with the string that was kept. Four slots are a bucket, a line of
// the cache: the one that has the hash is chosen without a branch, as no processor foresees how far a search would go.
// Numbers and not vectors: this is done for several fields of every record, and each instruction counts.

import { ASCII, UTF8 } from "./memory";

const SLOTS: usize = 0;
/** Buckets but one. */
const MASK: usize = 4;
/** By code: where its string begins, and its length. Also for JavaScript, which makes strings of it. */
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

const SLOT_SHIFT: usize = 4;
const SLOT_BYTES: usize = 1 << SLOT_SHIFT;
const BUCKET_SHIFT: usize = SLOT_SHIFT + 2;
const SLOT_FIRST: usize = 0;
/** The length, and above it the code; 0 where there is none. */
const SLOT_CODE: usize = 8;
const SLOT_HASH: usize = 12;
const CODE_SHIFT: u32 = 8;

const ENTRY_SHIFT: usize = 3;
/** The length, and above it whether the string is ASCII. */
const ENTRY_LENGTH: usize = 4;
const ENTRY_ASCII: u32 = 1 << 8;

/** Longest string that gets a code. */
const LONGEST: i32 = 64;
const WINDOW: i32 = 4096;
const FIRST_SLEEP: i32 = 65536;
const MOST_SLEEP: i32 = 1 << 30;
const MOST_PROBES: i32 = 256;

let free: usize = 0;
let end: usize = 0;

/** Gives the kernel memory of its own to allot. */
export function setHeap(from: usize, to: usize): void {
  free = from;
  end = to;
}

/** Allots memory for good, zeros as it came; 0 when there is none left. */
export function allocate(size: usize): usize {
  // A line of the cache.
  const at = (free + 63) & ~63;
  // 64 bytes behind the last: whoever reads 16 at a time may read on.
  if (at + size + 64 > end) return 0;
  free = at + size;
  return at;
}

/** Makes a dictionary; 0 when there is no room for it. */
export function createDictionary(codes: i32, bytes: i32): usize {
  const dictionary = allocate(DICTIONARY_BYTES);
  const slots = allocate(64 << SLOT_SHIFT);
  const entries = allocate(64 << ENTRY_SHIFT);
  const strings = allocate(1024);
  if (strings === 0 || entries === 0 || slots === 0 || dictionary === 0) return 0;
  store<u32>(dictionary, <u32>slots, SLOTS);
  store<u32>(dictionary, 15, MASK);
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

/** The first eight bytes, zeros behind a shorter string. May read, but doesn't use, 7 bytes behind it. */
@inline function firstOf(from: usize, length: i32): u64 {
  // Without branches, here and below: strings of one field differ in length.
  return load<u64>(from) & select<u64>(~(<u64>0), ~(~(<u64>0) << (<u64>(length << 3))), length >= 8);
}

/** The last eight bytes; 0 of a shorter string. */
@inline function lastOf(from: usize, length: i32): u64 {
  const isLong = length > 8;
  return select<u64>(load<u64>(from + select<i32>(length - 8, 0, isLong)), 0, isLong);
}

@inline function hashOf(first: u64, last: u64, from: usize, length: i32): u32 {
  let h = (first ^ <u64>length) * K1;
  h = (h ^ (h >> 32) ^ last) * K2;
  if (length > 16) {
    // No loop up to 32 bytes; what overlaps does no harm.
    h = (h ^ (h >> 32) ^ load<u64>(from + 8)) * K1;
    h = (h ^ (h >> 32) ^ load<u64>(from + length - 16)) * K2;
    if (length > 32) {
      for (let p = from + 16; p < from + length - 16; p += 8) h = (h ^ (h >> 32) ^ load<u64>(p)) * K1;
    }
  }
  return <u32>(((h ^ (h >> 32)) * K1) >> 32);
}

/** Whether a code's string has the same bytes behind the first eight. */
@inline function sameRest(dictionary: usize, code: u32, from: usize, last: u64, length: i32): bool {
  const entry = <usize>load<u32>(dictionary, ENTRIES) + (<usize>code << ENTRY_SHIFT);
  const kept = <usize>load<u32>(dictionary, STRINGS) + load<u32>(entry);
  if (load<u64>(kept + length - 8) !== last) return false;
  return length <= 16 || sameMiddle(kept, from, length);
}

/** Whether the bytes between the first eight and the last eight are the same. */
function sameMiddle(a: usize, b: usize, length: i32): bool {
  const differ =
    (load<u64>(a + 8) ^ load<u64>(b + 8)) | (load<u64>(a + length - 16) ^ load<u64>(b + length - 16));
  return differ === 0 && (length <= 32 || sameInside(a, b, length));
}

function sameInside(a: usize, b: usize, length: i32): bool {
  // Blocks may overlap the last sixteen bytes, but never pass them.
  for (let i = 16; i < length - 16; i += 8) {
    if (load<u64>(a + i) !== load<u64>(b + i)) return false;
  }
  return true;
}

/** The code of a string, 1 … 65,535; 0 for none: too long, asleep or full. */
export function codeOf(dictionary: usize, from: usize, length: i32, ascii: bool): i32 {
  if (length > LONGEST) return 0;
  // Asleep, it has looked as often as it may.
  if (load<i32>(dictionary, LOOKED) >= WINDOW && !awake(dictionary)) return 0;
  store<i32>(dictionary, load<i32>(dictionary, LOOKED) + 1, LOOKED);
  return find(dictionary, from, length, ascii);
}

/** The bucket where a search for a hash begins. */
@inline function bucketOf(slots: usize, mask: u32, hash: u32): usize {
  return slots + (<usize>(hash & mask) << BUCKET_SHIFT);
}

@inline function find(dictionary: usize, from: usize, length: i32, ascii: bool): i32 {
  const first = firstOf(from, length);
  const last = lastOf(from, length);
  const hash = hashOf(first, last, from, length);
  const bucket = bucketOf(<usize>load<u32>(dictionary, SLOTS), load<u32>(dictionary, MASK), hash);
  let at = bucket;
  at = select<usize>(bucket + SLOT_BYTES, at, load<u32>(bucket, SLOT_BYTES + SLOT_HASH) === hash);
  at = select<usize>(bucket + 2 * SLOT_BYTES, at, load<u32>(bucket, 2 * SLOT_BYTES + SLOT_HASH) === hash);
  at = select<usize>(bucket + 3 * SLOT_BYTES, at, load<u32>(bucket, 3 * SLOT_BYTES + SLOT_HASH) === hash);
  const held = load<u32>(at, SLOT_CODE);
  const code = held >> CODE_SHIFT;
  if (code !== 0 && load<u64>(at, SLOT_FIRST) === first && (held & 0xff) === <u32>length) {
    if (length <= 8 || sameRest(dictionary, code, from, last, length)) return code;
  }
  return search(dictionary, from, length, ascii, hash);
}

/** Finds a string slot by slot, or adds it. */
function search(dictionary: usize, from: usize, length: i32, ascii: bool, hash: u32): i32 {
  const first = firstOf(from, length);
  const last = lastOf(from, length);
  const slots = <usize>load<u32>(dictionary, SLOTS);
  const mask = load<u32>(dictionary, MASK);
  const behind = slots + (<usize>(mask + 1) << BUCKET_SHIFT);
  let at = bucketOf(slots, mask, hash);
  let probes = 0;
  while (true) {
    const held = load<u32>(at, SLOT_CODE);
    if (held === 0) break;
    if (load<u64>(at, SLOT_FIRST) === first && load<u32>(at, SLOT_HASH) === hash && (held & 0xff) === <u32>length) {
      const code = held >> CODE_SHIFT;
      if (length <= 8 || sameRest(dictionary, code, from, last, length)) return code;
    }
    at += SLOT_BYTES;
    if (at === behind) at = slots;
    if (++probes === MOST_PROBES) break;
  }
  return miss(dictionary, from, length, ascii, hash, at, probes);
}

function miss(
  dictionary: usize,
  from: usize,
  length: i32,
  ascii: bool,
  hash: u32,
  slot: usize,
  probes: i32,
): i32 {
  store<i32>(dictionary, load<i32>(dictionary, MISSED) + 1, MISSED);
  if (probes === MOST_PROBES) return 0;
  const code = load<u32>(dictionary, NEXT);
  const used = load<u32>(dictionary, USED);
  const to = used + length;
  if (code > load<u32>(dictionary, MOST_CODES) || to > load<u32>(dictionary, MOST_BYTES)) return 0;
  if (to > load<u32>(dictionary, STRINGS_ROOM) && !grow(dictionary, STRINGS, STRINGS_ROOM, 0)) return 0;
  if (code >= load<u32>(dictionary, ENTRIES_ROOM) && !grow(dictionary, ENTRIES, ENTRIES_ROOM, ENTRY_SHIFT))
    return 0;
  memory.copy(<usize>load<u32>(dictionary, STRINGS) + used, from, length);
  const entry = <usize>load<u32>(dictionary, ENTRIES) + (<usize>code << ENTRY_SHIFT);
  store<u32>(entry, used);
  store<u32>(entry, <u32>length | (ascii ? ENTRY_ASCII : 0), ENTRY_LENGTH);
  store<u32>(dictionary, to, USED);
  store<u32>(dictionary, code + 1, NEXT);
  store<u64>(slot, firstOf(from, length), SLOT_FIRST);
  store<u32>(slot, (code << CODE_SHIFT) | length, SLOT_CODE);
  store<u32>(slot, hash, SLOT_HASH);
  const last = (load<u32>(dictionary, MASK) << 2) | 3;
  // Two thirds full at most, since fewer slots stay in the caches; three quarters where there is no memory for more.
  if (code + (code >> 1) > last && !rehash(dictionary) && code > (last >> 2) * 3)
    store<u32>(dictionary, code, MOST_CODES);
  return code;
}

/** Gives codes to a cell of rows that have none; writes them by row into `into`, 0 where there is none. */
export function codeColumn(dictionary: usize, cell: usize, stride: usize, rows: i32, into: usize): void {
  let at = cell;
  // Nearly always no window of look-ups ends among these rows.
  const isPlain = load<i32>(dictionary, LOOKED) + rows < WINDOW;
  let many = 0;
  for (let row = 0; row < rows; row++, at += stride) {
    const packed = load<u32>(at, 4);
    const kind = packed >>> 24;
    let known = load<i32>(at, 8);
    if (kind - ASCII > <u32>(UTF8 - ASCII)) known = 1;
    else if (known === 0) {
      const length = <i32>(packed & 0xffffff);
      const from = <usize>load<u32>(at);
      if (length > LONGEST) known = 1;
      else if (isPlain) {
        known = find(dictionary, from, length, kind === ASCII) + 1;
        many++;
      } else known = codeOf(dictionary, from, length, kind === ASCII) + 1;
      store<i32>(at, known, 8);
    }
    store<i32>(into + (<usize>row << 2), known - 1);
  }
  if (isPlain) store<i32>(dictionary, load<i32>(dictionary, LOOKED) + many, LOOKED);
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
  const before = <usize>load<u32>(dictionary, SLOTS);
  const mask = (load<u32>(dictionary, MASK) << 1) | 1;
  const size = <usize>(mask + 1) << BUCKET_SHIFT;
  const into = allocate(size);
  if (into === 0) return false;
  for (let from = before; from < before + (size >> 1); from += SLOT_BYTES) {
    if (load<u32>(from, SLOT_CODE) === 0) continue;
    let at = bucketOf(into, mask, load<u32>(from, SLOT_HASH));
    while (load<u32>(at, SLOT_CODE) !== 0) {
      at += SLOT_BYTES;
      if (at === into + size) at = into;
    }
    memory.copy(at, from, SLOT_BYTES);
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
