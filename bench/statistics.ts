/** A measured figure over the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Sums up what the rounds gave.
 *
 * @throws {RangeError} When there is nothing.
 */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) throw new RangeError("Cannot sum up no measurements");
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return { median: sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2, least, most };
}
