/** Random choices that a seed repeats. */
export interface Random {
  /** A whole number in `[0, below)`. */
  below(below: number): number;
  /** True once in `times`. */
  oneIn(times: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: small, and good enough to choose test cases. */
export function makeRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (below) => Math.floor(next() * below),
    oneIn: (times) => next() * times < 1,
    pick: (from) => from[Math.floor(next() * from.length)] as (typeof from)[number],
  };
}

const SPICE = [
  0x00, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x3a, 0x5b, 0x5c, 0x5d, 0x65, 0x75, 0x7b, 0x7d,
];
const SPICE_HIGH = [
  0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xef, 0xbb, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, 0xff,
];

/** Damages a text (one character a byte) in a few places. */
export function mutate(random: Random, text: string): string {
  let out = text;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(out.length + 1);
    const other = random.below(out.length + 1);
    const byte = String.fromCharCode(random.oneIn(2) ? random.pick(SPICE) : random.pick(SPICE_HIGH));
    switch (random.below(6)) {
      case 0:
        out = out.slice(0, at) + byte + out.slice(at + 1);
        break;
      case 1:
        out = out.slice(0, at) + byte + out.slice(at);
        break;
      case 2:
        out = out.slice(0, at) + out.slice(at + 1 + random.below(3));
        break;
      case 3:
        out = out.slice(0, at) + out.slice(other, other + 1 + random.below(8)) + out.slice(at);
        break;
      case 4:
        out = out.slice(0, at);
        break;
      default:
        out = out.slice(0, at) + String.fromCharCode(random.below(256)) + out.slice(at + 1);
    }
  }
  return out;
}

/** Cuts bytes at random places; often once, sometimes into crumbs. */
export function cut(random: Random, bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const most = random.pick([1, 3, 10, bytes.length + 1]);
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + 1 + random.below(most));
    pieces.push(bytes.subarray(from, to));
    from = to;
  }
  return pieces;
}
