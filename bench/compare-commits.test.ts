import assert from "node:assert/strict";
import { test } from "node:test";
import { compareCommits, type Kept } from "./compare-commits.ts";

function kept(commit: string, speed: number, more: Partial<Kept> = {}): Kept {
  return {
    scenario: "events",
    peer: "millrace",
    runtime: "node",
    records: 1_000_000,
    copies: 1,
    date: "2026-11-21T10:00:00.000Z",
    commit,
    changed: false,
    recordsPerSecond: { median: speed, least: speed / 2, most: speed * 2 },
    cpuMicrosPerRecord: { median: 1e6 / speed, least: 1e6 / speed, most: 1e6 / speed },
    peakRssBytes: { median: 100, least: 100, most: 100 },
    ...more,
  };
}

const RESULTS = [
  kept("aaaa1111", 1_000_000),
  kept("aaaa1111", 500_000, { date: "2026-11-20T10:00:00.000Z" }),
  kept("aaaa1111", 700_000, { peer: "rxjs" }),
  kept("bbbb2222", 1_500_000, { changed: true }),
  kept("bbbb2222", 3_000_000, { copies: 3, records: 3_000_000 }),
];

test("compareCommits: the latest of each, ratios with what they lie between", () => {
  const [title, , , row, ...others] = compareCommits("aaaa", "bbbb2", RESULTS).split("\n");
  assert.equal(title, "aaaa1111 (2026-11-21) → bbbb2222 (2026-11-21, code changed since)");
  assert.deepEqual(row?.split(/ {2,}/), [
    "events",
    "millrace",
    "node",
    "1,000,000",
    "1000",
    "1500",
    "1.50 (0.38–6.00)",
    "0.67",
    "1.00",
  ]);
  assert.deepEqual(others, []);
});

test("compareCommits: says what it lacks", () => {
  assert.throws(
    () => compareCommits("aaaa", "cccc", RESULTS),
    /^Error: Cannot compare cccc: there are no results/,
  );
  assert.throws(() => compareCommits("aaaa", "bbbb", RESULTS.slice(2)), /measured nothing in common$/);
});
