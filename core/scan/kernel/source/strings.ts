import { ASCII, ESCAPED, SCAN_COMPARED, UTF8 } from "./memory";
import { isUtf8, TABLES_ESCAPE, TABLES_QUOTE, TABLES_SPACE, tables } from "./utf8";
import { wrong } from "./wrong";

/** Kind of the string that {@link stringRest} went through last. */
export let stringKind: i32 = 0;

// What is compared with is loaded once a record and handed on: constants would be made anew for every 16 bytes.

@inline export function loadMarks(scan: usize): v128 {
  return i8x16.splat(load<i8>(scan, SCAN_COMPARED));
}

@inline export function loadLow(scan: usize): v128 {
  return i8x16.splat(load<i8>(scan, SCAN_COMPARED + 1));
}

@inline export function loadEscapes(scan: usize): v128 {
  return i8x16.splat(load<i8>(scan, SCAN_COMPARED + 2));
}

/**
 * Offset of the first byte from `from` on that is a quote, a backslash, a control character, or not ASCII.
 *
 * @param marks 0x02 in all places.
 * @param low 0x21.
 * @param escapes The backslash.
 */
@inline export function plainEnd(from: usize, marks: v128, low: v128, escapes: v128): usize {
  let p = from;
  while (true) {
    const v = v128.load(p);
    // With that bit changed a quote comes before the space, and all before the space stays there: one signed comparison
    // finds quotes, control characters and what is not ASCII.
    const stops = v128.or(i8x16.lt_s(v128.xor(v, marks), low), i8x16.eq(v, escapes));
    const mask = i8x16.bitmask(stops);
    if (mask !== 0) return p + ctz(mask);
    p += 16;
  }
}

@inline function isHex(c: u32): bool {
  return c - 0x30 < 10 || (c | 0x20) - 0x61 < 6;
}

/** Length of the escape at `p`, or 0 when it is none. */
function escapeLength(p: usize): usize {
  const c = <u32>load<u8>(p, 1);
  if (c === 0x75) {
    const hex =
      isHex(load<u8>(p, 2)) && isHex(load<u8>(p, 3)) && isHex(load<u8>(p, 4)) && isHex(load<u8>(p, 5));
    return hex ? 6 : 0;
  }
  const known =
    c === 0x22 || c === 0x5c || c === 0x2f || c === 0x62 || c === 0x66 || c === 0x6e || c === 0x72 || c === 0x74;
  return known ? 2 : 0;
}

/**
 * Goes on in the string that begins at `text`, from its first byte that is not plain.
 *
 * @returns Offset of the closing quote, or 0 when it is no string.
 */
export function stringRest(text: usize, from: usize): usize {
  const quote = i8x16.splat(load<i8>(tables, TABLES_QUOTE));
  const escapes = i8x16.splat(load<i8>(tables, TABLES_ESCAPE));
  const space = i8x16.splat(load<i8>(tables, TABLES_SPACE));
  let p = from;
  let kind = ASCII;
  let high = 0;
  while (true) {
    const v = v128.load(p);
    const stops = v128.or(v128.or(i8x16.eq(v, quote), i8x16.eq(v, escapes)), i8x16.lt_u(v, space));
    const mask = i8x16.bitmask(stops);
    if (mask === 0) {
      high |= i8x16.bitmask(v);
      p += 16;
      continue;
    }
    const lane = ctz(mask);
    high |= i8x16.bitmask(v) & ((1 << lane) - 1);
    p += lane;
    const c = load<u8>(p);
    if (c === 0x22) break;
    const length = c === 0x5c ? escapeLength(p) : 0;
    if (length === 0) return wrong(p);
    p += length;
    kind = ESCAPED;
  }
  if (high !== 0) {
    if (!isUtf8(text, p)) return 0;
    if (kind === ASCII) kind = UTF8;
  }
  stringKind = kind;
  return p;
}

/** From behind the opening quote to the closing one; 0 when it is no string. */
@inline export function stringEnd(text: usize, marks: v128, low: v128, escapes: v128): usize {
  const p = plainEnd(text, marks, low, escapes);
  return load<u8>(p) === 0x22 ? p : stringRest(text, p);
}
