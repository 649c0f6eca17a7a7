/**
 * Words of the state in which framing stands between two pieces of one document. The kernel's source/document.ts has
 * the same.
 */
export const FrameWord = {
  /** Brackets open in the element under way. */
  depth: 0,
  /** 1 in a string. */
  string: 1,
  /** 1 behind a backslash. */
  escaped: 2,
  /** {@link Place}. */
  place: 3,
  /** Answer: where a piece can be cut, see {@link FrameElements}; 0 for nowhere. */
  cut: 4,
  /** Sticky: elements that the scanner of lines would pass over were met, see {@link FrameElements}. */
  careful: 5,
} as const;
export const FRAME_WORDS = 6;

/** Where framing stands in the array. */
export const Place = {
  /** In an element. */
  within: 0,
  /** Behind the opening bracket: what comes next may be an element or the closing one. */
  first: 1,
  /** Behind a comma. */
  next: 2,
} as const;

/**
 * Makes lines of the elements of an array, in place: the comma behind an element becomes a line feed, and every line
 * feed of the document's own becomes a space; in a string, where it is wrong, a carriage return, which is as wrong. An
 * element is what stands between two commas that are in no string and in no bracket: which bracket closes which is the
 * scanner's to judge. A backslash takes the meaning off the byte behind it, in a string or not.
 *
 * Asks for care where a line would be passed over though it is wrong: for empty ones, and those that begin with a byte
 * order mark.
 *
 * The cut of a piece is the last place where no element is under way. One byte at least is always left behind it, so
 * that there is something to scan, and to refuse, when the array is never closed. A comma at the very end of a piece
 * becomes a space: the line before it has no line feed then.
 *
 * @param state Words, see {@link FrameWord}.
 * @returns Offset of the bracket that closes the array, if it does before `to`; else `to`.
 */
export type FrameElements = (state: Int32Array, from: number, to: number) => number;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/** A table that is 0 for all bytes but those of `stops`. */
function stopsAt(stops: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const c of stops) table[c.charCodeAt(0)] = 1;
  return table;
}

/** What means something in a string, inside of brackets, and between these. */
const IN_STRING: Uint8Array = stopsAt('\n"\\');
const INSIDE: Uint8Array = stopsAt('\n"\\[]{}');
const OUTSIDE: Uint8Array = stopsAt('\n"\\[]{},');

/**
 * {@link FrameElements} in plain JavaScript. Node 24 / Deno / Bun, ns a byte: 1.5 / 1.2 / 0.9; the kernel's 0.23 / 0.24
 * / 0.20.
 *
 * @param toFirst Stop behind the comma that ends the element under way.
 */
export function frameElements(
  u8: Uint8Array,
  state: Int32Array,
  from: number,
  to: number,
  toFirst: boolean,
): number {
  let depth = state[FrameWord.depth] as number;
  let isString = state[FrameWord.string] === 1;
  let isEscaped = state[FrameWord.escaped] === 1;
  let place = state[FrameWord.place] as number;
  let cut = 0;
  let p = from;
  while (p < to) {
    if (place !== Place.within) {
      p = overSpace(u8, p, to);
      cut = p < to ? p : p - 1;
      if (p === to) break;
      const c = u8[p] as number;
      if (c === CLOSE) break;
      if (c === COMMA) {
        state[FrameWord.careful] = 1;
        u8[p++] = LINE_FEED;
        place = Place.next;
        continue;
      }
      if (c === 0xef) state[FrameWord.careful] = 1;
      place = Place.within;
    }
    if (isEscaped) {
      isEscaped = false;
      if (u8[p] !== LINE_FEED) {
        p++;
        continue;
      }
    }
    const table = isString ? IN_STRING : depth > 0 ? INSIDE : OUTSIDE;
    while (p < to && table[u8[p] as number] === 0) p++;
    if (p === to) break;
    const c = u8[p] as number;
    if (c === QUOTE) {
      isString = !isString;
      if (isString) {
        // Over the whole of most strings at once: a fifth faster.
        p++;
        while (p < to && IN_STRING[u8[p] as number] === 0) p++;
        if (p === to || u8[p] !== QUOTE) continue;
        isString = false;
      }
    } else if (c === BACKSLASH) isEscaped = true;
    else if (c === LINE_FEED) u8[p] = isString ? RETURN : SPACE;
    else if (c === COMMA) {
      if (depth === 0) {
        place = Place.next;
        const isLast = p + 1 === to;
        if (isLast) cut = p;
        u8[p] = isLast ? SPACE : LINE_FEED;
        if (toFirst) {
          p++;
          break;
        }
      }
    } else if ((c & 2) !== 0)
      depth++; // Of the brackets only `[` and `{` have that bit.
    else if (depth > 0) depth--;
    else if (c === CLOSE) break;
    p++;
  }
  state[FrameWord.depth] = depth;
  state[FrameWord.string] = isString ? 1 : 0;
  state[FrameWord.escaped] = isEscaped ? 1 : 0;
  state[FrameWord.place] = place;
  state[FrameWord.cut] = cut;
  return p;
}

/** Offset of the first byte in `[from, to)` that is no white space, or `to`. Line feeds become spaces. */
export function overSpace(u8: Uint8Array, from: number, to: number): number {
  let p = from;
  for (; p < to; p++) {
    const c = u8[p];
    if (c === LINE_FEED) u8[p] = SPACE;
    else if (c !== SPACE && c !== RETURN && c !== 0x09) return p;
  }
  return p;
}
