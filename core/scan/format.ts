import type { Chunk } from "../row/chunk.ts";
import type { Layout } from "../row/layout.ts";
import type { Cursor, Shape } from "../row/shape.ts";
import type { Memory, Scanner } from "./scanner.ts";

/**
 * What a decoder may use of the run that opens it.
 *
 * @internal
 */
export interface DecodeContext {
  readonly memory: Memory;
  readonly cursor: Cursor;
  /** Make a new view for every row, which throws when it is read after its row. */
  readonly verify: boolean;
}

/**
 * Why a row that the scanner took is refused all the same.
 *
 * @internal
 */
export interface Refusal {
  readonly code: string;
  /** In words. Read at once: it may be made of the record under the cursor. */
  readonly message: string;
}

/**
 * A format opened for reading in one run.
 *
 * @internal
 */
export interface Decoder {
  readonly layout: Layout;
  /** What its rows look like. */
  readonly shape: Shape;
  /** Makes the scanner of one partition. */
  readonly scanner: () => Scanner;
  /**
   * Checks what the layout cannot say and gives the row under the cursor: its view, or a plain object where the
   * schema makes one. `undefined` when the row is refused; `refusal` then says why.
   */
  readonly row: () => unknown;
  /** Sets aside the rows of a chunk that `row` would refuse. Left out: rows pass one by one from the start. */
  readonly columns?: (chunk: Chunk) => void;
  readonly refusal: () => Refusal;
  /** Says in words why the scanner refused the record under the cursor. */
  readonly explain: () => Refusal;
}

/** {@link Encoder.encodeRows}. */
export type EncodeRows = (
  chunk: Chunk,
  rows: Int32Array,
  from: number,
  to: number,
  into: Uint8Array,
  at: number,
  end: number,
) => number;

/**
 * Writes rows as bytes.
 *
 * @internal
 */
export interface Encoder<in Row> {
  /**
   * Writes one row with what separates it from the next.
   *
   * @param into Memory to write into.
   * @param from First byte to write.
   * @param to Where room ends.
   * @returns The offset behind what was written, or −1 when it does not fit: nothing counts as written then.
   * @throws {TypeError} When the row cannot be written in this format: a fault of that row.
   */
  readonly encode: (row: Row, into: Uint8Array, from: number, to: number) => number;
  /**
   * Writes rows of a chunk, each as `encode` does, one behind the other, up to one that does not fit or that it cannot
   * write: that one goes to `encode`. For rows that are views; does not throw. Left out: every row goes to `encode`.
   *
   * @param rows Numbers of rows in the chunk; `rows[from]` … `rows[to − 1]` are to be written.
   * @param into Memory to write into.
   * @param at First byte to write.
   * @param end Where room ends.
   * @returns How many rows were written; {@link Encoder.written} says where the last of them ends.
   */
  readonly encodeRows?: EncodeRows;
  /** The offset behind what `encodeRows` wrote last; `at` when that was nothing. There when that is. */
  readonly written?: number;
  /**
   * Writes what belongs behind the last row, for which `encode` and `encodeRows` have always left room; called once, when
   * all rows are written. Gives the offset behind it. Left out: nothing does.
   */
  readonly end?: (into: Uint8Array, from: number) => number;
}

/**
 * What an encoder may use of the run that opens it.
 *
 * @internal
 */
interface EncodeContext {
  /** What the rows to write look like. */
  readonly shape: Shape;
  /** The output starts empty: a header belongs before the first row. */
  readonly fresh: boolean;
}

/**
 * How bytes are rows and rows are bytes: what `ndjson` and `csv` give. An immutable description, opened anew for every
 * run. How it reads and writes is between it and the run loop, and may change with any version.
 *
 * @typeParam Row Rows that it reads.
 * @typeParam Write Rows that it can write.
 */
export interface Format<out Row, in Write = Row> {
  /** `"ndjson"`: what the dead letter calls it, when a record never became a row. */
  readonly name: string;
  /**
   * Opens it for reading.
   *
   * @internal
   */
  readonly decoder: (context: DecodeContext) => Decoder;
  /**
   * Opens it for writing.
   *
   * @internal
   */
  readonly encoder: (context: EncodeContext) => Encoder<Write>;
  /** Carries the type of what is read; never set. */
  readonly "~row"?: Row;
}
