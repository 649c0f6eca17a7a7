// Where the JSON of computed values stands, by row of a chunk: pairs of offset and length.
import { NUMBER } from "./memory";
import { tens } from "./number";

/** Where the next text begins: also for JavaScript, which goes on there. */
export let textsAt: usize = 0;

export function getTextsAt(): usize {
  return textsAt;
}

/** Longest number written here: sign, 16 digits, a point. */
const LONGEST: usize = 24;
const MOST_DECIMALS: i32 = 6;

/** Writes the digits of a whole number; gives the offset behind them. */
export function putDigits(value: u64, into: usize): usize {
  if (value < 100) {
    const digits = <u32>value;
    if (digits < 10) {
      store<u8>(into, 0x30 + digits);
      return into + 1;
    }
    store<u8>(into, 0x30 + digits / 10);
    store<u8>(into, 0x30 + (digits % 10), 1);
    return into + 2;
  }
  let count: usize = 1;
  for (let power: u64 = 10; power <= value; power *= 10) count++;
  let left = value;
  for (let at = into + count - 1; at >= into; at--) {
    store<u8>(at, <u8>(0x30 + (left % 10)));
    left /= 10;
  }
  return into + count;
}

/**
 * Writes a number as `String` does, when it has at most six decimals and fifteen digits: so many identify a double, so that
 * the first that gives the same one is its shortest form.
 *
 * @returns The offset behind it; 0 when it is not such a number.
 */
function putNumber(value: f64, into: usize): usize {
  let at = into;
  let size = value;
  if (size < 0) {
    store<u8>(at++, 0x2d);
    size = -size;
  }
  // Not a number, or too large.
  if (!(size < 1e15)) return 0;
  const whole = <u64>size;
  if (<f64>whole === size) return putDigits(whole, at);
  for (let decimals = 1; decimals <= MOST_DECIMALS; decimals++) {
    const power = tens(decimals);
    const scaled = nearest(size * power);
    if (scaled >= 1e15) return 0;
    if (scaled / power !== size) continue;
    const digits = <u64>scaled;
    const divisor = <u64>power;
    at = putDigits(digits / divisor, at);
    store<u8>(at++, 0x2e);
    let rest = digits % divisor;
    for (let i = decimals - 1; i >= 0; i--) {
      store<u8>(at + i, <u8>(0x30 + (rest % 10)));
      rest /= 10;
    }
    return at + decimals;
  }
  return 0;
}

/**
 * Notes the JSON of numbers: where the record's own member says the same, those bytes; else they are written.
 *
 * @param values By row of the chunk.
 * @param numbers Numbers of the rows in the chunk.
 * @param cell Bytes from the start of a row to the cell of the record's own member; 0 where there is none.
 * @returns The first index that could not be done here: more decimals, no number, or no room.
 */
export function numberSegments(
  table: usize,
  values: usize,
  numbers: usize,
  from: i32,
  to: i32,
  columns: usize,
  stride: usize,
  cell: usize,
  texts: usize,
  end: usize,
): i32 {
  let at = texts;
  let i = from;
  for (; i < to; i++) {
    const number = <usize>load<u32>(numbers + (<usize>i << 2));
    const value = load<f64>(values + (number << 3));
    const entry = table + (number << 3);
    if (cell !== 0 && value !== 0) {
      const own = columns + number * stride + cell;
      const packed = load<u32>(own, 4);
      if (packed >>> 24 === NUMBER && load<f64>(own, 8) === value) {
        store<u32>(entry, load<u32>(own));
        store<u32>(entry, packed & 0xffffff, 4);
        continue;
      }
    }
    if (at + LONGEST > end) break;
    const behind = putNumber(value, at);
    if (behind === 0) break;
    store<u32>(entry, <u32>at);
    store<u32>(entry, <u32>(behind - at), 4);
    at = behind;
  }
  textsAt = at;
  return i;
}

/** Offset of the first byte of `[from, to)` that JSON writes as an escape, or that is not ASCII; `to` when there is none. */
@inline function cleanEnd(from: usize, to: usize): usize {
  for (let p = from; p < to; p += 16) {
    const v = v128.load(p);
    const stops = v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))),
      i8x16.lt_s(v, i8x16.splat(0x20)),
    );
    const mask = i8x16.bitmask(stops);
    if (mask !== 0) return min(p + ctz(mask), to);
  }
  return to;
}

/** Bytes that `units` units of UTF-16 take in the UTF-8 from `from` on. */
function bytesOf(from: usize, units: i32): usize {
  let p = from;
  for (let left = units; left > 0; ) {
    const c = <u32>load<u8>(p);
    p += c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    left -= c < 0xf0 ? 1 : 2;
  }
  return p - from;
}

/**
 * Notes the JSON of strings: of those that are written as they are. The others keep length 0.
 *
 * @param texts Where they stand one behind the other, each between quotes.
 * @param numbers Numbers of their rows in the chunk.
 * @param units Their lengths in UTF-16.
 * @returns How many were noted.
 */
export function stringSegments(table: usize, texts: usize, numbers: usize, units: usize, count: i32): i32 {
  let clean = 0;
  let p = texts;
  for (let i = 0; i < count; i++) {
    const length = load<i32>(units + (<usize>i << 2));
    const text = p + 1;
    const end = text + <usize>length;
    if (cleanEnd(text, end) === end) {
      const entry = table + (<usize>load<u32>(numbers + (<usize>i << 2)) << 3);
      store<u32>(entry, <u32>p);
      store<u32>(entry, length + 2, 4);
      p = end + 1;
      clean++;
    } else p = text + bytesOf(text, length) + 1;
  }
  return clean;
}

/**
 * Notes the JSON of values that are kept by code.
 *
 * @param codes Codes by row.
 * @param kept By code: offset and length + 1, which is 0 where nothing is kept.
 * @param known Codes that `kept` has room for.
 * @returns The first index whose value is not kept.
 */
export function keptSegments(
  table: usize,
  codes: usize,
  kept: usize,
  known: u32,
  numbers: usize,
  from: i32,
  to: i32,
): i32 {
  let i = from;
  for (; i < to; i++) {
    const number = <usize>load<u32>(numbers + (<usize>i << 2));
    const code = load<u32>(codes + (number << 2));
    if (code === 0 || code >= known) break;
    const value = kept + (<usize>code << 3);
    const length = load<u32>(value, 4);
    if (length === 0) break;
    store<u32>(table + (number << 3), load<u32>(value));
    store<u32>(table + (number << 3), length - 1, 4);
  }
  return i;
}
