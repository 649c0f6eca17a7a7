import { KernelNumberColumn } from "../scan/kernel/columns.ts";
import { ASIDE, type Chunk, forEachUnmarked, moveTo, type NumberColumn } from "./chunk.ts";
import { byteLane, CodeLane } from "./lane.ts";
import { CELL_WORDS, HEADER_WORDS } from "./layout.ts";
import type { Path, ValueAt } from "./path.ts";
import {
  type ColumnType,
  type Cursor,
  type Field,
  fieldAt,
  placedCode,
  readPath,
  type ViewShape,
} from "./shape.ts";
import { Slot } from "./slot.ts";

/** A value computed from declared fields of a row: what `derive` and aggregators take, and can do on columns. */
export interface Column<in Row, out Value> {
  /** Paths of the fields that it reads. */
  readonly reads: readonly string[];
  /** The value, from any row. */
  readonly value: (row: Row) => Value;
  /**
   * The same over the columns of one run: reads the row under the cursor.
   *
   * @internal
   */
  readonly bind: (shape: ViewShape) => Field;
}

/** The field at a path; outside the named ones, whatever the view has there. */
export function boundField(shape: ViewShape, path: string): Field {
  const field = fieldAt(shape.fields, path);
  if (field !== undefined) return field;
  const dot = path.indexOf(".");
  const head = dot < 0 ? undefined : shape.fields.get(path.slice(0, dot));
  if (head === undefined) {
    const read = readPath(path);
    return { get: () => read(shape.view()) };
  }
  // Inside a computed value: a function of that value alone, so that its code is good for this one too.
  const { get, code, codePlace, codes } = head;
  const read = readPath(path.slice(dot + 1));
  return { get: () => read(get()), ...(code && codePlace && codes && { code, codePlace, codes }) };
}

/** Stands for a kept result of `undefined`. */
const NOTHING: unique symbol = Symbol("undefined");

/**
 * A column function: a pure function of one field.
 *
 * On rows that were read by a format it is called once for each distinct string of the field, not once a row; its
 * results are kept for the run, as long as the field's dictionary is (at most 65,535 strings). It must depend on
 * nothing else. What it throws is a fault of the row and is not kept.
 *
 * @typeParam Row Row type.
 * @param path Dotted path of the field.
 * @param fn Called with its value; `undefined` when it is missing.
 * @returns A column for `derive`.
 *
 * @example A region by country
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, column, derive, from, pipe } from "millrace";
 *
 * const regions = new Map([["fr", "eu"]]);
 * const rows = pipe(
 *   from([{ country: "fr" }, { country: "nz" }]),
 *   derive({ region: column("country", (country) => regions.get(country) ?? "other") }),
 * );
 * assert.deepEqual(await collect(rows), [
 *   { country: "fr", region: "eu" },
 *   { country: "nz", region: "other" },
 * ]);
 * ```
 */
export function column<Row, const P extends Path<Row>, Value>(
  path: P,
  fn: (value: ValueAt<Row, P>) => Value,
): Column<Row, Value> {
  const read = readPath(path);
  return {
    reads: [path],
    value: (row) => fn(read(row) as ValueAt<Row, P>),
    bind: (shape) => boundCall(shape, path, fn as (value: unknown) => unknown),
  };
}

/**
 * A pure function of one field over the columns of one run: called once for each distinct string where the field has
 * codes, else once a row.
 *
 * @param type What is known of its results.
 */
export function boundCall(
  shape: ViewShape,
  path: string,
  fn: (value: unknown) => unknown,
  type?: ColumnType,
): Field {
  const field = boundField(shape, path);
  const { code, codePlace, codes } = field;
  const { cursor, memory } = shape.origin;
  const { kernel } = memory;
  const call = () => fn(field.get());
  const slot = new Slot(cursor, kernel, type);
  if (code === undefined || codePlace === undefined || codes === undefined) {
    // Of a number it gives that number: only what is none needs a call.
    const computeAll = fn === Number ? sameNumbers(shape, field, slot, call) : undefined;
    return {
      ...slot.field,
      compute: () => slot.set(call()),
      computeAll: computeAll ?? ((chunk) => callEach(cursor, chunk, slot, field.numbers, fn, call)),
    };
  }
  const kept: unknown[] = [];
  /** By code: whether a result is kept. */
  const marks = new CodeLane((length) => byteLane(kernel, length));
  const computeOne = (row: number, _chunk: Chunk, at: number): void => {
    if (at === 0) {
      slot.put(row, call());
      return;
    }
    if (kept[at] === undefined) keep(kept, at, call());
    marks.set(at, 1);
  };
  return {
    code,
    codePlace,
    codes,
    ...(type && { type }),
    computeAll: (chunk) => forEachUnmarked(cursor, chunk, codes, marks, computeOne),
    compute: () => {
      const at = placedCode(codePlace, code);
      if (at === 0) slot.set(call());
      else if (kept[at] === undefined) keep(kept, at, call());
    },
    get: () => {
      const at = placedCode(codePlace, code);
      if (at === 0) return slot.field.get();
      const value = kept[at];
      return value === NOTHING ? undefined : value;
    },
  };
}

