/** Chance that can be played again: the same seed gives the same run. */
export interface Random {
  /** What it was made of. */
  readonly seed: number;
  /** A number from 0 to below 1. */
  readonly next: () => number;
  /** A whole number from 0 to below `bound`. */
  readonly below: (bound: number) => number;
  /** Whether an event of this probability happens. */
  readonly chance: (probability: number) => boolean;
}

/**
 * Makes a source of repeatable chance (mulberry32).
 *
 * @param seed Any whole number. Print it when a check fails.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { random } from "millrace/testing";
 *
 * const [one, two] = [random(7), random(7)];
 * assert.deepEqual([one.below(100), one.next()], [two.below(100), two.next()]);
 * ```
 */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    below: (bound) => Math.floor(next() * bound),
    chance: (probability) => next() < probability,
  };
}
