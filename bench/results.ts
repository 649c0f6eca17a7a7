import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Provenance, provenance } from "./machine.ts";
import type { Idle, Measured } from "./rounds.ts";
import { type Spread, spread } from "./statistics.ts";

/** One line of `results/flights.ndjson`: a peer on a runtime. */
export interface Result extends Provenance {
  readonly peer: string;
  readonly runtime: string;
  readonly version: string;
  readonly windowMs: number;
  readonly records: number;
  /** How many times over these are the flights. */
  readonly copies: number;
  readonly rounds: number;
  /** Hash of the result table, and its rows. */
  readonly answer: string;
  readonly rows: number;
  readonly elapsedMs: Spread;
  readonly recordsPerSecond: Spread;
  readonly cpuMicrosPerRecord: Spread;
  readonly peakRssBytes: Spread;
  /** With the peer's modules and the airports loaded, before the pass. */
  readonly loadedRssBytes: Spread;
  /** Of the runtime with an empty script. */
  readonly idleRssBytes: Spread;
  readonly poolBytes: number | undefined;
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
    const { passes, runtime, copies } = each;
    const first = passes[0]!;
    const ours = measured.find(
      (other) => other.peer === OURS && other.runtime === runtime && other.copies === copies,
    );
    return {
      ...from,
      peer: each.peer,
      runtime: runtime.name,
      version: runtime.version,
      windowMs: each.window_ms,
      records: first.rowsIn,
      copies,
      rounds: passes.length,
      answer: first.answer.hash,
      rows: first.answer.rows,
      elapsedMs: spread(passes.map((pass) => pass.elapsed_ms)),
      recordsPerSecond: spread(passes.map((pass) => (pass.rowsIn / pass.elapsed_ms) * 1000)),
      cpuMicrosPerRecord: spread(passes.map((pass) => pass.cpu_us / pass.rowsIn)),
      peakRssBytes: spread(passes.map((pass) => pass.peakRss_bytes)),
      loadedRssBytes: spread(passes.map((pass) => pass.loadedRss_bytes)),
      idleRssBytes: spread(idle.get(runtime.name) ?? []),
      poolBytes: first.pool_bytes,
      // Round by round: a slow minute of the machine falls on both.
      timesMillrace:
        ours && spread(passes.map((pass, round) => pass.elapsed_ms / ours.passes[round]!.elapsed_ms)),
    };
  });
}

/**
 * Appends to a file of results, one a line.
 *
 * @param path Its folder is made. Default: `results/NAME.ndjson` in this folder.
 * @returns The path.
 */
export function keep(name: string, results: readonly object[], path = `${RESULTS}${name}.ndjson`): string {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  return path;
}
