// Where something stands in a text.
import { bits64, equal64 } from "./masks";

/** Offset of the first of some byte in a text, or −1. */
@inline function findByte(at: usize, size: i32, byte: i8): i32 {
  const wanted = i8x16.splat(byte);
  for (let i = 0; i < size; i += 64) {
    const mask = equal64(at + i, wanted);
    if (mask === 0) continue;
    const place = i + <i32>ctz(mask);
    return place < size ? place : -1;
  }
  return -1;
}

/** Offset of the first of the bytes `[text, text + length)` in a text, or −1. */
@inline export function find(at: usize, size: i32, text: usize, length: i32): i32 {
  if (length === 0) return 0;
  if (length === 1) return findByte(at, size, load<i8>(text));
  const first = i8x16.splat(load<i8>(text));
  const end = i8x16.splat(load<i8>(text + length - 1));
  const most = size - length;
  for (let i = 0; i <= most; i += 16) {
    // Places where the first byte and the last one fit.
    let mask = i8x16.bitmask(
      v128.and(i8x16.eq(v128.load(at + i), first), i8x16.eq(v128.load(at + i + length - 1), end)),
    );
    while (mask !== 0) {
      const place = i + ctz(mask);
      if (place > most) return -1;
      if (length <= 2 || memory.compare(at + place, text, length) === 0) return place;
      mask &= mask - 1;
    }
  }
  return -1;
}

/** Bits of the bytes of 64 that are digits. */
@inline export function digits64(p: usize): u64 {
  return bits64(digitsOf(p), digitsOf(p + 16), digitsOf(p + 32), digitsOf(p + 48));
}

@inline function digitsOf(p: usize): v128 {
  return i8x16.lt_u(i8x16.sub(v128.load(p), i8x16.splat(0x30)), i8x16.splat(10));
}

/** Offset of the first digit in a text, or its size or more. */
@inline export function firstDigit(at: usize, size: i32): i32 {
  for (let i = 0; i < size; i += 64) {
    const mask = digits64(at + i);
    if (mask !== 0) return i + <i32>ctz(mask);
  }
  return size;
}

/** Whether the bytes `[text, text + length)` stand at a place of a text. */
@inline export function holdsAt(at: usize, size: i32, place: i32, text: usize, length: i32): bool {
  return place >= 0 && place + length <= size && memory.compare(at + place, text, length) === 0;
}
