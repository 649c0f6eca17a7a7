import type { Chunk } from "../row/chunk.ts";
import { FLAGS_WORD } from "../row/layout.ts";

/**
 * The records of a chunk that the scanner refuses. Others pass by them as by rows that a filter drops, many at once;
 * then they are told of, in order.
 */
export class Refusals {
  readonly #chunk: Chunk;
  readonly #mark: number;
  #many = 0;
  /** The first row that has not been looked at. */
  #row = 0;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    this.#mark = chunk.dropper({ dropped: 0 });
  }

  /** No chunk is under way. */
  clear(): void {
    this.#many = this.#row = 0;
  }

  /** Marks them in a chunk that has just been scanned; all other rows may go the short way. */
  begin(u32: Uint32Array): void {
    const chunk = this.#chunk;
    this.clear();
    this.#many = chunk.find.markRefused(chunk, u32, chunk.columns + FLAGS_WORD, this.#mark);
    chunk.dropped = this.#many;
  }

  /** The first of them before row `to` that has not been told of; `to` when there is none. */
  first(to: number): number {
    if (this.#many === 0) return to;
    const { aside } = this.#chunk;
    const mark = this.#mark;
    // In a local: a private field that changes with every row costs 10 ns of it on V8.
    let row = this.#row;
    while (row < to && aside[row] !== mark) row += 1;
    this.#row = row;
    return Math.min(row, to);
  }

  /** That one is told of. */
  told(): void {
    this.#row += 1;
  }
}
