/**
 * Length of the UTF-8 sequence at `p` that begins with a byte ≥ 0x80, or 0 when it is not one.
 *
 * Looks at a byte only after the one before it has turned out right, so a line end stops it.
 */
export function utf8Sequence(u8: Uint8Array, p: number): number {
  const lead = u8[p] as number;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = u8[p + 1] as number;
  if (lead < 0xe0) return (second & 0xc0) === 0x80 ? 2 : 0;
  // Overlong forms, surrogates and code points past U+10FFFF differ from good ones in the second byte.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  if (((u8[p + 2] as number) & 0xc0) !== 0x80) return 0;
  if (lead < 0xf0) return 3;
  return ((u8[p + 3] as number) & 0xc0) === 0x80 ? 4 : 0;
}

/** Offset of the first byte in `[from, to)` that is no UTF-8, or −1. A sequence that `to` cuts is none. */
export function invalidUtf8(u8: Uint8Array, from: number, to: number): number {
  let p = from;
  while (p < to) {
    if ((u8[p] as number) < 0x80) {
      p++;
      continue;
    }
    // A sequence that ends behind `to` is cut; what stands there doesn't matter.
    const length = utf8Sequence(u8, p);
    if (length === 0 || p + length > to) return p;
    p += length;
  }
  return -1;
}
