import { align } from "./align.ts";
import { OURS, type Result } from "./results.ts";
import type { Spread } from "./statistics.ts";

/** How many times the time of ours each rival shall take at least. */
const GOALS: Readonly<Record<string, number>> = { "web-streams": 6, "json-parse-loop": 2.5 };
/** What we may take beyond idle and pool. */
const ALLOWANCE_bytes = 32 * 2 ** 20;
const MIB = 2 ** 20;
const HEAD = [
  "peer",
  "records",
  "seconds",
  "k records/s",
  "× millrace",
  "CPU µs/record",
  "loaded MiB",
  "peak MiB",
  "pool MiB",
];

/** Tells the results as a table for each runtime: medians and, in brackets, the least and the most. */
export function table(results: readonly Result[]): string {
  const lines: string[] = [];
  for (const runtime of new Set(results.map((result) => result.runtime))) {
    const mine = results.filter((result) => result.runtime === runtime);
    const { version, rounds, idleRssBytes } = mine[0]!;
    const times = rounds === 1 ? "1 round" : `${rounds} rounds`;
    lines.push("", `${runtime} ${version}, ${times}, idle ${mib(idleRssBytes.median)} MiB`);
    lines.push(...align([HEAD, ...mine.map(cells)]));
  }
  return lines.join("\n").trimStart();
}

function cells(result: Result): string[] {
  const { timesMillrace, poolBytes } = result;
  return [
    result.peer,
    result.records.toLocaleString("en"),
    range(result.elapsedMs, (value) => (value / 1000).toFixed(2)),
    (result.recordsPerSecond.median / 1000).toFixed(0),
    timesMillrace === undefined || result.peer === OURS ? "" : range(timesMillrace, twoDigits),
    range(result.cpuMicrosPerRecord, twoDigits),
    mib(result.loadedRssBytes.median),
    range(result.peakRssBytes, mib),
    poolBytes === undefined ? "" : mib(poolBytes),
  ];
}

/** Holds the results against the goals, one line each. */
export function verdicts(results: readonly Result[]): string {
  return results
    .flatMap((result) =>
      result.peer === OURS ? [memoryVerdict(result), ...flatVerdict(result, results)] : speedVerdict(result),
    )
    .join("\n");
}

function speedVerdict({ runtime, peer, timesMillrace }: Result): string[] {
  const goal = GOALS[peer];
  if (goal === undefined || timesMillrace === undefined) return [];
  return [
    `${mark(timesMillrace.median >= goal)} ${runtime}: ${peer} takes ${range(timesMillrace, twoDigits)} times ` +
      `the time of millrace, goal ${goal}`,
  ];
}

function memoryVerdict({ runtime, records, peakRssBytes, idleRssBytes, poolBytes = 0 }: Result): string {
  const goal = idleRssBytes.median + poolBytes + ALLOWANCE_bytes;
  return (
    `${mark(peakRssBytes.median <= goal)} ${runtime}: peak ${mib(peakRssBytes.median)} MiB over ` +
    `${records.toLocaleString("en")} records, goal ${mib(goal)} (idle + pool + ${mib(ALLOWANCE_bytes)})`
  );
}

/** More copies must take no more than the rounds over one copy took. */
function flatVerdict(result: Result, results: readonly Result[]): string[] {
  const once = results.find(
    ({ peer, runtime, copies }) => peer === result.peer && runtime === result.runtime && copies === 1,
  );
  if (once === undefined || once === result) return [];
  const flat = result.peakRssBytes.median <= once.peakRssBytes.most;
  return [
    `${mark(flat)} ${result.runtime}: peak ${mib(result.peakRssBytes.median)} MiB over ${result.copies} copies, ` +
      `goal ${mib(once.peakRssBytes.most)} (the most over one)`,
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

function range({ median, least, most }: Spread, tell: (value: number) => string): string {
  return least === most ? tell(median) : `${tell(median)} (${tell(least)}–${tell(most)})`;
}
