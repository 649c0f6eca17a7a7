/** Repeatable random numbers: the same seed gives the same ones on every runtime. */
export interface Random {
  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number;
  /** One of `values`, which are not none. */
  pick<Value>(values: readonly Value[]): Value;
}

/**
 * Makes a generator of 32-bit numbers: SplitMix32, the 32-bit finaliser of Java's
 * `SplittableRandom` (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014) over a Weyl sequence.
 *
 * @param seed Any number; its low 32 bits count.
 */
export function createRandom(seed: number): Random {
  let state = seed | 0;

  function next(): number {
    state = (state + 0x9e3779b9) | 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return (bits ^ (bits >>> 15)) >>> 0;
  }

  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit);
  return { below, pick: (values) => values[below(values.length)] as (typeof values)[number] };
}
