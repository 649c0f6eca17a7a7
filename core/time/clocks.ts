import type { Clocks } from "../operator.ts";

/** {@link Clocks} as the run loop owns them. */
export interface RunClocks extends Clocks {
  /** Something came from this partition now: it holds the watermark back again. */
  touched(partitionIndex: number): void;
  /** Nothing will come from this partition any more. */
  ended(partitionIndex: number): void;
  /** How long nothing has come from any partition that has not ended, by the wall clock; 0 when all have ended. */
  silent_ms(): number;
  /** How often operators asked to be told that time passes in silence; undefined when none did. */
  readonly tick_ms: number | undefined;
}

/**
 * Makes the clocks of one run.
 *
 * A partition from which nothing has come yet holds the watermark at −∞. One that is silent for the time set by
 * `idleAfter` is passed over until something comes from it again. When every partition that has not ended is idle,
 * or there is none, the minimum stays where it was. It never goes back: a partition that comes back with older rows
 * is judged by its own clock.
 *
 * @param now Wall time in milliseconds; a test's own.
 * @param partitions Partitions in the run.
 */
export function createClocks(now: () => number, partitions: number): RunClocks {
  const watermark_ms = new Float64Array(partitions).fill(Number.NEGATIVE_INFINITY);
  const last_ms = new Float64Array(partitions).fill(now());
  const over = new Uint8Array(partitions);
  let idle_ms = Number.POSITIVE_INFINITY;
  let minimum_ms = Number.NEGATIVE_INFINITY;
  let forced = false;
  let tick_ms: number | undefined;
  let running = partitions;
  const idle = (i: number, time_ms: number): boolean => time_ms - (last_ms[i] as number) >= idle_ms;
  return {
    partitions,
    watermark_ms,
    get forced() {
      return forced;
    },
    holds: (i) => over[i] === 0 && (idle_ms === Number.POSITIVE_INFINITY || !idle(i, now())),
    get tick_ms() {
      return tick_ms;
    },
    tickEvery: (time_ms) => {
      tick_ms = Math.max(1, Math.min(tick_ms ?? time_ms, time_ms));
    },
    idleAfter: (time_ms) => {
      tick_ms = Math.max(1, Math.min(tick_ms ?? time_ms, time_ms));
      // Several operators may ask: the least patient decides, as a partition is idle for all or for none.
      if (time_ms < idle_ms) idle_ms = time_ms;
    },
    touched: (i) => {
      last_ms[i] = now();
    },
    ended: (i) => {
      if (over[i] === 0) running -= 1;
      over[i] = 1;
    },
    silent_ms: () => {
      if (running === 0) return 0;
      let latest_ms = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < partitions; i++) {
        if (over[i] === 0 && (last_ms[i] as number) > latest_ms) latest_ms = last_ms[i] as number;
      }
      return now() - latest_ms;
    },
    minimum: () => {
      const time_ms = now();
      let holding_ms = Number.POSITIVE_INFINITY;
      let idle_least_ms = Number.POSITIVE_INFINITY;
      for (let i = 0; i < partitions; i++) {
        if (over[i] === 1) continue;
        const own_ms = watermark_ms[i] as number;
        if (idle(i, time_ms)) idle_least_ms = Math.min(idle_least_ms, own_ms);
        else holding_ms = Math.min(holding_ms, own_ms);
      }
      // No partition that holds means idle, not infinity, unless all have ended.
      const none = holding_ms === Number.POSITIVE_INFINITY && (running > 0 || partitions === 0);
      if (!none && holding_ms > minimum_ms) minimum_ms = holding_ms;
      forced = idle_least_ms < minimum_ms;
      return minimum_ms;
    },
  };
}
