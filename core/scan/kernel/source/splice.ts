// Rows to lines of JSON: the record as it stands, with some of its members replaced, removed or added. What is written
// for a row is what ../../../row/encode-view.ts writes.
import { copy64 as copy, OVERRUN64 as OVERRUN } from "./copy";
import { ASCII, ESCAPED, MISSING } from "./memory";

/** How rows are written. */
const PLAN_COPIES: usize = 0;
const PLAN_EDITS: usize = 4;
const PLAN_TABLE: usize = 8;
/** Copies of edits, and how many: of members that the last record had, in their order, and of the others. */
const PLAN_HERE: usize = 12;
const PLAN_ABSENT: usize = 16;
const PLAN_PRESENT: usize = 20;
const PLAN_MISSING: usize = 24;
/** Where the last row written ends. */
const PLAN_WRITTEN: usize = 28;

/** One member of the written object. */
const EDIT_BYTES: usize = 32;
/** Bytes from the start of the row to the cell of the record's member of that name. */
const EDIT_CELL: usize = 0;
const EDIT_SOURCE: usize = 4;
/** Bytes from the start of the row to the cell of its value, or where its table of segments stands. */
const EDIT_WHERE: usize = 8;
const EDIT_HEAD: usize = 12;
const EDIT_HEAD_LENGTH: usize = 16;
const EDIT_NAME_LENGTH: usize = 20;

const SOURCE_NONE: i32 = 0;
const SOURCE_CELL: i32 = 1;

const IRREGULAR: u32 = 1 << 8;

/** Nothing was written: no room. */
const FULL: usize = 0;
/** Nothing was written: this row has no such member. */
const LEFT_OUT: usize = 1;
/** Nothing was written: this row has other members than the last one, or in another order. */
const OTHERWISE: usize = 2;

@inline function isSpace(c: u32): bool {
  return c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0a;
}

/** The offset behind the last byte before `from` that is no white space. */
@inline function behindSpace(from: usize): usize {
  let p = from;
  while (isSpace(load<u8>(p - 1))) p--;
  return p;
}

/** Writes `[from, to)`; gives the offset behind it, or FULL. */
@inline function put(from: usize, to: usize, at: usize, end: usize): usize {
  const length = to - from;
  if (at + length + OVERRUN > end) return FULL;
  copy(at, from, length);
  return at + length;
}

/** Writes the value of a member; gives the offset behind it, FULL or LEFT_OUT. A call each: × 1.1 on V8. */
@inline function putValue(edit: usize, row: usize, number: i32, at: usize, end: usize): usize {
  const source = load<i32>(edit, EDIT_SOURCE);
  const where = <usize>load<u32>(edit, EDIT_WHERE);
  if (source === SOURCE_NONE) return LEFT_OUT;
  if (source !== SOURCE_CELL) {
    const segment = where + (<usize>number << 3);
    const length = <usize>load<u32>(segment, 4);
    if (length === 0) return LEFT_OUT;
    const from = <usize>load<u32>(segment);
    return put(from, from + length, at, end);
  }
  const packed = load<u32>(row + where, 4);
  const kind = <i32>(packed >>> 24);
  if (kind === MISSING) return LEFT_OUT;
  const from = <usize>load<u32>(row + where);
  const to = from + <usize>(packed & 0xffffff);
  if (kind < ASCII || kind > ESCAPED) return put(from, to, at, end);
  if (at + (to - from) + OVERRUN + 2 > end) return FULL;
  store<u8>(at, 0x22);
  copy(at + 1, from, to - from);
  const behind = at + 1 + (to - from);
  store<u8>(behind, 0x22);
  return behind + 1;
}

/** Whether the value of a member is the record's own, which is copied with what is around it. */
@inline function isUnchanged(edit: usize, number: i32, start: usize, behind: usize): bool {
  if (load<i32>(edit, EDIT_SOURCE) <= SOURCE_CELL) return false;
  const segment = <usize>load<u32>(edit, EDIT_WHERE) + (<usize>number << 3);
  return <usize>load<u32>(segment) === start && <usize>load<u32>(segment, 4) === behind - start;
}

/** Writes members behind those that are there. */
function append(
  first: usize,
  count: i32,
  row: usize,
  number: i32,
  isEmpty: bool,
  from: usize,
  end: usize,
): usize {
  let at = from;
  let comma: usize = isEmpty ? 0 : 1;
  const last = first + <usize>count * EDIT_BYTES;
  for (let edit = first; edit < last; edit += EDIT_BYTES) {
    const head = <usize>load<u32>(edit, EDIT_HEAD);
    const value = put(head, head + load<u32>(edit, EDIT_HEAD_LENGTH), at + comma, end);
    if (value === FULL) return FULL;
    const behind = putValue(edit, row, number, value, end);
    if (behind === LEFT_OUT) continue;
    if (behind === FULL) return FULL;
    if (comma !== 0) store<u8>(at, 0x2c);
    at = behind;
    comma = 1;
  }
  return at;
}

@inline function copyEdit(into: usize, from: usize): void {
  v128.store(into, v128.load(from));
  v128.store(into, v128.load(from, 16), 16);
}

