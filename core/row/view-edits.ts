import { isJson, writeValue } from "./encode.ts";
import type { Field, ViewShape } from "./shape.ts";

const encoder = new TextEncoder();

/** How one member of the written object comes to be. */
export interface MemberEdit {
  readonly name: string;
  /** Cell of the record's own member of that name, which is replaced or removed; −1 where none can be there. */
  readonly cell: number;
  /** What the member is now; none: it is left out. */
  readonly field: Field | undefined;
  /** `"name":`. */
  readonly head: Uint8Array;
  /** Bytes of the name as it stands in a record, between its quotes. */
  readonly name_bytes: number;
}

/** How the rows of a shape are written. */
export interface ViewEdits {
  /** The record is copied, its members edited; else an object is made of the edits alone, in their order. */
  readonly copies: boolean;
  readonly edits: readonly MemberEdit[];
  /** All places are known: where they are not, the record has to be walked through. */
  readonly placed: boolean;
}

/** Finds out how the rows of a shape are written. */
export function viewEdits(shape: ViewShape): ViewEdits {
  const { origin, gone, fields } = shape;
  const copies = origin.syntax === "json" && shape.unnamed;
  const edit = (name: string, field: Field | undefined, cell: number): MemberEdit => ({
    name,
    cell,
    field,
    head: encoder.encode(`${JSON.stringify(name)}:`),
    name_bytes: encoder.encode(name).length,
  });
  if (!copies)
    return { copies, edits: [...fields].map(([name, field]) => edit(name, field, -1)), placed: true };
  let placed = true;
  const place = (name: string): number => {
    const cell = origin.layout.watch(name);
    if (cell < 0) placed = false;
    return cell;
  };
  const kept = [...fields].filter(([name, field]) => !standsInRecord(shape, name, field));
  const removed = [...gone].filter((name) => !fields.has(name));
  return {
    copies,
    edits: [
      ...removed.map((name) => edit(name, undefined, place(name))),
      ...kept.map(([name, field]) => edit(name, field, place(name))),
    ],
    placed,
  };
}

/** Whether copying the record's members brings this field, under this name. */
function standsInRecord({ gone, origin }: ViewShape, name: string, { cell }: Field): boolean {
  if (cell === undefined || gone.has(name)) return false;
  const { parent, name: written } = origin.layout.cells[cell]!;
  return parent === -1 && written === name;
}

/** Writes the value of one member: gives the offset behind it, −1 when it does not fit, `LEFT_OUT` when there is none. */
export type WriteMember = (into: Uint8Array, at: number, to: number) => number;
/** This row has no such member. */
export const LEFT_OUT = -2;

/** Writes what a field reads. */
export function valueWriter({ get }: Field): WriteMember {
  return (into, at, to) => {
    const value = get();
    return isJson(value) ? writeValue(value, into, at, to) : LEFT_OUT;
  };
}
