// Makes lines of the elements of an array, in place: what ../../script/json-document-elements.ts does, 64 bytes at a
// time inside of brackets, where nearly all bytes are.
import { bits64 } from "./masks";

// Words of the state, and the places, as there.
const DEPTH: usize = 0;
const STRING: usize = 4;
const ESCAPED: usize = 8;
const PLACE: usize = 12;
const CUT: usize = 16;
const CAREFUL: usize = 20;
const WITHIN: i32 = 0;
const NEXT: i32 = 2;

const LINE_FEED: u32 = 0x0a;
const RETURN: u32 = 0x0d;
const SPACE: u32 = 0x20;
const QUOTE: u32 = 0x22;
const COMMA: u32 = 0x2c;
const BACKSLASH: u32 = 0x5c;
const CLOSE: u32 = 0x5d;

/** Brackets open, whether in a string, and whether behind a backslash: where the loops below stand. */
let depth: i32 = 0;
let inString: bool = false;
let escaped: bool = false;

/** `{`, `}`, `[` and `]`: the two pairs differ in one bit. */
@inline function brackets(v: v128): v128 {
  const lower = v128.or(v, i8x16.splat(0x20));
  return v128.or(i8x16.eq(lower, i8x16.splat(0x7b)), i8x16.eq(lower, i8x16.splat(0x7d)));
}

@inline function equal(v: v128, c: u32): v128 {
  return i8x16.eq(v, i8x16.splat(<i8>c));
}

/** For every bit whether an odd number of bits stands up to it. */
@inline function parity(bits: u64): u64 {
  let odd = bits ^ (bits << 1);
  odd ^= odd << 2;
  odd ^= odd << 4;
  odd ^= odd << 8;
  odd ^= odd << 16;
  return odd ^ (odd << 32);
}

/**
 * Over bytes of an element in blocks of 64 while a bracket is open.
 *
 * @returns Where it stops: behind the bracket that closes the last one, or where bytes must be looked at one by one:
 * fewer than 64 are left, or a line feed stands in a string.
 */
function overBlocks(from: usize, to: usize): usize {
  let p = from;
  while (p + 64 <= to) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    const c = v128.load(p, 32);
    const d = v128.load(p, 48);
    let quotes = bits64(equal(a, QUOTE), equal(b, QUOTE), equal(c, QUOTE), equal(d, QUOTE));
    const slashA = equal(a, BACKSLASH);
    const slashB = equal(b, BACKSLASH);
    const slashC = equal(c, BACKSLASH);
    const slashD = equal(d, BACKSLASH);
    const feedA = equal(a, LINE_FEED);
    const feedB = equal(b, LINE_FEED);
    const feedC = equal(c, LINE_FEED);
    const feedD = equal(d, LINE_FEED);
    let feeds: u64 = 0;
    if (v128.any_true(v128.or(v128.or(feedA, feedB), v128.or(feedC, feedD)))) feeds = bits64(feedA, feedB, feedC, feedD);
    let plain: u64 = escaped ? 1 : 0;
    let isEscaped = false;
    if (v128.any_true(v128.or(v128.or(slashA, slashB), v128.or(slashC, slashD)))) {
      let slashes = bits64(slashA, slashB, slashC, slashD) & ~plain;
      while (slashes !== 0) {
        const i = ctz(slashes);
        if (i === 63) {
          isEscaped = true;
          break;
        }
        plain |= <u64>2 << i;
        slashes &= ~(<u64>3 << i);
      }
    }
    quotes &= ~plain;
    const strings = parity(quotes) ^ (inString ? ~(<u64>0) : 0);
    // One in a string is rare, and wrong; one behind a backslash is not looked for.
    if ((feeds & (strings | plain)) !== 0) return p;
    let left = bits64(brackets(a), brackets(b), brackets(c), brackets(d)) & ~(strings | plain);
    while (left !== 0) {
      const i = <usize>ctz(left);
      left &= left - 1;
      if (load<u8>(p + i) & 2) depth++;
      else if (--depth === 0) {
        inString = false;
        escaped = false;
        // What follows is looked at again; line feeds that have been put out by then stay so.
        while (feeds !== 0 && <usize>ctz(feeds) < i) {
          store<u8>(p + <usize>ctz(feeds), SPACE);
          feeds &= feeds - 1;
        }
        return p + i + 1;
      }
    }
    if (feeds !== 0) {
      const change = i8x16.splat(0x2a);
      v128.store(p, v128.xor(a, v128.and(feedA, change)));
      v128.store(p, v128.xor(b, v128.and(feedB, change)), 16);
      v128.store(p, v128.xor(c, v128.and(feedC, change)), 32);
      v128.store(p, v128.xor(d, v128.and(feedD, change)), 48);
    }
    inString = <i64>strings < 0;
    escaped = isEscaped;
    p += 64;
  }
  return p;
}

/**
 * Makes lines of the elements of an array in `[from, to)`.
 *
 * @param state What is known from the bytes before.
 * @returns Offset of the bracket that closes the array, or `to`.
 */
export function frameElements(state: usize, from: usize, to: usize): usize {
  depth = load<i32>(state, DEPTH);
  inString = load<i32>(state, STRING) === 1;
  escaped = load<i32>(state, ESCAPED) === 1;
  let place = load<i32>(state, PLACE);
  let cut: usize = 0;
  let p = from;
  /** Where blocks can be tried again. */
  let blocks = from;
  while (p < to) {
    let c = <u32>load<u8>(p);
    if (place !== WITHIN) {
      while (c === SPACE || c === LINE_FEED || c === RETURN || c === 0x09) {
        if (c === LINE_FEED) store<u8>(p, SPACE);
        if (++p === to) break;
        c = load<u8>(p);
      }
      cut = p < to ? p : p - 1;
      if (p === to || c === CLOSE) break;
      if (c === COMMA) {
        store<i32>(state, 1, CAREFUL);
        store<u8>(p++, LINE_FEED);
        place = NEXT;
        continue;
      }
      if (c === 0xef) store<i32>(state, 1, CAREFUL);
      place = WITHIN;
    }
    if (depth > 0 && p >= blocks && p + 64 <= to) {
      const stop = overBlocks(p, to);
      // The block in which it stopped is gone through byte by byte.
      if (depth > 0) blocks = stop + 64;
      if (stop !== p) {
        p = stop;
        continue;
      }
    }
    if (escaped) {
      escaped = false;
      if (c !== LINE_FEED) {
        p++;
        continue;
      }
    }
    if (c === LINE_FEED) store<u8>(p, inString ? RETURN : SPACE);
    else if (c === BACKSLASH) escaped = true;
    else if (c === QUOTE) inString = !inString;
    else if (!inString) {
      if (c === COMMA) {
        if (depth === 0) {
          place = NEXT;
          const isLast = p + 1 === to;
          if (isLast) cut = p;
          store<u8>(p, isLast ? SPACE : LINE_FEED);
        }
      } else if ((c & 0xdf) === 0x5b) depth++;
      else if ((c & 0xdf) === CLOSE) {
        if (depth > 0) depth--;
        else if (c === CLOSE) break;
      }
    }
    p++;
  }
  store<i32>(state, depth, DEPTH);
  store<i32>(state, inString ? 1 : 0, STRING);
  store<i32>(state, escaped ? 1 : 0, ESCAPED);
  store<i32>(state, place, PLACE);
  store<u32>(state, <u32>cut, CUT);
  return p;
}
