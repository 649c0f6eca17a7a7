// Valid UTF-8, 16 bytes at a time, by three table look-ups a byte: Keiser and Lemire, "Validating UTF-8 in less than
// one instruction per byte" (2021).

const TOO_SHORT: u8 = 1 << 0;
const TOO_LONG: u8 = 1 << 1;
const OVERLONG_3: u8 = 1 << 2;
const TOO_LARGE: u8 = 1 << 3;
const SURROGATE: u8 = 1 << 4;
const OVERLONG_2: u8 = 1 << 5;
const TOO_LARGE_1000: u8 = 1 << 6;
const OVERLONG_4: u8 = 1 << 6;
const TWO_CONTS: u8 = 1 << 7;
const CARRY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTS;

// prettier-ignore
@inline function byte1High(nibble: v128): v128 {
  return i8x16.swizzle(
    i8x16(
      <i8>TOO_LONG, <i8>TOO_LONG, <i8>TOO_LONG, <i8>TOO_LONG,
      <i8>TOO_LONG, <i8>TOO_LONG, <i8>TOO_LONG, <i8>TOO_LONG,
      <i8>TWO_CONTS, <i8>TWO_CONTS, <i8>TWO_CONTS, <i8>TWO_CONTS,
      <i8>(TOO_SHORT | OVERLONG_2),
      <i8>TOO_SHORT,
      <i8>(TOO_SHORT | OVERLONG_3 | SURROGATE),
      <i8>(TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4),
    ),
    nibble,
  );
}

@inline function byte1Low(nibble: v128): v128 {
  return i8x16.swizzle(
    i8x16(
      <i8>(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4),
      <i8>(CARRY | OVERLONG_2),
      <i8>CARRY,
      <i8>CARRY,
      <i8>(CARRY | TOO_LARGE),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
      <i8>(CARRY | TOO_LARGE | TOO_LARGE_1000),
    ),
    nibble,
  );
}

@inline function byte2High(nibble: v128): v128 {
  return i8x16.swizzle(
    i8x16(
      <i8>TOO_SHORT, <i8>TOO_SHORT, <i8>TOO_SHORT, <i8>TOO_SHORT,
      <i8>TOO_SHORT, <i8>TOO_SHORT, <i8>TOO_SHORT, <i8>TOO_SHORT,
      <i8>(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),
      <i8>(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE),
      <i8>(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
      <i8>(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
      <i8>TOO_SHORT, <i8>TOO_SHORT, <i8>TOO_SHORT, <i8>TOO_SHORT,
    ),
    nibble,
  );
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

@inline function wrongIn(v: v128, before: v128): v128 {
  const low = i8x16.splat(0x0f);
  const p1 = previous1(v, before);
  const special = v128.and(
    v128.and(byte1High(i8x16.shr_u(p1, 4)), byte1Low(v128.and(p1, low))),
    byte2High(i8x16.shr_u(v, 4)),
  );
  const third = i8x16.sub_sat_u(previous2(v, before), i8x16.splat(<i8>0x60));
  const fourth = i8x16.sub_sat_u(previous3(v, before), i8x16.splat(<i8>0x70));
  const must = v128.and(v128.or(third, fourth), i8x16.splat(<i8>0x80));
  return v128.xor(must, special);
}

/** Whether the bytes `[from, to)` are UTF-8. May look at, but doesn't judge, 15 bytes behind them. */
export function isUtf8(from: usize, to: usize): bool {
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  let before = i8x16.splat(0);
  let wrong = i8x16.splat(0);
  let p = from;
  for (; p + 16 <= to; p += 16) {
    const v = v128.load(p);
    wrong = v128.or(wrong, wrongIn(v, before));
    before = v;
  }
  // What is left, and zeros: a sequence that the end cuts is found by them.
  const left = <i32>(to - p);
  const v = v128.and(v128.load(p), i8x16.lt_u(lanes, i8x16.splat(<i8>left)));
  wrong = v128.or(wrong, wrongIn(v, before));
  return !v128.any_true(wrong);
}
