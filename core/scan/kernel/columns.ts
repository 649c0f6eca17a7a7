import { CHUNK_rows, type Chunk, type CodeColumn, type NumberColumn } from "../../row/chunk.ts";
import type { Codes, DictionaryOptions } from "../../row/dictionary.ts";
import { asciiText, utf8Text } from "../../row/text-value.ts";
import type { Kernel } from "./kernel.ts";

/** Most codes of a dictionary, and most bytes of its strings. */
const MOST_CODES = 65_535;
const MOST_bytes = 2 ** 20;
// Words of a dictionary and of its entries, as in source/dictionary.ts.
const ASLEEP = 12;
const ENTRIES = 2;
const STRINGS = 4;
const ENTRY_WORDS = 2;
const ENTRY_ASCII = 0x100;

/** A dictionary in the kernel's memory. Its strings are made when somebody reads them, once each. */
export class KernelCodes implements Codes {
  readonly values: (string | undefined)[] = [""];
  /** Offset in the kernel's memory. */
  readonly at: number;
  readonly #kernel: Kernel;

  private constructor(kernel: Kernel, at: number) {
    this.#kernel = kernel;
    this.at = at;
  }

  /** `undefined` when the kernel's memory has no room for one. */
  static create(kernel: Kernel, options: DictionaryOptions = {}): KernelCodes | undefined {
    const codes = Math.min(options.codes ?? MOST_CODES, MOST_CODES);
    const at = kernel.createDictionary(codes, options.size_bytes ?? MOST_bytes);
    return at === 0 ? undefined : new KernelCodes(kernel, at);
  }

  /** Whether it is asleep: its strings hardly repeat. */
  get off(): boolean {
    return (this.#kernel.i32[(this.at >> 2) + ASLEEP] as number) > 0;
  }

  code(_u8: Uint8Array, from: number, length: number, ascii: boolean): number {
    return this.#kernel.codeOf(this.at, from, length, ascii ? 1 : 0);
  }

  value(code: number): string {
    const { values } = this;
    const known = values[code];
    if (known !== undefined) return known;
    const { u8, i32 } = this.#kernel;
    const words = this.at >> 2;
    const entry = ((i32[words + ENTRIES] as number) >>> 2) + ENTRY_WORDS * code;
    const from = ((i32[words + STRINGS] as number) >>> 0) + (i32[entry] as number);
    const packed = i32[entry + 1] as number;
    const length = packed & 0xff;
    const text = (packed & ENTRY_ASCII) !== 0 ? asciiText(u8, from, length) : utf8Text(u8, from, length);
    // Filled up to the code: an array with far holes would become a hash table.
    while (values.length < code) values.push(undefined);
    values[code] = text;
    return text;
  }
}

/** The codes of a cell that holds strings: {@link CodeColumn} over the kernel. */
export class KernelCodeColumn implements CodeColumn {
  readonly #kernel: Kernel;
  readonly #word: number;
  readonly #dictionary: number;
  readonly at: number;
  readonly #codes: Int32Array;
  used = false;
  #epoch = -1;

  private constructor(kernel: Kernel, word: number, dictionary: number, into: number) {
    this.#kernel = kernel;
    this.#word = word;
    this.#dictionary = dictionary;
    this.at = into;
    this.#codes = kernel.i32.subarray(into >> 2, (into >> 2) + CHUNK_rows);
  }

  /** `undefined` when the kernel's memory has no room for it. */
  static create(kernel: Kernel, word: number, { at }: KernelCodes): KernelCodeColumn | undefined {
    const into = kernel.allocate(4 * CHUNK_rows);
    return into === 0 ? undefined : new KernelCodeColumn(kernel, word, at, into);
  }

  of(chunk: Chunk): Int32Array {
    if (this.#epoch === chunk.epoch) return this.#codes;
    this.#epoch = chunk.epoch;
    this.used = true;
    const { columns, words, rows } = chunk;
    this.#kernel.codeColumn(this.#dictionary, (columns + this.#word) << 2, words << 2, rows, this.at);
    return this.#codes;
  }
}

/** The numbers of a cell: {@link NumberColumn} over the kernel. */
export class KernelNumberColumn implements NumberColumn {
  readonly #read: Kernel["numberColumn"];
  readonly #word: number;
  readonly at: number;
  readonly #numbers: Float64Array;
  #epoch = -1;

  private constructor(kernel: Kernel, word: number, into: number, texts: boolean) {
    this.#read = texts ? kernel.numeralColumn : kernel.numberColumn;
    this.#word = word;
    this.at = into;
    this.#numbers = kernel.f64.subarray(into >> 3, (into >> 3) + CHUNK_rows);
  }

  /**
   * `undefined` when the kernel's memory has no room for it.
   *
   * @param into Offset of memory for the numbers; left out: of its own.
   * @param texts Whether texts that JSON would take for a number count as one.
   */
  static create(
    kernel: Kernel,
    word: number,
    into: number = kernel.allocate(8 * CHUNK_rows),
    texts = false,
  ): KernelNumberColumn | undefined {
    return into === 0 ? undefined : new KernelNumberColumn(kernel, word, into, texts);
  }

  of(chunk: Chunk): Float64Array {
    if (this.#epoch === chunk.epoch) return this.#numbers;
    this.#epoch = chunk.epoch;
    const { columns, words, rows } = chunk;
    this.#read((columns + this.#word) << 2, words << 2, rows, this.at);
    return this.#numbers;
  }
}