/** The numbers of a field, those that its texts say included; calls for what is none. */
function sameNumbers(
  { origin: { memory, cursor } }: ViewShape,
  { cell, numbers }: Field,
  slot: Slot,
  call: () => unknown,
): (chunk: Chunk) => void {
  const { kernel } = memory;
  const word = HEADER_WORDS + CELL_WORDS * (cell ?? 0);
  const isInCell = kernel !== undefined && cell !== undefined && numbers !== undefined;
  const results = slot.numbers;
  const column = slot.field.numbers as NumberColumn;
  const inPlace = isInCell ? KernelNumberColumn.create(kernel, word, column.at, true) : undefined;
  return (chunk) => {
    if (inPlace !== undefined) inPlace.of(chunk);
    else if (numbers === undefined) results.fill(Number.NaN);
    else results.set(numbers.of(chunk).subarray(0, chunk.rows));
    const many = chunk.find.outside(chunk, column, results);
    const { found } = chunk.find;
    cursor.chunk = chunk;
    for (let i = 0; i < many; i++) {
      const row = found[i] as number;
      moveTo(cursor, chunk, row);
      try {
        slot.put(row, call());
      } catch {
        // The long way throws it again, where it can be told whose it is.
        chunk.aside[row] = ASIDE;
      }
    }
    cursor.chunk = undefined;
  };
}

/** Calls for every row: with its number where it has one. */
function callEach(
  cursor: Cursor,
  chunk: Chunk,
  slot: Slot,
  numbers: NumberColumn | undefined,
  fn: (value: unknown) => unknown,
  call: () => unknown,
): void {
  const results = slot.numbers;
  const values = numbers?.of(chunk) ?? results.fill(Number.NaN);
  const { rows, aside } = chunk;
  cursor.chunk = chunk;
  // A call that throws ends the loop, not the chunk.
  for (let row = 0; row < rows; row++) {
    try {
      for (; row < rows; row++) {
        if (aside[row] !== 0) continue;
        const number = values[row] as number;
        if (Number.isNaN(number)) {
          moveTo(cursor, chunk, row);
          slot.put(row, call());
          continue;
        }
        const value = fn(number);
        if (typeof value === "number" && !Number.isNaN(value)) results[row] = value;
        else slot.put(row, value);
      }
    } catch {
      // The long way throws it again, where it can be told whose it is.
      aside[row] = ASIDE;
    }
  }
  cursor.chunk = undefined;
}

/** Keeps a result by code. Filled up to the code: an array with far holes would become a hash table. */
export function keep(kept: unknown[], code: number, value: unknown): void {
  while (kept.length < code) kept.push(undefined);
  kept[code] = value === undefined ? NOTHING : value;
}

/**
 * The field itself under another name: no call, no copy. Lifts a nested field to the top, where `by` can name it.
 *
 * @typeParam Row Row type.
 * @param path Dotted path of the field.
 * @returns A column for `derive`.
 *
 * @example Lift a nested field
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, derive, field, from, pipe } from "millrace";
 *
 * const rows = pipe(from([{ user: { id: 7 } }]), derive({ userId: field("user.id") }));
 * assert.deepEqual(await collect(rows), [{ user: { id: 7 }, userId: 7 }]);
 * ```
 */
export function field<Row, const P extends Path<Row>>(path: P): Column<Row, ValueAt<Row, P>> {
  const read = readPath(path);
  return {
    reads: [path],
    value: (row) => read(row) as ValueAt<Row, P>,
    bind: (shape) => boundField(shape, path),
  };
}
