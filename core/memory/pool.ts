import { Arena, type Slab } from "./arena.ts";
import { assert } from "./assert.ts";

/** A named share of a pool: how many arenas of what size one part of a run may hold at once. */
export interface HolderOptions {
  /** Arenas reserved for this holder alone. At least 1. */
  readonly arenas: number;
  /** Size of each; rounded up to a multiple of 16. */
  readonly arena_bytes: number;
}

/** What {@link Pool} is made from. */
export interface PoolOptions {
  /** Every holder by name: the pool's size is their sum. */
  readonly holders: Readonly<Record<string, HolderOptions>>;
  /** Refuse to open when the sum is larger than this. Default: 2 GiB, the most one memory can hold. */
  readonly limit_bytes?: number;
  /** Overwrite released arenas. Default: false. */
  readonly verify?: boolean;
  /**
   * Memory behind the arenas for the kernel alone: its tables, dictionaries and texts. Part of the sum; less than this
   * where the limit leaves less, and none when that is below 1 MiB. Default: none.
   *
   * @internal
   */
  readonly kernel_bytes?: number;
  /**
   * For tests: use a plain ArrayBuffer as if WebAssembly were absent.
   *
   * @internal
   */
  readonly plain?: boolean;
}

/** A pool in figures. */
export interface PoolReport {
  /** Sum of the holders' shares, and the kernel's. */
  readonly size_bytes: number;
  /** Most that the WebAssembly kernel may take: tables, dictionaries, computed texts. 0 without it. */
  readonly kernel_bytes: number;
  /** Who may hold how much, and does. */
  readonly holders: readonly {
    /** `"read"`, `"output"` …: what the memory is for. */
    readonly name: string;
    /** Arenas reserved for it. */
    readonly arenas: number;
    /** Size of each. */
    readonly arena_bytes: number;
    /** Leased now. */
    readonly leased: number;
    /** Most leased at once so far. */
    readonly peak: number;
    /** Waiting in `acquire` now. */
    readonly waiting: number;
  }[];
}

const PAGE_bytes = 65_536;
const MOST_bytes = 2 ** 31;
const LEAST_KERNEL_bytes = 2 ** 20;
const POISON = 0xdb;

/** The part of WebAssembly used here: the type libraries that all three runtimes share don't name it. */
interface WithMemory {
  readonly WebAssembly?: {
    readonly Memory: new (pages: { initial: number; maximum: number }) => WasmMemory;
  };
}

/** A `WebAssembly.Memory`. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

function allocate(size_bytes: number, plain: boolean): { buffer: ArrayBuffer; wasm?: WasmMemory } {
  const pages = Math.max(1, Math.ceil(size_bytes / PAGE_bytes));
  const { WebAssembly } = globalThis as WithMemory;
  if (plain || WebAssembly === undefined) return { buffer: new ArrayBuffer(pages * PAGE_bytes) };
  // maximum = initial: memory that may not grow never detaches its views.
  const wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return { buffer: wasm.buffer, wasm };
}

/** What the kernel gets of what it wishes for, where so much is left. */
function kernelShare(wish_bytes: number, left_bytes: number): number {
  if (left_bytes >= wish_bytes) return wish_bytes;
  return left_bytes >= LEAST_KERNEL_bytes ? Math.floor(left_bytes / 16) * 16 : 0;
}

function refuse(why: string, cause?: unknown): never {
  throw new RangeError(`Cannot open the pool: ${why}`, cause === undefined ? {} : { cause });
}

interface Waiter {
  readonly signal: AbortSignal | undefined;
  readonly give: (arena: Arena) => void;
}

/**
 * One holder's share. It waits only for its own arenas, which come back by downstream progress alone: that, and a
 * graph without cycles, is why no run can deadlock on memory.
 */
export class Holder {
  /** Unique in its pool. */
  readonly name: string;
  /** Size of each of its arenas. */
  readonly arena_bytes: number;
  readonly #arenas: number;
  readonly #free: Slab[];
  readonly #waiters: Waiter[] = [];
  readonly #verify: boolean;
  #peak = 0;

  /**
   * For the pool alone.
   *
   * @internal
   */
  constructor(name: string, slabs: readonly Slab[], verify: boolean) {
    this.name = name;
    this.arena_bytes = slabs[0]?.bytes.length ?? 0;
    this.#arenas = slabs.length;
    this.#free = [...slabs];
    this.#verify = verify;
  }

  /** Arenas that can be acquired at once. */
  get free(): number {
    return this.#free.length;
  }

