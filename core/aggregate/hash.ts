// MurmurHash3 (A. Appleby, 2011, public domain): two lanes of the 32-bit variant with different seeds over the same
// words, mixed into each other at the end, give 64 bits. Strings are read as pairs of UTF-16 code units, so that they
// need no encoding. Not for input that an attacker chooses: it has no secret.

/** The two halves of the last {@link hashValue}. Two calls never interleave. */
export const hashed: { high: number; low: number } = { high: 0, low: 0 };

const word = new DataView(new ArrayBuffer(8));
let one = 0;
let two = 0;
let words = 0;

function begin(seed: number): void {
  one = 0x9747b28c ^ seed;
  two = 0x3c6ef372 + seed;
  words = 0;
}

function mixIn(value: number): void {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  one ^= k;
  one = (Math.imul((one << 13) | (one >>> 19), 5) + 0xe6546b64) | 0;
  k = Math.imul(value, 0x239b961b);
  k = Math.imul((k << 16) | (k >>> 16), 0x38b34ae5);
  two ^= k;
  two = (Math.imul((two << 17) | (two >>> 15), 5) + 0x561ccd1b) | 0;
  words += 1;
}

function finish(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function end(): void {
  one ^= words;
  two ^= words;
  one = (one + two) | 0;
  two = (two + one) | 0;
  one = finish(one);
  two = finish(two ^ 0x5bd1e995);
  one = (one + two) | 0;
  two = (two + one) | 0;
  hashed.high = one >>> 0;
  hashed.low = two >>> 0;
}

function mixText(text: string): void {
  const { length } = text;
  for (let i = 1; i < length; i += 2) mixIn(text.charCodeAt(i - 1) | (text.charCodeAt(i) << 16));
  // An odd last unit has no partner; the length tells it from one that is followed by U+0000.
  if (length % 2 === 1) mixIn(text.charCodeAt(length - 1));
  mixIn(length);
}

/** Hashes a scalar's type and content into {@link hashed}. `0` and `-0` are one value, and every NaN is one. */
export function hashValue(value: string | number | boolean | bigint): void {
  switch (typeof value) {
    case "string":
      begin(1);
      mixText(value);
      break;
    case "number":
      begin(2);
      word.setFloat64(0, Number.isNaN(value) ? Number.NaN : value + 0);
      mixIn(word.getInt32(0));
      mixIn(word.getInt32(4));
      break;
    case "boolean":
      begin(3);
      mixIn(Number(value));
      break;
    default:
      begin(4);
      mixText(value.toString(36));
  }
  end();
}
