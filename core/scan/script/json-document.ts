import { HEADER_WORDS, ScanFault } from "../../row/layout.ts";
import type { MakeScanner, Memory, Scanner } from "../scanner.ts";
import { clearCells, writeFault } from "./cell-tables.ts";
import { frameElements } from "./json-document-elements.ts";
import { type DocumentFrame, documentFrame, Seen } from "./json-document-frame.ts";
import { scanJsonLines } from "./json-scanner.ts";

/** Why a record of a document is wrong where no bytes of its own are: bits above {@link RowFlag} in the flags. */
export const DocumentFault = {
  /** The array is never closed: its last element, or nothing. */
  open: 0x1_0000,
  /** A comma with nothing before it. */
  empty: 0x2_0000,
  /** What follows the array's end, or its bracket behind a comma. */
  behind: 0x3_0000,
} as const;

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const COMMA = 0x2c;

function isSpace(c: number | undefined): boolean {
  return c === 0x20 || c === 0x0d || c === 0x09;
}

/** Whether a byte order mark stands at `p`. */
function isMark(u8: Uint8Array, p: number): boolean {
  return u8[p] === 0xef && u8[p + 1] === 0xbb && u8[p + 2] === 0xbf;
}

/**
 * Scans one JSON document in plain JavaScript: the elements of an array, or one object.
 *
 * For a good document its rows are those of `JSON.parse`. Each element is judged by itself, as a line of
 * {@link scanJsonLines} is; what stands between two commas is one element. Wrong between them (`json`): a comma with
 * nothing before it is a record of that comma; in an array that is never closed what follows the last comma; what
 * follows the array's end, with the bracket if a comma stands before that. A document that is no array is one record to
 * the end of the bytes. A byte order mark is dropped at the start of the document only.
 */
export const scanJsonDocument: MakeScanner = (layout, memory) => {
  const { u8 } = memory;
  const frame = documentFrame(u8, (state, from, to) => frameElements(u8, state, from, to, false));
  return documentScanner(layout.rowWords, memory, scanJsonLines(layout, memory), frame);
};

/** Scans the lines that a frame makes of a document. */
export function documentScanner(
  rowWords: number,
  { u8, u32 }: Memory,
  lines: Scanner,
  frame: DocumentFrame,
): Scanner {
  const i32 = new Int32Array(u32.buffer, u32.byteOffset, u32.length);
  let consumed = 0;

  const fault = (row: number, from: number, to: number, why: number): void => {
    let start = from;
    let end = to;
    while (end > start && isSpace(u8[end - 1])) end--;
    if (start === end) start = end = to;
    while (isSpace(u8[start]) && start < end) start++;
    clearCells(i32, row + HEADER_WORDS, row + rowWords);
    // An array that is not closed is missed at its end.
    writeFault(u8, i32, row, start, end, ScanFault.json, why === DocumentFault.open ? end : start);
    i32[row + 2] = (i32[row + 2] as number) | why;
  };

  /** Scans lines one by one, and sees what the scanner of lines passes over; `space` is white space, no line. */
  const scanCarefully = (from: number, to: number, columns: number, capacity: number, space: number) => {
    let rows = 0;
    let p = from;
    while (p < to && rows < capacity) {
      const row = columns + rows * rowWords;
      const end = u8.indexOf(LINE_FEED, p);
      let text = p;
      while (isSpace(u8[text])) text++;
      if (text === end && end !== space) {
        u8[end] = COMMA;
        fault(row, end, end + 1, DocumentFault.empty);
        rows++;
      } else if (isMark(u8, p)) {
        fault(row, p, end, 0);
        rows++;
      } else rows += lines.scan(p, end + 1, row, 1, false);
      p = end + 1;
    }
    consumed = p;
    return rows;
  };

  /** Scans lines; the last one may have no line feed, and white space may follow it. */
  const scanLines = (from: number, to: number, columns: number, capacity: number): number => {
    // It gets one for the time of the scan.
    const last = u8[to - 1] as number;
    const end = last === LINE_FEED || isSpace(last) ? to - 1 : to;
    const kept = u8[end] as number;
    u8[end] = LINE_FEED;
    let rows: number;
    if (frame.careful) {
      rows = scanCarefully(from, end + 1, columns, capacity, kept === LINE_FEED ? -1 : end);
    } else {
      rows = lines.scan(from, end + 1, columns, capacity, false);
      consumed = lines.consumed;
    }
    if (u8[end] === LINE_FEED) u8[end] = kept;
    consumed = Math.min(consumed, to);
    return rows;
  };

  return {
    scan(from, to, columns, capacity, final) {
      consumed = to;
      if (!final || frame.seen === Seen.blank || frame.seen === Seen.value) {
        return scanLines(from, to, columns, capacity);
      }
      if (frame.seen === Seen.closed) return 0;
      const isOpen = frame.seen === Seen.array;
      // In the array the only line feed is what became of a comma with nothing before it.
      for (let p = from; p < to; p++) if (u8[p] === LINE_FEED) u8[p] = isOpen ? COMMA : SPACE;
      fault(columns, from, to, isOpen ? DocumentFault.open : DocumentFault.behind);
      return 1;
    },
    get consumed() {
      return consumed;
    },
    blank: 0,
    frame: frame.frame,
    skip: frame.skip,
  };
}
