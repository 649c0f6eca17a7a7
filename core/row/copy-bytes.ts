/**
 * Copies bytes. Within one memory `copyWithin` makes no object; a few bytes are cheapest by hand.
 *
 * @returns The offset behind them, or −1 when they do not fit before `to`.
 */
export function copyBytes(
  u8: Uint8Array,
  start: number,
  length: number,
  into: Uint8Array,
  at: number,
  to: number,
): number {
  if (at + length > to) return -1;
  if (length <= 16) for (let i = 0; i < length; i++) into[at + i] = u8[start + i]!;
  else if (into.buffer === u8.buffer && u8.byteOffset === 0)
    u8.copyWithin(into.byteOffset + at, start, start + length);
  else into.set(u8.subarray(start, start + length), at);
  return at + length;
}
