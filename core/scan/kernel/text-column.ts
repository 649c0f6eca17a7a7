import { cellField } from "../../row/cell-field.ts";
import { ASIDE, CHUNK_rows, type Chunk, moveTo } from "../../row/chunk.ts";
import { boundField } from "../../row/column.ts";
import { CELL_WORDS, HEADER_WORDS, Kind, STRING_KINDS } from "../../row/layout.ts";
import type { Field, ViewShape } from "../../row/shape.ts";
import type { TextOperation, TextProgram } from "../../row/text-program.ts";
import type { Kernel } from "./kernel.ts";

// Numbers and offsets as in source/text.ts.
const CODES: Readonly<Record<TextOperation["op"], number>> = {
  trim: 1,
  lower: 2,
  upper: 3,
  before: 4,
  after: 5,
  slice: 6,
  replaceDigits: 7,
  concat: 8,
  startsWith: 9,
  endsWith: 10,
  includes: 11,
  equals: 12,
  not: 13,
  length: 14,
};
const OPERATION_BYTES = 16;
const COLUMN_BYTES = 32;
const COLUMN = { operations: 0, count: 4, target: 8, from: 12, to: 16, at: 20, left: 24, words: 28 };
/** Memory for the texts that one column makes of a chunk. Rows that have no room in it go by row. */
const TEXTS_bytes = 512 * 1024;
/** The words "true" and "false", and the digits of one length. */
const WORDS_bytes = 32;
const DIGITS_AT = 16;

const MISSING = 1 << Kind.missing;
/** What the cell of a result holds. */
const KINDS = {
  string: STRING_KINDS | MISSING,
  integer: (1 << Kind.number) | MISSING,
  boolean: (1 << Kind.true) | (1 << Kind.false) | MISSING,
} as const;

const encoder = new TextEncoder();

/** Whether a text, in the middle of others, needs no escape in JSON. */
function isClean(text: string): boolean {
  return text.isWellFormed() && JSON.stringify(text).length === text.length + 2;
}

/** Whether all of a program can be done on bytes. */
function isForBytes({ operations }: TextProgram): boolean {
  return operations.every((operation) => {
    if (!("text" in operation)) return true;
    const adds = operation.op === "concat" || operation.op === "replaceDigits";
    return adds ? isClean(operation.text) : operation.text.isWellFormed();
  });
}

/** Writes a program into the kernel's memory; 0 when there is no room. */
function writeProgram(kernel: Kernel, { operations }: TextProgram): number {
  const { i32, u8 } = kernel;
  const table = kernel.allocate(OPERATION_BYTES * Math.max(1, operations.length));
  if (table === 0) return 0;
  for (const [i, operation] of operations.entries()) {
    const word = (table + OPERATION_BYTES * i) >> 2;
    i32[word] = CODES[operation.op];
    if (operation.op === "slice") {
      i32[word + 1] = operation.start;
      i32[word + 2] = operation.end ?? 2 ** 31 - 1;
    } else if ("text" in operation) {
      const bytes = encoder.encode(operation.text);
      const at = kernel.allocate(bytes.length);
      if (at === 0) return 0;
      u8.set(bytes, at);
      i32[word + 1] = at;
      i32[word + 2] = bytes.length;
      i32[word + 3] = bytes.length === operation.text.length ? Kind.ascii : Kind.utf8;
    }
  }
  return table;
}

/**
 * A text, predicate or length made of a field of the record, as a cell of its own: on bytes in the kernel, and in
 * JavaScript for rows that the kernel leaves.
 *
 * @param apply The program on a value; throws for one that is no text.
 * @returns `undefined` where the field must be read row by row: not a cell of JSON, no kernel, or no room.
 */
