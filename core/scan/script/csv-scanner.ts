import { type Layout, ScanFault } from "../../row/layout.ts";
import type { MakeScanner, Memory, Scanner } from "../scanner.ts";
import { behindLastLine, cellTables, type ScanPart, scanUnended } from "./cell-tables.ts";
import { csvFrame } from "./csv-frame.ts";
import { columnsOf, type RecordsState, scanRecords } from "./csv-records.ts";

/** How CSV is written. */
export interface CsvSyntax {
  /** What stands between two fields: one ASCII character. Default: `","`. */
  readonly delimiter?: string;
}

/**
 * Scans CSV with a header (RFC 4180) in plain JavaScript; one scanner reads one source from its start.
 *
 * The header's names say which column is which cell; others are checked only, and of a name that stands twice
 * the last counts. Lines end with LF or CRLF. A quote opens a field at its start only; elsewhere outside of
 * quotes it is a fault (`csv`), and so is text behind a closing quote, a quoted field that never ends, and a
 * record with more or fewer fields than the header. A CR that ends no line is text. Empty lines are skipped
 * and counted; a record of one empty field is written `""`. When the header is wrong, it and every record
 * after it is a fault.
 *
 * A field is a string, quotes off (`Kind.escaped` where quotes stand twice in it). Where the schema takes no
 * string, a JSON number, `true` or `false`, in quotes or not and with space around it or not, is read as
 * that. A field that is empty without quotes is missing if its cell may be missing, else null if it may be
 * null, else an empty string.
 *
 * @throws {RangeError} When the delimiter is a letter, digit, quote, line end or part of a number, or no single ASCII
 * character.
 */
export function scanCsv(syntax: CsvSyntax = {}): MakeScanner {
  const delimiter = syntax.delimiter ?? ",";
  if (!/^[\t !#$%&'()*,/:;<=>?@[\]\\^_`{|}~]$/.test(delimiter)) {
    throw new RangeError(
      `Cannot scan CSV: the delimiter must be one ASCII character that no number holds (was ${JSON.stringify(delimiter)})`,
    );
  }
  return (layout, memory) => makeScanner(layout, memory, delimiter.charCodeAt(0));
}

function makeScanner(layout: Layout, { u8, u32, f64 }: Memory, delimiter: number): Scanner {
  const i32 = new Int32Array(u32.buffer, u32.byteOffset, u32.length);
  const frame = csvFrame(u8, i32, delimiter);
  const state: RecordsState = {
    layout,
    tables: cellTables(layout),
    delimiter,
    columns: undefined,
    isStart: true,
    consumed: 0,
    blank: 0,
  };
  return {
    scan(from, to, columns, capacity, final) {
      const linesEnd = to > from && u8[to - 1] === 0x0a ? to : behindLastLine(u8, from, to);
      let rows = 0;
      state.consumed = from;
      if (linesEnd >= 0) {
        const isLast = final && linesEnd === to;
        rows = scanRecords(state, u8, i32, f64, from, linesEnd, columns, capacity, isLast);
        state.consumed >>>= 0;
      }
      // Either all lines are used up, or the columns, or the last record began before the last line feed.
      const text = state.consumed;
      if (!final || text === to || rows === capacity) return rows;
      const part: ScanPart = (...memoryAndPart) => scanRecords(state, ...memoryAndPart, 1, true);
      const at = columns + rows * layout.rowWords;
      rows += scanUnended(part, layout.rowWords, u8, i32, text, to, at);
      state.consumed = to;
      return rows;
    },
    get consumed() {
      return state.consumed;
    },
    get blank() {
      return state.blank;
    },
    frame: frame.last,
    skip: (from, to) => {
      // Without its header a source is nothing.
      if (!frame.hasEnded) state.columns ??= columnsOf(state, [], ScanFault.csv);
      return frame.first(from, to);
    },
  };
}
