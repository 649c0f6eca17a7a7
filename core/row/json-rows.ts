import { jsonText, writeText } from "./encode.ts";
import { viewWriter } from "./encode-view.ts";
import type { Shape } from "./shape.ts";

/** Writes any row as one line of JSON. Gives the offset behind it, or −1 when it does not fit before `to`. */
export type WriteRow = (row: unknown, into: Uint8Array, from: number, to: number) => number;

/**
 * Makes the writer of rows of a shape, one a line.
 *
 * @throws {TypeError} From the writer, for a row that JSON has no word for: `undefined`, a function, a cycle.
 */
export function jsonLineWriter(shape: Shape): WriteRow {
  const write = shape.kind === "view" ? viewWriter(shape) : undefined;
  return (row, into, from, to) => {
    const isView = shape.kind === "view" && row === shape.view();
    const end = isView ? write!(into, from, to - 1) : writePlain(row, into, from, to - 1);
    if (end < 0 || end >= to) return -1;
    into[end] = 0x0a;
    return end + 1;
  };
}

function writePlain(row: unknown, into: Uint8Array, from: number, to: number): number {
  const text = jsonText(row);
  if (text === undefined)
    throw new TypeError(`Cannot write a row as JSON: it is a value of type ${typeof row}`);
  return writeText(text, into, from, to);
}
