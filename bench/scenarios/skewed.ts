import type { Random } from "../../examples/event-pipeline/random.ts";

const TICKETS = 65_536;

/**
 * Makes a drawer of values of which some come far more often than others.
 *
 * Every value holds tickets in proportion to its weight, and a draw is one look into the table. Weights meet `+` and `/`
 * only, which are exact to the last bit everywhere: the engines' `Math.pow` and `Math.exp` are not.
 *
 * @param values In the order of `weights`.
 * @param weights Any positive numbers.
 */
export function skewed<Value>(
  random: Random,
  values: readonly Value[],
  weights: readonly number[],
): () => Value {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const tickets: Value[] = [];
  let sum = 0;
  for (const [index, value] of values.entries()) {
    sum += weights[index]!;
    while (tickets.length < Math.round((sum / total) * TICKETS)) tickets.push(value);
  }
  return () => random.pick(tickets);
}

/** The same by Zipf's law: the second half as often as the first, the third a third. */
export function zipf<Value>(random: Random, values: readonly Value[]): () => Value {
  return skewed(
    random,
    values,
    values.map((_, rank) => 1 / (rank + 1)),
  );
}
