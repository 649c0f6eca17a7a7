import type { Meta } from "../operator.ts";
import {
  ASIDE,
  CHUNK_rows,
  type Chunk,
  forEachRow,
  moveTo,
  type NumberColumn,
  setAside,
} from "../row/chunk.ts";
import { fieldAt, type Shape } from "../row/shape.ts";
import type { Reading } from "./aggregator.ts";

/**
 * Makes what reads the numbers of a chunk: a field's column, or what a function gives for each row.
 *
 * @param checked Whether rows are set aside for which there is no number.
 * @returns Undefined where rows have no columns.
 */
export function numberColumn(
  shape: Shape,
  reading: Reading,
  meta: Meta,
  checked = true,
): NumberColumn | undefined {
  if (shape.kind === "plain") return undefined;
  if (typeof reading === "string") {
    const numbers = fieldAt(shape.fields, reading)?.numbers;
    if (numbers === undefined || !checked) return numbers;
    return {
      at: numbers.at,
      of: (chunk) => {
        const values = numbers.of(chunk);
        setAside(chunk, chunk.find.outside(chunk, numbers, values));
        return values;
      },
    };
  }
  const read = reading as unknown as (row: unknown, meta: Meta) => unknown;
  const about = meta as Meta & { time: number };
  const values = new Float64Array(CHUNK_rows);
  const { origin, view } = shape;
  const readOne = (row: number, chunk: Chunk): void => {
    moveTo(origin.cursor, chunk, row);
    if (chunk.time !== undefined) about.time = chunk.time[row] as number;
    const value = read(view(), meta);
    if (typeof value === "number" && !Number.isNaN(value)) values[row] = value;
    else chunk.aside[row] = ASIDE;
  };
  return {
    at: 0,
    of: (chunk) => {
      forEachRow(origin.cursor, chunk, readOne);
      about.time = Number.NaN;
      return values;
    },
  };
}
