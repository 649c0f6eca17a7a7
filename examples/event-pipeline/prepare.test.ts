import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type FlightColumns, readFlightColumns } from "./flight-columns.ts";
import { type PrepareOptions, prepareFlights, upstreamOf } from "./prepare.ts";
import { vegaDataFile } from "./vega-data.ts";

const CODES = ["LAS", "PHL", "LAX", "DEN", "ORD", "SEA", "JFK", "ATL", "MIA", "BOS", "SLC", "IAH"];
const ROWS = 30_000;
const START_MS = Date.UTC(2001, 0, 1);

/** Thirty thousand flights in three parts: more than fits the write buffers. */
async function* columns(): AsyncGenerator<FlightColumns> {
  for (let part = 0; part < 3; part++) {
    const indexes = Array.from({ length: ROWS / 3 }, (_, i) => part * (ROWS / 3) + i);
    yield {
      total: ROWS,
      date_ms: indexes.map((i) => START_MS + Math.floor(i / 3) * 60_000),
      delay: indexes.map((i) => BigInt((i % 200) - 30)),
      distance: indexes.map((i) => BigInt(1 + (i % 3000))),
      origin: indexes.map((i) => CODES[i % CODES.length] as string),
      destination: indexes.map((i) => CODES[(i + 1) % CODES.length] as string),
    };
  }
}

async function withFolder(
  run: (folder: string, options: PrepareOptions, told: string[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "prepare-"));
  const told: string[] = [];
  const source = join(folder, "source.parquet");
  writeFileSync(source, "not read by these tests");
  try {
    const stderr = { write: (text: string) => told.push(text) };
    await run(folder, { folder: join(folder, "data"), source, read: columns, stderr }, told);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("prepareFlights: six files, every record once, in time order, by origin", async () => {
  await withFolder(async (folder, options, told) => {
    const result = await prepareFlights(options);
    assert.equal(result.rows, ROWS);
    assert.equal(result.reused, false);
    assert.deepEqual(
      result.files,
      [0, 1, 2, 3, 4, 5].map((i) => join(folder, "data", `flights-${i}.ndjson`)),
    );
    assert.equal(readdirSync(join(folder, "data")).length, 7);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? "", /^prepared 30,000 flights in 6 files \(\d+ MB\) in [\d.]+ s\n$/);

    let rows = 0;
    let size_bytes = 0;
    for (const [index, file] of result.files.entries()) {
      const text = readFileSync(file, "utf8");
      size_bytes += statSync(file).size;
      if (text === "") continue;
      assert.ok(text.endsWith("\n"));
      let last = "";
      for (const line of text.trimEnd().split("\n")) {
        const record = JSON.parse(line);
        assert.deepEqual(Object.keys(record), ["date", "delay", "distance", "origin", "destination"]);
        assert.equal(upstreamOf(record.origin), index);
        assert.ok(record.date >= last);
        last = record.date;
        rows++;
      }
    }
    assert.equal(rows, ROWS);
    assert.equal(size_bytes, result.size_bytes);
  });
});

test("prepareFlights: does nothing the second time, and everything when a file or the source changed", async () => {
  await withFolder(async (folder, options, told) => {
    const first = await prepareFlights(options);
    assert.deepEqual(await prepareFlights(options), { ...first, reused: true });
    assert.equal(told.length, 1);

    const file = first.files[upstreamOf("LAS")] as string;
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, -1));
    assert.equal((await prepareFlights(options)).reused, false);
    assert.equal(readFileSync(file, "utf8"), text);

    writeFileSync(join(folder, "source.parquet"), "of another size");
    assert.equal((await prepareFlights(options)).reused, false);

    for (const damaged of ["", "{}", "[]", '{"format":1}', '{"format":0}']) {
      writeFileSync(join(folder, "data", "flights.json"), damaged);
      assert.equal((await prepareFlights(options)).reused, false, damaged);
      assert.equal((await prepareFlights(options)).reused, true, damaged);
    }
  });
});

test("prepareFlights: a terminal sees progress", async () => {
  await withFolder(async (_, options, told) => {
    const write = (text: string): number => told.push(text);
    await prepareFlights({ ...options, stderr: { isTTY: true, write } });
    assert.deepEqual(told.slice(0, -1), [
      "\rpreparing flights: 10,000 of 30,000",
      "\rpreparing flights: 20,000 of 30,000",
      "\rpreparing flights: 30,000 of 30,000",
    ]);
    assert.match(told.at(-1) ?? "", /^\rprepared 30,000 flights .*\n$/);
  });
});

test("prepareFlights: stopped or failed, it leaves no file", async () => {
  await withFolder(async (folder, options) => {
    const controller = new AbortController();
    async function* stopped(): AsyncGenerator<FlightColumns> {
      for await (const part of columns()) {
        yield part;
        controller.abort(new Error("stop"));
      }
    }
    await assert.rejects(prepareFlights({ ...options, read: stopped, signal: controller.signal }), /stop/);
    assert.deepEqual(readdirSync(join(folder, "data")), []);

    async function* broken(): AsyncGenerator<FlightColumns> {
      yield* columns();
      throw new Error("broken");
    }
    await assert.rejects(prepareFlights({ ...options, read: broken }), /broken/);
    assert.deepEqual(readdirSync(join(folder, "data")), []);
  });
});

test("upstreamOf: 32-bit FNV-1a modulo six", () => {
  // Published: "" 811c9dc5, "a" e40c292c, "foobar" bf9cf968.
  assert.equal(upstreamOf(""), 0x811c9dc5 % 6);
  assert.equal(upstreamOf("a"), 0xe40c292c % 6);
  assert.equal(upstreamOf("foobar"), 0xbf9cf968 % 6);
});

test("readFlightColumns: the first row group of the dataset", async () => {
  for await (const part of readFlightColumns(vegaDataFile("flights-3m.parquet"))) {
    assert.equal(part.total, 3_000_000);
    assert.equal(part.date_ms.length, 272_727);
    const row = [part.date_ms[0], part.delay[0], part.distance[0], part.origin[0], part.destination[0]];
    assert.deepEqual(row, [Date.UTC(2001, 0, 1, 0, 1), 33n, 2176n, "LAS", "PHL"]);
    break;
  }
});

const prepared = fileURLToPath(new URL("../../data/flights-0.ndjson", import.meta.url));
test("the prepared files", { skip: existsSync(prepared) ? false : "not prepared here" }, async () => {
  const file = await open(prepared);
  try {
    const bytes = new Uint8Array(100_000);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const lines = new TextDecoder().decode(bytes.subarray(0, bytesRead)).split("\n").slice(0, -1);
    assert.equal(
      lines[0],
      '{"date":"2001-01-01T00:03:00.000Z","delay":-20,"distance":1946,"origin":"LAX","destination":"ATL"}',
    );
    for (const line of lines) {
      const record = JSON.parse(line);
      assert.equal(JSON.stringify(record), line);
      assert.equal(upstreamOf(record.origin), 0);
      assert.equal(new Date(record.date).toISOString(), record.date);
    }
  } finally {
    await file.close();
  }
});
