// Valid UTF-8, 16 bytes at a time, by three table look-ups a byte: Keiser and Lemire, "Validating UTF-8 in less than
// one instruction per byte" (2021).

/**
 * Three tables of 16 bytes, by nibble, then single bytes: ../utf8-tables.ts. They are loaded once a string: constants of
 * the program would be made anew for every 16 bytes.
 */
export let tables: usize = 0;
/** The bytes behind the tables. */
const TABLES_LOW: usize = 48;
const TABLES_THIRD: usize = 49;
const TABLES_FOURTH: usize = 50;
const TABLES_TOP: usize = 51;
export const TABLES_QUOTE: usize = 52;
export const TABLES_ESCAPE: usize = 53;
export const TABLES_SPACE: usize = 54;

export function setUtf8Tables(at: usize): void {
  tables = at;
}

/** The bytes of `v` moved up by `n`, filled from the end of `before`. */
@inline function previous1(v: v128, before: v128): v128 {
  return i8x16.shuffle(before, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
}
@inline function previous2(v: v128, before: v128): v128 {
  return i8x16.shuffle(before, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
}
@inline function previous3(v: v128, before: v128): v128 {
  return i8x16.shuffle(before, v, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
}

/** Whether the bytes `[from, to)` are UTF-8. May look at, but doesn't judge, 15 bytes behind them. */
export function isUtf8(from: usize, to: usize): bool {
  const byte1High = v128.load(tables);
  const byte1Low = v128.load(tables, 16);
  const byte2High = v128.load(tables, 32);
  const low = i8x16.splat(load<i8>(tables, TABLES_LOW));
  const third = i8x16.splat(load<i8>(tables, TABLES_THIRD));
  const fourth = i8x16.splat(load<i8>(tables, TABLES_FOURTH));
  const top = i8x16.splat(load<i8>(tables, TABLES_TOP));
  let before = i8x16.splat(0);
  let wrong = i8x16.splat(0);
  let p = from;
  while (true) {
    let v = v128.load(p);
    const left = <i32>(to - p);
    if (left < 16) {
      // What is left, and zeros: a sequence that the end cuts is found by them.
      const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
      v = v128.and(v, i8x16.lt_s(lanes, i8x16.splat(<i8>left)));
    }
    const p1 = previous1(v, before);
    const special = v128.and(
      v128.and(i8x16.swizzle(byte1High, i8x16.shr_u(p1, 4)), i8x16.swizzle(byte1Low, v128.and(p1, low))),
      i8x16.swizzle(byte2High, i8x16.shr_u(v, 4)),
    );
    const further = v128.or(
      i8x16.sub_sat_u(previous2(v, before), third),
      i8x16.sub_sat_u(previous3(v, before), fourth),
    );
    wrong = v128.or(wrong, v128.xor(v128.and(further, top), special));
    if (left < 16) break;
    before = v;
    p += 16;
  }
  return !v128.any_true(wrong);
}

/**
 * Length of the sequence of UTF-8 at `p` that begins with a byte of 0x80 or more; 0 when it is none. As in
 * ../../script/utf8.ts.
 */
function sequenceLength(p: usize): usize {
  const lead = <u32>load<u8>(p);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = <u32>load<u8>(p, 1);
  if (lead < 0xe0) return (second & 0xc0) === 0x80 ? 2 : 0;
  // Overlong forms, surrogates and code points past U+10FFFF differ from good ones in the second byte.
  const least: u32 = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most: u32 = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most || (load<u8>(p, 2) & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) return 3;
  return (load<u8>(p, 3) & 0xc0) === 0x80 ? 4 : 0;
}

/** Offset of the first byte in `[from, to)` that is no UTF-8, or 0. A sequence that `to` cuts is none. */
export function invalidUtf8(from: usize, to: usize): usize {
  if (isUtf8(from, to)) return 0;
  let p = from;
  while (true) {
    const length: usize = load<u8>(p) < 0x80 ? 1 : sequenceLength(p);
    if (length === 0 || p + length > to) return p;
    p += length;
  }
}
