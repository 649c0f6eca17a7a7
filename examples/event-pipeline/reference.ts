import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { vegaDataFile } from "./vega-data.ts";

/** One row of the table `departures`. */
export interface Departure {
  /** Epoch milliseconds, inclusive. */
  readonly window_start: number;
  /** Epoch milliseconds, exclusive. */
  readonly window_end: number;
  /** State of the origin. */
  readonly state: string;
  readonly flights: number;
  /** Minutes. */
  readonly mean_delay: number;
  /** Minutes. */
  readonly max_delay: number;
  /** Share of the flights that left more than 15 minutes late, 0 to 1. */
  readonly delayed_share: number;
  /** Distinct destination codes. */
  readonly destinations: number;
}

/** What {@link referenceDepartures} computes from. */
export interface ReferenceOptions {
  /** NDJSON files of clean flights. */
  readonly files: readonly string[];
  /** Length of the windows, which are aligned to the epoch. */
  readonly window_ms: number;
  /** CSV file of the airports. Default: that of `vega-datasets`. */
  readonly airports?: string;
}

/**
 * Computes the table `departures` with DuckDB: another engine, another parser, SQL.
 *
 * Means are the exact sum of whole minutes, as a double, divided by the count: rounded once, so
 * that they equal those of JavaScript bit for bit. Flights from unknown airports are dropped.
 *
 * @returns Rows in the order of window and state.
 * @throws Error when DuckDB cannot read a file or a record.
 */
export async function referenceDepartures(options: ReferenceOptions): Promise<Departure[]> {
  const { files, window_ms, airports = vegaDataFile("airports.csv") } = options;
  if (!Number.isSafeInteger(window_ms) || window_ms < 1) {
    throw new RangeError(`Cannot compute windows of ${window_ms} ms: a whole number above 0 is needed`);
  }

  const folder = mkdtempSync(join(tmpdir(), "departures-"));
  const result = join(folder, "departures.ndjson");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    // The answer comes by way of a file: Deno 2.9.5 crashes when it finalises the many data chunks
    // that reading it through the client makes (denoland/deno#36538). Doubles are written in full.
    await connection.run(`COPY (
      WITH flights AS (
        SELECT epoch_ms(date) AS time, delay, origin, destination
        FROM read_ndjson([${files.map(quote).join()}], columns = {
          date: 'TIMESTAMP', delay: 'BIGINT', distance: 'BIGINT', origin: 'VARCHAR', destination: 'VARCHAR' })
      ), airports AS (
        SELECT iata, state FROM read_csv(${quote(airports)}, header = true, all_varchar = true)
      ), placed AS (
        SELECT time - (time % ${window_ms} + ${window_ms}) % ${window_ms} AS window_start,
          state, delay, destination
        FROM flights JOIN airports ON origin = iata
      )
      SELECT
        window_start,
        window_start + ${window_ms} AS window_end,
        state,
        count(*) AS flights,
        sum(delay)::DOUBLE / count(*) AS mean_delay,
        max(delay) AS max_delay,
        count(*) FILTER (delay > 15)::DOUBLE / count(*) AS delayed_share,
        count(DISTINCT destination) AS destinations
      FROM placed GROUP BY ALL ORDER BY window_start, state
    ) TO ${quote(result)} (FORMAT json)`);
    const lines = readFileSync(result, "utf8").trimEnd();
    return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as Departure);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SQL text of a string. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
