// Bytes to cells. What is not exactly done here is left to the scanner in plain JavaScript: it scans that record again.
import {
  ARRAY,
  ASCII,
  CELL_ACCEPTS,
  CELL_INTEGERS,
  CELL_PARENT,
  CELL_TABLE_SHIFT,
  ENTRY_ACCEPTS,
  ENTRY_CELL,
  ENTRY_CHILD,
  ENTRY_FOLLOW,
  ENTRY_LENGTH,
  ENTRY_SPAN,
  ENTRY_STRIKES,
  ESCAPED,
  FALSE,
  FAULT_INT64,
  FAULT_JSON,
  FAULT_PENDING,
  FAULT_SCHEMA,
  FAULT_TOO_LONG,
  FAULT_UTF8,
  HEADER_BYTES,
  INT64,
  INTEGERS_FAULT,
  MAX_DEPTH,
  MAX_LENGTH,
  NODE_OPEN,
  NO_SPAN,
  NULL,
  NUMBER,
  OBJECT,
  OPEN_ENTRY,
  OPEN_NODE,
  OPEN_SHIFT,
  OPEN_START,
  REQUIRED,
  SCAN_BLANK,
  SCAN_CELLS,
  SCAN_CELL_TABLE,
  SCAN_CONSUMED,
  SCAN_OPEN,
  SCAN_PENDING,
  SCAN_PENDING_COUNT,
  SCAN_REQUIRED,
  SCAN_ROOT,
  SCAN_ROWS,
  SCAN_ROW_BYTES,
  TRUE,
} from "./memory";
import { findName, standsAt } from "./names";
import { numberKind, numberValue, scanNumber } from "./number";
import { afterSpace, isSpace, literalLength, skipContainer } from "./skip";
import { loadEscapes, loadLow, loadMarks, plainEnd, stringKind, stringRest } from "./strings";
import { invalidUtf8 } from "./utf8";
import { clearWrong, wrong, wrongAt } from "./wrong";

/** Required cells that were there, and whether one held what its schema doesn't take; set by {@link scanRecord}. */
let requiredCells: i32 = 0;
let badCell: bool = false;
let sawInt64: bool = false;

@inline function clear(from: usize, to: usize): void {
  for (let at = from; at < to; at += 16) v128.store(at, i64x2.splat(0));
}

/** Counts a value: in the lower half of the tally those that must be there, in the upper half those that may not. */
@inline function counted(accepts: u32, kind: i32): u32 {
  return ((accepts >>> REQUIRED) & 1) + ((~(accepts >>> kind) & 1) << 16);
}

/** Mismatches that an entry's span may have: a few, and one in sixteen records. */
@inline function allowedStrikes(scan: usize): u32 {
  return 32 + (load<u32>(scan, SCAN_ROWS) >>> 4);
}

/** A value was not as long as the ones before: takes its length for the next, or gives up foreseeing it. */
function strike(scan: usize, entry: usize, length: i32): void {
  const strikes = load<u32>(entry, ENTRY_STRIKES) + 1;
  store<u32>(entry, strikes, ENTRY_STRIKES);
  store<i32>(entry, strikes > allowedStrikes(scan) ? NO_SPAN : length, ENTRY_SPAN);
}

/**
 * Where a value ends: `end`, but when it is as long as the one before it the processor need not wait for that to be
 * known, as it foresees the branch and computes on from the length. Many fields are always as long: identifiers, times,
 * codes.
 */
@inline function foreseen(scan: usize, entry: usize, start: usize, end: usize): usize {
  const span = load<i32>(entry, ENTRY_SPAN);
  const likely = start + span;
  if (end === likely) return likely;
  if (span !== NO_SPAN) strike(scan, entry, <i32>(end - start));
  return end;
}

/**
 * Annotates the object that begins at `start`.
 *
 * @returns The offset behind it, or 0: it is wrong ({@link wrongAt}), or JavaScript must do it.
 */
