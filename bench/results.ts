import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Idle, Measured } from "./rounds.ts";
import { type Spread, spread } from "./statistics.ts";

/** One line of `results/`: a peer on a runtime. */
export interface Result {
  readonly date: string;
  /** `undefined` where the tree is no repository or has no commit. */
  readonly commit: string | undefined;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryBytes: number };
  readonly scenario: "flights";
  readonly peer: string;
  readonly runtime: string;
  readonly version: string;
  readonly records: number;
  readonly copies: number;
  readonly rounds: number;
  readonly answer: string;
  readonly recordsPerSecond: Spread;
  readonly cpuMicrosPerRecord: Spread;
  readonly peakRssBytes: Spread;
  /** With the peer's modules and the airports loaded, before the pass. */
  readonly loadedRssBytes: Spread;
  /** Of the runtime with an empty script. */
  readonly idleRssBytes: Spread;
  readonly poolBytes: number | undefined;
  /** How many times as fast as each rival on this runtime: the ratios of each round, summed up. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

const OURS = "millrace";

/** Sums up what was measured. */
export function summarise(measured: readonly Measured[], idle: Idle): Result[] {
  const shared = {
    date: new Date().toISOString(),
    commit: commit(),
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), memoryBytes: totalmem() },
    scenario: "flights" as const,
  };
  return measured.map((each) => {
    const first = each.passes[0]!;
    const rivals = measured.filter(
      ({ peer, runtime, copies }) =>
        each.peer === OURS && peer !== OURS && runtime === each.runtime && copies === each.copies,
    );
    return {
      ...shared,
      peer: each.peer,
      runtime: each.runtime.name,
      version: each.runtime.version,
      records: first.rowsIn,
      copies: each.copies,
      rounds: each.passes.length,
      answer: first.answer.hash,
      recordsPerSecond: spread(each.passes.map((pass) => (pass.rowsIn / pass.elapsed_ms) * 1000)),
      cpuMicrosPerRecord: spread(each.passes.map((pass) => pass.cpu_us / pass.rowsIn)),
      peakRssBytes: spread(each.passes.map((pass) => pass.peakRss_bytes)),
      loadedRssBytes: spread(each.passes.map((pass) => pass.loadedRss_bytes)),
      idleRssBytes: spread(idle.get(each.runtime.name) ?? []),
      poolBytes: first.pool_bytes,
      ratios: Object.fromEntries(
        rivals.map(({ peer, passes }) => [
          peer,
          // Round by round: a slow minute of the machine falls on both.
          spread(passes.map((pass, round) => pass.elapsed_ms / each.passes[round]!.elapsed_ms)),
        ]),
      ),
    };
  });
}

/** Adds the results to `results/flights.ndjson`, one a line. */
export function keep(results: readonly Result[]): string {
  const folder = fileURLToPath(new URL("./results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const path = `${folder}flights.ndjson`;
  appendFileSync(path, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  return path;
}

function commit(): string | undefined {
  try {
    const cwd = fileURLToPath(new URL(".", import.meta.url));
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
