import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { htmlOf, writeHtml } from "./html-report.ts";
import type { Result } from "./results.ts";
import { events } from "./scenarios/generated.ts";
import type { Spread } from "./statistics.ts";

const MIB = 2 ** 20;
const flat = (value: number): Spread => ({ median: value, least: value, most: value });

function result(peer: string, runtime: string, speed: number): Result {
  return {
    date: "2026-11-21T10:00:00.000Z",
    commit: "4bad1038",
    changed: false,
    machine: { cpu: "CPU <1>", cores: 2, memoryBytes: 2 ** 34 },
    scenario: "events",
    peer,
    runtime,
    version: "1.2.3",
    settings: {},
    records: 1_000_000,
    copies: 1,
    warm: false,
    rounds: 5,
    answer: {},
    elapsedMs: flat(1e9 / speed),
    recordsPerSecond: { median: speed, least: speed * 0.9, most: speed * 1.1 },
    cpuMicrosPerRecord: flat(1e6 / speed),
    peakRssBytes: flat(80 * MIB),
    loadedRssBytes: undefined,
    idleRssBytes: runtime === "rust" ? undefined : flat(40 * MIB),
    poolBytes: undefined,
    latencyMs: { p50: flat(0.2), p95: flat(0.5), p99: flat(2) },
    firstRowMs: undefined,
    gcPauseMsMax: undefined,
    timesMillrace: undefined,
  };
}

const RESULTS = [
  result("millrace", "node", 1_200_000),
  result("web-streams", "node", 60_000),
  result("rust-serde", "rust", 600_000),
  result("rust-native", "rust", 1_600_000),
];

test("htmlOf: one page by itself, with four plots, words and all figures", async () => {
  const html = await htmlOf(RESULTS, events);
  assert.equal(html.match(/<svg /g)?.length, 4);
  assert.doesNotMatch(html, /<script|<link|<img|src=|@import|url\(/);
  const links = [...html.matchAll(/https?:[^"]+/g)].map(([link]) => link);
  assert.ok(links.every((link) => link.startsWith("http://www.w3.org/")));
  assert.match(
    html,
    /1,000,000 events, medians of 5 rounds · CPU &lt;1&gt;, 2 cores, 16 GiB · commit 4bad1038/,
  );
  assert.match(
    html,
    /On Node 1\.2\.3, Millrace handles 1,200 thousand events a second: 20 times that of Web Streams/,
  );
  assert.match(html, /and 2\.00 times that of Rust as it was published/);
  assert.match(html, /the algorithm is the reason and not the language/);
  assert.match(html, /shown as rust-native: the limit\. Of its throughput Millrace reaches 75 % on Node\./);
  assert.match(html, /<tr class="ours"><td>millrace<\/td><td>node 1\.2\.3<\/td><td>1,000,000<\/td>/);
});

test("htmlOf: without Rust nothing is said about it, and its plot is left out", async () => {
  const html = await htmlOf(RESULTS.slice(0, 2), events);
  assert.equal(html.match(/<svg /g)?.length, 3);
  assert.doesNotMatch(html, /rust-native|published/);
});

test("writeHtml: makes the folder, and one whole file", async () => {
  const root = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const path = join(root, "new", "report.html");
    await writeHtml(RESULTS, events, path);
    assert.match(readFileSync(path, "utf8"), /^<!doctype html>[\s\S]*<\/html>\n$/);
    assert.deepEqual(readdirSync(join(root, "new")), ["report.html"]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
