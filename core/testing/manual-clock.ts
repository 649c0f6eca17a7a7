import type { Clock } from "../run/options.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Sleeps under way. */
  readonly sleeping: number;
  /** Moves time on: who sleeps until then wakes in order, each before time goes further. */
  readonly advance: (by_ms: number) => Promise<void>;
}

/**
 * Makes the clock of a run whose time a test owns.
 *
 * @param start_ms What it shows at first. Default: 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { manualClock } from "millrace/testing";
 *
 * const clock = manualClock();
 * let woke = Number.NaN;
 * const { signal } = new AbortController();
 * const sleep = clock.sleep(50, signal).then(() => { woke = clock.now(); });
 * await clock.advance(100);
 * await sleep;
 * assert.deepEqual([woke, clock.now()], [50, 100]);
 * ```
 */
export function manualClock(start_ms: number = 0): ManualClock {
  let now_ms = start_ms;
  const sleepers: { readonly until_ms: number; readonly wake: () => void }[] = [];
  return {
    now: () => now_ms,
    get sleeping() {
      return sleepers.length;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const wake = () => {
          signal.removeEventListener("abort", wake);
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          resolve();
        };
        const sleeper = { until_ms: now_ms + Math.max(0, ms), wake };
        sleepers.push(sleeper);
        signal.addEventListener("abort", wake, { once: true });
      }),
    advance: async (by_ms) => {
      const until_ms = now_ms + by_ms;
      for (;;) {
        const due = sleepers.filter((one) => one.until_ms <= until_ms);
        const first = due.reduce<(typeof due)[0] | undefined>(
          (least, one) => (least === undefined || one.until_ms < least.until_ms ? one : least),
          undefined,
        );
        if (first === undefined) break;
        now_ms = Math.max(now_ms, first.until_ms);
        first.wake();
        await turns(8);
      }
      now_ms = until_ms;
      await turns(8);
    },
  };
}

/** Lets what is ready go on: so many turns of the microtask queue. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}
