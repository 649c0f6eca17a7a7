import assert from "node:assert/strict";
import { test } from "node:test";
import { startClock } from "./clock.ts";
import { createClocks } from "./clocks.ts";

const NEVER = Number.NEGATIVE_INFINITY;

test("CLOCKS-01 a partition that has not begun holds at −∞; the smallest decides", () => {
  const clocks = createClocks(() => 0, 3);
  assert.equal(clocks.minimum(), NEVER);
  clocks.watermark_ms.set([5, 7]);
  assert.equal(clocks.minimum(), NEVER);
  clocks.watermark_ms[2] = 6;
  assert.equal(clocks.minimum(), 5);
  assert.deepEqual([0, 1, 2].map(clocks.holds), [true, true, true]);
});

test("CLOCKS-02 one that has ended holds nothing back; when all have, it is +∞", () => {
  const clocks = createClocks(() => 0, 2);
  clocks.watermark_ms.set([5, 7]);
  clocks.ended(0);
  clocks.ended(0);
  assert.equal(clocks.minimum(), 7);
  assert.equal(clocks.holds(0), false);
  clocks.ended(1);
  assert.equal(clocks.minimum(), Number.POSITIVE_INFINITY);
  assert.equal(clocks.forced, false);
});

test("CLOCKS-03 no partition means idle, not infinity", () => {
  assert.equal(createClocks(() => 0, 0).minimum(), NEVER);
});

test("CLOCKS-04 a partition is idle only after idleAfter, and holds again when something comes", () => {
  let now = 1000;
  const clocks = createClocks(() => now, 2);
  clocks.watermark_ms.set([10, 100]);
  now += 1e9;
  assert.equal(clocks.minimum(), 10, "without idleAfter silence means nothing");
  clocks.idleAfter(60);
  clocks.idleAfter(50);
  clocks.idleAfter(70);
  clocks.touched(0);
  clocks.touched(1);
  now += 49;
  assert.equal(clocks.minimum(), 10);
  clocks.touched(1);
  now += 1;
  assert.equal(clocks.holds(0), false);
  assert.equal(clocks.minimum(), 100);
  assert.equal(clocks.forced, true);
  clocks.touched(0);
  clocks.watermark_ms[0] = 20;
  assert.equal(clocks.holds(0), true);
  assert.equal(clocks.minimum(), 100, "it never goes back");
  assert.equal(clocks.forced, false);
});

test("CLOCKS-05 when all are idle the minimum stays", () => {
  let now = 0;
  const clocks = createClocks(() => now, 2);
  clocks.idleAfter(10);
  clocks.watermark_ms.set([10, 100]);
  assert.equal(clocks.minimum(), 10);
  now = 10;
  assert.equal(clocks.minimum(), 10);
  clocks.ended(1);
  assert.equal(clocks.minimum(), 10);
  assert.equal(clocks.forced, false);
});

test("CLOCKS-06 silence is that of the whole stream, ended partitions apart", () => {
  let now = 0;
  const clocks = createClocks(() => now, 2);
  now = 10;
  clocks.touched(0);
  now = 15;
  assert.equal(clocks.silent_ms(), 5);
  clocks.ended(0);
  assert.equal(clocks.silent_ms(), 15);
  clocks.ended(1);
  assert.equal(clocks.silent_ms(), 0);
});

test("CLOCKS-07 an operator's clock has its own disorder and tells the run", () => {
  const clocks = createClocks(() => 0, 2);
  const patient = startClock(clocks, 50);
  const hasty = startClock(clocks, 0);
  assert.equal(patient.advance(0, 100), 50);
  assert.equal(hasty.advance(0, 100), 100);
  assert.equal(patient.advance(0, 90), 50, "an older row moves nothing");
  patient.advance(1, 200);
  hasty.advance(1, 200);
  assert.deepEqual([patient.reached(NEVER), hasty.reached(NEVER)], [50, 100]);
  assert.deepEqual([...clocks.watermark_ms], [100, 200]);
  clocks.ended(0);
  assert.deepEqual([patient.reached(NEVER), hasty.reached(NEVER)], [150, 200]);
  clocks.ended(1);
  assert.equal(patient.reached(NEVER), Number.POSITIVE_INFINITY);
});

test("CLOCKS-08 rows that no source holds are judged by the watermark from before", () => {
  const clock = startClock(
    createClocks(() => 0, 1),
    5,
  );
  assert.equal(clock.advance(-1, 100), NEVER);
  assert.equal(clock.reached(40), 35);
  assert.equal(clock.advance(-1, 100), 35);
  assert.equal(clock.reached(30), 35);
});
