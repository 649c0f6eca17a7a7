import {
  CELL_WORDS,
  HEADER_WORDS,
  Kind,
  type Layout,
  MAX_LENGTH_bytes,
  RowFlag,
  ScanFault,
  STRING_KINDS,
} from "../../row/layout.ts";
import { type CellTables, clearCells, refusedCell, unsafeInteger, writeFault } from "./cell-tables.ts";
import { literalKind, plainEnd, scanNumber } from "./json-values.ts";
import { utf8Sequence } from "./utf8.ts";

const QUOTES = 0x22222222;
const LITERALS = (1 << Kind.true) | (1 << Kind.false);
const TYPED = (1 << Kind.number) | LITERALS;

/** What the columns of a source are, by their place in the header. */
interface Columns {
  /** Cell, or −1. */
  readonly cell: Int32Array;
  /** The schema wants a number or a boolean and no string. */
  readonly isTyped: Uint8Array;
  /** What an empty field is. */
  readonly empty: Uint8Array;
  /** Flags of every row. */
  readonly flags: number;
  /** A fault of every row: the header was wrong. */
  readonly fault: number;
}

/** What a scan of records changes, and what it reads. */
export interface RecordsState {
  readonly layout: Layout;
  readonly tables: CellTables;
  readonly delimiter: number;
  /** Undefined until the header has been read. */
  columns: Columns | undefined;
  /** The source starts with the next byte. */
  isStart: boolean;
  consumed: number;
  blank: number;
}

// ignoreBOM: the mark at the start of a source is gone already; a second one belongs to the name.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Columns of a header with these names; later ones of one name win. */
export function columnsOf(
  { layout }: Pick<RecordsState, "layout">,
  names: readonly string[],
  fault: number,
): Columns {
  const cells = new Map(layout.root.names.map((name, i) => [name, layout.root.cells[i] as number]));
  const found = names.map((name) => cells.get(name) ?? -1);
  const named = found.filter((cell) => cell >= 0);
  const accepts = found.map((cell) => layout.cells[cell]?.accepts ?? STRING_KINDS);
  return {
    cell: Int32Array.from(found),
    isTyped: Uint8Array.from(accepts, (bits) =>
      (bits & STRING_KINDS) === 0 && (bits & TYPED) !== 0 ? 1 : 0,
    ),
    empty: Uint8Array.from(accepts, (bits) =>
      bits & (1 << Kind.missing) ? Kind.missing : bits & (1 << Kind.null) ? Kind.null : Kind.ascii,
    ),
    flags: new Set(named).size < named.length ? RowFlag.irregular : 0,
    fault,
  };
}

/**
 * A number or a boolean in `[from, to)`, with space around it or not, into the cell at word `at`; else false.
 */
function scanTyped(
  u8: Uint8Array,
  i32: Int32Array,
  f64: Float64Array,
  from: number,
  to: number,
  at: number,
  accepts: number,
  integers: number,
): boolean {
  let p = from;
  while (p < to && u8[p] === 0x20) p++;
  if (p === to) return false;
  let end: number;
  if ((accepts >> Kind.number) & 1 && (u8[p] as number) < 0x40) {
    end = scanNumber(u8, i32, f64, p, at, integers);
  } else {
    const kind = literalKind(u8, p);
    if ((((LITERALS & accepts) >> kind) & 1) === 0) return false;
    end = p + (kind === Kind.false ? 5 : 4);
    i32[at] = p;
    i32[at + 1] = (kind << 24) | (end - p);
    f64[(at >> 1) + 1] = 0;
  }
  if (end < 0) return false;
  while (end < to && u8[end] === 0x20) end++;
  return end === to;
}

/**
 * Annotates records; the byte before `to` is a line feed. The first record is the header.
 *
 * Columns that the layout doesn't name are written into the header of the row, as in the scanner of lines.
 *
 * @param isLast The source ends at `to`: a quoted field that is open there is a fault, not a record to go on.
 */