/** Copies the edits of members that a row has, in the order in which they stand there, and of those that it hasn't. */
function arrange(plan: usize, row: usize): void {
  const here = <usize>load<u32>(plan, PLAN_HERE);
  let absent = <usize>load<u32>(plan, PLAN_ABSENT);
  let edit = <usize>load<u32>(plan, PLAN_TABLE);
  const last = edit + <usize>load<i32>(plan, PLAN_EDITS) * EDIT_BYTES;
  let behind = here;
  let missing = 0;
  for (; edit < last; edit += EDIT_BYTES) {
    const cell = row + load<u32>(edit, EDIT_CELL);
    if (load<u8>(cell, 7) === MISSING) {
      copyEdit(absent, edit);
      absent += EDIT_BYTES;
      missing++;
      continue;
    }
    const start = load<u32>(cell);
    let at = behind;
    for (; at > here; at -= EDIT_BYTES) {
      const before = at - EDIT_BYTES;
      if (load<u32>(row + load<u32>(before, EDIT_CELL)) <= start) break;
      copyEdit(at, before);
    }
    copyEdit(at, edit);
    behind += EDIT_BYTES;
  }
  store<i32>(plan, <i32>((behind - here) / EDIT_BYTES), PLAN_PRESENT);
  store<i32>(plan, missing, PLAN_MISSING);
}

/** Writes one row as JSON, if it is arranged as the last one; gives the offset behind it, FULL or OTHERWISE. */
function spliceRow(plan: usize, row: usize, number: i32, out: usize, end: usize): usize {
  const first = <usize>load<u32>(plan, PLAN_HERE);
  const last = first + <usize>load<i32>(plan, PLAN_PRESENT) * EDIT_BYTES;
  const missing = load<i32>(plan, PLAN_MISSING);
  const absent = <usize>load<u32>(plan, PLAN_ABSENT);
  for (let i = 0, edit = absent; i < missing; i++, edit += EDIT_BYTES) {
    if (load<u8>(row + load<u32>(edit, EDIT_CELL), 7) !== MISSING) return OTHERWISE;
  }
  let p = <usize>load<u32>(row);
  const recordEnd = <usize>load<u32>(row, 4);
  let at = out;
  for (let edit = first; edit < last; edit += EDIT_BYTES) {
    const cell = row + load<u32>(edit, EDIT_CELL);
    const packed = load<u32>(cell, 4);
    const kind = <i32>(packed >>> 24);
    const quote: usize = kind >= ASCII && kind <= ESCAPED ? 1 : 0;
    const start = <usize>load<u32>(cell) - quote;
    if (kind === MISSING || start < p) return OTHERWISE;
    const behind = start + <usize>(packed & 0xffffff) + quote + quote;
    if (isUnchanged(edit, number, start, behind)) continue;
    const value = put(p, start, at, end);
    if (value === FULL) return FULL;
    const next = putValue(edit, row, number, value, end);
    if (next === FULL) return FULL;
    if (next !== LEFT_OUT) {
      at = next;
      p = behind;
      continue;
    }
    const colon = behindSpace(start) - 1;
    const name = behindSpace(colon) - 2 - <usize>load<u32>(edit, EDIT_NAME_LENGTH);
    const before = behindSpace(name);
    // Behind another member its comma goes too; before the first of those that are left, the one that follows.
    const isFirst = load<u8>(before - 1) !== 0x2c || before - 1 < p;
    at = put(p, isFirst ? name : before - 1, at, end);
    if (at === FULL) return FULL;
    p = behind;
    if (!isFirst) continue;
    let comma = p;
    while (isSpace(load<u8>(comma))) comma++;
    if (load<u8>(comma) === 0x2c) p = comma + 1;
  }
  const rest = missing === 0 ? recordEnd : behindSpace(recordEnd - 1);
  at = put(p, rest, at, end);
  if (at === FULL || missing === 0) return at;
  at = append(absent, missing, row, number, load<u8>(behindSpace(at) - 1) === 0x7b, at, end);
  if (at === FULL || at + 1 > end) return FULL;
  store<u8>(at, 0x7d);
  return at + 1;
}

/** The same, however it is arranged. */
@inline function arrangedRow(plan: usize, row: usize, number: i32, out: usize, end: usize): usize {
  const behind = spliceRow(plan, row, number, out, end);
  if (behind !== OTHERWISE) return behind;
  arrange(plan, row);
  return spliceRow(plan, row, number, out, end);
}

/** Writes an object of the edits alone. */
function listRow(plan: usize, row: usize, number: i32, out: usize, end: usize): usize {
  if (out + 1 > end) return FULL;
  store<u8>(out, 0x7b);
  const absent = <usize>load<u32>(plan, PLAN_ABSENT);
  const at = append(absent, load<i32>(plan, PLAN_EDITS), row, number, true, out + 1, end);
  if (at === FULL || at + 1 > end) return FULL;
  store<u8>(at, 0x7d);
  return at + 1;
}

/**
 * Writes rows, one a line, up to one that does not fit or that JavaScript must write.
 *
 * @param columns First byte of the chunk's first row; rows are `stride` bytes apart.
 * @param numbers Numbers of the rows in the chunk.
 * @returns How many were written; `plan` says where the last ends.
 */
export function spliceRows(
  plan: usize,
  columns: usize,
  stride: usize,
  numbers: usize,
  count: i32,
  out: usize,
  end: usize,
): i32 {
  const copies = load<i32>(plan, PLAN_COPIES) !== 0;
  let at = out;
  let i = 0;
  for (; i < count; i++) {
    const number = load<i32>(numbers + (<usize>i << 2));
    const row = columns + <usize>number * stride;
    if (copies && (load<u32>(row, 8) & IRREGULAR) !== 0) break;
    const behind = copies ? arrangedRow(plan, row, number, at, end) : listRow(plan, row, number, at, end);
    if (behind <= OTHERWISE || behind + 1 > end) break;
    store<u8>(behind, 0x0a);
    at = behind + 1;
  }
  store<u32>(plan, <u32>at, PLAN_WRITTEN);
  return i;
}
