// The program's command line, what it reads and what it leaves.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { makeFlights } from "./make-flights.ts";
import { HELP } from "./options.ts";
import { preparedFiles } from "./prepare.ts";
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

/** Of a file in time order. */
function largestTime_ms(file: string): number {
  const last = readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
  return last === "" ? Number.NEGATIVE_INFINITY : Date.parse(JSON.parse(last).date);
}

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
    [
      "a folder as report",
      1,
      [...files, "--report", "."],
      /^departures: Cannot write "\.": it must be a file, it is a folder\n$/,
    ],
    [
      "a report in no folder",
      1,
      [...files, "--report", "no/r.json"],
      /^departures: Cannot write "no\/r\.json": ENOENT.*\n$/,
    ],
    [
      "a database in no folder",
      1,
      [...files, "--database", "no/out.db"],
      /^departures: Cannot write to table "departures" of "no\/out\.db": its folder must exist, "no" does not\n$/,
    ],
    [
      "rejects in no folder",
      1,
      [...files, "--rejects", "no/r"],
      /^departures: Cannot write "no\/r": its folder must exist, "no" does not\n$/,
    ],
    [
      "a database that is none",
      1,
      [...files, "--database", fileURLToPath(import.meta.url)],
      /^departures: Cannot write to table "departures" of ".*main\.test\.ts": file is not a database\n$/,
    ],
    [
      "no limit",
      2,
      ["--limit", "0"],
      /^departures: --limit must be a whole number from 1, got "0"; see --help\n$/,
    ],
    [
      "a missing file to damage",
      1,
      ["none.ndjson", "--dirty", "1"],
      /^departures: .*ENOENT.*none\.ndjson.*\n$/,
    ],
  ];
  test("what cannot be: one line, its exit code, and nothing left", async () => {
    const refuse = async ([name, exitCode, args, words]: (typeof REFUSALS)[number]): Promise<void> => {
      const cwd = folder();
      const { code, stdout, stderr } = await runMain({ args, cwd });
      assert.deepEqual([code, stdout], [exitCode, ""], name);
      assert.match(stderr, words, name);
      assert.deepEqual(readdirSync(cwd), [], name);
    };
    // A few at a time: most of their time is start-up.
    for (let i = 0; i < REFUSALS.length; i += 3) await Promise.all(REFUSALS.slice(i, i + 3).map(refuse));
  });
});

describe("input", () => {
  test("--limit", async () => {
    assert.equal(flights(await whole([...files, "--limit", "1234"])), 1234);
  });

  const prepared = preparedFiles();
  test("no file named: the six that were prepared", {
    skip: prepared === undefined ? "needs the prepared flights: run the program once without files" : false,
  }, async () => {
    const limit = ["--limit", "20000"];
    const table = await whole(limit);
    assert.equal(flights(table), 20_000);
    assert.deepEqual(table, await whole([...(prepared ?? []), ...limit]));
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
    const { name, rowsIn, rowsOut, late, faults, stopped, partitions, operators, pool, ...more } = report;
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
      partitions,
      files.map((partition) => ({
        source: "files",
        partition,
        offset: statSync(partition).size,
        watermark_ms: largestTime_ms(partition) - 600_000,
        ended: true,
      })),
    );
    const flow = operators.map(({ name, rowsIn, rowsOut, faults }: Record<string, unknown>) => [
      name,
      rowsIn,
      rowsOut,
      faults,
    ]);
    const passing = ["derive", "validate", "lookup", "derive-2"].map((name) => [name, ROWS, ROWS, 0]);
    const windows = expected.length;
    assert.deepEqual(flow, [
      ["deadLetter.map", 0, 0, 0],
      ["deadLetter.b.txt", 0, 0, 0],
      ...passing,
      ["window", ROWS, windows, 0],
      ["a.sqlite:departures", windows, windows, 0],
    ]);
    const held = pool.holders.map((holder: Record<string, unknown>) => {
      assert.ok(holder.leased === 0 && holder.waiting === 0 && Number(holder.peak) <= Number(holder.arenas));
      return Number(holder.arenas) * Number(holder.arena_bytes);
    });
    const { elapsed_ms, pool_bytes, peakRss_bytes } = more;
    assert.deepEqual(Object.keys(more).sort(), ["elapsed_ms", "peakRss_bytes", "pool_bytes"]);
    assert.equal(pool_bytes, pool.size_bytes);
    assert.equal(
      pool_bytes,
      held.reduce((sum: number, bytes: number) => sum + bytes, pool.kernel_bytes),
    );
    assert.ok(elapsed_ms > 0 && elapsed_ms < 20_000);
    assert.ok(peakRss_bytes > pool_bytes && peakRss_bytes < 2 ** 30);
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
  // Every run of these tests, some fifty on each runtime, fails when it has not ended after 20 s.
  for (let run = 0; run < 2; run++) {
    const cwd = folder();
    assert.deepEqual(await runMain({ args: files, cwd }), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(table(cwd), expected);
    assert.deepEqual(readdirSync(cwd).sort(), ["out.db", "rejects.ndjson"]);
  }
});
