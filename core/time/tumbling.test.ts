import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tumbling } from "./tumbling.ts";

const LARGEST_ms = 8.64e15;

test("tumbling: a boundary belongs to the window that begins there, before 1970 too", () => {
  const { start, end } = tumbling({ minutes: 1 });
  const starts = [0, 59_999, 60_000, -1, -60_000, -60_001, -0, 0.5, -0.5, -1e-20].map(start);
  assert.deepEqual(starts, [0, 0, 60_000, -60_000, -60_000, -120_000, 0, 0, -60_000, -60_000]);
  assert.equal(end(-60_000), 0);
});

test("tumbling: the offset moves every boundary", () => {
  for (const offset of [{ seconds: 10 }, { seconds: -50 }, { minutes: 7, seconds: 10 }, { seconds: 70 }]) {
    const { start } = tumbling({ minutes: 1 }, { offset });
    assert.deepEqual(
      [10_000, 9_999, 0, -50_000, -50_001].map(start),
      [10_000, -50_000, -50_000, -50_000, -110_000],
    );
  }
});

test("tumbling: start is exact for whole milliseconds (against bigints)", () => {
  const time = fc.oneof(
    fc.integer({ min: -LARGEST_ms, max: LARGEST_ms }),
    fc.constantFrom(LARGEST_ms, -LARGEST_ms, LARGEST_ms - 1, 1 - LARGEST_ms),
    fc.integer({ min: -1000, max: 1000 }),
  );
  const size = fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e12 }));
  fc.assert(
    fc.property(time, size, fc.integer({ min: -1e9, max: 1e9 }), (time_ms, size_ms, offset_ms) => {
      const over = tumbling({ milliseconds: size_ms }, { offset: { milliseconds: offset_ms } });
      const start = over.start(time_ms);
      const length = BigInt(size_ms);
      const into = (((BigInt(time_ms) - BigInt(offset_ms)) % length) + length) % length;
      assert.equal(start, Number(BigInt(time_ms) - into));
      assert.ok(!Object.is(start, -0));
    }),
    { numRuns: 2000 },
  );
});

test("tumbling: a fraction of a millisecond below a boundary is in the window before", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 1, max: 1e5 }),
      fc.integer({ min: -1e5, max: 1e5 }),
      (nth, size_ms, offset_ms) => {
        const over = tumbling({ milliseconds: size_ms }, { offset: { milliseconds: offset_ms } });
        const boundary = nth * size_ms + offset_ms;
        const step = Math.max(Math.abs(boundary) * 2 ** -52, 2 ** -52);
        assert.equal(over.start(boundary - step), boundary - size_ms);
        assert.equal(over.start(boundary), boundary);
        assert.equal(over.start(boundary + step), boundary);
      },
    ),
    { numRuns: 2000 },
  );
});

test("tumbling refuses lengths that are none", () => {
  assert.throws(
    () => tumbling({ minutes: 0 }),
    /^RangeError: tumbling: size must be at least 1 ms, was 0 ms$/,
  );
  assert.throws(() => tumbling({}), /^TypeError: tumbling: size must name a unit/);
  assert.equal(tumbling({ minutes: 90 }).text, "tumbling 90 min");
  assert.equal(tumbling({ days: 1 }, { offset: { hours: -6 } }).text, "tumbling 1 d, offset 18 h");
});
