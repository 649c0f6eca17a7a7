import { existsSync, readFileSync } from "node:fs";
import { align } from "./align.ts";
import { type Result, resultsPath } from "./results.ts";
import { SCENARIOS } from "./scenarios/mod.ts";
import type { Spread } from "./statistics.ts";

/** What of a kept line is compared. Older lines lack the scenario: the file names it. */
export type Kept = Pick<
  Result,
  "scenario" | "peer" | "runtime" | "records" | "copies" | "date" | "commit" | "changed"
> &
  Pick<Result, "recordsPerSecond" | "cpuMicrosPerRecord" | "peakRssBytes"> &
  Partial<Pick<Result, "warm">>;

/**
 * Compares the results that were kept of two commits: how many times the first's figure the second's is, and in
 * brackets between what that lies when the rounds are taken one against another.
 *
 * @param before Beginning of a commit's hash.
 * @param after Beginning of another's.
 * @param results Default: all lines of all scenarios.
 * @returns A table.
 * @throws Error when there are no results of one of them, or none that measured the same.
 */
export function compareCommits(before: string, after: string, results: readonly Kept[] = readKept()): string {
  const [from, to] = [latestOf(before, results), latestOf(after, results)];
  const rows = [...from].flatMap(([key, first]) => {
    const second = to.get(key);
    return second === undefined ? [] : [rowOf(first, second)];
  });
  if (rows.length === 0)
    throw new Error(`Cannot compare ${before} with ${after}: they measured nothing in common`);
  const head = [
    "scenario",
    "peer",
    "runtime",
    "records",
    "k records/s",
    "then",
    "ratio",
    "CPU ratio",
    "peak ratio",
  ];
  return [`${toldOf(before, from)} → ${toldOf(after, to)}`, "", ...align([head, ...rows])].join("\n");
}

/** The last line of each measurement of a commit. */
function latestOf(prefix: string, results: readonly Kept[]): ReadonlyMap<string, Kept> {
  const latest = new Map<string, Kept>();
  for (const result of results) {
    if (result.commit?.startsWith(prefix) !== true) continue;
    const { scenario, peer, runtime, records, copies, warm = false } = result;
    const key = [scenario, peer, runtime, records, copies, warm].join();
    const known = latest.get(key);
    if (known === undefined || known.date <= result.date) latest.set(key, result);
  }
  if (latest.size === 0) throw new Error(`Cannot compare ${prefix}: there are no results of that commit`);
  return latest;
}

function rowOf(first: Kept, second: Kept): string[] {
  const { scenario, peer, runtime, records, warm } = first;
  const speed = ({ recordsPerSecond }: Kept): string => (recordsPerSecond.median / 1000).toFixed(0);
  return [
    warm ? `${scenario}, warm` : scenario,
    peer,
    runtime,
    records.toLocaleString("en"),
    speed(first),
    speed(second),
    ratio(first.recordsPerSecond, second.recordsPerSecond),
    ratio(first.cpuMicrosPerRecord, second.cpuMicrosPerRecord),
    ratio(first.peakRssBytes, second.peakRssBytes),
  ];
}

function ratio(first: Spread, second: Spread): string {
  const [median, least, most] = [
    second.median / first.median,
    second.least / first.most,
    second.most / first.least,
  ].map((value) => value.toFixed(2));
  return least === most ? `${median}` : `${median} (${least}–${most})`;
}

function toldOf(prefix: string, results: ReadonlyMap<string, Kept>): string {
  const all = [...results.values()];
  const changed = all.some((result) => result.changed) ? ", code changed since" : "";
  return `${all[0]?.commit?.slice(0, Math.max(8, prefix.length))} (${all.at(-1)?.date.slice(0, 10)}${changed})`;
}

function readKept(): Kept[] {
  return SCENARIOS.flatMap(({ name }) => {
    const path = resultsPath(name);
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    return lines.filter((line) => line !== "").map((line): Kept => ({ scenario: name, ...JSON.parse(line) }));
  });
}
