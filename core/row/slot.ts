import type { Kernel } from "../scan/kernel/kernel.ts";
import { StringSegments } from "../scan/kernel/string-segments.ts";
import { CHUNK_rows } from "./chunk.ts";
import { Kind } from "./layout.ts";
import type { ColumnType, Cursor, Field } from "./shape.ts";

/** Says of every slot that it holds a number: what is none is NaN there. */
const ALL_NUMBERS: Uint32Array = new Uint32Array(2 * CHUNK_rows).fill(Kind.number << 24);

/**
 * A place for a computed value of every row of a chunk. The value of the row under the cursor is set before anybody
 * reads it. Numbers are not boxed.
 */
export class Slot {
  readonly field: Field;
  readonly #at: { readonly base: number };
  /** Numbers by row, and what is none where the number is NaN. */
  readonly numbers: Float64Array;
  readonly #others: unknown[] = new Array(CHUNK_rows).fill(undefined);

  /**
   * @param kernel In whose memory the numbers shall lie.
   * @param type What is known of the values.
   */
  constructor({ slots }: Cursor, kernel?: Kernel, type?: ColumnType) {
    // One number in front: as a cell has its number behind two words.
    const before = kernel?.allocate(8 * (1 + CHUNK_rows)) ?? 0;
    const f64 = kernel && before > 0 ? kernel.f64.subarray(before >> 3) : new Float64Array(1 + CHUNK_rows);
    const numbers = f64.subarray(1, 1 + CHUNK_rows);
    const at = before > 0 ? before + 8 : 0;
    const others = this.#others;
    this.#at = slots;
    this.numbers = numbers;
    this.field = {
      others,
      ...(kernel && { strings: new StringSegments(kernel, numbers, others) }),
      get: () => {
        const row = slots.base >> 1;
        const number = numbers[row] as number;
        return Number.isNaN(number) ? others[row] : number;
      },
      numberPlace: { from: slots, u32: ALL_NUMBERS, f64, word: 0 },
      numbers: { at, of: () => numbers },
      ...(type && { type }),
    };
  }

  /** Sets the value of one row of a chunk. */
  put(row: number, value: unknown): void {
    if (typeof value === "number") {
      this.numbers[row] = value;
      if (!Number.isNaN(value)) return;
    } else this.numbers[row] = Number.NaN;
    this.#others[row] = value;
  }

  /** Sets the value of the row under the cursor. */
  set(value: unknown): void {
    this.put(this.#at.base >> 1, value);
  }
}
