import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Provenance, provenance } from "./machine.ts";
import type { Pass } from "./pass.ts";
import type { Idle, Measured } from "./rounds.ts";
import type { Settings } from "./scenarios/scenario.ts";
import { type Spread, spread } from "./statistics.ts";

/** One line of `results/SCENARIO.ndjson`: a peer on a runtime. What is not known is left out. */
export interface Result extends Provenance {
  readonly scenario: string;
  readonly peer: string;
  readonly runtime: string;
  readonly version: string;
  /** What only this scenario may be told. */
  readonly settings: Settings;
  readonly records: number;
  /** How many times over these are the records that were asked for. */
  readonly copies: number;
  /** The second pass of each process was measured. */
  readonly warm: boolean;
  readonly rounds: number;
  /** What all peers agree on. */
  readonly answer: Pass["answer"];
  readonly elapsedMs: Spread;
  readonly recordsPerSecond: Spread;
  readonly cpuMicrosPerRecord: Spread;
  readonly peakRssBytes: Spread;
  /** With the peer's modules and tables loaded, before the pass. */
  readonly loadedRssBytes: Spread | undefined;
  /** Of the runtime with an empty script. */
  readonly idleRssBytes: Spread | undefined;
  readonly poolBytes: number | undefined;
  /** Percentiles over the batches of a pass. */
  readonly latencyMs: { readonly p50: Spread; readonly p95: Spread; readonly p99: Spread } | undefined;
  /** From the start of the process to the first output. */
  readonly firstRowMs: Spread | undefined;
  /** Longest pause for garbage collection in a pass. */
  readonly gcPauseMsMax: Spread | undefined;
  /** How many times the time that millrace took over the same input on this runtime, round by round. */
  readonly timesMillrace: Spread | undefined;
}

/** Whom the others are compared with. */
export const OURS = "millrace";

const RESULTS = fileURLToPath(new URL("./results/", import.meta.url));

/** Sums up what was measured. */
export function summarise(measured: readonly Measured[], idle: Idle): Result[] {
  const from = provenance();
  return measured.map((each) => {
    const { passes, runtime, scenario, peer, input, warm } = each;
    const first = passes[0]!;
    const ours = measured.find(
      (other) =>
        other.peer === OURS && other.runtime.name === runtime.name && other.input.copies === input.copies,
    );
    const of = (value: (pass: Pass) => number | null | undefined): Spread | undefined =>
      known(passes.map(value));
    const p50 = of(({ latency_ms }) => latency_ms?.p50);
    const p95 = of(({ latency_ms }) => latency_ms?.p95);
    const p99 = of(({ latency_ms }) => latency_ms?.p99);
    return {
      ...from,
      scenario: scenario.name,
      peer,
      runtime: runtime.name,
      version: runtime.version,
      settings: input.settings,
      records: first.rowsIn,
      copies: input.copies,
      warm,
      rounds: passes.length,
      answer: first.answer,
      elapsedMs: spread(passes.map((pass) => pass.elapsed_ms)),
      recordsPerSecond: spread(passes.map((pass) => (pass.rowsIn / pass.elapsed_ms) * 1000)),
      cpuMicrosPerRecord: spread(passes.map((pass) => pass.cpu_us / pass.rowsIn)),
      peakRssBytes: spread(passes.map((pass) => pass.peakRss_bytes)),
      loadedRssBytes: of((pass) => pass.loadedRss_bytes),
      idleRssBytes: known(idle.get(runtime.name) ?? []),
      poolBytes: first.pool_bytes ?? undefined,
      latencyMs: p50 && p95 && p99 && { p50, p95, p99 },
      firstRowMs: of((pass) => pass.firstRow_ms),
      gcPauseMsMax: of((pass) => pass.gcPauseMost_ms),
      // Round by round: a slow minute of the machine falls on both.
      timesMillrace:
        ours && spread(passes.map((pass, round) => pass.elapsed_ms / ours.passes[round]!.elapsed_ms)),
    };
  });
}

/** A spread of what all passes know. */
function known(values: readonly (number | null | undefined)[]): Spread | undefined {
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length === 0 || numbers.length < values.length ? undefined : spread(numbers);
}

/** Where results of that name are kept. */
export function resultsPath(name: string): string {
  return `${RESULTS}${name}.ndjson`;
}

/**
 * Appends to a file of results, one a line.
 *
 * @param path Its folder is made. Default: `results/NAME.ndjson` in this folder.
 * @returns The path.
 */
export function keep(name: string, results: readonly object[], path = resultsPath(name)): string {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  return path;
}
