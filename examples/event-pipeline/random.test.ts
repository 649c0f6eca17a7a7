import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "./random.ts";

test("createRandom: the same seed gives the same numbers, everywhere", () => {
  const draw = (seed: number): number[] => {
    const random = createRandom(seed);
    return Array.from({ length: 5 }, () => random.below(1_000_000));
  };
  assert.deepEqual(draw(1), [367875, 81613, 820535, 701216, 149913]);
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
});

test("createRandom: below stays below and spreads evenly", () => {
  const random = createRandom(3);
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 60_000; i++) {
    const drawn = random.below(6);
    counts[drawn] = (counts[drawn] ?? Number.NaN) + 1;
  }
  assert.equal(counts.length, 6);
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `${counts}`);
});

test("createRandom: picks each value", () => {
  const random = createRandom(4);
  const seen = new Set(Array.from({ length: 100 }, () => random.pick(["a", "b", "c"])));
  assert.deepEqual([...seen].sort(), ["a", "b", "c"]);
});
