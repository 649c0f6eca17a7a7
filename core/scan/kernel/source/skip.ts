import { MAX_DEPTH, SCAN_LEVELS } from "./memory";
import { scanNumber } from "./number";
import { loadEscapes, loadLow, loadMarks, stringEnd } from "./strings";
import { wrong } from "./wrong";

@inline export function isSpace(c: u32): bool {
  return c === 0x20 || c === 0x0d || c === 0x09;
}

/** Offset of the first byte from `p` on that is no white space. */
@inline export function afterSpace(from: usize): usize {
  let p = from;
  if (<u32>load<u8>(p) <= 0x20) while (isSpace(load<u8>(p))) p++;
  return p;
}

/** Length of the literal at `p`; 0 when it is none. */
@inline export function literalLength(p: usize): usize {
  const word = load<u32>(p);
  if (word === 0x65757274 || word === 0x6c6c756e) return 4;
  return word === 0x736c6166 && load<u8>(p, 4) === 0x65 ? 5 : 0;
}

/**
 * Over the object or array at `from`, checking its grammar and UTF-8 in full, without recursion.
 *
 * @param outside How many containers are open around it.
 * @returns The offset behind it; 0 when it is wrong, or too deep.
 */
export function skipContainer(scan: usize, from: usize, outside: i32): usize {
  const levels = <usize>load<u32>(scan, SCAN_LEVELS);
  const marks = loadMarks(scan);
  const low = loadLow(scan);
  const escapes = loadEscapes(scan);
  let p = from;
  let level = outside;
  let c = <u32>load<u8>(p);
  let inObject = false;
  while (true) {
    if (inObject) {
      if (c !== 0x22) return wrong(p);
      p = stringEnd(p + 1, marks, low, escapes);
      if (p === 0) return 0;
      p = afterSpace(p + 1);
      if (load<u8>(p) !== 0x3a) return wrong(p);
      p = afterSpace(p + 1);
      c = load<u8>(p);
    }
    if (c === 0x22) {
      p = stringEnd(p + 1, marks, low, escapes);
      if (p === 0) return 0;
      p++;
    } else if (c === 0x7b || c === 0x5b) {
      if (++level > MAX_DEPTH) return 0;
      inObject = c === 0x7b;
      store<u8>(levels + level, inObject ? 1 : 0);
      p = afterSpace(p + 1);
      c = load<u8>(p);
      if (c !== <u32>(inObject ? 0x7d : 0x5d)) continue;
    } else if (c === 0x2d || c - 0x30 < 10) {
      p = scanNumber(p, false, true);
      if (p === 0) return 0;
    } else {
      const length = literalLength(p);
      if (length === 0) return wrong(p);
      p += length;
    }
    while (true) {
      p = afterSpace(p);
      c = load<u8>(p);
      if (c === 0x2c) {
        p = afterSpace(p + 1);
        c = load<u8>(p);
        break;
      }
      if (c !== <u32>(inObject ? 0x7d : 0x5d)) return wrong(p);
      p++;
      if (--level === outside) return p;
      inObject = load<u8>(levels + level) === 1;
    }
  }
}
