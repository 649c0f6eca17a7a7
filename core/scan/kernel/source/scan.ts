// Bytes to cells. What is not exactly done here, faults of bytes and grammar included, is left to the scanner in plain
// JavaScript: it scans that record again.
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
  ESCAPED,
  FALSE,
  FAULT_INT64,
  FAULT_PENDING,
  FAULT_SCHEMA,
  FAULT_TOO_LONG,
  HEADER_BYTES,
  INT64,
  INTEGERS_FAULT,
  MAX_DEPTH,
  MAX_LENGTH,
  NODE_OPEN,
  NULL,
  NUMBER,
  OBJECT,
  REQUIRED,
  SCAN_BLANK,
  SCAN_CELLS,
  SCAN_CELL_TABLE,
  SCAN_CONSUMED,
  SCAN_LEVELS,
  SCAN_OPEN,
  SCAN_PENDING,
  SCAN_PENDING_COUNT,
  SCAN_REQUIRED,
  SCAN_ROOT,
  SCAN_ROW_BYTES,
  TRUE,
} from "./memory";
import { findName, standsAt } from "./names";
import { numberKind, numberValue, scanNumber } from "./number";
import { afterSpace, isSpace, literalLength, skipContainer } from "./skip";
import { plainEnd, stringKind, stringRest } from "./strings";

/** Required cells that were there, and whether one held what its schema doesn't take; set by {@link scanRecord}. */
let requiredCells: i32 = 0;
let badCell: bool = false;
let sawInt64: bool = false;

@inline function clear(from: usize, to: usize): void {
  for (let at = from; at < to; at += 16) v128.store(at, i64x2.splat(0));
}

/**
 * Annotates the object that begins at `start`.
 *
 * @returns The offset behind it, or 0: JavaScript must do it.
 */
