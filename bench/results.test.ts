import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { mediansOf } from "./json-report.ts";
import type { Pass } from "./pass.ts";
import { table, verdicts } from "./report.ts";
import { keep, type Result, summarise } from "./results.ts";
import type { Measured } from "./rounds.ts";
import { flights } from "./scenarios/flights.ts";
import { events } from "./scenarios/generated.ts";

const MIB = 2 ** 20;
const runtime = { name: "node", version: "24.0.0", command: "/secret/bin/node", args: [] };

function measured(
  peer: string,
  elapsed_ms: readonly number[],
  peak_mib: number,
  {
    copies = 1,
    scenario = flights,
    ...more
  }: Partial<Measured> & { copies?: number; pass?: Partial<Pass> } = {},
): Measured {
  const rowsIn = 1_000_000 * copies;
  const passes = elapsed_ms.map(
    (each): Pass => ({
      rowsIn,
      answer: { rowsIn, rows: 7, hash: "0123456789abcdef" },
      elapsed_ms: each,
      cpu_us: each * 1000,
      loadedRss_bytes: 60 * MIB,
      peakRss_bytes: peak_mib * MIB,
      pool_bytes: peer === "millrace" ? 10 * MIB : null,
      latency_ms: null,
      firstRow_ms: null,
      gcPauseMost_ms: null,
      ...more.pass,
    }),
  );
  const input = {
    files: ["/secret/flights"],
    copies,
    settings: { windowMs: 3_600_000 },
    args: () => ["/secret"],
  };
  return { scenario, runtime: more.runtime ?? runtime, peer, input, warm: false, passes };
}

const CASES = [
  measured("millrace", [1000, 900, 2000], 82),
  measured("web-streams", [6000, 6300, 8000], 200),
  measured("json-parse-loop", [2000, 2700, 4400], 100),
  measured("millrace", [3000, 2700, 6000], 83, { copies: 3 }),
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
  assert.equal(ours?.idleRssBytes?.median, 40 * MIB);
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
  assert.deepEqual(verdicts(results, flights).split("\n"), [
    "reached  node: millrace peak 82 MiB over 1,000,000 records, goal 82 (idle + pool + 32)",
    "reached  node: web-streams takes 6.00 (4.00–7.00) times the time of millrace, goal 6",
    "MISSED   node: json-parse-loop takes 2.20 (2.00–3.00) times the time of millrace, goal 2.5",
    "MISSED   node: millrace peak 83 MiB over 3,000,000 records, goal 82 (idle + pool + 32)",
    "MISSED   node: millrace peak 83 MiB over 3 copies, goal 82 (the most over one)",
  ]);
});

const rust = { name: "rust", version: "1.95.0", command: "/secret/rust", args: [] };
const latency_ms = { p50: 1, p95: 2, p99: 3 };
const PROGRAMS = summarise(
  [
    measured("millrace", [1000], 82, {
      scenario: events,
      pass: { latency_ms, gcPauseMost_ms: 1.5, firstRow_ms: 99 },
    }),
    measured("rust-serde", [2100], 17, {
      scenario: events,
      runtime: rust,
      pass: { loadedRss_bytes: null, latency_ms },
    }),
  ],
  new Map([["node", [40 * MIB]]]),
);

test("results: Rust has no idle runtime; it is held against ours on every runtime", () => {
  assert.deepEqual(
    PROGRAMS.map(({ idleRssBytes, timesMillrace }) => [idleRssBytes?.median, timesMillrace?.median]),
    [
      [40 * MIB, 1],
      [undefined, undefined],
    ],
  );
  assert.match(table(PROGRAMS), /^rust 1\.95\.0, 1 round\npeer .*batch ms p50\/95\/99/m);
  assert.match(table(PROGRAMS), /^millrace .* 1\.0\/2\.0\/3\.0 +1\.5 +99$/m);
  assert.deepEqual(verdicts(PROGRAMS, events).split("\n"), [
    "reached  node: millrace peak 82 MiB over 1,000,000 records, goal 82 (idle + pool + 32)",
    "reached  node: rust-serde takes 2.10 times the time of millrace, goal 2",
  ]);
});

test("results: as JSON, medians, and null for what is not known", () => {
  assert.deepEqual(mediansOf(PROGRAMS).results[1], {
    peer: "rust-serde",
    runtime: "rust",
    scenario: "events",
    records: 1_000_000,
    copies: 1,
    warm: false,
    rounds: 1,
    recordsPerSecond: 1e9 / 2100,
    cpuMicrosPerRecord: 2.1,
    peakRssBytes: 17 * MIB,
    idleRssBytes: null,
    poolBytes: null,
    latencyMs: { p50: 1, p95: 2, p99: 3 },
    firstRowMs: null,
    gcPauseMsMax: null,
  });
});
