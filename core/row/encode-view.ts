import { copyBytes } from "./copy-bytes.ts";
import { memberCopier } from "./json-members.ts";
import { CELL_WORDS, FLAGS_WORD, HEADER_WORDS, Kind, RowFlag } from "./layout.ts";
import type { Field, ViewShape } from "./shape.ts";
import { LEFT_OUT, type MemberEdit, valueWriter, viewEdits, type WriteMember } from "./view-edits.ts";

/** Writes the row under the cursor as a JSON object. Gives the offset behind it, or −1 when it does not fit. */
export type WriteView = (into: Uint8Array, from: number, to: number) => number;

/** An edit with what writes it. */
interface Member extends MemberEdit {
  readonly write: WriteMember | undefined;
}

/**
 * Makes the writer of a view's rows: untouched fields as the bytes that they were.
 *
 * A row that nobody changed is its record, copied whole. Where fields were changed or dropped, the record's other
 * members are copied as they stand, the changed ones written in their places, and new ones behind the last. Selected
 * fields, and those of other syntaxes, are written one by one.
 */
export function viewWriter(shape: ViewShape): WriteView {
  const { cursor, memory } = shape.origin;
  const { u8, u32 } = memory;
  const { copies, edits, placed } = viewEdits(shape);
  if (copies && edits.length === 0) {
    return (into, from, to) => {
      const start = u32[cursor.base]!;
      return copyBytes(u8, start, u32[cursor.base + 1]! - start, into, from, to);
    };
  }
  const members = edits.map((edit) => ({ ...edit, write: writerOf(shape, edit) }));
  const walk = walked(shape, members, copies);
  if (!copies) return walk;
  const splice = spliced(shape, members);
  return (into, from, to) => {
    // A name that stands twice, or with escapes: no cell says where.
    const irregular = (u32[cursor.base + FLAGS_WORD]! & RowFlag.irregular) !== 0;
    return irregular || !placed ? walk(into, from, to) : splice(into, from, to);
  };
}

function writerOf(shape: ViewShape, { field, cell }: MemberEdit): WriteMember | undefined {
  if (field === undefined) return undefined;
  const isCell = shape.origin.syntax === "json" && field.cell !== undefined;
  if (isCell) return cellWriter(shape, field);
  return cell < 0 ? valueWriter(field) : replacer(shape, field, cell);
}

/** Writes what a field reads; a number that the record's own member already says, as it says it. */
function replacer({ origin }: ViewShape, field: Field, cell: number): WriteMember {
  const { cursor, memory } = origin;
  const { u8, u32, f64 } = memory;
  const first = HEADER_WORDS + CELL_WORDS * cell;
  const write = valueWriter(field);
  return (into, at, to) => {
    const from = cursor.base + first;
    const packed = u32[from + 1]!;
    if (packed >>> 24 !== Kind.number) return write(into, at, to);
    const number = f64[(from + 2) >>> 1]!;
    if (number === 0 || field.get() !== number) return write(into, at, to);
    return copyBytes(u8, u32[from]!, packed & 0xff_ffff, into, at, to);
  };
}

/** Writes members behind those that stand from `first` to `from`. Gives the offset behind them, or −1. */
function append(
  members: readonly Member[],
  into: Uint8Array,
  first: number,
  from: number,
  to: number,
): number {
  let at = from;
  for (let i = 0; i < members.length; i++) {
    const { head, write } = members[i]!;
    if (write === undefined) continue;
    const comma = at === first ? 0 : 1;
    const value = copyBytes(head, 0, head.length, into, at + comma, to);
    if (value < 0) return -1;
    const end = write(into, value, to);
    if (end === LEFT_OUT) continue;
    if (end < 0) return -1;
    if (comma === 1) into[at] = 0x2c;
    at = end;
  }
  return at;
}

/** Copies the members that stay, finding them by their names, and writes the others behind them. */
function walked({ origin, gone }: ViewShape, members: readonly Member[], copies: boolean): WriteView {
  const { cursor, memory } = origin;
  const { u8, u32 } = memory;
  const copyKept = copies ? memberCopier(gone, u8) : undefined;
  return (into, from, to) => {
    if (from + 2 > to) return -1;
    const first = from + 1;
    into[from] = 0x7b;
    let at = copyKept === undefined ? first : copyKept(u32[cursor.base]!, into, first, to);
    if (at >= 0) at = append(members, into, first, at, to);
    if (at < 0 || at + 1 > to) return -1;
    into[at] = 0x7d;
    return at + 1;
  };
}

