// The program's command line, what it reads and what it leaves.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { makeFlights } from "./make-flights.ts";
import { HELP } from "./options.ts";
import { runMain } from "./run-main.ts";

const root = mkdtempSync(join(tmpdir(), "main-"));
after(() => rmSync(root, { recursive: true }));

const ROWS = 3000;
const files = await makeFlights({ folder: join(root, "data"), rows: ROWS, seed: 3 });
const folder = (): string => mkdtempSync(join(root, "run-"));

function table(cwd: string, file = "out.db"): Record<string, unknown>[] {
  const db = new DatabaseSync(join(cwd, file));
  try {
    return db.prepare("SELECT * FROM departures ORDER BY window_start, state").all();
  } finally {
    db.close();
  }
}

const flights = (rows: readonly Record<string, unknown>[]): number =>
  rows.reduce((sum, row) => sum + Number(row.flights), 0);

async function whole(args: readonly string[], input?: string): Promise<Record<string, unknown>[]> {
  const cwd = folder();
  const run = await runMain({ args, cwd, ...(input !== undefined && { input }) });
  assert.deepEqual(run, { code: 0, stdout: "", stderr: "" });
  return table(cwd);
}

/** What a run over the files must leave in its table. */
const expected = await whole(files);

describe("command line", () => {
  test("--help", async () => {
    const cwd = folder();
    assert.deepEqual(await runMain({ args: ["--help"], cwd }), { code: 0, stdout: HELP, stderr: "" });
    assert.deepEqual(readdirSync(cwd), []);
  });

  const REFUSALS: readonly [name: string, code: number, args: string[], words: RegExp][] = [
    ["an unknown option", 2, ["--nope"], /^departures: .*--nope.*; see --help\n$/],
    [
      "no window",
      2,
      ["--window", "1w"],
      /^departures: --window must be a number above 0 and s, m, h or d, .* got "1w"; see --help\n$/,
    ],
    ["a missing file", 1, ["none.ndjson"], /^departures: Cannot read "none\.ndjson": ENOENT.*\n$/],
    ["a folder as report", 1, [...files, "--report", "."], /^departures: .*EISDIR.*\n$/],
    [
      "a missing file to damage",
      1,
      ["none.ndjson", "--dirty", "1"],
      /^departures: .*ENOENT.*none\.ndjson.*\n$/,
    ],
  ];
  for (const [name, exitCode, args, words] of REFUSALS) {
    test(`exit code ${exitCode} and one line for ${name}`, async () => {
      const cwd = folder();
      const { code, stdout, stderr } = await runMain({ args, cwd });
      assert.deepEqual([code, stdout], [exitCode, ""]);
      assert.match(stderr, words);
      const results = exitCode === 2 ? [] : ["out.db", "rejects.ndjson"];
      const others = readdirSync(cwd).filter((name) => !results.includes(name));
      assert.deepEqual(others, []);
    });
  }
});

describe("input", () => {
  test("--limit", async () => {
    assert.equal(flights(await whole([...files, "--limit", "1234"])), 1234);
  });

  test("standard input, gzip and a glob give the same table", async () => {
    const [first = "", ...rest] = files;
    const packed = join(folder(), "flights.ndjson.gz");
    writeFileSync(packed, gzipSync(readFileSync(first)));
    const tables = await Promise.all([
      whole(["-", ...rest], readFileSync(first, "utf8")),
      whole([packed, ...rest]),
      whole([join(root, "data", "*.ndjson")]),
    ]);
    for (const table of tables) assert.deepEqual(table, expected);
  });
});

describe("output", () => {
  test("files of the names given, and the report", async () => {
    const cwd = folder();
    const args = [...files, "--database", "a.sqlite", "--rejects", "b.txt", "--report", "c.json"];
    await runMain({ args, cwd });
    assert.deepEqual(readdirSync(cwd).sort(), ["a.sqlite", "b.txt", "c.json"]);
    assert.deepEqual(table(cwd, "a.sqlite"), expected);
    assert.equal(readFileSync(join(cwd, "b.txt"), "utf8"), "");

    const report = JSON.parse(readFileSync(join(cwd, "c.json"), "utf8"));
    const { name, rowsIn, rowsOut, late, faults, stopped, partitions, elapsed_ms, pool_bytes } = report;
    const known = {
      name: "departures",
      rowsIn: ROWS,
      rowsOut: expected.length,
      late: 0,
      faults: {},
      stopped: false,
    };
    assert.deepEqual({ name, rowsIn, rowsOut, late, faults, stopped }, known);
    assert.deepEqual(
      partitions.map(({ partition }: { partition: string }) => partition),
      files,
    );
    assert.ok(elapsed_ms > 0 && elapsed_ms < 20_000);
    assert.ok(pool_bytes > 2 ** 20 && pool_bytes < 2 ** 26);
    assert.ok(report.peakRss_bytes > pool_bytes && report.peakRss_bytes < 2 ** 30);
  });

  test("a second run replaces the table, also by nothing", async () => {
    const cwd = folder();
    await runMain({ args: [...files, "--window", "1d", "--limit", "500"], cwd });
    assert.equal(flights(table(cwd)), 500);
    await runMain({ args: files, cwd });
    assert.deepEqual(table(cwd), expected);
    assert.deepEqual(await runMain({ args: ["-"], cwd }), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(table(cwd), []);
  });
});

test("runs in a row: each ends by itself, and all leave the same", async () => {
  // Every run of these tests, some thirty on each runtime, fails when it has not ended after 20 s.
  for (let run = 0; run < 4; run++) {
    const cwd = folder();
    assert.deepEqual(await runMain({ args: files, cwd }), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(table(cwd), expected);
    assert.deepEqual(readdirSync(cwd).sort(), ["out.db", "rejects.ndjson"]);
  }
});
