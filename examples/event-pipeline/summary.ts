import { statSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RunReport } from "millrace";
import { peakRss_bytes } from "millrace/terminal";
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
  const db = new DatabaseSync(database, { readOnly: true });
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

/** Prints the worst windows, where the results lie and the run in figures, and draws the plot. */
export async function summary({ database, rejects, report: file }: Options, report: RunReport): Promise<void> {
  const worst = query<WorstRow>(
    database,
    "SELECT window_start, state, flights, mean_delay, max_delay, delayed_share FROM departures " +
      "WHERE flights >= ? ORDER BY mean_delay DESC, window_start, state LIMIT ?",
    ENOUGH_flights,
    WORST,
  );
  const plot = resolve(database).replace(/\.[^./\\]*$/, "") + ".svg";
  const delays = query<DelayRow>(database, "SELECT window_start, window_end, flights, mean_delay FROM departures");
  if (delays.length > 0) await writeDelayPlot(delays, plot);

  const lines: string[] = [];
  if (worst.length > 0) {
    lines.push(`worst windows of ${ENOUGH_flights} flights or more`, "  start             state  flights  mean min  max min  > 15 min");
    for (const row of worst) {
      const start = new Date(row.window_start).toISOString().slice(0, 16).replace("T", " ");
      const share = `${(row.delayed_share * 100).toFixed(0)} %`;
      lines.push(
        `  ${start}  ${row.state.padEnd(5)}  ${pad(row.flights, 7)}  ${pad(row.mean_delay.toFixed(1), 8)}  ${pad(row.max_delay, 7)}  ${pad(share, 8)}`,
      );
    }
    lines.push("");
  }
  const { rowsIn, late, faults, elapsed_ms, pool } = report;
  const rate = Math.round(rowsIn / (elapsed_ms / 1000));
  lines.push(
    `results  ${resolve(database)}, table departures: ${count(delays.length)} rows, ${size(statSync(database).size)}`,
    `rejects  ${resolve(rejects)}`,
    ...(delays.length > 0 ? [`plot     ${plot}`] : []),
    ...(file === undefined ? [] : [`report   ${resolve(file)}`]),
    `run      ${count(rowsIn)} rows in ${(elapsed_ms / 1000).toFixed(2)} s (${count(rate)}/s), ${count(late)} late, ` +
      `faults ${Object.entries(faults).map(([code, n]) => `${code} ${count(n)}`).join(", ") || "none"}`,
    `memory   peak ${size(peakRss_bytes())}, of it pool ${size(pool.size_bytes)}`,
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}

const pad = (value: number | string, width: number): string => String(value).padStart(width);
const count = (value: number): string => value.toLocaleString("en");
const size = (size_bytes: number): string => `${(size_bytes / 2 ** 20).toFixed(1)} MiB`;
