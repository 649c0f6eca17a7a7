import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Airport } from "../examples/event-pipeline/airports.ts";
import { loadAirports } from "../examples/event-pipeline/airports.ts";
import type { Departure } from "../examples/event-pipeline/reference.ts";
import { createAnswer } from "./answer.ts";
import { loadPeer, PEER_NAMES } from "./peers/mod.ts";
import type { PeerResult } from "./peers/peer.ts";

const HOUR_ms = 3_600_000;
const START_ms = Date.parse("2001-01-01T00:00:00.000Z");
const ORIGINS = ["LAS", "PHL", "LAX", "SFO", "ORD", "JFK"];

const flight = (time_ms: number, delay: number, origin: string, destination: string): string =>
  JSON.stringify({
    date: new Date(time_ms).toISOString(),
    delay,
    distance: 100 + delay ** 2,
    origin,
    destination,
  });

/** Six partitions over ten hours, of very different sizes. */
function cleanLines(): string[][] {
  return ORIGINS.map((origin, partition) => {
    const count = 40 * (partition + 1) ** 2;
    return Array.from({ length: count }, (_, i) =>
      flight(
        START_ms + Math.floor((i * 10 * HOUR_ms) / count),
        ((i * 7) % 61) - 20,
        origin,
        ORIGINS[(i * i) % 6]!,
      ),
    );
  });
}

const REFUSED = {
  json: ['{"date":', "[1]", "null", "3", '{"a":1} x'],
  schema: ["{}", flight(START_ms, 1, "LAS", "PHL").replace('"delay":1', '"delay":"1"')],
  invalid: [
    flight(START_ms, 1.5, "LAS", "PHL"),
    flight(START_ms, 4321, "LAS", "PHL"),
    flight(START_ms, 1, "LASX", "PHL"),
    flight(START_ms, 1, "LAS", "").replace('"distance":101', '"distance":1'),
    flight(START_ms, 1, "LAS", "PHL").replace('"distance":101', '"distance":0'),
  ],
  "lookup-missing": [flight(START_ms, 1, "QQQ", "PHL")],
};

/** The answer by other means: everything at once, nothing about time. */
function expected(lines: readonly string[][], airports: ReadonlyMap<string, Airport>): Departure[] {
  const rows = lines
    .flat()
    .map((line) => JSON.parse(line) as Record<"date" | "origin" | "destination", string>);
  const groups = Map.groupBy(rows, (row) => {
    const hour = Math.floor(Date.parse(row.date) / HOUR_ms) * HOUR_ms;
    return `${hour} ${airports.get(row.origin)?.state}`;
  });
  const departures = [...groups].map(([key, flights]) => {
    const [hour = "", state = ""] = key.split(" ");
    const delays = flights.map((row) => (row as unknown as { delay: number }).delay);
    return {
      window_start: Number(hour),
      window_end: Number(hour) + HOUR_ms,
      state,
      flights: flights.length,
      mean_delay: delays.reduce((sum, delay) => sum + delay, 0) / flights.length,
      max_delay: Math.max(...delays),
      delayed_share: delays.filter((delay) => delay > 15).length / flights.length,
      destinations: new Set(flights.map((row) => row.destination)).size,
    };
  });
  return departures.sort((a, b) => a.window_start - b.window_start || (a.state < b.state ? -1 : 1));
}

async function runPeer(
  name: string,
  lines: readonly string[][],
  airports: ReadonlyMap<string, Airport>,
): Promise<PeerResult & { rows: Departure[]; hash: string }> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const files = lines.map((each, index) => {
      const path = join(folder, `flights-${index}.ndjson`);
      writeFileSync(path, each.map((line) => `${line}\n`).join(""));
      return path;
    });
    const rows: Departure[] = [];
    const answer = createAnswer();
    const run = await loadPeer(name);
    const onRow = (row: Departure): void => {
      rows.push({ ...row });
      answer.add(row);
    };
    const result = await run({ files, window_ms: HOUR_ms, airports, onRow });
    rows.sort((a, b) => a.window_start - b.window_start || (a.state < b.state ? -1 : 1));
    return { ...result, rows, hash: answer.end().hash };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// Loaded here: Deno doesn't see the tests that an asynchronous describe adds.
const airports = await loadAirports();

describe("all peers give the same right answer", () => {
  const hashes = new Map<string, string>();

  for (const name of PEER_NAMES) {
    it(`${name}: clean flights`, async () => {
      const lines = cleanLines();
      const { rows, rowsIn, faults, late, hash } = await runPeer(name, lines, airports);
      assert.deepEqual(rows, expected(lines, airports));
      assert.equal(rowsIn, lines.flat().length);
      assert.deepEqual({ ...faults }, { json: 0, schema: 0, invalid: 0, "lookup-missing": 0 });
      assert.equal(late, 0);
      hashes.set(name, hash);
      assert.equal(new Set(hashes.values()).size, 1, "another hash than the peers before");
    });

    it(`${name}: refused and late flights`, async () => {
      const clean = cleanLines();
      const late = [flight(START_ms, 99, "LAS", "PHL"), flight(START_ms + 1, 99, "LAS", "PHL")];
      const lower = flight(START_ms + 9.5 * HOUR_ms, 5, " las", "phl ");
      const lines = clean.map((each, index) =>
        index === 0 ? [...Object.values(REFUSED).flat(), ...each, "", " ", ...late, lower] : each,
      );
      const result = await runPeer(name, lines, airports);
      const counted = clean.map((each, index) =>
        index === 0 ? [...each, flight(START_ms + 9.5 * HOUR_ms, 5, "LAS", "PHL")] : each,
      );
      assert.deepEqual(result.rows, expected(counted, airports));
      assert.deepEqual({ ...result.faults }, { json: 5, schema: 2, invalid: 5, "lookup-missing": 1 });
      assert.equal(result.late, 2);
      assert.equal(result.rowsIn, counted.flat().length + 13 + 2);
    });
  }
});
