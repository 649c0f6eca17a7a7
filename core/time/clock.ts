import type { Clocks } from "../operator.ts";

/**
 * Event time as one operator reads it: the largest time of every partition, minus the disorder that it allows.
 *
 * Each operator that reads time has its own, since another branch of a `fork`, or what takes late rows, may allow
 * another disorder.
 */
export interface Clock {
  /**
   * Takes the time of a row.
   *
   * @param partitionIndex Where the row was read; −1 for one that no source holds, which is judged by the watermark
   *   that came from before.
   * @returns The watermark that the row is late by, its own time included.
   */
  readonly advance: (partitionIndex: number, time_ms: number) => number;
  /** The disorder that it allows; undefined when it follows another one. */
  readonly outOfOrder_ms?: number;
  /**
   * Event time up to which the stream is complete. Never goes back.
   *
   * @param upstream_ms Watermark that came from before.
   */
  readonly reached: (upstream_ms: number) => number;
}

/** What `eventTime` has set for operators behind it: the watermarks of its clock, by partition. */
export type SetClock = Float64Array;

/** By run, as a run itself knows of no operator. */
const set = new WeakMap<Clocks, SetClock>();

/** Makes a clock the one that operators planned after this follow; `undefined`: none. */
export function setClock(clocks: Clocks, watermark_ms: SetClock | undefined): void {
  if (watermark_ms === undefined) set.delete(clocks);
  else set.set(clocks, watermark_ms);
}

/** The clock that an `eventTime` before has set. */
export function clockBefore(clocks: Clocks): SetClock | undefined {
  return set.get(clocks);
}

/**
 * Starts a clock over the run's partitions.
 *
 * @param clocks Those of the run: they know who holds the stream back, and are told of every advance, so that the
 *   loop can read first from the partition that is behind.
 */
export function startClock(
  clocks: Clocks,
  outOfOrder_ms: number,
): Clock & { readonly watermark_ms: SetClock } {
  const { partitions } = clocks;
  const watermark_ms = new Float64Array(partitions).fill(Number.NEGATIVE_INFINITY);
  const shared_ms = clocks.watermark_ms;
  let reached_ms = Number.NEGATIVE_INFINITY;
  // Rows come from an operator before, a window for instance, and not from partitions.
  let detached = false;

  const minimum = (): number => {
    // Asked for what it says when nothing holds, and so that `forced` is about now.
    const run_ms = clocks.minimum();
    let least_ms = Number.POSITIVE_INFINITY;
    for (let i = 0; i < partitions; i++) {
      if (clocks.holds(i) && (watermark_ms[i] as number) < least_ms) least_ms = watermark_ms[i] as number;
    }
    return least_ms === Number.POSITIVE_INFINITY && run_ms !== Number.POSITIVE_INFINITY
      ? reached_ms
      : least_ms;
  };

  return {
    watermark_ms,
    outOfOrder_ms,
    advance: (i, time_ms) => {
      if (i < 0) {
        detached = true;
        return reached_ms;
      }
      const before_ms = watermark_ms[i] as number;
      const own_ms = time_ms - outOfOrder_ms;
      if (own_ms <= before_ms) return before_ms;
      watermark_ms[i] = own_ms;
      if (own_ms > (shared_ms[i] as number)) shared_ms[i] = own_ms;
      return own_ms;
    },
    reached: (upstream_ms) => {
      const now_ms = detached ? upstream_ms - outOfOrder_ms : minimum();
      if (now_ms > reached_ms) reached_ms = now_ms;
      return reached_ms;
    },
  };
}

/** Follows the clock that an `eventTime` before has set. */
export function followClock(watermark_ms: SetClock): Clock {
  let reached_ms = Number.NEGATIVE_INFINITY;
  return {
    advance: (i) => (i < 0 ? reached_ms : (watermark_ms[i] as number)),
    reached: (upstream_ms) => {
      if (upstream_ms > reached_ms) reached_ms = upstream_ms;
      return reached_ms;
    },
  };
}