export function textColumn(
  shape: ViewShape,
  path: string,
  program: TextProgram,
  apply: (value: unknown) => string | boolean | number | undefined,
): Field | undefined {
  const { layout, memory, cursor, syntax } = shape.origin;
  const { kernel } = memory;
  const field = boundField(shape, path);
  if (kernel === undefined || syntax !== "json" || field.cell === undefined || !isForBytes(program))
    return undefined;
  const { i32, u8 } = kernel;
  const { u32, f64 } = memory;
  const source = HEADER_WORDS + CELL_WORDS * field.cell;
  const column = kernel.allocate(COLUMN_BYTES);
  const operations = writeProgram(kernel, program);
  const words = kernel.allocate(WORDS_bytes);
  const left = kernel.allocate(4 * CHUNK_rows);
  const texts = kernel.allocate(TEXTS_bytes);
  if (column === 0 || operations === 0 || words === 0 || left === 0 || texts === 0) return undefined;
  const cell = layout.compute(KINDS[program.result]);
  if (cell < 0) return undefined;
  const target = HEADER_WORDS + CELL_WORDS * cell;
  const limit = texts + TEXTS_bytes;
  u8.set(encoder.encode("true    false"), words);
  const set = (at: number, value: number): void => {
    i32[(column + at) >> 2] = value;
  };
  set(COLUMN.operations, operations);
  set(COLUMN.count, program.operations.length);
  set(COLUMN.target, 4 * (target - source));
  set(COLUMN.from, texts);
  set(COLUMN.to, limit);
  set(COLUMN.left, left);
  set(COLUMN.words, words);

  /** Writes a result that is no text into the cell of the row under the cursor. */
  const putPlain = (value: boolean | number | undefined): void => {
    const at = cursor.base + target;
    u32[at] = words;
    u32[at + 1] = 0;
    f64[(at + 2) >> 1] = 0;
    if (value === true) u32[at + 1] = (Kind.true << 24) | 4;
    else if (value === false) {
      u32[at] = words + 8;
      u32[at + 1] = (Kind.false << 24) | 5;
    } else if (typeof value === "number") {
      const digits = String(value);
      for (let i = 0; i < digits.length; i++) u8[words + DIGITS_AT + i] = digits.charCodeAt(i);
      u32[at] = words + DIGITS_AT;
      u32[at + 1] = (Kind.number << 24) | digits.length;
      f64[(at + 2) >> 1] = value;
    }
  };
  /** Where texts of JavaScript go on behind the kernel's. */
  let free = 0;
  /** Writes the JSON of a text, and the cell of the row under the cursor. False when there is no room. */
  const putText = (text: string): boolean => {
    const json = JSON.stringify(text);
    const { read, written } = encoder.encodeInto(json, u8.subarray(free, limit));
    if (read < json.length) return false;
    const length = written - 2;
    const escaped = json.length !== text.length + 2;
    const kind = escaped ? Kind.escaped : length === text.length ? Kind.ascii : Kind.utf8;
    const at = cursor.base + target;
    u32[at] = free + 1;
    u32[at + 1] = (kind << 24) | length;
    f64[(at + 2) >> 1] = 0;
    free += written;
    return true;
  };
  /** The text of the row that passes alone. */
  let held = "";

  const inCell = cellField({ layout, memory, cursor, syntax, types: new Map() }, cell, undefined, undefined);
  const { get } = inCell;
  return {
    ...inCell,
    get: () => ((u32[cursor.base + target + 1] as number) >>> 24 === Kind.held ? held : get()),
    computeAll: (chunk: Chunk) => {
      const { columns, words: stride, rows, aside } = chunk;
      const many = kernel.textColumn(column, (columns + source) << 2, stride << 2, rows);
      free = (i32[(column + COLUMN.at) >> 2] as number) >>> 0;
      for (let i = 0; i < many; i++) {
        const row = i32[(left >> 2) + i] as number;
        if (aside[row] === 0 && !putLeft(chunk, row)) aside[row] = ASIDE;
      }
    },
    compute: () => {
      const value = apply(field.get());
      if (typeof value !== "string") {
        putPlain(value);
        return;
      }
      held = value;
      const at = cursor.base + target;
      u32[at + 1] = Kind.held << 24;
      // It has no code.
      u32[at + 2] = 1;
    },
  };

  /** Does a row that the kernel left. False when there is no room, or it throws, as it will again on the long way. */
  function putLeft(chunk: Chunk, row: number): boolean {
    moveTo(cursor, chunk, row);
    try {
      const value = apply(field.get());
      if (typeof value === "string") return putText(value);
      putPlainInto(value);
      return true;
    } catch {
      return false;
    }
  }

  /** As `putPlain`, with digits that live as long as the chunk. */
  function putPlainInto(value: boolean | number | undefined): void {
    putPlain(value);
    if (typeof value !== "number") return;
    const at = cursor.base + target;
    const length = (u32[at + 1] as number) & 0xff_ffff;
    if (free + length > limit) throw new RangeError("no room for the digits of a length");
    u8.copyWithin(free, words + DIGITS_AT, words + DIGITS_AT + length);
    u32[at] = free;
    free += length;
  }
}
