import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createExactSums, type ExactSums } from "./exact-sums.ts";
import { roundUnits, toUnits } from "./rounding.ts";

const SMALLEST = 2 ** -1074;

function sumOf(values: readonly number[]): ExactSums {
  const sums = createExactSums();
  sums.reserve(1);
  sums.reset(0);
  for (const value of values) sums.add(0, value);
  return sums;
}

/** Compares |value − exact| · 2 of two doubles, all as fractions `units / divisor` of 2^-1074. */
function nearest(units: bigint, divisor: bigint, rounded: number): boolean {
  const distance = (to: number): bigint => {
    const difference = toUnits(to) * divisor - units;
    return difference < 0n ? -difference : difference;
  };
  const own = distance(rounded);
  for (const neighbour of [nextUp(rounded), -nextUp(-rounded)]) {
    if (!Number.isFinite(neighbour)) continue;
    const other = distance(neighbour);
    if (other < own || (other === own && (toUnits(rounded) / ulp(rounded)) % 2n !== 0n)) return false;
  }
  return true;
}

const word = new DataView(new ArrayBuffer(8));
function nextUp(value: number): number {
  if (value === 0) return SMALLEST;
  word.setFloat64(0, value);
  word.setBigInt64(0, word.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return word.getFloat64(0);
}
function ulp(value: number): bigint {
  const size = Math.abs(value);
  return size === 0 ? 1n : toUnits(nextUp(size)) - toUnits(size) || 1n;
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const numbers = fc.oneof(
  fc.array(finite, { maxLength: 30 }),
  fc.array(fc.double({ noNaN: true, min: -1e3, max: 1e3 }), { maxLength: 60 }),
  fc.array(fc.constantFrom(0.1, 0.2, -0.3, 1e16, -1e16, 1, 1e-300, SMALLEST, -SMALLEST, -0), {
    maxLength: 60,
  }),
  fc.array(fc.constantFrom(1e308, -1e308, Number.MAX_VALUE, -Number.MAX_VALUE, 2 ** 970, 2 ** 969, 1), {
    maxLength: 20,
  }),
  fc.array(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), { maxLength: 60 }),
  fc.array(
    fc
      .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -1074, max: 1000 }))
      .map(([m, e]) => m * 2 ** e),
    { maxLength: 40 },
  ),
);

test("SUM-01 a sum is the double nearest to the exact one, ties to even", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const total = sumOf(values).total(0);
      const exact = values.reduce((sum, value) => sum + toUnits(value), 0n);
      if (Number.isFinite(total)) assert.ok(nearest(exact, 1n, total), `${total}`);
      else {
        // Half a unit of the last place above the largest double, everything rounds to infinity.
        const limit = toUnits(Number.MAX_VALUE) + toUnits(2 ** 970);
        assert.ok((exact < 0n ? -exact : exact) >= limit);
        assert.equal(Math.sign(total), exact < 0n ? -1 : 1);
      }
      assert.ok(!Object.is(total, -0));
    }),
    { numRuns: 3000 },
  );
});

test("SUM-02 the order changes no bit, and no split either", () => {
  const special = fc.array(
    fc.oneof(finite, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308)),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(
      fc.oneof(numbers, special).chain((values) =>
        fc.tuple(
          fc.constant(values),
          fc.shuffledSubarray(
            values.map((_, i) => i),
            { minLength: values.length, maxLength: values.length },
          ),
          fc.array(fc.integer({ min: 0, max: 3 }), { minLength: values.length, maxLength: values.length }),
        ),
      ),
      ([values, order, parts]) => {
        const inOrder = sumOf(values);
        const sums = createExactSums();
        sums.reserve(5);
        for (let slot = 0; slot < 5; slot++) sums.reset(slot);
        for (const at of order) sums.add(parts[at] as number, values[at] as number);
        for (const part of [2, 0, 3, 1]) sums.absorb(4, sums.save(part));
        assert.ok(Object.is(sums.total(4), inOrder.total(0)));
        if (values.length > 0) {
          assert.ok(Object.is(sums.mean(4, values.length), inOrder.mean(0, values.length)));
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test("SUM-03 a mean is the double nearest to the exact quotient", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      if (values.length === 0) return;
      const mean = sumOf(values).mean(0, values.length);
      const exact = values.reduce((sum, value) => sum + toUnits(value), 0n);
      assert.ok(nearest(exact, BigInt(values.length), mean), `${mean}`);
      assert.ok(Math.abs(mean) <= Math.max(...values.map(Math.abs)));
    }),
    { numRuns: 3000 },
  );
});

test("SUM-04 infinities, NaN and zeros", () => {
  const { POSITIVE_INFINITY: more, NEGATIVE_INFINITY: less, NaN: nan } = Number;
  const cases: [number[], number][] = [
    [[], 0],
    [[-0], 0],
    [[-0, -0], 0],
    [[0.1, -0.1], 0],
    [[1, more, 2], more],
    [[less, 1e308], less],
    [[more, less], nan],
    [[1, nan], nan],
    [[nan, more], nan],
    [[1e308, 1e308, -1e308], 1e308],
    [[1e308, 1e308], more],
    [[-1e308, -1e308], less],
    [[Number.MAX_VALUE, 2 ** 970], more],
    [[Number.MAX_VALUE, 2 ** 970, -SMALLEST], Number.MAX_VALUE],
    [[Number.MAX_VALUE, 2 ** 969], Number.MAX_VALUE],
    [Array<number>(10).fill(0.1), 1],
    [[1e16, 1, 1e-16], 10000000000000002],
    [[2 ** 53, 1, -SMALLEST], 2 ** 53],
    [[2 ** 53, 1, SMALLEST], 2 ** 53 + 2],
  ];
  for (const [values, total] of cases)
    assert.ok(Object.is(sumOf(values).total(0), total), JSON.stringify(values));
  assert.equal(sumOf([1e308, 1.5e308]).mean(0, 2), 1.25e308);
  assert.equal(sumOf([SMALLEST, SMALLEST, 0, 0]).mean(0, 4), 0, "a tie goes to even");
  assert.equal(sumOf([SMALLEST, SMALLEST, SMALLEST, 0]).mean(0, 4), SMALLEST);
});

test("SUM-05 a slot that is used again begins empty, whatever it held", () => {
  for (const values of [[1], [0.1, 1e16, 1e-16, 1e-40, 1e100], [1e308, 1e308], [Number.NaN]]) {
    const sums = sumOf(values);
    sums.reset(0);
    assert.equal(sums.total(0), 0);
    sums.add(0, 0.5);
    assert.equal(sums.total(0), 0.5);
  }
});

test("SUM-06 roundUnits is the inverse of toUnits", () => {
  fc.assert(fc.property(finite, (value) => assert.equal(roundUnits(toUnits(value), 1n), value + 0)));
  assert.equal(roundUnits(-1n, 2n), 0);
  assert.equal(roundUnits(-3n, 2n), -2 * SMALLEST);
});
