// Texts of a column against a pattern and bounds of length.
//
// Up to 63 bytes of ASCII, and up to 8 sets of characters: the places of the text that a part of the pattern may end at are bits of one number, so that a
// part takes a few operations, however many bytes stand for it. Cameron et al., "Bitwise data parallelism in regular
// expression matching" (2014).
//
// Else the places of the pattern that a text may have come to are bits of one number: two look-ups and four operations a
// byte. Baeza-Yates and Gonnet, "A new approach to text searching" (1992); repeated places after Wu and Manber, "Fast
// text searching" (1992).
import { ASCII, UTF8 } from "./memory";

const PATTERN_LEAST: usize = 0;
const PATTERN_MOST: usize = 4;
/** The bit of the end, or 0: any text fits. */
const PATTERN_END: usize = 8;
/** By byte: bits of the places that it may be the first of, and bits of those that it may be a further one of. */
const PATTERN_BYTES: usize = 16;
/** Sets of characters; 0 where there are too many of them. */
const PATTERN_SETS: usize = 16 + 16 * 256;
const PATTERN_PLACES: usize = PATTERN_SETS + 4;
/** By place: bytes from the first set's mask to that of its own, and whether it repeats. */
const PATTERN_PLACE: usize = PATTERN_SETS + 16;
/** By set and lower half of a byte: bits of the upper halves that it is in the set with. */
const PATTERN_SET: usize = PATTERN_PLACE + 8 * 60;
/** By set: which bytes of the text are in it. */
const PATTERN_MASKS: usize = PATTERN_SET + 16 * 8;
/** Longest text whose bits, and that of its end, are one number. */
const LONGEST: i32 = 63;
/** Bit of bytes that JavaScript must be asked about: once met it stays, since the one below is always there. */
const UNSURE: u64 = 1 << 63;
const ALWAYS: u64 = 1 << 62;

const WRONG: u8 = 0;
const RIGHT: u8 = 1;
const ASK: u8 = 2;

/** By upper half of a byte: its bit; none where it is not ASCII. */
@inline function upperBits(v: v128): v128 {
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
  return i8x16.swizzle(bits, i8x16.shr_u(v, 4));
}

@inline function lowerHalves(v: v128): v128 {
  return v128.and(v, i8x16.splat(15));
}

/** Bytes that are not in a set. */
@inline function outside(set: v128, lower: v128, upper: v128): v128 {
  return i8x16.eq(v128.and(i8x16.swizzle(set, lower), upper), i8x16.splat(0));
}

/** Writes which of 32 bytes are in each set. */
@inline function mark32(pattern: usize, from: usize, into: usize): void {
  const a = v128.load(from);
  const b = v128.load(from, 16);
  const lowerA = lowerHalves(a);
  const lowerB = lowerHalves(b);
  const upperA = upperBits(a);
  const upperB = upperBits(b);
  const sets = load<i32>(pattern, PATTERN_SETS);
  for (let i = 0; i < sets; i++) {
    const set = v128.load(pattern + (<usize>i << 4), PATTERN_SET);
    const outA = i8x16.bitmask(outside(set, lowerA, upperA));
    const outB = i8x16.bitmask(outside(set, lowerB, upperB));
    store<u32>(into + (<usize>i << 3), ~(outA | (outB << 16)));
  }
}

/** Judges a text of ASCII of up to 63 bytes. */
@inline function judgeShort(pattern: usize, from: usize, length: i32): u8 {
  mark32(pattern, from, pattern + PATTERN_MASKS);
  if (length > 32) mark32(pattern, from + 32, pattern + PATTERN_MASKS + 4);
  const inside = (<u64>1 << length) - 1;
  const places = load<i32>(pattern, PATTERN_PLACES);
  let ends: u64 = 1;
  for (let i = 0; i < places; i++) {
    const place = pattern + PATTERN_PLACE + (<usize>i << 3);
    const mask = load<u64>(pattern + load<u32>(place), PATTERN_MASKS) & inside;
    ends = (ends & mask) << 1;
    // A carry runs through all that follow in the set.
    if (load<i32>(place, 4) !== 0) ends |= ((ends & mask) + mask) ^ mask;
  }
  return <u8>((ends >>> length) & 1);
}

@inline function judge(pattern: usize, from: usize, length: i32): u8 {
  const end = load<u64>(pattern, PATTERN_END);
  const last = from + <usize>length;
  let places: u64 = ALWAYS | 1;
  for (let p = from; p < last; p++) {
    const row = pattern + (<usize>load<u8>(p) << 4);
    places = ((places << 1) & load<u64>(row, PATTERN_BYTES)) | (places & load<u64>(row, PATTERN_BYTES + 8));
  }
  if ((places & UNSURE) !== 0) return ASK;
  return (places & end) !== 0 ? RIGHT : WRONG;
}

/** Judges a text of ASCII. */
@inline function verdictOf(pattern: usize, from: usize, length: i32): u8 {
  if (length < load<i32>(pattern, PATTERN_LEAST) || length > load<i32>(pattern, PATTERN_MOST)) return WRONG;
  if (load<u64>(pattern, PATTERN_END) === 0) return RIGHT;
  if (length <= LONGEST && load<i32>(pattern, PATTERN_SETS) !== 0) return judgeShort(pattern, from, length);
  return judge(pattern, from, length);
}

/**
 * Judges a cell of rows, `stride` bytes apart: for each a byte in `into`, 1 when it fits, 0 when it doesn't, 2 when
 * JavaScript must be asked.
 */
export function patternColumn(pattern: usize, cell: usize, stride: usize, rows: i32, into: usize): void {
  const least = load<i32>(pattern, PATTERN_LEAST);
  const most = load<i32>(pattern, PATTERN_MOST);
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    const packed = load<u32>(at, 4);
    const kind = <i32>(packed >>> 24);
    const length = <i32>(packed & 0xffffff);
    let verdict = ASK;
    if (kind === ASCII) verdict = verdictOf(pattern, load<u32>(at), length);
    else if (kind === UTF8 && length <= most && (length + 2) / 3 >= least) {
      // A unit of UTF-16 is one to three bytes.
      verdict = load<u64>(pattern, PATTERN_END) === 0 ? RIGHT : judge(pattern, load<u32>(at), length);
    }
    store<u8>(into + row, verdict);
  }
}

/** The same of strings as JSON, which are ASCII, by a table of pairs of offset and length; length 0: JavaScript is asked. */
export function patternSegments(pattern: usize, table: usize, rows: i32, into: usize): void {
  for (let row = 0; row < rows; row++) {
    const at = table + (<usize>row << 3);
    const length = load<i32>(at, 4);
    const verdict = length === 0 ? ASK : verdictOf(pattern, load<u32>(at) + 1, length - 2);
    store<u8>(into + row, verdict);
  }
}
