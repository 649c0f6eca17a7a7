import { LawError } from "./same.ts";

/** How {@link leakTest} measures. */
export interface LeakOptions {
  /** Calls that are measured, after as many that are not. Default: 50. */
  readonly repeats?: number;
  /**
   * Collects garbage and gives the heap in use, in bytes: what only the runtime knows. Left out: the heap is not
   * looked at, and the report says so.
   */
  readonly heap_bytes?: () => number;
  /** Growth from the first half of the calls to the second that is noise. Default: 512 KiB. */
  readonly noise_bytes?: number;
}

/** What {@link leakTest} found. */
export interface LeakReport {
  /** Calls of the function, measured or not. */
  readonly calls: number;
  /** Growth of the heap over the measured calls, or why it is not known. */
  readonly heap: { readonly growth_bytes: number } | "not measured: no heap_bytes was given";
}

/**
 * Calls a function again and again and demands that nothing stays behind. A run asserts by itself that its arenas
 * came home; what this adds is the heap.
 *
 * @param fn One whole life: opens, runs, closes.
 * @param options How often to call it, and how to measure.
 * @throws {LawError} When the heap grows beyond noise.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from } from "millrace";
 * import { leakTest } from "millrace/testing";
 *
 * const { calls, heap } = await leakTest(() => collect(from([1, 2])), { repeats: 5 });
 * assert.deepEqual([calls, heap], [10, "not measured: no heap_bytes was given"]);
 * ```
 */
export async function leakTest(fn: () => unknown, options: LeakOptions = {}): Promise<LeakReport> {
  const { repeats = 50, heap_bytes, noise_bytes = 512 * 1024 } = options;
  const round = async (): Promise<number> => {
    for (let i = 0; i < repeats; i++) await fn();
    // Until the event loop turns, everything that a weak reference was asked for stays.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return heap_bytes?.() ?? 0;
  };
  let before = await round();
  if (heap_bytes === undefined) {
    await round();
    return { calls: repeats * 2, heap: "not measured: no heap_bytes was given" };
  }
  // Compiled code and caches come late and once; a leak comes every time.
  let growth_bytes = 0;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const after = await round();
    growth_bytes = after - before;
    if (growth_bytes <= noise_bytes) return { calls: repeats * (attempt + 1), heap: { growth_bytes } };
    before = after;
  }
  throw new LawError(
    `the heap grew by ${growth_bytes} bytes in ${repeats} calls, three times in a row; ${noise_bytes} are noise`,
  );
}