  /** Leases an arena when one is free (POOL-02). The caller releases it. */
  tryAcquire(): Arena | undefined {
    const slab = this.#free.pop();
    if (slab === undefined) return undefined;
    this.#peak = Math.max(this.#peak, this.#arenas - this.#free.length);
    return new Arena(slab, this.#takeBack);
  }

  /**
   * Leases an arena, waiting for one in the order of the calls (POOL-03).
   *
   * @param signal Ends the wait; the lease is then not made (POOL-04). A lease that was made before is the caller's,
   * also when the signal fires before the promise's continuation runs.
   * @throws The signal's reason.
   */
  acquire(signal?: AbortSignal): Promise<Arena> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const arena = this.tryAcquire();
    if (arena !== undefined) return Promise.resolve(arena);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#forget(waiter);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        signal,
        give: (given) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(given);
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  readonly #takeBack = (slab: Slab): void => {
    if (this.#verify) slab.bytes.fill(POISON);
    // A waiter may be aborted and still stand here: when an earlier listener of its signal releases this arena.
    const waiter = this.#waiters.find(({ signal }) => !signal?.aborted);
    if (waiter === undefined) {
      this.#free.push(slab);
      return;
    }
    this.#forget(waiter);
    waiter.give(new Arena(slab, this.#takeBack));
  };

  #forget(waiter: Waiter): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
  }

  /**
   * For the pool alone: its line of the report.
   *
   * @internal
   */
  report(): PoolReport["holders"][number] {
    return {
      name: this.name,
      arenas: this.#arenas,
      arena_bytes: this.arena_bytes,
      leased: this.#arenas - this.#free.length,
      peak: this.#peak,
      waiting: this.#waiters.length,
    };
  }
}

/**
 * All the memory of one run that grows with input: a sum of named holders, allocated when opening, never after.
 *
 * Contracts: POOL-01 the size is the sum of the holders, refused when it is more than the limit. POOL-02 an arena has
 * one lease at a time. POOL-03 acquire on an empty holder waits, first come first served. POOL-04 an aborted wait takes
 * nothing. POOL-05 a holder never takes another's arenas. POOL-06 close asserts that all arenas came home.
 *
 * `run` makes a job's pool. One of your own serves tests of a source or a sink.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Pool } from "millrace";
 *
 * const pool = new Pool({ holders: { read: { arenas: 2, arena_bytes: 4096 } } });
 * {
 *   using arena = await pool.holder("read").acquire();
 *   arena.space.set([1, 2, 3]);
 *   arena.filled_bytes = 3;
 *   assert.deepEqual([pool.size_bytes, pool.report().holders[0]?.leased], [8192, 1]);
 * }
 * pool.close();
 * ```
 */
export class Pool {
  /** Sum of the holders' shares, and the kernel's. */
  readonly size_bytes: number;
  /**
   * The whole memory, as bytes.
   *
   * @internal
   */
  readonly u8: Uint8Array;
  /**
   * The same as 32-bit words.
   *
   * @internal
   */
  readonly u32: Uint32Array;
  /**
   * The same as doubles.
   *
   * @internal
   */
  readonly f64: Float64Array;
  /**
   * The kernel's part of it: `undefined` without WebAssembly, or when none was asked for.
   *
   * @internal
   */
  readonly kernel: { readonly memory: WasmMemory; readonly from: number; readonly to: number } | undefined;
  readonly #holders = new Map<string, Holder>();

  /**
   * Allocates all of it.
   *
   * @throws {RangeError} When a holder asks for less than one arena, or all of them for more than can be had.
   */
  constructor(options: PoolOptions) {
    const limit_bytes = Math.min(options.limit_bytes ?? MOST_bytes, MOST_bytes);
    const shares = Object.entries(options.holders).map(([name, { arenas, arena_bytes }]) => {
      if (!Number.isInteger(arenas) || arenas < 1)
        refuse(`holder "${name}" needs 1 arena or more, got ${arenas}`);
      if (!(arena_bytes >= 1)) refuse(`holder "${name}" needs arenas of 1 byte or more, got ${arena_bytes}`);
      return { name, arenas, arena_bytes: Math.ceil(arena_bytes / 16) * 16 };
    });
    const arenas_bytes = shares.reduce((sum, share) => sum + share.arenas * share.arena_bytes, 0);
    const kernel_bytes = kernelShare(options.kernel_bytes ?? 0, limit_bytes - arenas_bytes);
    this.size_bytes = arenas_bytes + kernel_bytes;
    const parts = [
      ...shares.map((share) => `${share.name} ${share.arenas} × ${share.arena_bytes}`),
      ...(kernel_bytes > 0 ? [`kernel ${kernel_bytes}`] : []),
    ].join(", ");
    const need = `its holders need ${this.size_bytes} bytes (${parts})`;
    // Not `>`: a limit that is not a number refuses too.
    if (!(this.size_bytes <= limit_bytes)) refuse(`${need}, the limit is ${limit_bytes}`);
    let allocated: ReturnType<typeof allocate>;
    try {
      allocated = allocate(this.size_bytes, options.plain ?? false);
    } catch (cause) {
      refuse(`${need}, the machine has not that much to give`, cause);
    }
    const { buffer, wasm } = allocated;
    this.kernel =
      wasm === undefined || kernel_bytes === 0
        ? undefined
        : { memory: wasm, from: arenas_bytes, to: this.size_bytes };
    this.u8 = new Uint8Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
    let start = 0;
    for (const { name, arenas, arena_bytes } of shares) {
      const slabs: Slab[] = [];
      for (let i = 0; i < arenas; i++, start += arena_bytes) {
        slabs.push({ holder: name, start, bytes: this.u8.subarray(start, start + arena_bytes) });
      }
      this.#holders.set(name, new Holder(name, slabs, options.verify ?? false));
    }
  }

  /**
   * The holder of that name.
   *
   * @throws {Bug} When there is none.
   */
  holder(name: string): Holder {
    const holder = this.#holders.get(name);
    assert(holder !== undefined, `the pool has no holder "${name}"`);
    return holder;
  }

  /** The pool in figures, now. */
  report(): PoolReport {
    return {
      size_bytes: this.size_bytes,
      kernel_bytes: this.kernel === undefined ? 0 : this.kernel.to - this.kernel.from,
      holders: [...this.#holders.values()].map((holder) => holder.report()),
    };
  }

  /** Asserts that every arena came home. Whoever waits does so for an arena that is out. */
  close(): void {
    const out = this.report().holders.filter(({ leased }) => leased > 0);
    const who = out.map(
      ({ name, leased, arenas, waiting }) => `${name} ${leased} of ${arenas}, ${waiting} waiting`,
    );
    assert(out.length === 0, `POOL-06 the pool was closed with arenas out: ${who.join("; ")}`);
  }
}
