import type { Layout } from "../row/layout.ts";
import type { Kernel } from "./kernel/kernel.ts";

/**
 * The pool's memory as the scanner and the views see it: three views of the same bytes, made once.
 *
 * @internal
 */
export interface Memory {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  /** The WebAssembly kernel over the same memory, where there is one. */
  readonly kernel?: Kernel;
}

/**
 * Turns bytes into cells. One instance serves one source of one run; it keeps no bytes between calls.
 *
 * Both kernels (plain JavaScript and WebAssembly) and every format are this interface.
 *
 * @internal
 */
export interface Scanner {
  /**
   * Annotates the complete records in `[from, to)` until the bytes or the columns are used up.
   *
   * @param from First byte in `memory.u8`; always the start of a record (or of blank lines).
   * @param to End of the bytes; the byte before it ends a record, unless `final`. The byte at `to` may be written to in
   * between.
   * @param columns First word in `memory.u32` for rows; a multiple of 4.
   * @param capacity Most rows to write.
   * @param final The source ends at `to`: a record without its line end counts.
   * @returns How many rows were written; `consumed` says where to go on.
   */
  scan(from: number, to: number, columns: number, capacity: number, final: boolean): number;
  /** Offset of the first byte that the last call did not use: the `from` of the next one. */
  readonly consumed: number;
  /** Blank lines skipped so far. */
  readonly blank: number;
  /**
   * Finds where the last complete record in new bytes ends, looking at each byte once over all calls, however
   * small the pieces are. May change them: what is scanned has been framed, and lies behind what was framed before.
   *
   * @param from First byte not framed before.
   * @param to End of the bytes.
   * @returns The offset behind the last complete record's line end, or −1 when none ends here. Where records may be
   * missing at the end of a source, something is left behind that offset, so that it is scanned.
   */
  frame(from: number, to: number): number;
  /** Forgets the record in progress: the loop calls this when it gives up a record that is too long. Returns the
   * offset behind the end of that record in `[from, to)`, or −1 when it goes on. */
  skip(from: number, to: number): number;
}

/** Makes the scanner of one source of one run. */
export type MakeScanner = (layout: Layout, memory: Memory) => Scanner;