/** Copies the record, edited at the places that its cells say. The kernel's splice.ts does the same to many rows. */
function spliced({ origin }: ViewShape, members: readonly Member[]): WriteView {
  const { cursor, memory } = origin;
  const { u8, u32 } = memory;
  // Members that the record has, in the order in which they stand there; then those that it has not.
  const here: Member[] = [];
  const starts: number[] = [];
  const absent: Member[] = [];
  const place = (member: Member): void => {
    const at = cursor.base + HEADER_WORDS + CELL_WORDS * member.cell;
    const packed = u32[at + 1]!;
    if (packed >>> 24 === Kind.missing) {
      absent.push(member);
      return;
    }
    let i = here.length;
    const start = u32[at]!;
    for (; i > 0 && starts[i - 1]! > start; i--) {
      here[i] = here[i - 1]!;
      starts[i] = starts[i - 1]!;
    }
    here[i] = member;
    starts[i] = start;
  };
  return (into, from, to) => {
    here.length = starts.length = absent.length = 0;
    for (let i = 0; i < members.length; i++) place(members[i]!);
    const record = u32[cursor.base]!;
    const recordEnd = u32[cursor.base + 1]!;
    let p = record;
    let at = from;
    for (let i = 0; i < here.length; i++) {
      const { cell, write, name_bytes } = here[i]!;
      const packed = u32[cursor.base + HEADER_WORDS + CELL_WORDS * cell + 1]!;
      const kind = packed >>> 24;
      const quote = kind >= Kind.ascii && kind <= Kind.escaped ? 1 : 0;
      const start = starts[i]! - quote;
      const end = starts[i]! + (packed & 0xff_ffff) + quote;
      if (write !== undefined) {
        const value = copyBytes(u8, p, start - p, into, at, to);
        if (value < 0) return -1;
        const behind = write(into, value, to);
        if (behind === -1) return -1;
        if (behind !== LEFT_OUT) {
          at = behind;
          p = end;
          continue;
        }
      }
      const name = nameStart(u8, start, name_bytes);
      const before = behindSpace(u8, name);
      // Behind another member its comma goes too; before the first of those that are left, the one that follows.
      const first = u8[before - 1] !== 0x2c || before - 1 < p;
      at = copyBytes(u8, p, (first ? name : before - 1) - p, into, at, to);
      if (at < 0) return -1;
      p = end;
      if (!first) continue;
      const next = afterSpace(u8, end);
      if (u8[next] === 0x2c) p = next + 1;
    }
    const last = absent.length === 0 ? recordEnd : behindSpace(u8, recordEnd - 1);
    at = copyBytes(u8, p, last - p, into, at, to);
    if (at < 0 || absent.length === 0) return at;
    const isEmpty = into[behindSpace(into, at) - 1] === 0x7b;
    at = append(absent, into, isEmpty ? at : -1, at, to);
    if (at < 0 || at + 1 > to) return -1;
    into[at] = 0x7d;
    return at + 1;
  };
}

/** The opening quote of the name of `length` bytes before the value at `value`. */
function nameStart(u8: Uint8Array, value: number, length: number): number {
  const colon = behindSpace(u8, value) - 1;
  return behindSpace(u8, colon) - 2 - length;
}

/** The offset behind the last byte before `from` that is no white space. */
function behindSpace(u8: Uint8Array, from: number): number {
  let p = from;
  let c = u8[p - 1];
  while (c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0a) c = u8[--p - 1];
  return p;
}

function afterSpace(u8: Uint8Array, from: number): number {
  let p = from;
  let c = u8[p];
  while (c === 0x20 || c === 0x09 || c === 0x0d || c === 0x0a) c = u8[++p];
  return p;
}

/** Copies a cell's bytes as they stand. */
function cellWriter({ origin }: ViewShape, field: Field): WriteMember {
  const { cursor, memory } = origin;
  const { u8, u32 } = memory;
  const first = HEADER_WORDS + CELL_WORDS * field.cell!;
  const writeHeld = valueWriter(field);
  return (into, at, to) => {
    const packed = u32[cursor.base + first + 1]!;
    const kind = packed >>> 24;
    const start = u32[cursor.base + first]!;
    const length = packed & 0xff_ffff;
    if (kind === Kind.missing) return LEFT_OUT;
    if (kind === Kind.held) return writeHeld(into, at, to);
    if (kind < Kind.ascii || kind > Kind.escaped) return copyBytes(u8, start, length, into, at, to);
    if (at + length + 2 > to) return -1;
    into[at] = 0x22;
    const end = copyBytes(u8, start, length, into, at + 1, to);
    into[end] = 0x22;
    return end + 1;
  };
}
