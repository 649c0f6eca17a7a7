import { CHUNK_rows, type Chunk, moveTo } from "../../row/chunk.ts";
import { isJson, writeValue } from "../../row/encode.ts";
import { CELL_WORDS, HEADER_WORDS, Kind } from "../../row/layout.ts";
import type { Field, ViewShape } from "../../row/shape.ts";
import type { MemberEdit } from "../../row/view-edits.ts";
import type { Kernel } from "./kernel.ts";

/** Memory for the JSON of values that are computed a row each. */
const TEXTS_bytes = 128 * 1024;
/** Memory for the JSON of values that are kept by code, of one field; got when it is needed. */
const KEPT_bytes = 16 * 1024;

/**
 * Where the JSON of one member's value stands, by row of a chunk: pairs of offset and length in the kernel's memory,
 * length 0 where there is none.
 */
export interface Segments {
  /** Offset of the table. */
  readonly at: number;
  /**
   * Fills the table for rows of a chunk.
   *
   * @returns The first index whose row could not be done: it throws, or there is no room.
   */
  readonly fill: (chunk: Chunk, rows: Int32Array, from: number, to: number) => number;
}

/** Memory for values of the rows being written: every field of a sink writes into it, from its start for each span. */
export class Texts {
  /** Where the next text begins. */
  at = 0;
  readonly to: number;
  readonly #from: number;

  private constructor(from: number, to: number) {
    this.#from = from;
    this.to = to;
  }

  /** `undefined` when the kernel's memory has no room for it. */
  static create(kernel: Kernel): Texts | undefined {
    const from = kernel.allocate(TEXTS_bytes);
    return from === 0 ? undefined : new Texts(from, from + TEXTS_bytes);
  }

  /** The rows written are out: their texts are needed no more. */
  clear(): void {
    this.at = this.#from;
  }
}

/** Makes the segments of a field that an operator computes; `undefined` when there is no room. */
export function fieldSegments(
  kernel: Kernel,
  shape: ViewShape,
  { cell }: MemberEdit,
  field: Field,
  texts: Texts,
): Segments | undefined {
  const at = kernel.allocate(8 * CHUNK_rows);
  if (at === 0) return undefined;
  const table = at >> 2;
  const { u8, i32 } = kernel;
  const { cursor } = shape.origin;
  const { get, codes, code, numbers } = field;
  /** Writes the value of a row; false when there is no room. Throws what the value throws. */
  const put = (chunk: Chunk, row: number): boolean => {
    moveTo(cursor, chunk, row);
    const value = get();
    const end = isJson(value) ? writeValue(value, u8, texts.at, texts.to) : texts.at;
    if (end < 0) return false;
    i32[table + 2 * row] = texts.at;
    i32[table + 2 * row + 1] = end - texts.at;
    texts.at = end;
    return true;
  };
  // Loops of their own, and not a function a row: twice as fast.
  if (codes !== undefined && code !== undefined) {
    const kept = keptTexts(kernel, get);
    return {
      at,
      fill: (chunk, rows, from, to) => {
        const of = codes.of(chunk);
        let i = from;
        try {
          for (; i < to; i++) {
            const row = rows[i] as number;
            const known = of[row] as number;
            const { lengths } = kept;
            const there = known < lengths.length && lengths[known] !== -1;
            if (!there && (known === 0 || !kept.has(known, cursor, chunk, row))) {
              if (!put(chunk, row)) return i;
              continue;
            }
            i32[table + 2 * row] = kept.starts[known] as number;
            i32[table + 2 * row + 1] = kept.lengths[known] as number;
          }
        } catch {
          // It throws again where it is known whose it is.
        }
        return i;
      },
    };
  }
  const { u32, f64 } = shape.origin.memory;
  const word = HEADER_WORDS + CELL_WORDS * cell;
  return {
    at,
    fill: (chunk, rows, from, to) => {
      const values = numbers?.of(chunk);
      const { columns, words } = chunk;
      let i = from;
      try {
        for (; i < to; i++) {
          const row = rows[i] as number;
          const value = values === undefined ? Number.NaN : (values[row] as number);
          if (Number.isNaN(value)) {
            if (!put(chunk, row)) return i;
            continue;
          }
          const entry = table + 2 * row;
          if (cell >= 0 && value !== 0) {
            // A number that the record already says, as it says it.
            const own = columns + row * words + word;
            const packed = u32[own + 1] as number;
            if (packed >>> 24 === Kind.number && f64[(own + 2) >>> 1] === value) {
              i32[entry] = u32[own] as number;
              i32[entry + 1] = packed & 0xff_ffff;
              continue;
            }
          }
          const end = writeValue(value, u8, texts.at, texts.to);
          if (end < 0) return i;
          i32[entry] = texts.at;
          i32[entry + 1] = end - texts.at;
          texts.at = end;
        }
      } catch {
        // As above.
      }
      return i;
    },
  };
}

/** The JSON of values by code, written once for each code. */
function keptTexts(kernel: Kernel, get: () => unknown) {
  const { u8 } = kernel;
  let at = 0;
  let to = 0;
  let full = false;
  const kept = {
    starts: new Int32Array(256),
    lengths: new Int32Array(256).fill(-1),
    /** Whether the text of a code is there, once this has been asked. */
    has: (code: number, cursor: ViewShape["origin"]["cursor"], chunk: Chunk, row: number): boolean => {
      if (code >= kept.lengths.length) grow(code);
      if (kept.lengths[code] !== -1) return true;
      if (full) return false;
      moveTo(cursor, chunk, row);
      const value = get();
      let end = isJson(value) ? writeValue(value, u8, at, to) : at;
      if (end < 0) {
        at = kernel.allocate(KEPT_bytes);
        to = at + KEPT_bytes;
        full = at === 0;
        end = full ? -1 : writeValue(value, u8, at, to);
      }
      if (end < 0) return false;
      kept.starts[code] = at;
      kept.lengths[code] = end - at;
      at = end;
      return true;
    },
  };
  const grow = (code: number): void => {
    let length = kept.lengths.length;
    while (length <= code) length *= 2;
    const starts = new Int32Array(length);
    const lengths = new Int32Array(length).fill(-1);
    starts.set(kept.starts);
    lengths.set(kept.lengths);
    kept.starts = starts;
    kept.lengths = lengths;
  };
  return kept;
}
