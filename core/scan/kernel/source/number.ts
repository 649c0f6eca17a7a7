import { INT64, NUMBER } from "./memory";
import { wrong } from "./wrong";

/** Offset of the first of the powers of ten from 1e0 to 1e22, then of the powers of five: set by `start`. */
let powers: usize = 0;
let fives: usize = 0;
/** Powers of five in the table: from 5^−LEAST to 5^MOST, as two words of 64 bits each. */
const LEAST: i32 = 65;
const MOST: i32 = 60;

export function setTables(tens: usize, powersOfFive: usize): void {
  powers = tens;
  fives = powersOfFive;
}

/** A power of ten, up to 22. */
@inline export function tens(exponent: i32): f64 {
  return load<f64>(powers + ((<usize>exponent) << 3));
}

/** What {@link scanNumber} has found: NUMBER, INT64, or 0: JavaScript must do it. */
export let numberKind: i32 = 0;
export let numberValue: f64 = 0;

let high: u64 = 0;
let low: u64 = 0;

/** The 128 bits of a product. */
@inline function multiply(a: u64, b: u64): void {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const p00 = a0 * b0;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = (p00 >> 32) + (p01 & 0xffffffff) + (p10 & 0xffffffff);
  low = (p00 & 0xffffffff) | (middle << 32);
  high = a1 * b1 + (p01 >> 32) + (p10 >> 32) + (middle >> 32);
}

/**
 * The double nearest to w · 10^q, by Lemire, "Number parsing at a gigabyte per second" (2021), section 5.
 *
 * @returns Its bits; −1 where this cannot be told, or the result is no normal number.
 */
function nearest(given: u64, q: i32): i64 {
  if (q < -LEAST || q > MOST) return -1;
  const zeros = <i32>clz(given);
  const w = given << zeros;
  const at = fives + ((<usize>(q + LEAST)) << 4);
  multiply(w, load<u64>(at));
  let upper = high;
  let lower = low;
  if ((upper & 0x1ff) === 0x1ff) {
    multiply(w, load<u64>(at, 8));
    lower += high;
    if (high > lower) upper++;
  }
  if (lower === 0xffffffffffffffff && (q < -27 || q > 55)) return -1;
  const top = <i32>(upper >> 63);
  let mantissa = upper >> (top + 9);
  let power = (((152170 + 65536) * q) >> 16) + 63 + top - zeros + 1023;
  if (power <= 0) return -1;
  if (lower <= 1 && q >= -4 && q <= 23 && (mantissa & 3) === 1 && mantissa << (top + 9) === upper) {
    mantissa &= ~(<u64>1);
  }
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= <u64>2 << 52) {
    mantissa = <u64>1 << 52;
    power++;
  }
  mantissa &= ~(<u64>1 << 52);
  if (power >= 0x7ff) return -1;
  return <i64>(mantissa | (<u64>power << 52));
}

/** Whether eight bytes are digits. */
@inline function areDigits(x: u64): bool {
  return (
    ((x & 0xf0f0f0f0f0f0f0f0) | (((x + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) === 0x3333333333333333
  );
}

/** The number that eight digits say. */
@inline function eightDigits(given: u64): u64 {
  let x = given - 0x3030303030303030;
  x = x * 10 + (x >> 8);
  return ((x & 0x000000ff000000ff) * 0x000f424000000064 + ((x >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >> 32;
}

/**
 * Scans a number.
 *
 * @param wanted Whether its value matters: of a name that the layout doesn't have only its end does.
 * @returns The offset behind it, or 0 when it is none ({@link wrong}).
 */
export function scanNumber(from: usize, wanted: bool, doubles: bool): usize {
  let p = from;
  const negative = load<u8>(p) === 0x2d;
  if (negative) p++;
  const digits = p;
  let value: u64 = 0;
  let digit = <u32>load<u8>(p) - 0x30;
  if (digit > 9) return wrong(p);
  if (digit === 0) {
    digit = <u32>load<u8>(++p) - 0x30;
    if (digit <= 9) return wrong(p);
  } else {
    const eight = load<u64>(p);
    if (areDigits(eight)) {
      value = eightDigits(eight);
      p += 8;
      digit = <u32>load<u8>(p) - 0x30;
    }
    while (digit <= 9) {
      value = value * 10 + digit;
      digit = <u32>load<u8>(++p) - 0x30;
    }
  }
  let count = <i32>(p - digits);
  let exponent = 0;
  let whole = true;
  if (load<u8>(p) === 0x2e) {
    whole = false;
    digit = <u32>load<u8>(++p) - 0x30;
    if (digit > 9) return wrong(p);
    const point = p;
    while (digit <= 9) {
      value = value * 10 + digit;
      digit = <u32>load<u8>(++p) - 0x30;
    }
    exponent = -(<i32>(p - point));
    count -= exponent;
  }
  if ((load<u8>(p) | 0x20) === 0x65) {
    whole = false;
    p++;
    const minus = load<u8>(p) === 0x2d;
    if (minus || load<u8>(p) === 0x2b) p++;
    digit = <u32>load<u8>(p) - 0x30;
    if (digit > 9) return wrong(p);
    let written = 0;
    while (digit <= 9) {
      if (written < 1_000_000) written = written * 10 + digit;
      digit = <u32>load<u8>(++p) - 0x30;
    }
    exponent += minus ? -written : written;
  }
  numberKind = NUMBER;
  if (!wanted) return p;
  // Nineteen digits always fit.
  if (count > 19) {
    numberKind = 0;
    return p;
  }
  let result: f64;
  if (whole) {
    if (value > 9007199254740991 && !doubles) {
      numberKind = INT64;
      numberValue = 0;
      return p;
    }
    result = <f64>value;
  } else if (value <= 9007199254740991 && exponent >= -22 && exponent <= 22) {
    // Exact in one operation on doubles: Clinger (1990).
    result = <f64>value;
    if (exponent < 0) result /= tens(-exponent);
    else result *= tens(exponent);
  } else if (value === 0) {
    result = 0;
  } else {
    const bits = nearest(value, exponent);
    if (bits < 0) {
      numberKind = 0;
      return p;
    }
    result = reinterpret<f64>(bits);
  }
  numberValue = negative ? -result : result;
  return p;
}