function scanRecord(scan: usize, start: usize, row: usize): usize {
  let node = <usize>load<u32>(scan, SCAN_ROOT);
  let last = <usize>load<u32>(node, NODE_OPEN);
  let expected = <usize>load<u32>(last, ENTRY_FOLLOW);
  let open = <usize>load<u32>(scan, SCAN_OPEN);
  let objectStart = start;
  let depth = 0;
  let good = 0;
  let bad: u32 = 0;
  sawInt64 = false;
  let p = afterSpace(start + 1);
  let c = <u32>load<u8>(p);
  // A comma must not be taken for the end of a member that isn't there.
  let member = c !== 0x7d;
  while (true) {
    if (member) {
      if (c !== 0x22) return 0;
      p++;
      let entry = expected;
      // Records of one source name their fields in one order: try the name that came here the last time.
      if (standsAt(entry, p)) {
        p += load<i32>(entry, ENTRY_LENGTH) + 2;
      } else {
        let end = plainEnd(p);
        if (load<u8>(end) !== 0x22) {
          end = stringRest(p, end);
          if (end === 0 || stringKind === ESCAPED) return 0;
        }
        entry = findName(node, p, <i32>(end - p));
        store<u32>(last, <u32>entry, ENTRY_FOLLOW);
        p = afterSpace(end + 1);
        if (load<u8>(p) !== 0x3a) return 0;
        p++;
      }
      last = entry;
      expected = load<u32>(entry, ENTRY_FOLLOW);
      c = load<u8>(p);
      if (c <= 0x20) {
        while (isSpace(c)) c = load<u8>(++p);
      }
      // Values without a cell are written into the header, which comes last.
      const cell = row + load<u32>(entry, ENTRY_CELL);
      // A name that stands twice.
      if (cell !== row && load<u32>(cell, 4) !== 0) return 0;
      const accepts = load<u32>(entry, ENTRY_ACCEPTS);
      if (c === 0x22) {
        const text = ++p;
        let kind = ASCII;
        p = plainEnd(text);
        if (load<u8>(p) !== 0x22) {
          p = stringRest(text, p);
          if (p === 0) return 0;
          kind = stringKind;
        }
        store<u32>(cell, <u32>text);
        store<u32>(cell, (kind << 24) | <u32>(p - text), 4);
        good += (accepts >>> REQUIRED) & 1;
        bad |= ~(accepts >>> kind);
        p++;
      } else if (c === 0x2d || c - 0x30 < 10) {
        const number = p;
        p = scanNumber(number, cell !== row, <i32>accepts < 0);
        if (p === 0 || numberKind === 0) return 0;
        let kind = numberKind;
        if (kind === INT64) {
          sawInt64 = true;
        } else if (cell !== row) store<f64>(cell, numberValue, 8);
        store<u32>(cell, <u32>number);
        store<u32>(cell, (kind << 24) | <u32>(p - number), 4);
        good += (accepts >>> REQUIRED) & 1;
        bad |= ~(accepts >>> kind);
      } else if (c === 0x7b && load<u32>(entry, ENTRY_CHILD) !== 0) {
        if (depth + 2 > MAX_DEPTH) return 0;
        store<u32>(open, <u32>entry);
        store<u32>(open, <u32>objectStart, 4);
        store<u32>(open, <u32>node, 8);
        open += 16;
        depth++;
        objectStart = p;
        node = load<u32>(entry, ENTRY_CHILD);
        last = load<u32>(node, NODE_OPEN);
        expected = load<u32>(last, ENTRY_FOLLOW);
        p = afterSpace(p + 1);
        c = load<u8>(p);
        member = c !== 0x7d;
        continue;
      } else if (c === 0x7b || c === 0x5b) {
        const begin = p;
        p = skipContainer(begin, depth + 1, load<u32>(scan, SCAN_LEVELS));
        if (p === 0) return 0;
        const kind = c === 0x7b ? OBJECT : ARRAY;
        store<u32>(cell, <u32>begin);
        store<u32>(cell, (kind << 24) | <u32>(p - begin), 4);
        good += (accepts >>> REQUIRED) & 1;
        bad |= ~(accepts >>> kind);
      } else {
        const length = literalLength(p);
        if (length === 0) return 0;
        const kind = c === 0x6e ? NULL : c === 0x74 ? TRUE : FALSE;
        store<u32>(cell, <u32>p);
        store<u32>(cell, (kind << 24) | <u32>length, 4);
        good += (accepts >>> REQUIRED) & 1;
        bad |= ~(accepts >>> kind);
        p += length;
      }
      c = load<u8>(p);
      if (c <= 0x20) {
        while (isSpace(c)) c = load<u8>(++p);
      }
      if (c === 0x2c) {
        c = load<u8>(++p);
        if (c <= 0x20) {
          while (isSpace(c)) c = load<u8>(++p);
        }
        continue;
      }
    }
    if (c !== 0x7d) return 0;
    p++;
    if (depth === 0) break;
    depth--;
    open -= 16;
    last = load<u32>(open);
    const cell = row + load<u32>(last, ENTRY_CELL);
    store<u32>(cell, <u32>objectStart);
    store<u32>(cell, (OBJECT << 24) | <u32>(p - objectStart), 4);
    const accepts = load<u32>(last, ENTRY_ACCEPTS);
    good += (accepts >>> REQUIRED) & 1;
    bad |= ~(accepts >>> OBJECT);
    objectStart = load<u32>(open, 4);
    node = load<u32>(open, 8);
    expected = load<u32>(last, ENTRY_FOLLOW);
    p = afterSpace(p);
    c = load<u8>(p);
    member = c === 0x2c;
    if (member) {
      p = afterSpace(p + 1);
      c = load<u8>(p);
    }
  }
  requiredCells = good;
  badCell = (bad & 1) !== 0;
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
    const end = c === 0x7b ? scanRecord(scan, start, row) : 0;
    p = end === 0 ? 0 : afterSpace(end);
    if (p !== 0 && load<u8>(p) === 0x0a) {
      finish(scan, row, start, end);
    } else {
      p = lineEnd(start);
      leave(scan, row, line, p + 1, rows);
    }
    p++;
    row += rowBytes;
    rows++;
  }
  store<u32>(scan, <u32>p, SCAN_CONSUMED);
  return rows;
}
