import type { Result } from "./results.ts";
import type { Spread } from "./statistics.ts";

/** Medians of a peer on a runtime, as `--json` prints them; `null` where nothing is known. */
export interface Medians {
  readonly peer: string;
  readonly runtime: string;
  readonly scenario: string;
  readonly records: number;
  readonly copies: number;
  readonly warm: boolean;
  readonly rounds: number;
  readonly recordsPerSecond: number;
  readonly cpuMicrosPerRecord: number;
  readonly peakRssBytes: number;
  readonly idleRssBytes: number | null;
  readonly poolBytes: number | null;
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  readonly firstRowMs: number | null;
  readonly gcPauseMsMax: number | null;
}

/** Takes the medians of results. */
export function mediansOf(results: readonly Result[]): { readonly results: readonly Medians[] } {
  return {
    results: results.map((result) => {
      const { peer, runtime, scenario, records, copies, warm, rounds, latencyMs } = result;
      return {
        peer,
        runtime,
        scenario,
        records,
        copies,
        warm,
        rounds,
        recordsPerSecond: result.recordsPerSecond.median,
        cpuMicrosPerRecord: result.cpuMicrosPerRecord.median,
        peakRssBytes: result.peakRssBytes.median,
        idleRssBytes: median(result.idleRssBytes),
        poolBytes: result.poolBytes ?? null,
        latencyMs: { p50: median(latencyMs?.p50), p95: median(latencyMs?.p95), p99: median(latencyMs?.p99) },
        firstRowMs: median(result.firstRowMs),
        gcPauseMsMax: median(result.gcPauseMsMax),
      };
    }),
  };
}

function median(of: Spread | undefined): number | null {
  return of?.median ?? null;
}
