import type { CodeColumn } from "../row/chunk.ts";
import { type Field, fieldAt, type Place, placedCode, readerOf, type Shape } from "../row/shape.ts";
import { described } from "./aggregator.ts";

/** The key of the row under way: the values of `by`. */
export interface Keys {
  readonly width: number;
  /** The values that `read` found. `-0` stands as 0. */
  readonly values: unknown[];
  /** Dictionary codes of the values, when every field of the key has one for this row; see `coded`. */
  readonly codes: Int32Array;
  /**
   * Reads the codes only.
   *
   * @returns Whether every field of the key has a code.
   */
  readonly coded: () => boolean;
  /** Reads the values. Gives what is wrong with them, when they are no key. */
  readonly read: (row: unknown) => string | undefined;
  /** The codes of a chunk, a column for each field; undefined when one has none. */
  readonly columns?: readonly CodeColumn[];
  /** Whether a string may be a part of a larger one: those that no view of ours gave. */
  readonly borrowed: readonly boolean[];
}

/** Makes the reader of a key. */
export function keysOf(operator: string, shape: Shape, by: readonly string[]): Keys {
  const fields = by.map((name): Field | undefined =>
    shape.kind === "view" ? fieldAt(shape.fields, name) : undefined,
  );
  const codeOf = fields.map((field) => field?.code);
  const places = fields.map((field) => field?.codePlace);
  const columns = fields.flatMap((field) => (field?.codes === undefined ? [] : [field.codes]));
  const allCoded = by.length > 0 && codeOf.every((code) => code !== undefined);
  const readers = by.map((name) => readerOf(shape, name));
  const width = by.length;
  const values: unknown[] = by.map(() => undefined);
  const codes = new Int32Array(width);
  return {
    ...(columns.length === width && { columns }),
    width,
    values,
    codes,
    borrowed: fields.map((field) => field === undefined),
    coded: () => {
      if (!allCoded) return false;
      for (let i = 0; i < width; i++) {
        const code = placedCode(places[i] as Place, codeOf[i] as () => number);
        if (code === 0) return false;
        codes[i] = code;
      }
      return true;
    },
    read: (row) => {
      for (let i = 0; i < width; i++) {
        const value = (readers[i] as (row: unknown) => unknown)(row);
        if (
          (typeof value === "object" && value !== null) ||
          typeof value === "function" ||
          typeof value === "symbol"
        ) {
          const was = typeof value === "symbol" ? "a symbol" : described(value);
          return `${operator}: by '${by[i]}' must be a string, number, boolean, bigint or null, was ${was}`;
        }
        values[i] = value === 0 ? 0 : value;
      }
      return undefined;
    },
  };
}
