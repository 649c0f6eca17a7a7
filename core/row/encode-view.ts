import { copyBytes } from "./copy-bytes.ts";
import { isJson, writeValue } from "./encode.ts";
import { memberCopier } from "./json-members.ts";
import { CELL_WORDS, HEADER_WORDS, Kind } from "./layout.ts";
import type { Field, ViewShape } from "./shape.ts";

/** Writes the row under the cursor as a JSON object. Gives the offset behind it, or −1 when it does not fit. */
export type WriteView = (into: Uint8Array, from: number, to: number) => number;

/** Writes the value of one member; `LEFT_OUT` when this row has none. */
type WriteMember = (into: Uint8Array, at: number, to: number) => number;
const LEFT_OUT = -2;

const encoder = new TextEncoder();
const LITERALS = { [Kind.null]: "null", [Kind.false]: "false", [Kind.true]: "true" } as const;

/**
 * Makes the writer of a view's rows: untouched fields as the bytes that they were.
 *
 * A row that nobody changed is its record, copied whole. Where fields were changed or dropped, the record's other
 * members are copied in runs and the changed ones written behind them. Selected fields, and those of other syntaxes,
 * are written one by one.
 */
export function viewWriter(shape: ViewShape): WriteView {
  const { cursor, memory, syntax } = shape.origin;
  const { u8, u32 } = memory;
  const copies = syntax === "json" && shape.unnamed;
  if (copies && shape.gone.size === 0) {
    return (into, from, to) => {
      const start = u32[cursor.base]!;
      return copyBytes(u8, start, u32[cursor.base + 1]! - start, into, from, to);
    };
  }
  const members = [...shape.fields]
    .filter(([name, field]) => !copies || !standsInRecord(shape, name, field))
    .map(([name, field]) => ({
      head: encoder.encode(`${JSON.stringify(name)}:`),
      write:
        syntax === "json" && field.cell !== undefined ? cellWriter(shape, field.cell) : valueWriter(field),
    }));
  const copyKept = copies ? memberCopier(shape.gone, u8) : undefined;
  return (into, from, to) => {
    if (from + 2 > to) return -1;
    const first = from + 1;
    into[from] = 0x7b;
    let at = copyKept === undefined ? first : copyKept(u32[cursor.base]!, into, first, to);
    if (at < 0) return -1;
    for (let i = 0; i < members.length; i++) {
      const { head, write } = members[i]!;
      const comma = at === first ? 0 : 1;
      const value = copyBytes(head, 0, head.length, into, at + comma, to);
      if (value < 0) return -1;
      const end = write(into, value, to);
      if (end === LEFT_OUT) continue;
      if (end < 0) return -1;
      if (comma === 1) into[at] = 0x2c;
      at = end;
    }
    if (at + 1 > to) return -1;
    into[at] = 0x7d;
    return at + 1;
  };
}

/** Whether copying the record's members brings this field, under this name. */
function standsInRecord({ gone, origin }: ViewShape, name: string, { cell }: Field): boolean {
  if (cell === undefined || gone.has(name)) return false;
  const { parent, name: written } = origin.layout.cells[cell]!;
  return parent === -1 && written === name;
}

function valueWriter({ get }: Field): WriteMember {
  return (into, at, to) => {
    const value = get();
    return isJson(value) ? writeValue(value, into, at, to) : LEFT_OUT;
  };
}

/** Copies a cell's bytes as they stand in the record. */
function cellWriter({ origin }: ViewShape, cell: number): WriteMember {
  const { cursor, memory } = origin;
  const { u8, u32 } = memory;
  const first = HEADER_WORDS + CELL_WORDS * cell;
  const literals = new Map(
    Object.entries(LITERALS).map(([kind, text]) => [Number(kind), encoder.encode(text)]),
  );
  return (into, at, to) => {
    const packed = u32[cursor.base + first + 1]!;
    const kind = packed >>> 24;
    const start = u32[cursor.base + first]!;
    const length = packed & 0xff_ffff;
    if (kind >= Kind.ascii && kind <= Kind.escaped) return copyBytes(u8, start - 1, length + 2, into, at, to);
    if (kind >= Kind.number) return copyBytes(u8, start, length, into, at, to);
    const literal = literals.get(kind);
    return literal === undefined ? LEFT_OUT : copyBytes(literal, 0, literal.length, into, at, to);
  };
}
