import type { Kernel } from "../scan/kernel/kernel.ts";
import { roomFor } from "./grown.ts";

/** A typed array that the kernel can work on when it lies in its memory. */
export interface Lane<Values> {
  readonly values: Values;
  /** Offset in the kernel's memory; 0: it lies elsewhere. */
  readonly at: number;
}

/** Makes a lane of bytes, in the kernel's memory where that has room. */
export function byteLane(kernel: Kernel | undefined, length: number): Lane<Uint8Array> {
  const at = kernel?.allocate(length) ?? 0;
  return { at, values: kernel && at > 0 ? kernel.u8.subarray(at, at + length) : new Uint8Array(length) };
}

/** The same of signed words. */
export function wordLane(kernel: Kernel | undefined, length: number): Lane<Int32Array> {
  const at = kernel?.allocate(4 * length) ?? 0;
  const words = at >> 2;
  return {
    at,
    values: kernel && at > 0 ? kernel.i32.subarray(words, words + length) : new Int32Array(length),
  };
}

/** A lane by dictionary code, which grows as codes come; what is new holds 0. */
export class CodeLane<Values extends Uint8Array | Int32Array> {
  #lane: Lane<Values>;
  readonly #make: (length: number) => Lane<Values>;

  /** @param make Makes a lane of zeros. */
  constructor(make: (length: number) => Lane<Values>) {
    this.#make = make;
    this.#lane = make(roomFor(0, 0));
  }

  get lane(): Lane<Values> {
    return this.#lane;
  }

  /** What stands by a code. */
  get(code: number): number {
    const { values } = this.#lane;
    return code < values.length ? (values[code] as number) : 0;
  }

  /** Sets what stands by a code. */
  set(code: number, value: number): void {
    const { values } = this.#lane;
    if (code >= values.length) {
      this.#lane = this.#make(roomFor(code + 1, values.length));
      this.#lane.values.set(values as never);
    }
    this.#lane.values[code] = value;
  }
}
