import type { Memory } from "../scan/scanner.ts";
import { Finder } from "./finder.ts";
import type { CodeLane } from "./lane.ts";
import { Kind } from "./layout.ts";
import type { Cursor } from "./shape.ts";

/** Most rows that are annotated before they pass. */
export const CHUNK_rows = 640;

/** Mark of a row that takes the long way. 0 goes the short one; larger marks were dropped, see {@link Chunk.aside}. */
export const ASIDE = 1;

/** As many marks as a byte has, but for 0 and {@link ASIDE}. */
const MARKS = 254;

/**
 * The rows that a scanner has just annotated: what operators can work on column by column, in loops over arrays,
 * before the first of them passes. That is ten times cheaper than a call a row and operator.
 *
 * An operator that does so only *prepares*: it computes values and looks for trouble. A row with any trouble is set
 * aside and takes the long way, row by row through the ordinary steps, which find the same trouble again and report
 * it. So the long way is the definition, and the short one never has to explain anything.
 *
 * @internal
 */
export class Chunk {
  /** First word of the first row. */
  columns = 0;
  /** Words of a row. */
  words = 0;
  rows = 0;
  /** The cursor's epoch at the first row. Another number for every chunk: columns read once are kept by it. */
  epoch = 0;
  /**
   * By row: 0 while it goes the short way, {@link ASIDE} when it takes the long one. A larger number: a filter before
   * the operator at hand has dropped it ({@link Chunk.dropper}). An operator looks at rows of 0 only: what is computed
   * of others may be anything, and a user's function behind a filter need not be good for what that drops.
   */
  readonly aside: Uint8Array;
  /** Finds rows of this chunk. */
  readonly find: Finder;
  /** How many rows have been dropped, before the operator at hand. */
  dropped = 0;
  /**
   * Another number whenever rows are there again that had been dropped: behind a branch of a `fork`, for the next one.
   * What is kept by chunk and depends on the rows that are there is kept by this, too.
   */
  turn = 0;
  /** By row: event time, when the operator at hand has read it. */
  time: Float64Array | undefined;
  readonly #droppers: { dropped: number }[] = [];

  constructor({ kernel }: Pick<Memory, "kernel">) {
    this.find = new Finder(kernel);
    this.aside = this.find.aside.values;
  }

  /** Rows have been annotated. */
  begin(columns: number, words: number, rows: number): void {
    this.epoch += this.rows + 1;
    this.columns = columns;
    this.words = words;
    this.rows = rows;
    this.dropped = 0;
    this.time = undefined;
  }

