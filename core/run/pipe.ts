import { type Operator, type Plan, planned, type Step } from "../operator.ts";
import { inputOf, partsOf, setInput } from "./input.ts";
import { fullStep } from "./scope.ts";

type Op<In, Out> = Operator<In, Out>;

/**
 * Puts operators one behind the other. A pipe is an operator itself: a stream when it begins with one, a job when it
 * also ends in a sink, and a reusable operator otherwise.
 *
 * @param operators Up to 21; a pipe may hold pipes.
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
export function pipe<A, B>(o1: Op<A, B>): Op<A, B>;
export function pipe<A, B, C>(o1: Op<A, B>, o2: Op<B, C>): Op<A, C>;
export function pipe<A, B, C, D>(o1: Op<A, B>, o2: Op<B, C>, o3: Op<C, D>): Op<A, D>;
export function pipe<A, B, C, D, E>(o1: Op<A, B>, o2: Op<B, C>, o3: Op<C, D>, o4: Op<D, E>): Op<A, E>;
export function pipe<A, B, C, D, E, F>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
): Op<A, F>;
export function pipe<A, B, C, D, E, F, G>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
): Op<A, G>;
export function pipe<A, B, C, D, E, F, G, H>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
): Op<A, H>;
export function pipe<A, B, C, D, E, F, G, H, I>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
): Op<A, I>;
export function pipe<A, B, C, D, E, F, G, H, I, J>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
): Op<A, J>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
): Op<A, K>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
): Op<A, L>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
): Op<A, M>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
): Op<A, N>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
): Op<A, O>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
): Op<A, P>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
  o16: Op<P, Q>,
): Op<A, Q>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
  o16: Op<P, Q>,
  o17: Op<Q, R>,
): Op<A, R>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
  o16: Op<P, Q>,
  o17: Op<Q, R>,
  o18: Op<R, S>,
): Op<A, S>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
  o16: Op<P, Q>,
  o17: Op<Q, R>,
  o18: Op<R, S>,
  o19: Op<S, T>,
): Op<A, T>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
  o16: Op<P, Q>,
  o17: Op<Q, R>,
  o18: Op<R, S>,
  o19: Op<S, T>,
  o20: Op<T, U>,
): Op<A, U>;
export function pipe<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, T, U, V>(
  o1: Op<A, B>,
  o2: Op<B, C>,
  o3: Op<C, D>,
  o4: Op<D, E>,
  o5: Op<E, F>,
  o6: Op<F, G>,
  o7: Op<G, H>,
  o8: Op<H, I>,
  o9: Op<I, J>,
  o10: Op<J, K>,
  o11: Op<K, L>,
  o12: Op<L, M>,
  o13: Op<M, N>,
  o14: Op<N, O>,
  o15: Op<O, P>,
  o16: Op<P, Q>,
  o17: Op<Q, R>,
  o18: Op<R, S>,
  o19: Op<S, T>,
  o20: Op<T, U>,
  o21: Op<U, V>,
): Op<A, V>;
export function pipe(...operators: Op<never, unknown>[]): Op<never, unknown> {
  const parts = operators.flatMap(partsOf);
  const name = parts.map((part) => part.name).join(" → ");
  const whole: Op<never, unknown> = {
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
