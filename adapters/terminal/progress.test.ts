import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../../core/mod.ts";
import { peakRss_bytes } from "./mod.ts";
import { drawProgress, progressLine } from "./progress.ts";

const MiB = 2 ** 20;
const metrics = (more: object = {}): Metrics => ({
  name: "job",
  rowsIn: 1_234_567,
  rowsOut: 0,
  late: 0,
  faults: {},
  elapsed_ms: 2000,
  partitions: [{ source: "files", partition: "a", offset: 5000, watermark_ms: 0, ended: false }],
  operators: [],
  pool: {
    size_bytes: 16 * MiB,
    kernel_bytes: 0,
    holders: [{ name: "read", arenas: 16, arena_bytes: MiB, leased: 3, peak: 4, waiting: 0 }],
  },
  ...more,
});

test("a line tells rows, rate, position and pool", () => {
  assert.equal(progressLine(metrics()), "job  1,234,567 rows  617,284/s  at 5,000  pool 3.0 of 16.0 MiB");
});

test("the rate is the one since the line before", () => {
  const before = metrics({ rowsIn: 1_234_067, elapsed_ms: 1750 });
  assert.match(progressLine(metrics(), before), / {2}2,000\/s {2}/);
  assert.match(progressLine(before, before), / {2}0\/s {2}/);
});

test("where sizes are known the position is a share of them; ended inputs are counted", () => {
  const [one] = metrics().partitions;
  const known = { ...one, size_bytes: 20_000 };
  assert.match(progressLine(metrics({ partitions: [known] })), / {2}25 % {2}/);
  const ended = { ...known, offset: 20_000, ended: true };
  assert.match(progressLine(metrics({ partitions: [known, ended] })), / {2}62 %, 1 of 2 inputs done {2}/);
  assert.match(progressLine(metrics({ partitions: [one, ended] })), / {2}at 25,000, 1 of 2 inputs done {2}/);
});

test("faults and late rows are told when there are any", () => {
  const line = progressLine(metrics({ faults: { json: 1000, schema: 2 }, late: 7 }));
  assert.match(line, /MiB {2}1,002 faults {2}7 late$/);
});

test("nothing is drawn where there is no terminal", () => {
  const end = drawProgress(() => assert.fail("nobody asks"), {
    write: () => assert.fail("nothing is written"),
  });
  end();
});

test("a line never reaches the terminal's last column", async () => {
  const lines: string[] = [];
  const screen = { isTTY: true, columns: 20, write: (text: string) => lines.push(text) };
  const end = drawProgress(() => metrics(), screen);
  // The timer keeps nothing running.
  await new Promise((resolve) => setTimeout(resolve, 700));
  end();
  assert.ok(lines.length >= 2);
  assert.equal(lines[0], "\rjob  1,234,567 rows\x1b[K");
  assert.equal(lines.at(-1), "\r\x1b[K");
});

test("peak memory is counted in bytes and grows with what is used", () => {
  const before = peakRss_bytes();
  assert.ok(before > 5 * MiB && before < 4096 * MiB, `it says ${before}`);
  const bytes = new Uint8Array(128 * MiB).fill(1);
  const more = peakRss_bytes() - before;
  assert.ok(more <= 200 * MiB && bytes.length > 0, `it says ${more} more`);
  assert.ok(peakRss_bytes() >= 128 * MiB);
});
