import type { Chunk } from "../../row/chunk.ts";
import type { Kernel } from "./kernel.ts";

/** Most rows of a group, and most bytes of their texts, with what the kernel may write behind them. */
const GROUP_rows = 32;
const GROUP_bytes = 1024;
/** Rows that are read one by one when most of a group was read for nothing. */
const ONE_BY_ONE_rows = 8 * GROUP_rows;

const decoder = new TextDecoder();

/**
 * The ASCII texts of a cell as strings, many in one call of the decoder: what one row after the other asks for. A call a
 * row takes as long as what an ordinary function then does with the text, or longer.
 *
 * The strings are parts of a larger one, of at most 1 KiB, which lives as long as any of them: only for whom does not
 * keep what he reads.
 */
export class GroupedTexts {
  readonly #kernel: Kernel;
  readonly #word: number;
  readonly #into: number;
  readonly #bytes: Uint8Array;
  readonly #ends: Int32Array;
  #epoch = -1;
  #turn = -1;
  /** The first row of the group, and the first behind it. */
  #from = 0;
  #to = 0;
  #text = "";
  /** How many of its rows were read. */
  #read = 0;
  #oneByOne = 0;

  private constructor(kernel: Kernel, word: number, into: number, ends: number) {
    this.#kernel = kernel;
    this.#word = word;
    this.#into = into;
    this.#bytes = kernel.u8.subarray(into, into + GROUP_bytes);
    this.#ends = kernel.i32.subarray(ends >> 2, (ends >> 2) + GROUP_rows);
  }

  /** `undefined` when the kernel's memory has no room for it. */
  static create(kernel: Kernel, word: number): GroupedTexts | undefined {
    const into = kernel.allocate(GROUP_bytes);
    const ends = kernel.allocate(4 * GROUP_rows);
    return into === 0 || ends === 0 ? undefined : new GroupedTexts(kernel, word, into, ends);
  }

  /** The ASCII text of a row; `undefined`: to be read by itself. */
  of(chunk: Chunk, row: number): string | undefined {
    const isHere = this.#epoch === chunk.epoch && this.#turn === chunk.turn;
    if (!(isHere && row >= this.#from && row < this.#to) && !this.#gather(chunk, row)) return undefined;
    this.#read += 1;
    const at = row - this.#from;
    const start = at === 0 ? 0 : (this.#ends[at - 1] as number);
    return this.#text.slice(start, this.#ends[at]);
  }

  /** Reads the group that begins with a row. False: not now. */
  #gather(chunk: Chunk, row: number): boolean {
    if (this.#oneByOne > 0) {
      this.#oneByOne -= 1;
      return false;
    }
    const isWorth = 4 * this.#read >= this.#to - this.#from;
    const { columns, words, rows, epoch, turn } = chunk;
    const first = (columns + words * row + this.#word) << 2;
    const most = Math.min(GROUP_rows, rows - row);
    const ends = this.#ends.byteOffset;
    const many = isWorth
      ? this.#kernel.gatherTexts(first, words << 2, most, this.#into, GROUP_bytes, ends)
      : 0;
    this.#epoch = epoch;
    this.#turn = turn;
    this.#from = row;
    this.#to = row + many;
    this.#read = 0;
    if (!isWorth) this.#oneByOne = ONE_BY_ONE_rows;
    if (many === 0) return false;
    this.#text = decoder.decode(this.#bytes.subarray(0, this.#ends[many - 1]));
    return true;
  }
}
