import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunReport } from "millrace";
import type { Options } from "./options.ts";
import { type DelayRow, writeDelayPlot } from "./plot.ts";

/** Flights below which an hour's mean says little. */
const ENOUGH_flights = 30;
const WORST = 10;

interface WorstRow {
  readonly window_start: number;
  readonly state: string;
  readonly flights: number;
  readonly mean_delay: number;
  readonly max_delay: number;
  readonly delayed_share: number;
}

function query<Row>(database: string, sql: string, ...values: number[]): Row[] {
  // Not read-only: the last one to close a WAL database removes its log, if it may write.
  const db = new DatabaseSync(database);
  try {
    return db.prepare(sql).all(...values) as Row[];
  } finally {
    db.close();
  }
}

/** Flights that the table counts. */
export function aggregatedRows(database: string): number {
  const [row] = query<{ flights: number | null }>(database, "SELECT sum(flights) AS flights FROM departures");
  return row?.flights ?? 0;
}

/** The report of a run, and the memory that the process had taken when it ended. */
export interface Figures extends RunReport {
  readonly peakRss_bytes: number;
  readonly pool_bytes: number;
}

/** Prints the worst windows, where the results lie and the run in figures, and draws the plot. */
export async function summary(options: Options, figures: Figures): Promise<void> {
  const { database, rejects, report } = options;
  const worst = query<WorstRow>(
    database,
    "SELECT window_start, state, flights, mean_delay, max_delay, delayed_share FROM departures " +
      "WHERE flights >= ? ORDER BY mean_delay DESC, window_start, state LIMIT ?",
    ENOUGH_flights,
    WORST,
  );
  const plot = `${resolve(database).replace(/\.[^./\\]*$/, "")}.svg`;
  const delays = query<DelayRow>(
    database,
    "SELECT window_start, window_end, flights, mean_delay FROM departures",
  );
  if (delays.length > 0) await writeDelayPlot(delays, plot);

  const lines: string[] = [];
  if (worst.length > 0) {
    lines.push(`worst windows of ${ENOUGH_flights} flights or more, delays in minutes`);
    lines.push(columns("start", "state", "flights", "mean", "max", "delayed"));
    for (const row of worst) {
      const start = new Date(row.window_start).toISOString().slice(0, 16).replace("T", " ");
      const share = `${(row.delayed_share * 100).toFixed(0)} %`;
      lines.push(columns(start, row.state, row.flights, row.mean_delay.toFixed(1), row.max_delay, share));
    }
    lines.push("");
  }
  const { rowsIn, late, faults, elapsed_ms, peakRss_bytes, pool_bytes } = figures;
  const rate = Math.round(rowsIn / (elapsed_ms / 1000));
  const refused = Object.entries(faults).map(([code, number]) => `${count(number)} ${code}`);
  lines.push(
    `results  ${resolve(database)}, table departures: ${count(delays.length)} rows, ${size(statSync(database).size)}`,
    `rejects  ${resolve(rejects)}`,
    ...(delays.length > 0 ? [`plot     ${plot}`] : []),
    ...(report === undefined ? [] : [`report   ${resolve(report)}`]),
    `run      ${count(rowsIn)} rows in ${(elapsed_ms / 1000).toFixed(2)} s (${count(rate)}/s), ${count(late)} late, ` +
      `faults: ${refused.join(", ") || "none"}`,
    `memory   peak ${size(peakRss_bytes)}, of it pool ${size(pool_bytes)}`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}

function columns(start: string, state: string, ...numbers: readonly (number | string)[]): string {
  return `  ${start.padEnd(16)}  ${state.padEnd(5)}${numbers.map((number) => String(number).padStart(9)).join("")}`;
}

const count = (value: number): string => value.toLocaleString("en");

function size(size_bytes: number): string {
  const kibibytes = size_bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(0)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}
