// Sums as doubles whose bits do not overlap, smallest first: Shewchuk's expansions, as `math.fsum` of Python has them.

/** Above this a partial sum could overflow. */
const LARGE = 2 ** 1021;

/** Adds to non-overlapping partials, smallest first. False, and nothing is changed, when one could overflow. */
export function grow(parts: number[], value: number): boolean {
  const { length } = parts;
  if (Math.abs(value) > LARGE || (length > 0 && Math.abs(parts[length - 1] as number) > LARGE)) return false;
  let x = value;
  let kept = 0;
  for (let i = 0; i < length; i++) {
    const y = parts[i] as number;
    const sum = x + y;
    const part = sum - x;
    const error = x - (sum - part) + (y - part);
    if (error !== 0) parts[kept++] = error;
    x = sum;
  }
  parts[kept] = x;
  parts.length = kept + 1;
  return true;
}

/** Rounds the sum of non-overlapping partials once, half to even. */
export function roundPartials(parts: readonly number[]): number {
  let at = parts.length - 1;
  let high = parts[at] as number;
  let low = 0;
  while (at > 0) {
    const x = high;
    const y = parts[--at] as number;
    high = x + y;
    low = y - (high - x);
    if (low !== 0) break;
  }
  // Exactly between two doubles so far: what is left decides.
  if (at > 0) {
    const next = parts[at - 1] as number;
    if ((low < 0 && next < 0) || (low > 0 && next > 0)) {
      const twice = low * 2;
      const x = high + twice;
      if (twice === x - high) high = x;
    }
  }
  // A sum of zeros has no sign.
  return high + 0;
}
