import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sample, trendOf } from "./memory-trend.ts";

/** A run of ten million records that grows by `slope` a million from its middle on, with noise. */
function run(slope: number, noise: number): Sample[] {
  let state = 1;
  return Array.from({ length: 400 }, (_, i) => {
    state = (state * 48_271) % 2_147_483_647;
    const wobble = noise * (state / 2_147_483_647 - 0.5);
    return { bytes: (i + 1) * 1_000, rss_bytes: (i < 40 ? i * 1e6 : 40e6) + slope * (i / 40) + wobble };
  });
}

test("trendOf: finds a slope, and tells it from noise", () => {
  const { slope_bytes, noise_bytes } = trendOf(run(300_000, 2e6), 10_000_000);
  assert.ok(Math.abs(slope_bytes - 300_000) < 60_000, `${slope_bytes}`);
  assert.ok(noise_bytes < 100_000, `${noise_bytes}`);
});

test("trendOf: a flat run with a noisy start is flat", () => {
  const { slope_bytes, noise_bytes } = trendOf(run(0, 2e6), 10_000_000);
  assert.ok(Math.abs(slope_bytes) <= noise_bytes, `${slope_bytes} ± ${noise_bytes}`);
});

test("trendOf: too few samples", () => {
  assert.throws(
    () => trendOf(run(0, 0).slice(0, 20), 1_000_000),
    /^RangeError: Cannot tell a trend from 20 samples$/,
  );
});
