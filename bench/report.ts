import { align } from "./align.ts";
import type { Result } from "./results.ts";
import { OURS } from "./results.ts";
import type { Goal, Scenario } from "./scenarios/scenario.ts";
import type { Spread } from "./statistics.ts";

/** What we may take beyond idle and pool. */
const ALLOWANCES_mib: Readonly<Record<string, number>> = { node: 32, deno: 32, bun: 96 };
const MIB = 2 ** 20;

/** A column of the table. Those that nobody fills are left out. */
interface Column {
  readonly head: string;
  readonly cell: (result: Result) => string;
}

const COLUMNS: readonly Column[] = [
  { head: "peer", cell: ({ peer }) => peer },
  { head: "records", cell: ({ records }) => records.toLocaleString("en") },
  { head: "seconds", cell: ({ elapsedMs }) => range(elapsedMs, (value) => (value / 1000).toFixed(2)) },
  { head: "k records/s", cell: ({ recordsPerSecond }) => (recordsPerSecond.median / 1000).toFixed(0) },
  {
    head: "× millrace",
    cell: ({ timesMillrace, peer }) =>
      timesMillrace === undefined || peer === OURS ? "" : range(timesMillrace, twoDigits),
  },
  { head: "CPU µs/record", cell: ({ cpuMicrosPerRecord }) => range(cpuMicrosPerRecord, twoDigits) },
  { head: "loaded MiB", cell: ({ loadedRssBytes }) => told(loadedRssBytes, mib) },
  { head: "peak MiB", cell: ({ peakRssBytes }) => range(peakRssBytes, mib) },
  { head: "pool MiB", cell: ({ poolBytes }) => (poolBytes === undefined ? "" : mib(poolBytes)) },
  {
    head: "batch ms p50/95/99",
    cell: ({ latencyMs }) =>
      latencyMs === undefined
        ? ""
        : [latencyMs.p50, latencyMs.p95, latencyMs.p99].map(({ median }) => median.toFixed(1)).join("/"),
  },
  { head: "GC ms", cell: ({ gcPauseMsMax }) => told(gcPauseMsMax, (value) => value.toFixed(1)) },
  { head: "first row ms", cell: ({ firstRowMs }) => told(firstRowMs, (value) => value.toFixed(0)) },
];

/** Tells the results as a table for each runtime: medians and, in brackets, the least and the most. */
export function table(results: readonly Result[]): string {
  const [head = [], ...rows] = cellsOf(results);
  const lines: string[] = [];
  for (const runtime of new Set(results.map((result) => result.runtime))) {
    const { version, rounds, idleRssBytes } = results.find((result) => result.runtime === runtime)!;
    const times = rounds === 1 ? "1 round" : `${rounds} rounds`;
    const idle = idleRssBytes === undefined ? "" : `, idle ${mib(idleRssBytes.median)} MiB`;
    lines.push("", `${runtime} ${version}, ${times}${idle}`);
    lines.push(...align([head, ...rows.filter((_, index) => results[index]!.runtime === runtime)]));
  }
  return lines.join("\n").trimStart();
}

/** The table's cells: its head, then a row for each result. */
export function cellsOf(results: readonly Result[]): string[][] {
  const columns = COLUMNS.filter(({ cell }) => results.some((result) => cell(result) !== ""));
  return [
    columns.map(({ head }) => head),
    ...results.map((result) => columns.map(({ cell }) => cell(result))),
  ];
}

/** Holds the results against the goals, one line each. */
export function verdicts(results: readonly Result[], { ours, goals }: Scenario): string {
  return results
    .filter(({ peer }) => ours.includes(peer))
    .flatMap((result) => [
      ...memoryVerdict(result),
      ...flatVerdict(result, results),
      ...(result.copies === 1 ? goals.flatMap((goal) => speedVerdict(goal, result, results)) : []),
    ])
    .join("\n");
}

function speedVerdict(goal: Goal, result: Result, results: readonly Result[]): string[] {
  const { runtime, peer } = result;
  const atLeast = goal.atLeast[runtime];
  if (peer !== goal.ours || atLeast === undefined) return [];
  const rival = results.find(
    (other) =>
      other.peer === goal.rival &&
      (other.runtime === runtime || other.runtime === "rust") &&
      other.copies === result.copies,
  );
  if (rival === undefined) return [];
  const times =
    rival.runtime === runtime && peer === OURS && rival.timesMillrace !== undefined
      ? rival.timesMillrace
      : flat(rival.elapsedMs.median / result.elapsedMs.median);
  return [
    `${mark(times.median >= atLeast)} ${runtime}: ${rival.peer} takes ${range(times, twoDigits)} times ` +
      `the time of ${peer}, goal ${atLeast}`,
  ];
}

function memoryVerdict({
  runtime,
  peer,
  records,
  peakRssBytes,
  idleRssBytes,
  poolBytes = 0,
}: Result): string[] {
  const allowance = (ALLOWANCES_mib[runtime] ?? 0) * MIB;
  if (idleRssBytes === undefined) return [];
  const goal = idleRssBytes.median + poolBytes + allowance;
  return [
    `${mark(peakRssBytes.median <= goal)} ${runtime}: ${peer} peak ${mib(peakRssBytes.median)} MiB over ` +
      `${records.toLocaleString("en")} records, goal ${mib(goal)} (idle + pool + ${mib(allowance)})`,
  ];
}

/** More copies must take no more than the rounds over one copy took. */
function flatVerdict(result: Result, results: readonly Result[]): string[] {
  const once = results.find(
    ({ peer, runtime, copies }) => peer === result.peer && runtime === result.runtime && copies === 1,
  );
  if (once === undefined || once === result) return [];
  const isFlat = result.peakRssBytes.median <= once.peakRssBytes.most;
  return [
    `${mark(isFlat)} ${result.runtime}: ${result.peer} peak ${mib(result.peakRssBytes.median)} MiB over ` +
      `${result.copies} copies, goal ${mib(once.peakRssBytes.most)} (the most over one)`,
  ];
}

function mark(reached: boolean): string {
  return reached ? "reached " : "MISSED  ";
}

function mib(size_bytes: number): string {
  return (size_bytes / MIB).toFixed(0);
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}

function told(spread: Spread | undefined, tell: (value: number) => string): string {
  return spread === undefined ? "" : tell(spread.median);
}

function flat(value: number): Spread {
  return { median: value, least: value, most: value };
}

function range({ median, least, most }: Spread, tell: (value: number) => string): string {
  return least === most ? tell(median) : `${tell(median)} (${tell(least)}–${tell(most)})`;
}
