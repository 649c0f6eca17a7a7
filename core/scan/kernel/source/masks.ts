// Bits of 64 bytes at a time. Where texts of varying length are searched, what is done for nothing costs less than a loop
// that ends elsewhere each time, which no processor foresees.

/** The highest bits of 64 bytes, as one number. */
@inline export function bits64(a: v128, b: v128, c: v128, d: v128): u64 {
  const low = <u64>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16));
  const high = <u64>(<u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16));
  return low | (high << 32);
}

/** Which of 64 bytes are some byte. */
@inline export function equal64(p: usize, byte: v128): u64 {
  return bits64(
    i8x16.eq(v128.load(p), byte),
    i8x16.eq(v128.load(p, 16), byte),
    i8x16.eq(v128.load(p, 32), byte),
    i8x16.eq(v128.load(p, 48), byte),
  );
}
