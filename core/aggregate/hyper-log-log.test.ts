import assert from "node:assert/strict";
import { test } from "node:test";
import { hashed, hashValue } from "./hash.ts";
import { addToSketch, createSketch, estimateSketch, mergeSketch } from "./hyper-log-log.ts";

type Scalar = string | number | boolean | bigint;

const KINDS: [string, (i: number) => Scalar][] = [
  ["small integers", (i) => i],
  ["fractions", (i) => i / 7],
  ["short strings", (i) => `user-${i}`],
  ["long strings", (i) => `https://example.org/a/path/that/is/long/${i}/and/has/a/tail`],
  ["bigints", (i) => BigInt(i) * 10_000_000_019n],
];

test("HLL-01 the error stays within 4 standard errors of 0.81 %", () => {
  for (const [name, make] of KINDS) {
    const sketch = createSketch();
    let added = 0;
    for (const size of [100, 1000, 10_000, 40_000, 100_000]) {
      while (added < size) addToSketch(sketch, make(added++));
      const error = estimateSketch(sketch) / size - 1;
      assert.ok(Math.abs(error) < 4 * 0.0081, `${name}, ${size}: ${error}`);
    }
  }
});

test("HLL-02 a million values, and over many sketches the standard error is 0.81 %", () => {
  const large = createSketch();
  for (let i = 0; i < 1_000_000; i++) addToSketch(large, i * 3);
  assert.ok(Math.abs(estimateSketch(large) / 1e6 - 1) < 4 * 0.0081);
  let squares = 0;
  let sum = 0;
  const sketches = 60;
  for (let s = 0; s < sketches; s++) {
    const sketch = createSketch();
    for (let i = 0; i < 20_000; i++) addToSketch(sketch, s * 1e6 + i);
    const error = estimateSketch(sketch) / 20_000 - 1;
    squares += error * error;
    sum += error;
  }
  const deviation = Math.sqrt(squares / sketches);
  // Four standard deviations of the estimate of a standard deviation from 60: ±37 %.
  assert.ok(deviation > 0.0081 * 0.6 && deviation < 0.0081 * 1.4, `${deviation}`);
  assert.ok(Math.abs(sum / sketches) < (4 * 0.0081) / Math.sqrt(sketches), "no bias");
});

test("HLL-03 small numbers are counted nearly exactly; nothing is 0", () => {
  const sketch = createSketch();
  assert.equal(estimateSketch(sketch), 0);
  for (let i = 1; i <= 100; i++) {
    addToSketch(sketch, i);
    addToSketch(sketch, i);
    assert.ok(Math.abs(estimateSketch(sketch) - i) <= 2);
  }
});

test("HLL-04 merging in any order is the sketch of all", () => {
  const parts = [0, 1, 2].map(createSketch);
  const all = createSketch();
  for (let i = 0; i < 30_000; i++) {
    addToSketch(parts[i % 3] as Uint8Array, i % 20_000);
    addToSketch(all, i % 20_000);
  }
  for (const order of [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
  ]) {
    const merged = createSketch();
    for (const at of order) mergeSketch(merged, parts[at] as Uint8Array);
    assert.deepEqual(merged, all);
  }
});

test("HLL-05 a sketch that is full ends, with infinity at most", () => {
  assert.equal(estimateSketch(createSketch().fill(51)), Number.POSITIVE_INFINITY);
  assert.ok(estimateSketch(createSketch().fill(50)) > 1e15);
});

test("HASH-01 type and content: what differs in JSON differs here", () => {
  const seen = new Map<string, Scalar>();
  const values: Scalar[] = [
    0,
    "0",
    1,
    "1",
    1n,
    true,
    false,
    "true",
    "",
    "\0",
    "\0\0",
    "a",
    "a\0",
    "\ud800",
    1.5,
    Number.NaN,
  ];
  for (const value of values) {
    hashValue(value);
    const key = `${hashed.high} ${hashed.low}`;
    assert.ok(!seen.has(key), `${String(value)} and ${String(seen.get(key))}`);
    seen.set(key, value);
  }
  hashValue(0);
  const zero = { ...hashed };
  hashValue(-0);
  assert.deepEqual(hashed, zero);
});

test("HASH-02 no two of 200,000 values of each kind share 64 bits, and the halves look independent", () => {
  for (const [name, make] of KINDS) {
    const seen = new Set<number>();
    let together = 0;
    const size = 200_000;
    for (let i = 0; i < size; i++) {
      hashValue(make(i));
      // 53 of the bits in one number: 2.2e-6 expected collisions.
      seen.add((hashed.high >>> 11) * 2 ** 32 + hashed.low);
      if (hashed.high >>> 24 === hashed.low >>> 24) together += 1;
    }
    assert.equal(seen.size, size, name);
    const expected = size / 256;
    assert.ok(Math.abs(together - expected) < 5 * Math.sqrt(expected), `${name}: ${together}`);
  }
});

test("HASH-03 avalanche: one input bit turns half of the output bits", () => {
  let turned = 0;
  let tries = 0;
  for (let i = 0; i < 2000; i++) {
    hashValue(i);
    const { high, low } = { ...hashed };
    for (const other of [i ^ 1, i ^ 64, i ^ 2048]) {
      hashValue(other);
      turned += ones(high ^ hashed.high) + ones(low ^ hashed.low);
      tries += 64;
    }
  }
  assert.ok(Math.abs(turned / tries - 0.5) < 0.005, `${turned / tries}`);
});

function ones(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
