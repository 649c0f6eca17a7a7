import { asciiText, utf8Text } from "./text-value.ts";

/** Codes for the strings of one field: 1, 2, 3 … in the order of their first sight. */
export interface Codes {
  /** The strings by code, where they have been made; 0 holds none. */
  readonly values: readonly (string | undefined)[];
  /** The string of a code that was given. */
  value(code: number): string;
  /**
   * Finds or gives the code of a string.
   *
   * @param u8 Memory that holds it.
   * @param from Its first byte.
   * @param length Its bytes.
   * @param ascii Whether they are ASCII; else they are valid UTF-8.
   * @returns 1 … 65,535, or 0 for none: too long, asleep or full.
   */
  code(u8: Uint8Array, from: number, length: number, ascii: boolean): number;
}

/** Bounds of a {@link Dictionary}. */
export interface DictionaryOptions {
  /** Most codes. Default: 65,535. */
  readonly codes?: number;
  /** Most bytes of strings kept. Default: 1 MiB. */
  readonly size_bytes?: number;
}

/** Longest string that gets a code. */
export const LONGEST_bytes = 64;
/** Strings of so many bytes are found by those alone: codes of countries, airports, currencies. */
const SHORT_bytes = 3;
/** Leaves the 10 highest bits of a hash. */
const SHORT_SHIFT = 22;
/** Look-ups after which a dictionary judges itself. */
const WINDOW = 4_096;
/** Steps of one look-up: input that was made to collide gets no codes, instead of taking for ever. */
const MOST_PROBES = 64;
/** Look-ups that it first sleeps through when it is of no use; doubled every time. */
const SLEEP = 65_536;

/**
 * {@link Codes} in plain JavaScript, each string made once.
 *
 * Bounded in codes and bytes, grown by doubling. A field whose strings hardly repeat turns itself off: when more than
 * half of 4,096 look-ups were new (or, once it is full, not found), it answers 0 for the next 65,536, then tries a
 * window again, then sleeps twice as long. Codes given stay valid.
 */
export class Dictionary implements Codes {
  readonly values: string[] = [""];
  readonly #codes: number;
  readonly #size_bytes: number;
  #bytes = new Uint8Array(1_024);
  #used_bytes = 0;
  /** By code: where its bytes start; the next one's start is its end. */
  #starts = new Uint32Array(64);
  #hashes = new Uint32Array(64);
  /** Open addressing: a code, or 0. */
  #slots = new Uint16Array(128);
  /** The last short string of each hash: its bytes and length in one number, and its code. */
  readonly #shortKeys = new Int32Array(1 << (32 - SHORT_SHIFT));
  readonly #shortCodes = new Uint16Array(1 << (32 - SHORT_SHIFT));
  #looked = 0;
  #missed = 0;
  #asleep = 0;
  #sleep = SLEEP;

  constructor(options: DictionaryOptions = {}) {
    this.#codes = Math.min(options.codes ?? 65_535, 65_535);
    this.#size_bytes = options.size_bytes ?? 2 ** 20;
  }

  /** Whether it is asleep: its strings hardly repeat. */
  get off(): boolean {
    return this.#asleep > 0;
  }

  value(code: number): string {
    return this.values[code] as string;
  }

  code(u8: Uint8Array, from: number, length: number, ascii: boolean): number {
    if (length > SHORT_bytes) return this.#find(u8, from, length, ascii);
    // Never 0, which is what stands where no string has been.
    let key = length + 1;
    for (let i = from; i < from + length; i++) key = (key << 8) | u8[i]!;
    const at = Math.imul(key, 0x9e3779b1) >>> SHORT_SHIFT;
    if (this.#shortKeys[at] === key) return this.#shortCodes[at]!;
    const code = this.#find(u8, from, length, ascii);
    if (code === 0) return 0;
    this.#shortKeys[at] = key;
    this.#shortCodes[at] = code;
    return code;
  }

  #find(u8: Uint8Array, from: number, length: number, ascii: boolean): number {
    if (length > LONGEST_bytes) return 0;
    if (this.#asleep > 0) {
      this.#asleep--;
      return 0;
    }
    if (++this.#looked > WINDOW && this.#judge()) return 0;
    let hash = length;
    for (let i = from; i < from + length; i++) hash = Math.imul(hash ^ u8[i]!, 0x01000193);
    // The low bits of a multiplication know nothing of the high ones: mix.
    hash = (hash ^ (hash >>> 15)) >>> 0;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    let probes = 0;
    for (let code = this.#slots[slot]!; code !== 0; code = this.#slots[slot]!) {
      if (this.#hashes[code] === hash && this.#same(code, u8, from, length)) return code;
      slot = (slot + 1) & mask;
      if (++probes === MOST_PROBES) break;
    }
    this.#missed++;
    if (probes === MOST_PROBES) return 0;
    return this.#add(u8, from, length, ascii, hash, slot);
  }

  #same(code: number, u8: Uint8Array, from: number, length: number): boolean {
    const start = this.#starts[code]!;
    if (this.#starts[code + 1]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[start + i] !== u8[from + i]) return false;
    return true;
  }

  #add(u8: Uint8Array, from: number, length: number, ascii: boolean, hash: number, slot: number): number {
    const code = this.values.length;
    const end_bytes = this.#used_bytes + length;
    if (code > this.#codes || end_bytes > this.#size_bytes) return 0;
    while (end_bytes > this.#bytes.length)
      this.#bytes = doubled(this.#bytes, new Uint8Array(this.#bytes.length * 2));
    if (code + 2 > this.#starts.length) {
      this.#starts = doubled(this.#starts, new Uint32Array(this.#starts.length * 2));
      this.#hashes = doubled(this.#hashes, new Uint32Array(this.#hashes.length * 2));
    }
    for (let i = 0; i < length; i++) this.#bytes[this.#used_bytes + i] = u8[from + i]!;
    this.#starts[code] = this.#used_bytes;
    this.#starts[code + 1] = end_bytes;
    this.#hashes[code] = hash;
    this.#used_bytes = end_bytes;
    this.values.push(ascii ? asciiText(u8, from, length) : utf8Text(u8, from, length));
    this.#slots[slot] = code;
    if (code * 2 > this.#slots.length) this.#rehash();
    return code;
  }

  #rehash(): void {
    const slots = new Uint16Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let code = 1; code < this.values.length; code++) {
      let slot = this.#hashes[code]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = code;
    }
    this.#slots = slots;
  }

  /** Ends a window. Whether to sleep now. */
  #judge(): boolean {
    const useless = this.#missed * 2 > WINDOW;
    this.#looked = useless ? 0 : 1;
    this.#missed = 0;
    if (!useless) {
      this.#sleep = SLEEP;
      return false;
    }
    this.#asleep = this.#sleep - 1;
    this.#sleep = Math.min(this.#sleep * 2, 2 ** 30);
    return true;
  }
}

function doubled<T extends Uint8Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
