import { Kind, MAX_DEPTH } from "../../row/layout.ts";
import { INTEGERS } from "./cell-tables.ts";
import { utf8Sequence } from "./utf8.ts";

// The functions here take the offset of a value and return the offset behind it, or `~offset` (below zero)
// where it went wrong. Each of them stops at a line feed: none is allowed inside a value, and every line ends
// with one.

/** 0 for bytes that stand for themselves in a string; 1 for quote, backslash, controls and non-ASCII. */
const STRING_STOP: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) =>
  c < 0x20 || c === 0x22 || c === 0x5c || c >= 0x80 ? 1 : 0,
);

const ESCAPE: Uint8Array = new Uint8Array(256);
for (const c of '"\\/bfnrt') ESCAPE[c.charCodeAt(0)] = 1;

const HEX: Uint8Array = new Uint8Array(256);
for (const c of "0123456789abcdefABCDEF") HEX[c.charCodeAt(0)] = 1;

const POWERS: Float64Array = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

const latin1 = new TextDecoder("latin1");

/** Kind of the string that {@link stringRest} went through last. */
export let restKind: number = Kind.ascii;

/**
 * Goes on in a string from its first byte that isn't plain ASCII.
 *
 * @returns Offset of the closing quote; {@link restKind} says what the string is.
 */
export function stringRest(u8: Uint8Array, from: number): number {
  let p = from;
  let kind: number = Kind.ascii;
  for (;;) {
    const c = u8[p] as number;
    if (STRING_STOP[c] === 0) {
      p++;
    } else if (c >= 0x80) {
      const length = utf8Sequence(u8, p);
      if (length === 0) return ~p;
      if (kind === Kind.ascii) kind = Kind.utf8;
      p += length;
    } else if (c === 0x22) {
      restKind = kind;
      return p;
    } else if (c === 0x5c) {
      const escaped = u8[p + 1] as number;
      if (ESCAPE[escaped] === 1) p += 2;
      else if (
        escaped === 0x75 &&
        HEX[u8[p + 2] as number] === 1 &&
        HEX[u8[p + 3] as number] === 1 &&
        HEX[u8[p + 4] as number] === 1 &&
        HEX[u8[p + 5] as number] === 1
      ) {
        p += 6;
      } else return ~p;
      kind = Kind.escaped;
    } else return ~p;
  }
}

/** {@link plainEnd}'s `mark` for JSON: backslashes. */
export const BACKSLASHES = 0x5c5c5c5c;

/**
 * Offset of the first byte from `from` on that ends or complicates a string: a quote, a control character,
 * one past ASCII, or the ASCII character that `mark` holds four times.
 *
 * Looks at aligned words, four bytes in about ten operations: on strings of 20 to 60 bytes a quarter faster
 * than byte after byte through a table. Each of the four terms sets a lane's high bit for one of those sorts;
 * a borrow can set it wrongly in lanes *behind* a right one only, and the lowest is taken. Bytes of the first
 * word before `from` are put out; bytes of the last word behind the found one don't matter, whoever owns
 * them.
 */
export function plainEnd(words: Int32Array, from: number, mark: number): number {
  let at = from >> 2;
  const keep = -1 << ((from & 3) << 3);
  let word = ((words[at] as number) & keep) | (0x61616161 & ~keep);
  let stop = 0;
  for (;;) {
    const quote = (word ^ 0x22222222) - 0x01010101;
    const other = (word ^ mark) - 0x01010101;
    stop = ((word - 0x20202020) | quote | other | word) & -0x7f7f7f80;
    if (stop !== 0) return (at << 2) + ((31 - Math.clz32(stop & -stop)) >> 3);
    word = words[++at] as number;
  }
}

/** From behind the opening quote to the closing one. */
function stringEnd(u8: Uint8Array, words: Int32Array, from: number): number {
  const p = plainEnd(words, from, BACKSLASHES) | 0;
  return u8[p] === 0x22 ? p : stringRest(u8, p);
}

/** `true`, `false`, `null`: their kind, or 0. The caller adds the length. */
export function literalKind(u8: Uint8Array, p: number): number {
  const c = u8[p];
  if (c === 0x74) return u8[p + 1] === 0x72 && u8[p + 2] === 0x75 && u8[p + 3] === 0x65 ? Kind.true : 0;
  if (c === 0x6e) return u8[p + 1] === 0x75 && u8[p + 2] === 0x6c && u8[p + 3] === 0x6c ? Kind.null : 0;
  if (c !== 0x66) return 0;
  const rest = u8[p + 1] === 0x61 && u8[p + 2] === 0x6c && u8[p + 3] === 0x73 && u8[p + 4] === 0x65;
  return rest ? Kind.false : 0;
}

/**
 * Any number, into the cell at word `at`.
 *
 * Up to 15 digits and a power of ten up to 22 are exact in one operation on doubles (Clinger 1990); the rest
 * is left to `Number`.
 */
