// Strings of JSON with escapes.

@inline function hexDigit(p: usize): u32 {
  const c = <u32>load<u8>(p);
  return c <= 0x39 ? c - 0x30 : (c | 0x20) - 0x57;
}

@inline function codeUnit(p: usize): u32 {
  return (hexDigit(p) << 12) | (hexDigit(p + 1) << 8) | (hexDigit(p + 2) << 4) | hexDigit(p + 3);
}

/** Whether the text that {@link unescapeInto} wrote last is ASCII. */
export let isAscii: bool = false;

/**
 * Writes a valid string of JSON as what it stands for. May write 16 bytes behind that.
 *
 * @returns The offset behind what was written; 0 where JSON must escape that too.
 */
export function unescapeInto(from: usize, end: usize, into: usize): usize {
  let p = from;
  let out = into;
  let high = 0;
  while (p < end) {
    const v = v128.load(p);
    const stops = i8x16.bitmask(i8x16.eq(v, i8x16.splat(0x5c)));
    const plain = min(stops === 0 ? 16 : ctz(stops), <i32>(end - p));
    v128.store(out, v);
    high |= i8x16.bitmask(v) & ((1 << plain) - 1);
    p += plain;
    out += plain;
    if (p === end || plain === 16) continue;
    const c = <u32>load<u8>(p, 1);
    if (c === 0x2f) {
      store<u8>(out++, 0x2f);
      p += 2;
      continue;
    }
    if (c !== 0x75) return 0;
    let unit = codeUnit(p + 2);
    p += 6;
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c) return 0;
    if (unit < 0x80) {
      store<u8>(out++, <u8>unit);
      continue;
    }
    high = 1;
    if (unit < 0x800) {
      store<u8>(out, <u8>(0xc0 | (unit >> 6)));
      store<u8>(out, <u8>(0x80 | (unit & 0x3f)), 1);
      out += 2;
      continue;
    }
    if (unit - 0xd800 >= 0x800) {
      store<u8>(out, <u8>(0xe0 | (unit >> 12)));
      store<u8>(out, <u8>(0x80 | ((unit >> 6) & 0x3f)), 1);
      store<u8>(out, <u8>(0x80 | (unit & 0x3f)), 2);
      out += 3;
      continue;
    }
    // Half a pair: the other half must be an escape too, and follow.
    if (unit >= 0xdc00 || p + 6 > end || load<u16>(p) !== 0x755c) return 0;
    const low = codeUnit(p + 2) - 0xdc00;
    if (low >= 0x400) return 0;
    p += 6;
    unit = 0x10000 + ((unit - 0xd800) << 10) + low;
    store<u8>(out, <u8>(0xf0 | (unit >> 18)));
    store<u8>(out, <u8>(0x80 | ((unit >> 12) & 0x3f)), 1);
    store<u8>(out, <u8>(0x80 | ((unit >> 6) & 0x3f)), 2);
    store<u8>(out, <u8>(0x80 | (unit & 0x3f)), 3);
    out += 4;
  }
  isAscii = high === 0;
  return out;
}
