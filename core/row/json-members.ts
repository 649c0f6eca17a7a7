import { copyBytes } from "./copy-bytes.ts";
import { utf8Text } from "./text-value.ts";

// Everything here walks records that a scanner has found to be valid: it looks for ends, not for faults.

/**
 * Copies the members of the object that begins at `start` (or behind white space there), without its braces.
 *
 * @returns The offset behind what was copied, or −1 when it does not fit before `to`.
 */
export type CopyMembers = (start: number, into: Uint8Array, at: number, to: number) => number;

const encoder = new TextEncoder();

/**
 * Makes a copier of all members but some. Neighbours are copied together, with what stands between them.
 *
 * @param gone Names to leave out, however they are written.
 * @param u8 Memory that holds the records.
 */
export function memberCopier(gone: ReadonlySet<string>, u8: Uint8Array): CopyMembers {
  const names = [...gone].map((name) => encoder.encode(name));
  const isGone = (from: number, to: number, escaped: boolean): boolean => {
    if (escaped) return gone.has(JSON.parse(utf8Text(u8, from - 1, to - from + 2)));
    return names.some((name) => same(name, u8, from, to));
  };
  return (start, into, from, to) => {
    let at = from;
    let runStart = -1;
    let runEnd = -1;
    const flush = () => {
      if (runStart < 0) return;
      const comma = at === from ? 0 : 1;
      const end = copyBytes(u8, runStart, runEnd - runStart, into, at + comma, to);
      if (end >= 0 && comma === 1) into[at] = 0x2c;
      at = end;
      runStart = -1;
    };
    let p = afterSpace(u8, afterSpace(u8, start) + 1);
    while (u8[p] !== 0x7d) {
      const nameEnd = stringEnd(u8, p + 1);
      const valueStart = afterSpace(u8, afterSpace(u8, nameEnd + 1) + 1);
      const valueEnd = afterValue(u8, valueStart);
      if (isGone(p + 1, nameEnd, hasEscape(u8, p + 1, nameEnd))) {
        flush();
        if (at < 0) return -1;
      } else {
        if (runStart < 0) runStart = p;
        runEnd = valueEnd;
      }
      p = afterSpace(u8, valueEnd);
      if (u8[p] === 0x2c) p = afterSpace(u8, p + 1);
    }
    flush();
    return at;
  };
}

function same(name: Uint8Array, u8: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== u8[from + i]) return false;
  return true;
}

function hasEscape(u8: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (u8[i] === 0x5c) return true;
  return false;
}

function afterSpace(u8: Uint8Array, from: number): number {
  let p = from;
  let c = u8[p];
  while (c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0a) c = u8[++p];
  return p;
}

/** From behind an opening quote to the closing one. */
function stringEnd(u8: Uint8Array, from: number): number {
  let p = from;
  while (u8[p] !== 0x22) p += u8[p] === 0x5c ? 2 : 1;
  return p;
}

function afterValue(u8: Uint8Array, from: number): number {
  const c = u8[from];
  if (c === 0x22) return stringEnd(u8, from + 1) + 1;
  if (c === 0x7b || c === 0x5b) return afterContainer(u8, from);
  let p = from;
  // Numbers and literals hold no byte below "+" and no comma; what follows them is one of ",}]" or white space.
  while (u8[p]! > 0x20 && u8[p] !== 0x2c && u8[p] !== 0x7d && u8[p] !== 0x5d) p++;
  return p;
}

function afterContainer(u8: Uint8Array, from: number): number {
  let depth = 0;
  for (let p = from; ; p++) {
    const c = u8[p];
    if (c === 0x22) p = stringEnd(u8, p + 1);
    else if (c === 0x7b || c === 0x5b) depth++;
    else if ((c === 0x7d || c === 0x5d) && --depth === 0) return p + 1;
  }
}
