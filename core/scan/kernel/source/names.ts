import {
  ENTRY_BLOCKS,
  ENTRY_LENGTH,
  ENTRY_MASK,
  ENTRY_MORE,
  ENTRY_PATTERN,
  LEARNED_BYTES,
  LEARNED_MOST,
  LEARNED_NAME,
  NODE_LEARNED,
  NODE_MASK,
  NODE_SEED,
  NODE_TABLE,
} from "./memory";

/**
 * Whether an entry's name stands at `p`, with the quote and the colon behind it. A pattern with bits outside its
 * mask never does.
 */
@inline export function standsAt(entry: usize, p: usize): bool {
  const differ = v128.xor(
    v128.and(v128.load(p), v128.load(entry, ENTRY_MASK)),
    v128.load(entry, ENTRY_PATTERN),
  );
  if (v128.any_true(differ)) return false;
  const more = load<i32>(entry, ENTRY_MORE);
  return more === 0 || moreStands(entry, p + 16, more);
}

function moreStands(entry: usize, from: usize, more: i32): bool {
  let block = <usize>load<u32>(entry, ENTRY_BLOCKS);
  let p = from;
  for (let i = 0; i < more; i++) {
    const differ = v128.xor(v128.and(v128.load(p), v128.load(block, 16)), v128.load(block));
    if (v128.any_true(differ)) return false;
    block += 32;
    p += 16;
  }
  return true;
}

/** Hash of a name: ../tables.ts has the same. */
@inline function hashOf(from: usize, length: i32, seed: u32): u32 {
  let first = load<u32>(from);
  let last = first;
  if (length >= 4) last = load<u32>(from + length - 4);
  else {
    first &= (1 << (length << 3)) - 1;
    last = first;
  }
  let hash = (first ^ (<u32>length << 24)) * seed + last * 0x9e3779b1;
  hash ^= hash >> 15;
  hash *= 0x85ebca6b;
  return hash ^ (hash >> 13);
}

/** Whether an entry's name is that of `length` bytes at `from`, whatever stands behind it. */
function isName(entry: usize, from: usize, length: i32): bool {
  if (load<i32>(entry, ENTRY_LENGTH) !== length) return false;
  // The quote behind the name is in the pattern, and behind every name; the colon may not be.
  let pattern = entry + ENTRY_PATTERN;
  let block = <usize>load<u32>(entry, ENTRY_BLOCKS);
  for (let at = 0; at < length; at += 16) {
    const left = min(length - at, 16);
    const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const mask = i8x16.lt_u(lanes, i8x16.splat(<i8>left));
    const differ = v128.and(v128.xor(v128.load(from + at), v128.load(pattern)), mask);
    if (v128.any_true(differ)) return false;
    pattern = block;
    block += 32;
  }
  return true;
}

/** The entry of a name among those of a node: the layout's, or one that has been learned now or before. */
export function findName(node: usize, from: usize, length: i32): usize {
  const hash = hashOf(from, length, load<u32>(node, NODE_SEED));
  const at = <usize>load<u32>(node, NODE_TABLE) + (<usize>(hash & load<u32>(node, NODE_MASK)) << 2);
  const entry = <usize>load<u32>(at);
  if (isName(entry, from, length)) return entry;
  const slot = (hash >> 8) & (LEARNED_MOST - 1);
  const learned = <usize>load<u32>(node, NODE_LEARNED) + <usize>slot * LEARNED_BYTES;
  if (length <= LEARNED_NAME && !isName(learned, from, length)) learn(learned, from, length);
  return learned;
}

/** Writes a name that the layout doesn't have into an entry: pattern, quote and colon. */
function learn(entry: usize, from: usize, length: i32): void {
  const whole = length + 2;
  const blocks = (whole + 15) >> 4;
  for (let i = 0; i < blocks; i++) {
    const pattern = i === 0 ? entry + ENTRY_PATTERN : <usize>load<u32>(entry, ENTRY_BLOCKS) + (<usize>(i - 1) << 5);
    const left = min(whole - (i << 4), 16);
    const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const mask = i8x16.lt_u(lanes, i8x16.splat(<i8>left));
    v128.store(pattern, v128.and(v128.load(from + (i << 4)), mask));
    v128.store(pattern, mask, 16);
  }
  // What stands behind the name may be white space: the pattern says quote and colon.
  storeByte(entry, length, 0x22);
  storeByte(entry, length + 1, 0x3a);
  store<i32>(entry, blocks - 1, ENTRY_MORE);
  store<i32>(entry, length, ENTRY_LENGTH);
}

function storeByte(entry: usize, at: i32, value: u8): void {
  const block = at >> 4;
  const pattern =
    block === 0 ? entry + ENTRY_PATTERN : <usize>load<u32>(entry, ENTRY_BLOCKS) + (<usize>(block - 1) << 5);
  store<u8>(pattern + (at & 15), value);
}
