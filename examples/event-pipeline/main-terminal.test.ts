// What the program shows on a terminal.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { makeFlights } from "./make-flights.ts";
import { noTerminal, runMainInTerminal } from "./run-main.ts";

test("on a terminal: the worst windows, where the results lie, the run, and a plot", {
  skip: noTerminal,
}, async () => {
  const cwd = mkdtempSync(join(tmpdir(), "main-terminal-"));
  try {
    const files = await makeFlights({ folder: join(cwd, "data"), rows: 20_000, seed: 2 });
    const args = [...files, "--window", "6h", "--report", "report.json"];
    const { code, stdout, stderr } = runMainInTerminal({ args, cwd });
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.split("\r\n");
    assert.equal(lines.pop(), "");
    const worst = lines.splice(0, 12);
    assert.equal(worst[0], "worst windows of 30 flights or more, delays in minutes");
    assert.match(worst[1] ?? "", /^ {2}start {13}state {2}flights {5}mean {6}max {2}delayed$/);
    const means = worst.slice(2).map((line) => {
      const row = /^ {2}2001-01-\d\d \d\d:00 {2}[A-Z]{2} {3} +(\d+) +(-?[\d.]+) +(-?\d+) +(\d+) %$/.exec(
        line,
      );
      assert.ok(row !== null, line);
      assert.ok(Number(row[1]) >= 30);
      return Number(row[2]);
    });
    assert.deepEqual(
      means,
      means.toSorted((a, b) => b - a),
    );
    const [blank, results, rejects, plot, report, run, memory, ...more] = lines;
    assert.deepEqual([blank, more], ["", []]);
    assert.match(results ?? "", /^results {2}\/.*\/out\.db, table departures: [\d,]+ rows, \d+ KiB$/);
    assert.match(rejects ?? "", /^rejects {2}\/.*\/rejects\.ndjson$/);
    assert.match(plot ?? "", /^plot {5}\/.*\/out\.svg$/);
    assert.match(report ?? "", /^report {3}\/.*\/report\.json$/);
    assert.match(run ?? "", /^run {6}20,000 rows in [\d.]+ s \([\d,]+\/s\), 0 late, faults: none$/);
    assert.match(memory ?? "", /^memory {3}peak [\d.]+ MiB, of it pool [\d.]+ MiB$/);

    const left = ["data", "out.db", "out.svg", "rejects.ndjson", "report.json"];
    assert.deepEqual(readdirSync(cwd).sort(), left);
    const svg = readFileSync(join(cwd, "out.svg"), "utf8");
    assert.match(svg, /^<svg [\s\S]*Mean departure delay by day of the week[\s\S]*<\/svg>$/);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
