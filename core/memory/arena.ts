import { assert } from "./assert.ts";

/** A fixed piece of a pool's memory. It stays; leases of it come and go. */
export interface Slab {
  /** Name of the holder that it belongs to. */
  readonly holder: string;
  /** First byte, as an offset in the pool's memory; a multiple of 16. */
  readonly start: number;
  readonly bytes: Uint8Array;
}

/**
 * One lease of a slab.
 *
 * An arena is owned by whoever acquired it until it is released, once, by {@link Arena.release} or `using`.
 * Its bytes are not cleared between leases. Every lease is an object of its own (20 ns, one a batch), so that one
 * kept past its release is known as stale even when its slab is leased again.
 *
 * Contracts: ARENA-01 release twice is a bug. ARENA-02 `bytes` after release is a bug. ARENA-03 a released arena is
 * poisoned under verify.
 */
export class Arena implements Disposable {
  /** First byte, as an offset in the pool's memory; a multiple of 16. */
  readonly start: number;
  /** Size of the arena, filled or not. */
  readonly size_bytes: number;
  /** Bytes that hold input, from `start`: kept by whoever fills the arena, 0 on a new lease. */
  filled_bytes = 0;
  /** Where filling must end: kept by whoever leased the arena, its size on a new lease. */
  limit_bytes: number;
  readonly #slab: Slab;
  readonly #takeBack: (slab: Slab) => void;
  #leased = true;

  /**
   * For the holder alone: starts a lease of `slab`, which ends in one call of `takeBack`.
   *
   * @internal
   */
  constructor(slab: Slab, takeBack: (slab: Slab) => void) {
    this.start = slab.start;
    this.size_bytes = slab.bytes.length;
    this.limit_bytes = this.size_bytes;
    this.#slab = slab;
    this.#takeBack = takeBack;
  }

  /** Whether this lease still runs. */
  get leased(): boolean {
    return this.#leased;
  }

  /** The arena's memory, `size_bytes` long. Valid until release. */
  get bytes(): Uint8Array {
    if (!this.#leased) this.#bug("ARENA-02 the bytes of an arena were used after its release");
    return this.#slab.bytes;
  }

  /** The part to fill next: from `filled_bytes` to `limit_bytes`. Whoever fills it then moves `filled_bytes`. */
  get space(): Uint8Array {
    return this.bytes.subarray(this.filled_bytes, this.limit_bytes);
  }

  /** Gives the arena back. Everything that points into it is invalid from here on. */
  release(): void {
    if (!this.#leased) this.#bug("ARENA-01 an arena was released twice");
    this.#leased = false;
    this.#takeBack(this.#slab);
  }

  /** Releases the arena unless that is done already. */
  [Symbol.dispose](): void {
    if (this.#leased) this.release();
  }

  // Apart, so that the message is built only when it is needed.
  #bug(rule: string): void {
    assert(false, `${rule} (holder "${this.#slab.holder}", offset ${this.start})`);
  }
}
