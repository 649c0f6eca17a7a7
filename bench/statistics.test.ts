import assert from "node:assert/strict";
import { test } from "node:test";
import { spread } from "./statistics.ts";

test("spread: the median of an odd and of an even number, the least and the most", () => {
  assert.deepEqual(spread([5, 1, 10, 2, 3]), { median: 3, least: 1, most: 10 });
  assert.deepEqual(spread([4, 1, 3, 2]), { median: 2.5, least: 1, most: 4 });
  assert.deepEqual(spread([7]), { median: 7, least: 7, most: 7 });
});

test("spread: sorts numbers as numbers and leaves the input alone", () => {
  const values = [100, 20, 3];
  assert.deepEqual(spread(values), { median: 20, least: 3, most: 100 });
  assert.deepEqual(values, [100, 20, 3]);
});

test("spread: refuses to sum up nothing", () => {
  assert.throws(() => spread([]), RangeError);
});
