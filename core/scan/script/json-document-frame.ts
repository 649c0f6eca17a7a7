import {
  FRAME_WORDS,
  type FrameElements,
  FrameWord,
  frameElements,
  overSpace,
  Place,
} from "./json-document-elements.ts";

/** What a document is, as far as it has been seen. */
export const Seen = {
  /** Nothing but white space yet. */
  blank: 0,
  /** One value, the end of which is the end of the bytes. */
  value: 1,
  /** An array that is not closed yet. */
  array: 2,
  /** An array that is closed. */
  closed: 3,
  /** Something follows the array's end, or a comma stands before its bracket: the rest is one wrong record. */
  broken: 4,
} as const;

/** Makes lines of one JSON document, over pieces of any size. */
export interface DocumentFrame {
  /** As {@link Scanner.frame}. */
  frame(from: number, to: number): number;
  /** As {@link Scanner.skip}. */
  skip(from: number, to: number): number;
  /** {@link Seen}, for the bytes seen so far: those of a last scan are all there are. */
  readonly seen: number;
  /** See {@link FrameElements}. */
  readonly careful: boolean;
}

const MARK = [0xef, 0xbb, 0xbf];
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const OPEN = 0x5b;
/** Brackets open around a value that is the whole document: no bracket in it closes the last. */
const ENDLESS = 2 ** 30;

/**
 * Frames a document: an array by its elements, anything else as one line. Brackets around the elements, a byte order
 * mark and line feeds become spaces, see {@link FrameElements}. White space around elements is never part of a record
 * that is too long, but for what stands between an element and its comma.
 *
 * @param elements The loop over an array's bytes.
 */
export function documentFrame(u8: Uint8Array, elements: FrameElements): DocumentFrame {
  const state = new Int32Array(FRAME_WORDS);
  let seen: number = Seen.blank;
  /** Bytes of a byte order mark seen; −1 behind it, or where there is none. */
  let mark = 0;
  /** Bytes seen behind the last cut. */
  let left_bytes = 0;

  const isValue = (): void => {
    seen = Seen.value;
    state[FrameWord.depth] = ENDLESS;
  };

  /** Over white space at the start. Gives where the document begins, or `to`. */
  const overStart = (from: number, to: number): number => {
    let p = from;
    while (mark >= 0 && p < to) {
      if (u8[p] !== MARK[mark]) {
        // A mark that breaks off is the beginning of a wrong document.
        if (mark > 0) isValue();
        mark = -1;
        break;
      }
      p++;
      mark++;
      if (mark < 3) continue;
      u8.fill(SPACE, p - 3, p);
      mark = -1;
    }
    return seen === Seen.blank && mark < 0 ? overSpace(u8, p, to) : p;
  };

  const open = (p: number): number => {
    if (u8[p] === OPEN) {
      seen = Seen.array;
      u8[p] = SPACE;
      state[FrameWord.place] = Place.first;
      return p + 1;
    }
    isValue();
    if (u8[p] === MARK[0]) state[FrameWord.careful] = 1;
    return p;
  };

  /** At the bracket that closes the array. Gives where to go on. */
  const close = (p: number): number => {
    if (state[FrameWord.place] === Place.next) {
      seen = Seen.broken;
      return p;
    }
    seen = Seen.closed;
    u8[p] = state[FrameWord.place] === Place.within ? LINE_FEED : SPACE;
    return p + 1;
  };

  return {
    frame(from, to) {
      let p = from;
      let cut = 0;
      if (seen === Seen.blank) {
        p = overStart(from, to);
        if (seen === Seen.blank && mark < 0) {
          cut = p;
          if (p < to) p = open(p);
        }
      }
      if (seen === Seen.array || seen === Seen.value) {
        p = elements(state, p, to);
        // Offsets are below 2^31, but for the end of the largest memory, which is no cut of these.
        if (state[FrameWord.cut] !== 0) cut = state[FrameWord.cut] as number;
        if (p < to) cut = p = close(p);
      }
      if (seen === Seen.closed) {
        cut = p = overSpace(u8, p, to);
        if (p < to) seen = Seen.broken;
      }
      const isCut = cut > from || (cut === from && left_bytes > 0);
      left_bytes = isCut ? to - cut : left_bytes + to - from;
      return isCut ? cut : -1;
    },
    skip(from, to) {
      left_bytes = 0;
      if (seen !== Seen.array) return -1;
      const p = frameElements(u8, state, from, to, true);
      if (p < to && state[FrameWord.place] === Place.within) return close(p);
      return state[FrameWord.place] === Place.within ? -1 : p;
    },
    get seen() {
      return seen;
    },
    get careful() {
      return state[FrameWord.careful] === 1;
    },
  };
}
