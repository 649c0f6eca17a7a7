const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** Finds the ends of CSV records, over pieces of any size. */
export interface CsvFrame {
  /** Offset behind the last record that ends in `[from, to)`, the bytes behind those seen last; or −1. */
  last(from: number, to: number): number;
  /** The same of the first; the bytes behind it are not seen yet. */
  first(from: number, to: number): number;
  /** A record has ended already. */
  readonly hasEnded: boolean;
}

/** Offset of the first quote or line feed from `from` on, or one from `to` on when there is none before. */
function quoteOrLineFeed(words: Int32Array, from: number, to: number): number {
  let at = from >> 2;
  const end = (to - 1) >> 2;
  let word = (words[at] as number) & (-1 << ((from & 3) << 3));
  for (;;) {
    const quote = word ^ 0x22222222;
    const feed = word ^ 0x0a0a0a0a;
    const stop = (((quote - 0x01010101) & ~quote) | ((feed - 0x01010101) & ~feed)) & -0x7f7f7f80;
    // A borrow can set a lane wrongly only behind a right one: the lowest is taken.
    if (stop !== 0) return (at << 2) + ((31 - Math.clz32(stop & -stop)) >> 3);
    if (at === end) return to;
    word = words[++at] as number;
  }
}

/**
 * Which line feeds end records is the scanner's answer exactly: a quote opens a quoted field at the start of
 * a field only, where it stands alone it closes it, and anywhere else it is a fault that opens nothing.
 */
export function csvFrame(u8: Uint8Array, words: Int32Array, delimiter: number): CsvFrame {
  let isQuoted = false;
  // The last byte seen, and whether it closed a field; at the start of a source one might as well be behind a
  // line.
  let before = LINE_FEED;
  let hasClosed = false;
  let hasEnded = false;
  // Bytes of the byte order mark at the start of the source that have been seen; −1 when there is none.
  let mark = 0;

  const overMark = (from: number, to: number): number => {
    let p = from;
    while (p < to && mark >= 0 && mark < 3) {
      if (u8[p] !== [0xef, 0xbb, 0xbf][mark]) {
        // What looked like one is text.
        if (mark > 0) before = 0xef;
        mark = -1;
        return p;
      }
      p++;
      mark++;
    }
    return p;
  };

  const advance = (from: number, to: number, toFirst: boolean): number => {
    let found = -1;
    let p = mark === -1 || mark === 3 ? from : overMark(from, to);
    const start = p;
    let closed = hasClosed ? p : -1;
    while (p < to) {
      p = quoteOrLineFeed(words, p, to);
      if (p >= to) break;
      if (isQuoted) {
        if (u8[p] === QUOTE) {
          isQuoted = false;
          closed = p + 1;
        }
      } else if (u8[p] === LINE_FEED) {
        found = p + 1;
        hasEnded = true;
        if (toFirst) {
          before = LINE_FEED;
          hasClosed = false;
          return found;
        }
      } else {
        const left = p > start ? (u8[p - 1] as number) : before;
        isQuoted = closed === p || left === delimiter || left === LINE_FEED;
      }
      p++;
    }
    if (to > start) before = u8[to - 1] as number;
    hasClosed = closed === to;
    return found;
  };

  return {
    last: (from, to) => advance(from, to, false),
    first: (from, to) => advance(from, to, true),
    get hasEnded() {
      return hasEnded;
    },
  };
}