export function scanRecords(
  state: RecordsState,
  u8: Uint8Array,
  i32: Int32Array,
  f64: Float64Array,
  from: number,
  to: number,
  columns: number,
  capacity: number,
  isLast: boolean,
): number {
  const { tables: t, delimiter, layout } = state;
  const { rowWords } = layout;
  const delimiters = Math.imul(delimiter, 0x01010101);
  // Offsets go up to 2^31, which is −2^31 as a signed word: compared for equality only.
  const limit = to | 0;
  const lastFeed = (to - 1) | 0;
  let rows = 0;
  let row = columns | 0;
  let p = from | 0;
  if (state.isStart && p !== limit) {
    state.isStart = false;
    if (u8[p] === 0xef && u8[p + 1] === 0xbb && u8[p + 2] === 0xbf) p += 3;
  }

  while (p !== limit) {
    let c = u8[p] as number;
    if (c === 0x0a || (c === 0x0d && u8[p + 1] === 0x0a)) {
      state.blank++;
      p = (p + (c === 0x0a ? 1 : 2)) | 0;
      continue;
    }
    if (rows === capacity) break;
    const start = p;
    const cells = row + HEADER_WORDS;
    const cellsEnd = row + rowWords;
    for (let at = cells >> 1; at < cellsEnd >> 1; at++) f64[at] = 0;
    const known = state.columns;
    const columnCount = known === undefined ? 0 : known.cell.length;
    const names: string[] = [];
    let fields = 0;
    let fault: number = known === undefined ? ScanFault.none : known.fault;
    let wrong = p;
    let hasInt64 = false;

    for (;;) {
      const cell = fields < columnCount ? (known?.cell[fields] as number) : -1;
      const at = cells + CELL_WORDS * cell;
      let kind: number = Kind.ascii;
      let text = p;
      let textEnd = -1;
      c = u8[p] as number;
      if (c === 0x22) {
        text = ++p;
        for (;;) {
          p = plainEnd(i32, p, QUOTES) | 0;
          c = u8[p] as number;
          if (c === 0x22) {
            if (u8[p + 1] !== 0x22) break;
            kind = Kind.escaped;
            p += 2;
          } else if (c >= 0x80) {
            const length = utf8Sequence(u8, p) | 0;
            if (kind === Kind.ascii) kind = Kind.utf8;
            if (length === 0) fault = ScanFault.utf8;
            p += length === 0 ? 1 : length;
          } else if (c === 0x0a && p === lastFeed) break;
          else p++;
        }
        if (c === 0x0a) {
          if (!isLast) {
            state.consumed = start;
            return rows;
          }
          if (fault === ScanFault.none) {
            fault = ScanFault.csv;
            wrong = text - 1;
          }
          break;
        }
        textEnd = p++;
        c = u8[p] as number;
        const hasEnd = c === delimiter || c === 0x0a || (c === 0x0d && u8[p + 1] === 0x0a);
        if (!hasEnd && fault === ScanFault.none) {
          fault = ScanFault.csv;
          wrong = p;
        }
      }
      // The text of a field without quotes; behind a closing quote there should be none.
      for (;;) {
        p = plainEnd(i32, p, delimiters) | 0;
        c = u8[p] as number;
        if (c === delimiter || c === 0x0a || (c === 0x0d && u8[p + 1] === 0x0a)) break;
        if (c >= 0x80) {
          const length = utf8Sequence(u8, p) | 0;
          if (kind === Kind.ascii) kind = Kind.utf8;
          if (length === 0) fault = ScanFault.utf8;
          p += length === 0 ? 1 : length;
          continue;
        }
        if (c === 0x22 && fault === ScanFault.none) {
          fault = ScanFault.csv;
          wrong = p;
        }
        p++;
      }
      const isQuoted = textEnd >= 0;
      const length = (isQuoted ? textEnd : p) - text;
      if (known === undefined) {
        const name = decoder.decode(u8.subarray(text, text + length));
        names.push(kind === Kind.escaped ? name.replaceAll('""', '"') : name);
      } else if (fields === columnCount && fault === ScanFault.none) {
        fault = ScanFault.csv;
        wrong = text;
      }
      if (length === 0 && !isQuoted && cell >= 0) kind = known?.empty[fields] as number;
      const isTyped =
        cell >= 0 &&
        kind === Kind.ascii &&
        known?.isTyped[fields] === 1 &&
        scanTyped(
          u8,
          i32,
          f64,
          text,
          text + length,
          at,
          t.accepts[cell + 1] as number,
          t.integers[cell + 1] as number,
        );
      if (isTyped) {
        if ((i32[at + 1] as number) >>> 24 === Kind.int64) hasInt64 = true;
      } else {
        i32[at] = kind === Kind.missing ? 0 : text;
        i32[at + 1] = (kind << 24) | length;
        f64[(at >> 1) + 1] = 0;
      }
      fields++;
      if (c !== delimiter) break;
      p++;
    }

    const end = p;
    p = (p + (c === 0x0d ? 2 : 1)) | 0;
    if (known === undefined) {
      state.columns = columnsOf(state, fault === ScanFault.none ? names : [], fault);
      if (fault === ScanFault.none) continue;
    } else if (fault === ScanFault.none && fields !== columnCount) {
      fault = ScanFault.csv;
      wrong = end;
    }
    if (end - start > MAX_LENGTH_bytes) fault = ScanFault.tooLong;
    if (fault !== ScanFault.none) {
      clearCells(i32, cells, cellsEnd);
      writeFault(u8, i32, row, start, end, fault, wrong);
    } else {
      let detail = hasInt64 ? unsafeInteger(t, i32, cells) : -1;
      if (detail >= 0) fault = ScanFault.int64;
      else {
        detail = refusedCell(t, i32, cells);
        if (detail >= 0) fault = ScanFault.schema;
      }
      i32[row] = start;
      i32[row + 1] = end;
      i32[row + 2] = fault | (known?.flags as number);
      i32[row + 3] = Math.max(detail, 0);
    }
    row += rowWords;
    rows++;
  }
  state.consumed = p;
  return rows;
}
