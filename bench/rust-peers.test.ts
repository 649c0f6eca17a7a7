import assert from "node:assert/strict";
import { test } from "node:test";
import { rustPass } from "./rust-peers.ts";

test("rustPass: what a Rust peer prints, as a pass", () => {
  const printed = {
    rowsIn: 10,
    rejects: { json: 1, utf8: 2, schema: 0, invalid: 3 },
    records: 4,
    elapsed_ms: 1.5,
    cpu_us: 2,
    peakRss_bytes: 3,
    latency_ms: { p50: 1, p95: 2, p99: 3 },
    firstRow_ms: 0.5,
  };
  assert.deepEqual(rustPass(printed), {
    rowsIn: 10,
    answer: { rowsIn: 10, json: 1, utf8: 2, schema: 0, invalid: 3, records: 4 },
    elapsed_ms: 1.5,
    cpu_us: 2,
    peakRss_bytes: 3,
    loadedRss_bytes: null,
    pool_bytes: null,
    latency_ms: { p50: 1, p95: 2, p99: 3 },
    firstRow_ms: 0.5,
    gcPauseMost_ms: null,
  });
  assert.deepEqual(rustPass({ ...printed, aggregates: [1] }).aggregates, [1]);
});