function scanRecord(scan: usize, start: usize, row: usize): usize {
  const marks = loadMarks(scan);
  const low = loadLow(scan);
  const escapes = loadEscapes(scan);
  // Open objects: what is seldom asked for stands in memory, so that the rest stays in registers.
  let open = <usize>load<u32>(scan, SCAN_OPEN);
  const root = <usize>load<u32>(scan, SCAN_ROOT);
  store<u32>(open, <u32>start, OPEN_START);
  store<u32>(open, <u32>root, OPEN_NODE);
  let last = <usize>load<u32>(root, NODE_OPEN);
  let tally: u32 = 0;
  sawInt64 = false;
  clearWrong();
  let p = afterSpace(start + 1);
  let isMember = load<u8>(p) === 0x22;
  // Without a member only the end can follow.
  if (isMember) p++;
  while (true) {
    if (isMember) {
      let entry = <usize>load<u32>(last, ENTRY_FOLLOW);
      // Records of one source name their fields in one order: try the name that came here the last time.
      if (standsAt(entry, p)) {
        p += load<i32>(entry, ENTRY_LENGTH) + 2;
      } else {
        let end = plainEnd(p, marks, low, escapes);
        if (load<u8>(end) !== 0x22) {
          end = stringRest(p, end);
          if (end === 0 || stringKind === ESCAPED) return 0;
        }
        entry = findName(load<u32>(open, OPEN_NODE), p, <i32>(end - p));
        store<u32>(last, <u32>entry, ENTRY_FOLLOW);
        p = afterSpace(end + 1);
        if (load<u8>(p) !== 0x3a) return wrong(p);
        p++;
      }
      last = entry;
      let c = <u32>load<u8>(p);
      if (c <= 0x20) {
        while (isSpace(c)) c = load<u8>(++p);
      }
      // Values without a cell are written into the header, which comes last.
      const cell = row + load<u32>(entry, ENTRY_CELL);
      // A name that stands twice.
      if (cell !== row && load<u32>(cell, 4) !== 0) return 0;
      const accepts = load<u32>(entry, ENTRY_ACCEPTS);
      if (c === 0x22) {
        const text = p + 1;
        let kind = ASCII;
        let end = plainEnd(text, marks, low, escapes);
        if (load<u8>(end) !== 0x22) {
          end = stringRest(text, end);
          if (end === 0) return 0;
          kind = stringKind;
        }
        store<u32>(cell, <u32>text);
        store<u32>(cell, (kind << 24) | <u32>(end - text), 4);
        tally += counted(accepts, kind);
        p = foreseen(scan, entry, text, end) + 1;
      } else if (c === 0x2d || c - 0x30 < 10) {
        const end = scanNumber(p, cell !== row, <i32>accepts < 0);
        if (end === 0 || numberKind === 0) return 0;
        const kind = numberKind;
        if (kind === INT64) {
          sawInt64 = true;
        } else if (cell !== row) store<f64>(cell, numberValue, 8);
        store<u32>(cell, <u32>p);
        store<u32>(cell, (kind << 24) | <u32>(end - p), 4);
        tally += counted(accepts, kind);
        p = foreseen(scan, entry, p, end);
      } else if (c === 0x7b && load<u32>(entry, ENTRY_CHILD) !== 0) {
        if (<i32>((open - <usize>load<u32>(scan, SCAN_OPEN)) >> OPEN_SHIFT) + 2 > MAX_DEPTH) return 0;
        open += 1 << OPEN_SHIFT;
        const node = <usize>load<u32>(entry, ENTRY_CHILD);
        store<u32>(open, <u32>entry, OPEN_ENTRY);
        store<u32>(open, <u32>p, OPEN_START);
        store<u32>(open, <u32>node, OPEN_NODE);
        last = <usize>load<u32>(node, NODE_OPEN);
        p = afterSpace(p + 1);
        isMember = load<u8>(p) === 0x22;
        if (isMember) p++;
        continue;
      } else if (c === 0x7b || c === 0x5b) {
        const depth = <i32>((open - <usize>load<u32>(scan, SCAN_OPEN)) >> OPEN_SHIFT);
        const end = skipContainer(scan, p, depth + 1);
        if (end === 0) return 0;
        const kind = c === 0x7b ? OBJECT : ARRAY;
        store<u32>(cell, <u32>p);
        store<u32>(cell, (kind << 24) | <u32>(end - p), 4);
        tally += counted(accepts, kind);
        p = end;
      } else {
        const length = literalLength(p);
        if (length === 0) return wrong(p);
        const kind = c === 0x6e ? NULL : c === 0x74 ? TRUE : FALSE;
        store<u32>(cell, <u32>p);
        store<u32>(cell, (kind << 24) | <u32>length, 4);
        tally += counted(accepts, kind);
        p += length;
      }
      // A comma and the quote of the next name; nothing else where nobody wrote white space.
      if (load<u16>(p) === 0x222c) {
        p += 2;
        continue;
      }
      p = afterSpace(p);
      if (load<u8>(p) === 0x2c) {
        p = afterSpace(p + 1);
        if (load<u8>(p) !== 0x22) return wrong(p);
        p++;
        continue;
      }
    }
    if (load<u8>(p) !== 0x7d) return wrong(p);
    p++;
    if (open === <usize>load<u32>(scan, SCAN_OPEN)) break;
    last = load<u32>(open, OPEN_ENTRY);
    const objectStart = load<u32>(open, OPEN_START);
    const cell = row + load<u32>(last, ENTRY_CELL);
    store<u32>(cell, objectStart);
    store<u32>(cell, (OBJECT << 24) | (<u32>p - objectStart), 4);
    tally += counted(load<u32>(last, ENTRY_ACCEPTS), OBJECT);
    open -= 1 << OPEN_SHIFT;
    p = afterSpace(p);
    isMember = load<u8>(p) === 0x2c;
    if (isMember) {
      p = afterSpace(p + 1);
      if (load<u8>(p) !== 0x22) return wrong(p);
      p++;
    }
  }
  requiredCells = tally & 0xffff;
  badCell = tally >>> 16 !== 0;
  return p;
}

