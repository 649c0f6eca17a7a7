import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Airport } from "../../../examples/event-pipeline/airports.ts";
import { loadAirports } from "../../../examples/event-pipeline/airports.ts";
import { makeDirty } from "../../../examples/event-pipeline/dirty.ts";
import { makeFlights } from "../../../examples/event-pipeline/make-flights.ts";
import type { Departure } from "../../../examples/event-pipeline/reference.ts";
import { createAnswer } from "./answer.ts";
import { loadPeer, PEER_NAMES } from "./mod.ts";
import { noFaults, OUT_OF_ORDER_ms, type PeerResult } from "./peer.ts";

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
  callback: [
    flight(START_ms, 1, "LAS", "PHL").replace("2001-01-01T", "2001-01-01T99:"),
    flight(START_ms, 1, "LAS", "PHL").replace("2001-01-01", "2001-13-01"),
    flight(START_ms, 1, "LAS", "PHL").replace("00:00:00", "00:0x:00"),
    // Which one is meant depends on the machine.
    flight(START_ms, 1, "LAS", "PHL").replace("Z", ""),
    flight(START_ms, 1.5, "LAS", "PHL").replace("2001", "none"),
  ],
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

interface Run extends PeerResult {
  /** In the order of window and state. */
  readonly rows: readonly Departure[];
  readonly hash: string;
}

async function runPeer(name: string, files: readonly string[]): Promise<Run> {
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
}

const root = mkdtempSync(join(tmpdir(), "bench-"));
after(() => rmSync(root, { recursive: true }));

function filesOf(lines: readonly string[][]): string[] {
  const folder = mkdtempSync(join(root, "flights-"));
  return lines.map((each, index) => {
    const path = join(folder, `flights-${index}.ndjson`);
    writeFileSync(path, each.map((line) => `${line}\n`).join(""));
    return path;
  });
}

// Made here: Deno doesn't see the tests that an asynchronous describe adds.
const airports = await loadAirports();
const made = await makeFlights({ folder: join(root, "made"), rows: 20_000, seed: 3 });
const dirty = await makeDirty({
  files: made,
  seed: 11,
  folder: join(root, "dirty"),
  window_ms: HOUR_ms,
  outOfOrder_ms: OUT_OF_ORDER_ms,
  lateness_ms: 0,
});
/** Answers of the peers so far to the damaged flights. */
const answers: (readonly Departure[])[] = [];

describe("all peers give the same right answer", () => {
  for (const name of PEER_NAMES) {
    it(`${name}: clean flights`, async () => {
      const lines = cleanLines();
      const { rows, rowsIn, faults, late } = await runPeer(name, filesOf(lines));
      assert.deepEqual(rows, expected(lines, airports));
      assert.equal(rowsIn, lines.flat().length);
      assert.deepEqual({ ...faults }, noFaults());
      assert.equal(late, 0);
    });

    it(`${name}: refused and late flights`, async () => {
      const clean = cleanLines();
      const late = [flight(START_ms, 99, "LAS", "PHL"), flight(START_ms + 1, 99, "LAS", "PHL")];
      // Half past nine, said otherwise.
      const lower = flight(START_ms + 10.5 * HOUR_ms, 5, " las", "phl ").replace(".000Z", "+01:00");
      const lines = clean.map((each, index) =>
        index === 0 ? [...Object.values(REFUSED).flat(), ...each, "", " ", ...late, lower] : each,
      );
      const result = await runPeer(name, filesOf(lines));
      const counted = clean.map((each, index) =>
        index === 0 ? [...each, flight(START_ms + 9.5 * HOUR_ms, 5, "LAS", "PHL")] : each,
      );
      assert.deepEqual(result.rows, expected(counted, airports));
      const faults = { ...noFaults(), json: 5, schema: 2, callback: 5, invalid: 5, "lookup-missing": 1 };
      assert.deepEqual({ ...result.faults }, faults);
      assert.equal(result.late, 2);
      assert.equal(result.rowsIn, counted.flat().length + 18 + 2);
    });

    it(`${name}: damaged flights, of every kind`, async () => {
      const { rows, rowsIn, faults, late, hash } = await runPeer(name, dirty.files);
      assert.deepEqual({ ...faults }, { ...noFaults(), ...dirty.expected.faults });
      assert.equal(late, dirty.expected.late);
      assert.equal(rowsIn, dirty.expected.rowsIn);
      const aggregated = rows.reduce((sum, row) => sum + row.flights, 0);
      assert.equal(aggregated, dirty.expected.aggregated);
      assert.ok(hash !== "0000000000000000");
      answers.push(rows);
      assert.deepEqual(rows, answers[0]);
    });

    it(`${name}: a byte order mark, CRLF, no line feed at the end, lines beyond a block`, async () => {
      const [first = "", second = "", third = ""] = cleanLines()[5]!;
      const long = second.replace("{", `{"note":"é${"x".repeat(200_000)}",`);
      const files = filesOf([[], []]);
      writeFileSync(files[0]!, `\ufeff${first}\r\n\r\n${long}\n${third}`);
      const { rows, rowsIn, faults } = await runPeer(name, files);
      assert.deepEqual(rows, expected([[first, second, third]], airports));
      assert.equal(rowsIn, 3);
      assert.deepEqual({ ...faults }, noFaults());
    });
  }
});
