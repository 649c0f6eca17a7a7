import { type Operator, type Plan, planned, type Step } from "../operator.ts";
import { inputOf, partsOf, setInput } from "./input.ts";
import { fullStep } from "./scope.ts";

/**
 * Puts operators one behind the other. A pipe is an operator itself: a stream when it begins with one, a job when it
 * also ends in a sink, and a reusable operator otherwise.
 *
 * Rows pass through all of them in one call, with nothing between: a pipe costs what its operators cost.
 *
 * @param o1 The first of up to 21 operators, each of which takes what the one before it gives. A pipe may hold pipes.
 * @returns An immutable description. Nothing runs before `run`, `collect` or `rows`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, filter, from, map, pipe } from "millrace";
 *
 * const squares = pipe(from([1, 2, 3]), filter((n) => n > 1), map((n) => n * n));
 * assert.deepEqual(await collect(squares), [4, 9]);
 * ```
 */
export function pipe<A, B>(o1: Operator<A, B>): Operator<A, B>;
/** Puts two operators one behind the other. */
export function pipe<A, B, C>(o1: Operator<A, B>, o2: Operator<B, C>): Operator<A, C>;
/** Puts three operators one behind the other. */
export function pipe<A, B, C, D>(o1: Operator<A, B>, o2: Operator<B, C>, o3: Operator<C, D>): Operator<A, D>;
/** Puts four operators one behind the other. */
export function pipe<A, B, C, D, E>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
): Operator<A, E>;
/** Puts five operators one behind the other. */
export function pipe<A, B, C, D, E, F>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
): Operator<A, F>;
/** Puts six operators one behind the other. */
export function pipe<A, B, C, D, E, F, G>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
): Operator<A, G>;
/** Puts seven operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
): Operator<A, H>;
/** Puts eight operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
): Operator<A, I>;
/** Puts nine operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
): Operator<A, J>;
/** Puts ten operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
): Operator<A, K>;
/** Puts eleven operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
): Operator<A, L>;
/** Puts twelve operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
): Operator<A, M>;
/** Puts thirteen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
): Operator<A, N>;
/** Puts fourteen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
): Operator<A, O>;
/** Puts fifteen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
): Operator<A, P>;
/** Puts sixteen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
  o16: Operator<P, Q>,
): Operator<A, Q>;
/** Puts seventeen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
  o16: Operator<P, Q>,
  o17: Operator<Q, R>,
): Operator<A, R>;
/** Puts eighteen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
  o16: Operator<P, Q>,
  o17: Operator<Q, R>,
  o18: Operator<R, S>,
): Operator<A, S>;
/** Puts nineteen operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
  o16: Operator<P, Q>,
  o17: Operator<Q, R>,
  o18: Operator<R, S>,
  o19: Operator<S, T>,
): Operator<A, T>;
/** Puts twenty operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
  o16: Operator<P, Q>,
  o17: Operator<Q, R>,
  o18: Operator<R, S>,
  o19: Operator<S, T>,
  o20: Operator<T, U>,
): Operator<A, U>;
/** Puts twenty-one operators one behind the other. */
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V>(
  o1: Operator<A, B>,
  o2: Operator<B, C>,
  o3: Operator<C, D>,
  o4: Operator<D, E>,
  o5: Operator<E, F>,
  o6: Operator<F, G>,
  o7: Operator<G, H>,
  o8: Operator<H, I>,
  o9: Operator<I, J>,
  o10: Operator<J, K>,
  o11: Operator<K, L>,
  o12: Operator<L, M>,
  o13: Operator<M, N>,
  o14: Operator<N, O>,
  o15: Operator<O, P>,
  o16: Operator<P, Q>,
  o17: Operator<Q, R>,
  o18: Operator<R, S>,
  o19: Operator<S, T>,
  o20: Operator<T, U>,
  o21: Operator<U, V>,
): Operator<A, V>;
export function pipe(...operators: Operator<never, unknown>[]): Operator<never, unknown> {
  const parts = operators.flatMap(partsOf);
  const name = parts.map((part) => part.name).join(" → ");
  const whole: Operator<never, unknown> = {
    // The loop plans the parts one by one; this serves an operator that wraps a pipe by hand.
    ...planned<never, unknown>(name, (scope, shape) => {
      const plans: Plan<never, unknown>[] = [];
      let current = shape;
      for (const part of parts) {
        const plan = part.plan(scope, current);
        plans.push(plan);
        current = plan.shape;
      }
      return {
        shape: current,
        open: (next) =>
          plans.reduceRight((step, plan) => fullStep(plan.open(step) as Step<unknown>, step), next),
      };
    }),
    parts,
  };
  const input = inputOf(parts[0]);
  if (input !== undefined) setInput(whole, input);
  return whole;
}
