import { CHUNK_rows } from "./chunk.ts";
import { Kind } from "./layout.ts";
import type { ColumnType, Field, Place } from "./shape.ts";

/** Where slots are counted from: each is a column of one row. */
const FIXED: Place["from"] = { base: 0 };
const IS_NUMBER: number = Kind.number << 24;

/**
 * A place for one computed value a row: a cell of its own, in the form of those that a scanner writes. The value is
 * set once a row, before anybody reads it. Numbers are not boxed.
 */
export class Slot {
  readonly field: Field;
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;
  /** The values of a chunk: numbers, and what is none where the number is NaN. */
  readonly #numbers = new Float64Array(CHUNK_rows);
  readonly #others: unknown[] = [];
  #other: unknown;

  /** @param type What is known of the values. */
  constructor(type?: ColumnType) {
    const cell = new ArrayBuffer(16);
    const u32 = new Uint32Array(cell);
    const f64 = new Float64Array(cell);
    this.#u32 = u32;
    this.#f64 = f64;
    this.field = {
      get: () => (u32[1] === IS_NUMBER ? f64[1] : this.#other),
      numberPlace: { from: FIXED, u32, f64, word: 0 },
      numbers: { of: () => this.#numbers },
      load: (row) => this.load(row),
      ...(type && { type }),
    };
  }

  /** Sets the value of one row of a chunk. */
  put(row: number, value: unknown): void {
    if (typeof value === "number") {
      this.#numbers[row] = value;
      if (!Number.isNaN(value)) return;
    } else this.#numbers[row] = Number.NaN;
    while (this.#others.length < row) this.#others.push(undefined);
    this.#others[row] = value;
  }

  /** Makes the value of one row of a chunk the one that is read. */
  load(row: number): void {
    const number = this.#numbers[row] as number;
    this.set(Number.isNaN(number) ? this.#others[row] : number);
  }

  set(value: unknown): void {
    if (typeof value === "number") {
      this.#u32[1] = IS_NUMBER;
      this.#f64[1] = value;
    } else {
      this.#u32[1] = 0;
      this.#other = value;
    }
  }
}