/** The first cell with an integer that its schema doesn't take, or −1. */
function unsafeInteger(scan: usize, row: usize): i32 {
  const cells = load<i32>(scan, SCAN_CELLS);
  const table = <usize>load<u32>(scan, SCAN_CELL_TABLE);
  for (let i = 0; i < cells; i++) {
    const kind = load<u8>(row + HEADER_BYTES + (<usize>i << 4), 7);
    const integers = load<i32>(table + (<usize>i << CELL_TABLE_SHIFT), CELL_INTEGERS);
    if (kind === INT64 && integers === INTEGERS_FAULT) return i;
  }
  return -1;
}

/** The first cell with a kind that its schema doesn't take, or −1. */
function refusedCell(scan: usize, row: usize): i32 {
  const cells = load<i32>(scan, SCAN_CELLS);
  const table = <usize>load<u32>(scan, SCAN_CELL_TABLE);
  for (let i = 0; i < cells; i++) {
    const about = table + (<usize>i << CELL_TABLE_SHIFT);
    const kind = <u32>load<u8>(row + HEADER_BYTES + (<usize>i << 4), 7);
    if ((load<u32>(about, CELL_ACCEPTS) >>> kind) & 1) continue;
    const parent = load<i32>(about, CELL_PARENT);
    // What is missing inside something that isn't there isn't missed.
    if (parent >= 0 && load<u8>(row + HEADER_BYTES + (<usize>parent << 4), 7) !== OBJECT) continue;
    return i;
  }
  return -1;
}

/** Writes the header of a record that was annotated. */
@inline function finish(scan: usize, row: usize, start: usize, end: usize): void {
  let flags = 0;
  let detail = 0;
  if (<i32>(end - start) > MAX_LENGTH) {
    flags = FAULT_TOO_LONG;
    clear(row + HEADER_BYTES, row + load<u32>(scan, SCAN_ROW_BYTES));
  } else if (badCell || requiredCells !== load<i32>(scan, SCAN_REQUIRED)) {
    const unsafe = sawInt64 ? unsafeInteger(scan, row) : -1;
    if (unsafe >= 0) {
      flags = FAULT_INT64;
      detail = unsafe;
    } else {
      detail = refusedCell(scan, row);
      if (detail < 0) detail = 0;
      else flags = FAULT_SCHEMA;
    }
  } else if (sawInt64) {
    const unsafe = unsafeInteger(scan, row);
    if (unsafe >= 0) {
      flags = FAULT_INT64;
      detail = unsafe;
    }
  }
  store<u32>(row, <u32>start);
  store<u32>(row, <u32>end, 4);
  store<u32>(row, flags, 8);
  store<u32>(row, detail, 12);
}