  /**
   * Gives the mark by which an operator drops rows; asked for once a run. When there are no more, it is
   * {@link ASIDE}: the long way drops rows too.
   *
   * @param count Its `dropped` grows as rows pass that have the mark.
   */
  dropper(count: { dropped: number }): number {
    if (this.#droppers.length === MARKS) return ASIDE;
    return ASIDE + this.#droppers.push(count);
  }

  /** The first row behind one that is not set aside that is, or the number of rows. */
  asideAfter(row: number): number {
    const { aside, rows } = this;
    let to = row + 1;
    while (to < rows && aside[to] !== ASIDE) to += 1;
    return to;
  }

  /** Rows pass that have the mark of a dropper. */
  drop(mark: number, many: number): void {
    (this.#droppers[mark - ASIDE - 1] as { dropped: number }).dropped += many;
  }
}

/**
 * The numbers of a field, by row of a chunk; NaN where there is none.
 *
 * @internal
 */
export interface NumberColumn {
  of(chunk: Chunk): Float64Array;
  /** Offset of the numbers in the kernel's memory; 0: they lie elsewhere. */
  readonly at: number;
}

/**
 * The dictionary codes of a field, by row of a chunk; 0 where there is none.
 *
 * @internal
 */
export interface CodeColumn {
  of(chunk: Chunk): Int32Array;
  /** Offset of the codes in the kernel's memory; 0: they lie elsewhere. */
  readonly at: number;
  /** Somebody has asked: the codes of the next chunks cost nothing more. */
  readonly used: boolean;
}

const ZEROS = new Int32Array(CHUNK_rows);
/** Stands for the codes of a field that has none. */
export const NO_CODES: CodeColumn = { at: 0, used: false, of: () => ZEROS };

/** The numbers of a cell. */
export class CellNumbers implements NumberColumn {
  readonly at = 0;
  readonly #memory: Memory;
  readonly #word: number;
  readonly #values = new Float64Array(CHUNK_rows);
  #epoch = -1;

  constructor(memory: Memory, word: number) {
    this.#memory = memory;
    this.#word = word;
  }

  of(chunk: Chunk): Float64Array {
    const values = this.#values;
    if (this.#epoch === chunk.epoch) return values;
    this.#epoch = chunk.epoch;
    const { u32, f64 } = this.#memory;
    const { rows, words } = chunk;
    let at = chunk.columns + this.#word;
    for (let row = 0; row < rows; row++, at += words) {
      const isNumber = (u32[at + 1] as number) >>> 24 === Kind.number;
      values[row] = isNumber ? (f64[(at + 2) >>> 1] as number) : Number.NaN;
    }
    return values;
  }
}

/** The codes of a cell that holds strings. */
export class CellCodes implements CodeColumn {
  readonly at = 0;
  readonly #memory: Memory;
  readonly #word: number;
  readonly #lookUp: (at: number) => number;
  readonly #codes = new Int32Array(CHUNK_rows);
  used = false;
  #epoch = -1;
  #turn = -1;

  /** @param lookUp Gives the code of the string in the cell at a word, and writes it there. */
  constructor(memory: Memory, word: number, lookUp: (at: number) => number) {
    this.#memory = memory;
    this.#word = word;
    this.#lookUp = lookUp;
  }

  of(chunk: Chunk): Int32Array {
    const codes = this.#codes;
    const { rows, words, aside, epoch, turn } = chunk;
    this.used = true;
    if (this.#epoch !== epoch) {
      this.#epoch = epoch;
      codes.fill(0, 0, rows);
    } else if (this.#turn === turn) return codes;
    // Rows that are there again are added: whoever read this column before still uses what it read.
    this.#turn = turn;
    const { u32 } = this.#memory;
    let at = chunk.columns + this.#word;
    for (let row = 0; row < rows; row++, at += words) {
      if (aside[row] !== 0) continue;
      const known = u32[at + 2] as number;
      codes[row] = known > 0 ? known - 1 : this.#lookUp(at);
    }
    return codes;
  }
}

/**
 * Moves the cursor to a row of a chunk. A row has the same epoch each time: what a function gave for it before it
 * passes, a view inside the row for instance, is good when it does.
 */
export function moveTo(cursor: Cursor, chunk: Chunk, row: number): void {
  cursor.base = chunk.columns + row * chunk.words;
  cursor.slots.base = row * 2;
  cursor.epoch = chunk.epoch + row;
}

/** Sets the rows aside that were found last. */
export function setAside({ aside, find: { found } }: Chunk, many: number): void {
  for (let i = 0; i < many; i++) aside[found[i] as number] = ASIDE;
}

/**
 * Calls for the rows on the short way whose code is not marked: those of a value that nobody has met yet, or of none.
 * Sets a row aside when the call throws.
 *
 * @param marks By code: not 0 where nothing is left to do.
 * @param call Keeps no string that it reads of a row without a code.
 */
export function forEachUnmarked(
  cursor: Cursor,
  chunk: Chunk,
  column: CodeColumn,
  marks: CodeLane<Uint8Array>,
  call: (row: number, chunk: Chunk, code: number) => void,
): void {
  const codes = column.of(chunk);
  const many = chunk.find.unmarked(chunk, column, codes, marks.lane);
  if (many === 0) return;
  const { found } = chunk.find;
  cursor.chunk = chunk;
  for (let i = 0; i < many; i++) {
    const row = found[i] as number;
    const code = codes[row] as number;
    // Met a few rows before.
    if (code !== 0 && marks.get(code) !== 0) continue;
    moveTo(cursor, chunk, row);
    try {
      call(row, chunk, code);
    } catch {
      // The long way throws it again, where it can be told whose it is.
      chunk.aside[row] = ASIDE;
    }
  }
  cursor.chunk = undefined;
}

/**
 * Calls for every row on the short way, and sets it aside when the call throws.
 *
 * @param call Moves the cursor itself, when it needs to. Keeps no string that it reads. Made once a run where that can
 *   be: functions made for each chunk end in V8's old space.
 */
export function forEachRow(cursor: Cursor, chunk: Chunk, call: (row: number, chunk: Chunk) => void): void {
  const { rows, aside } = chunk;
  let row = 0;
  cursor.chunk = chunk;
  while (row < rows) {
    try {
      for (; row < rows; row++) if (aside[row] === 0) call(row, chunk);
    } catch {
      // The long way throws it again, where it can be told whose it is.
      aside[row++] = ASIDE;
    }
  }
  cursor.chunk = undefined;
}
