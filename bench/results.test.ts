import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Pass } from "./measure.ts";
import { noFaults } from "./peers/peer.ts";
import { table, verdicts } from "./report.ts";
import { keep, type Result, summarise } from "./results.ts";
import type { Measured } from "./rounds.ts";

const MIB = 2 ** 20;
const runtime = { name: "node", version: "24.0.0", command: "/secret/bin/node", args: [] };

function measured(peer: string, elapsed_ms: readonly number[], peak_mib: number, copies = 1): Measured {
  const rowsIn = 1_000_000 * copies;
  const passes = elapsed_ms.map(
    (each): Pass => ({
      rowsIn,
      faults: noFaults(),
      late: 0,
      answer: { rows: 7, hash: "0123456789abcdef" },
      elapsed_ms: each,
      cpu_us: each * 1000,
      loadedRss_bytes: 60 * MIB,
      peakRss_bytes: peak_mib * MIB,
      ...(peer === "millrace" ? { pool_bytes: 10 * MIB } : {}),
    }),
  );
  return {
    runtime,
    peer,
    files: ["/secret/flights"],
    window_ms: 3_600_000,
    airports: "/secret",
    copies,
    passes,
  };
}

const CASES = [
  measured("millrace", [1000, 900, 2000], 82),
  measured("web-streams", [6000, 6300, 8000], 200),
  measured("json-parse-loop", [2000, 2700, 4400], 100),
  measured("millrace", [3000, 2700, 6000], 83, 3),
];
const results = summarise(CASES, new Map([["node", [40 * MIB, 41 * MIB, 39 * MIB]]]));

test("results: medians, and ratios to millrace round by round", () => {
  const [ours, streams, loop, thrice] = results;
  assert.deepEqual(ours?.elapsedMs, { median: 1000, least: 900, most: 2000 });
  assert.deepEqual(ours?.recordsPerSecond, { median: 1e6, least: 5e5, most: 1e9 / 900 });
  assert.deepEqual(ours?.cpuMicrosPerRecord, { median: 1, least: 0.9, most: 2 });
  assert.deepEqual(ours?.timesMillrace, { median: 1, least: 1, most: 1 });
  assert.deepEqual(streams?.timesMillrace, { median: 6, least: 4, most: 7 });
  assert.deepEqual(loop?.timesMillrace, { median: 2.2, least: 2, most: 3 });
  assert.deepEqual(thrice?.timesMillrace, { median: 1, least: 1, most: 1 });
  assert.deepEqual([ours?.poolBytes, loop?.poolBytes], [10 * MIB, undefined]);
  assert.equal(ours?.idleRssBytes.median, 40 * MIB);
});

test("results: lines are appended and parse, with where and when, but without names and paths", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const path = join(folder, "new", "flights.ndjson");
    keep("flights", results.slice(0, 1), path);
    keep("flights", results.slice(1), path);
    const text = readFileSync(path, "utf8");
    const lines = text.trimEnd().split("\n");
    const parsed = lines.map((line) => JSON.parse(line) as Result);
    assert.deepEqual(parsed, JSON.parse(JSON.stringify(results)));
    for (const { date, machine, commit, changed, runtime: name, version } of parsed) {
      assert.match(date, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.ok(machine.cpu !== "" && machine.cores > 0 && machine.memoryBytes > 0);
      assert.match(commit ?? "0".repeat(40), /^[0-9a-f]{40}$/);
      assert.equal(typeof changed, "boolean");
      assert.deepEqual([name, version], ["node", "24.0.0"]);
    }
    assert.ok(!text.includes("secret"));
    assert.ok(!text.includes(JSON.stringify(hostname())));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("results: the report tells a table, and each goal reached or missed", () => {
  assert.match(table(results), /^node 24\.0\.0, 3 rounds, idle 40 MiB\npeer +records +seconds/);
  assert.match(
    table(results),
    /^json-parse-loop +1,000,000 +2\.70 \(2\.00–4\.40\) +370 +2\.20 \(2\.00–3\.00\)/m,
  );
  assert.deepEqual(verdicts(results).split("\n"), [
    "reached  node: peak 82 MiB over 1,000,000 records, goal 82 (idle + pool + 32)",
    "reached  node: web-streams takes 6.00 (4.00–7.00) times the time of millrace, goal 6",
    "MISSED   node: json-parse-loop takes 2.20 (2.00–3.00) times the time of millrace, goal 2.5",
    "MISSED   node: peak 83 MiB over 3,000,000 records, goal 82 (idle + pool + 32)",
    "MISSED   node: peak 83 MiB over 3 copies, goal 82 (the most over one)",
  ]);
});