export function scanNumber(
  u8: Uint8Array,
  i32: Int32Array,
  f64: Float64Array,
  from: number,
  at: number,
  integers: number,
): number {
  let p = from;
  const negative = u8[p] === 0x2d;
  if (negative) p++;
  // The digits, leading zeros aside: the first nine in `high`, `lowDigits` more in `low`.
  let high = 0;
  let low = 0;
  let lowDigits = 0;
  let digit = (u8[p] as number) - 0x30;
  if (digit < 0 || digit > 9) return ~p;
  if (digit === 0) {
    digit = (u8[++p] as number) - 0x30;
    if (digit >= 0 && digit <= 9) return ~p;
  } else {
    while (digit >= 0 && digit <= 9) {
      if (high < 100_000_000) high = (Math.imul(high, 10) + digit) | 0;
      else {
        low = (Math.imul(low, 10) + digit) | 0;
        lowDigits++;
      }
      digit = (u8[++p] as number) - 0x30;
    }
  }
  let isInteger = true;
  let exponent = 0;
  if (u8[p] === 0x2e) {
    isInteger = false;
    digit = (u8[++p] as number) - 0x30;
    if (digit < 0 || digit > 9) return ~p;
    const point = p;
    while (digit >= 0 && digit <= 9) {
      if (high < 100_000_000) high = (Math.imul(high, 10) + digit) | 0;
      else {
        low = (Math.imul(low, 10) + digit) | 0;
        lowDigits++;
      }
      digit = (u8[++p] as number) - 0x30;
    }
    exponent = point - p;
  }
  if (((u8[p] as number) | 0x20) === 0x65) {
    isInteger = false;
    p++;
    const minus = u8[p] === 0x2d;
    if (minus || u8[p] === 0x2b) p++;
    digit = (u8[p] as number) - 0x30;
    if (digit < 0 || digit > 9) return ~p;
    let written = 0;
    while (digit >= 0 && digit <= 9) {
      if (written < 1_000_000) written = written * 10 + digit;
      digit = (u8[++p] as number) - 0x30;
    }
    exponent += minus ? -written : written;
  }
  let kind: number = Kind.number;
  let value = 0;
  if (lowDigits <= 6 && exponent >= -22 && exponent <= 22) {
    value = lowDigits === 0 ? high : high * (POWERS[lowDigits] as number) + low;
    if (exponent < 0) value /= POWERS[-exponent] as number;
    else if (exponent > 0) value *= POWERS[exponent] as number;
    if (negative) value = -value;
  } else {
    value = Number(latin1.decode(u8.subarray(from, p)));
    if (isInteger && integers !== INTEGERS.double && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
      kind = Kind.int64;
      value = 0;
    }
  }
  i32[at] = from;
  i32[at + 1] = (kind << 24) | (p - from);
  f64[(at >> 1) + 1] = value;
  return p;
}

/** Over a number without its value. */
function skipNumber(u8: Uint8Array, from: number): number {
  let p = from;
  if (u8[p] === 0x2d) p++;
  let digit = (u8[p] as number) - 0x30;
  if (digit < 0 || digit > 9) return ~p;
  if (digit === 0) p++;
  else {
    while (digit >= 0 && digit <= 9) digit = (u8[++p] as number) - 0x30;
  }
  if (u8[p] === 0x2e) {
    digit = (u8[++p] as number) - 0x30;
    if (digit < 0 || digit > 9) return ~p;
    while (digit >= 0 && digit <= 9) digit = (u8[++p] as number) - 0x30;
  }
  if (((u8[p] as number) | 0x20) === 0x65) {
    p++;
    if (u8[p] === 0x2d || u8[p] === 0x2b) p++;
    digit = (u8[p] as number) - 0x30;
    if (digit < 0 || digit > 9) return ~p;
    while (digit >= 0 && digit <= 9) digit = (u8[++p] as number) - 0x30;
  }
  return p;
}

// Which brackets are open, by level: 1 for an object. Scans don't interleave, so all share it.
const OBJECT: Uint8Array = new Uint8Array(MAX_DEPTH + 1);

/**
 * Set by {@link skipContainer} when what it returned below zero means: too deep. Whoever reads it clears it.
 */
export let tooDeep: boolean = false;

/** Clears {@link tooDeep}. */
export function clearTooDeep(): void {
  tooDeep = false;
}

/**
 * Over the object or array at `from`, checking its grammar and UTF-8 in full, without recursion.
 *
 * @param outside How many containers are open around it.
 */
export function skipContainer(u8: Uint8Array, words: Int32Array, from: number, outside: number): number {
  let p = from | 0;
  let level = outside;
  let c = u8[p] as number;
  let inObject = false;
  for (;;) {
    if (inObject) {
      if (c !== 0x22) return ~p;
      p = stringEnd(u8, words, p + 1) | 0;
      if (p < 0) return p;
      c = u8[++p] as number;
      if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
      if (c !== 0x3a) return ~p;
      c = u8[++p] as number;
      if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
    }
    if (c === 0x22) {
      p = stringEnd(u8, words, p + 1) | 0;
      if (p < 0) return p;
      p++;
    } else if (c === 0x7b || c === 0x5b) {
      if (++level > MAX_DEPTH) {
        tooDeep = true;
        return ~p;
      }
      inObject = c === 0x7b;
      OBJECT[level] = inObject ? 1 : 0;
      c = u8[++p] as number;
      if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
      if (c !== (inObject ? 0x7d : 0x5d)) continue;
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      p = skipNumber(u8, p) | 0;
      if (p < 0) return p;
    } else {
      const kind = literalKind(u8, p);
      if (kind === 0) return ~p;
      p += kind === Kind.false ? 5 : 4;
    }
    for (;;) {
      c = u8[p] as number;
      if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
      if (c === 0x2c) {
        c = u8[++p] as number;
        if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
        break;
      }
      if (c !== (inObject ? 0x7d : 0x5d)) return ~p;
      p++;
      if (--level === outside) return p;
      inObject = OBJECT[level] === 1;
    }
  }
}
