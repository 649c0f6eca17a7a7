import type { Result } from "./results.ts";
import type { Spread } from "./statistics.ts";

/** How many times as fast as each rival we mean to be. */
const GOALS: Readonly<Record<string, number>> = { "web-streams": 6, "json-parse-loop": 2.5 };
/** What we may take beyond idle and pool. */
const ALLOWANCE_bytes = 32 * 2 ** 20;
const MIB = 2 ** 20;

/** Tells the results as a table for each runtime. */
export function table(results: readonly Result[]): string {
  const lines: string[] = [];
  for (const runtime of new Set(results.map((result) => result.runtime))) {
    const mine = results.filter((result) => result.runtime === runtime);
    const { version, rounds, idleRssBytes } = mine[0]!;
    lines.push("", `${runtime} ${version}, ${rounds} rounds, idle ${mib(idleRssBytes.median)} MiB`);
    const cells = mine.map((result) => [
      result.peer,
      result.records.toLocaleString("en"),
      range(result.recordsPerSecond, (value) => `${Math.round(value / 1000)}`),
      range(result.cpuMicrosPerRecord, (value) => value.toFixed(2)),
      mib(result.loadedRssBytes.median),
      range(result.peakRssBytes, mib),
      result.poolBytes === undefined ? "" : mib(result.poolBytes),
    ]);
    const head = ["peer", "records", "k records/s", "CPU µs/record", "loaded MiB", "peak MiB", "pool MiB"];
    lines.push(...align([head, ...cells]));
  }
  return lines.join("\n").trimStart();
}

/** Holds our results against the goals, one line each. */
export function verdicts(results: readonly Result[]): string {
  return results
    .filter(({ peer }) => peer === "millrace")
    .flatMap((result) => [
      ...Object.entries(result.ratios).map(([rival, ratio]) => speedVerdict(result.runtime, rival, ratio)),
      memoryVerdict(result),
      ...flatVerdict(result, results),
    ])
    .join("\n");
}

function speedVerdict(runtime: string, rival: string, ratio: Spread): string {
  const goal = GOALS[rival];
  const told = `${runtime}: ${range(ratio, (value) => value.toFixed(2))} times as fast as ${rival}`;
  return goal === undefined ? told : `${mark(ratio.median >= goal)} ${told}, goal ${goal}`;
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

function range({ median, least, most }: Spread, tell: (value: number) => string): string {
  return least === most ? tell(median) : `${tell(median)} (${tell(least)}–${tell(most)})`;
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}