/**
 * Writes the header of a record that is no JSON from `at` on, or no UTF-8.
 *
 * @param at 0: what is wrong has not been found here.
 * @returns Whether something is.
 */
function refuse(row: usize, rowBytes: usize, start: usize, lineEnd: usize, at: usize): bool {
  let end = lineEnd;
  while (end > start && isSpace(load<u8>(end - 1))) end--;
  const invalid = invalidUtf8(start, end);
  if (invalid === 0 && at === 0) return false;
  clear(row, row + rowBytes);
  store<u32>(row, <u32>start);
  store<u32>(row, <u32>end, 4);
  store<u32>(row, invalid === 0 ? FAULT_JSON : FAULT_UTF8, 8);
  store<u32>(row, <u32>((invalid === 0 ? min(at, end) : invalid) - start), 12);
  return true;
}

/** Leaves the record in `[line, end)` to JavaScript. */
function leave(scan: usize, row: usize, line: usize, end: usize, number: i32): void {
  store<u32>(row, <u32>line);
  store<u32>(row, <u32>end, 4);
  store<u32>(row, FAULT_PENDING, 8);
  const count = load<i32>(scan, SCAN_PENDING_COUNT);
  store<u32>(<usize>load<u32>(scan, SCAN_PENDING) + (<usize>count << 2), number);
  store<i32>(scan, count + 1, SCAN_PENDING_COUNT);
}

/** Offset of the first line feed from `from` on. */
function lineEnd(from: usize): usize {
  let p = from;
  while (true) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(0x0a)));
    if (mask !== 0) return p + ctz(mask);
    p += 16;
  }
}

/**
 * Annotates lines; every one of them ends with a line feed before `to`.
 *
 * @returns How many rows were written. The words of `scan` say what was used, and which rows JavaScript must do.
 */
export function scanLines(scan: usize, from: usize, to: usize, columns: usize, capacity: i32): i32 {
  const rowBytes = <usize>load<u32>(scan, SCAN_ROW_BYTES);
  store<i32>(scan, 0, SCAN_PENDING_COUNT);
  let p = from;
  let row = columns;
  let rows = 0;
  while (p !== to) {
    const line = p;
    let c = <u32>load<u8>(p);
    // The decoder of the oracle drops a mark at the start of whatever it is given.
    if (c === 0xef && load<u8>(p, 1) === 0xbb && load<u8>(p, 2) === 0xbf) {
      p += 3;
      c = load<u8>(p);
    }
    if (c <= 0x20) {
      while (isSpace(c)) c = load<u8>(++p);
      if (c === 0x0a) {
        store<i32>(scan, load<i32>(scan, SCAN_BLANK) + 1, SCAN_BLANK);
        p++;
        continue;
      }
    }
    if (rows === capacity) {
      p = line;
      break;
    }
    clear(row, row + rowBytes);
    const start = p;
    let end: usize = 0;
    if (c === 0x7b) {
      end = scanRecord(scan, start, row);
      p = end === 0 ? wrongAt : afterSpace(end);
    }
    if (end !== 0 && load<u8>(p) === 0x0a) {
      finish(scan, row, start, end);
    } else {
      const at = p;
      p = lineEnd(start);
      if (!refuse(row, rowBytes, start, p, at)) leave(scan, row, line, p + 1, rows);
    }
    p++;
    row += rowBytes;
    rows++;
  }
  store<u32>(scan, <u32>p, SCAN_CONSUMED);
  store<i32>(scan, load<i32>(scan, SCAN_ROWS) + rows, SCAN_ROWS);
  return rows;
}
