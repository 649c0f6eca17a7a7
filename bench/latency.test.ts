import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { latencyOf } from "./latency.ts";

const root = mkdtempSync(join(tmpdir(), "bench-"));
after(() => rmSync(root, { recursive: true }));

function output(lines: readonly string[]): string {
  const path = join(root, "output");
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

test("latency: from a read to the write that holds the last record of its bytes", () => {
  // Lines of ten bytes, the third refused; records of five.
  const fates = Int32Array.of(10, 10, -10, 10, 10);
  const path = output(["aaaa", "bbbb", "cccc", "dddd"]);
  // Bytes 0–25 hold two whole lines, 25–40 one that is refused and one more, 40–50 the last.
  const reads = [100, 25, 200, 40, 300, 50];
  const writes = [110, 9, 150, 10, 260, 20];
  assert.deepEqual(latencyOf({ reads, writes }, fates, path), { p50: 50, p95: 60, p99: 60 });
});

test("latency: a read of which nothing comes out has none", () => {
  const path = output(["a"]);
  const fates = Int32Array.of(-5, 5, -5);
  const trace = { reads: [0, 5, 10, 10, 20, 15], writes: [14, 2] };
  assert.deepEqual(latencyOf(trace, fates, path), { p50: 4, p95: 4, p99: 4 });
  assert.equal(latencyOf({ reads: [0, 5], writes: [] }, Int32Array.of(-5), output([])), null);
});

test("latency: an output with too few or too many lines is refused", () => {
  const trace = { reads: [0, 10], writes: [1, 4] };
  const fates = Int32Array.of(5, 5);
  assert.throws(() => latencyOf(trace, fates, output(["a"])), /has 1 lines, 2 are right/);
  assert.throws(() => latencyOf(trace, fates, output(["a", "b", "c"])), /has 3 lines, 2 are right/);
});
