// The table that the program makes: against another engine, and the same bytes on every runtime.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { type FlightColumns, readFlightColumns } from "./flight-columns.ts";
import { makeFlights } from "./make-flights.ts";
import { parseWindow } from "./options.ts";
import { prepareFlights } from "./prepare.ts";
import { type Departure, referenceDepartures } from "./reference.ts";
import { runMain } from "./run-main.ts";
import { vegaDataFile } from "./vega-data.ts";

const root = mkdtempSync(join(tmpdir(), "main-table-"));
after(() => rmSync(root, { recursive: true }));

const COLUMNS = [
  ["window_start", "INTEGER"],
  ["window_end", "INTEGER"],
  ["state", "TEXT"],
  ["flights", "INTEGER"],
  ["mean_delay", "REAL"],
  ["max_delay", "INTEGER"],
  ["delayed_share", "REAL"],
  ["destinations", "INTEGER"],
] as const;

/** Runs the program and gives its table. What it stores is checked to be of the columns' types. */
async function tableOf(files: readonly string[], window: string): Promise<Departure[]> {
  const cwd = mkdtempSync(join(root, "run-"));
  const args = [...files, "--window", window];
  assert.deepEqual(await runMain({ args, cwd }), { code: 0, stdout: "", stderr: "" });

  const db = new DatabaseSync(join(cwd, "out.db"));
  try {
    const info = db.prepare("SELECT name, type, pk FROM pragma_table_info('departures')").all();
    assert.deepEqual(
      info.map(({ name, type }) => [name, type]),
      COLUMNS,
    );
    const key = info.filter(({ pk }) => pk !== 0).map(({ name }) => name);
    assert.deepEqual(key, ["window_start", "state"]);
    const stored = COLUMNS.map(([name]) => `typeof(${name})`).join(" || ' ' || ");
    const types = db.prepare(`SELECT DISTINCT ${stored} AS types FROM departures`).all();
    assert.deepEqual(
      types.map((row) => row.types),
      [COLUMNS.map(([, type]) => type.toLowerCase()).join(" ")],
    );
    const rows = db.prepare("SELECT * FROM departures ORDER BY window_start, state").all();
    return rows.map((row) => ({ ...row }) as unknown as Departure);
  } finally {
    db.close();
  }
}

const digest = (rows: readonly Departure[]): string =>
  createHash("sha256")
    .update(rows.map((row) => `${JSON.stringify(Object.values(row))}\n`).join(""))
    .digest("hex");

/** The same on Node, Deno and Bun: each of them compares with these. `1d` has windows before the epoch. */
const GOLDEN = [
  ["15m", 20_000, undefined, "a27da3070969b429f3110825f3178e1270f2dae7858b92bc2c73eb8a29c0e3b8"],
  ["1h", 20_000, undefined, "bbd86c16e73fd1da09c04e9314e9063df6e9bfe06d5e976e409e5b8318adbbbe"],
  ["1d", 20_000, Date.UTC(1969, 11, 28), "dcd5574a1c027d7b29f5f3380b7d8399489221e221aee9b4c92d13a950f2fd01"],
  // No divisor of a day: windows are aligned to the epoch all the same.
  ["7m", 5_000, undefined, "12282c43318af3b5a03b73a56282824d495a10107857af2ef6ad5225d3a38816"],
] as const;

describe("the table is DuckDB's, row for row, and the same bytes everywhere", () => {
  for (const [window, rows, start_ms, golden] of GOLDEN) {
    test(`windows of ${window}`, async () => {
      const folder = join(root, window);
      const files = await makeFlights({ folder, rows, seed: 7, ...(start_ms !== undefined && { start_ms }) });
      const table = await tableOf(files, window);
      assert.ok(table.length > 100);
      assert.deepEqual(table, await referenceDepartures({ files, window_ms: parseWindow(window) }));
      assert.equal(digest(table), golden);
    });
  }
});

test("the first real flights: the table is DuckDB's", async () => {
  const ROWS = 30_000;
  async function* first(source: string): AsyncGenerator<FlightColumns> {
    for await (const { date_ms, delay, distance, origin, destination } of readFlightColumns(source)) {
      const cut = <Value>(values: ArrayLike<Value>): Value[] => Array.prototype.slice.call(values, 0, ROWS);
      yield {
        total: ROWS,
        date_ms: cut(date_ms),
        delay: cut(delay),
        distance: cut(distance),
        origin: cut(origin),
        destination: cut(destination),
      };
      return;
    }
  }
  const { files } = await prepareFlights({
    folder: join(root, "real"),
    source: vegaDataFile("flights-3m.parquet"),
    read: first,
    stderr: { write: () => {} },
  });
  const table = await tableOf(files, "1h");
  assert.deepEqual(table, await referenceDepartures({ files, window_ms: 3_600_000 }));
  assert.equal(
    table.reduce((sum, { flights }) => sum + flights, 0),
    ROWS,
  );
  assert.equal(digest(table), "4b08d21f53928f323cac904c7f6b6feb82fedacdf1d193cb97d9eb588dea841a");
});
