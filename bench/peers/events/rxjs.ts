import { filter, from, map, Observable, type OperatorFunction, tap } from "rxjs";
import { readBlocks } from "./blocks.ts";
import { LineFileSync } from "./line-file-sync.ts";
import { createLineStage } from "./line-stage.ts";
import type { PeerOptions, PeerResult } from "./peer.ts";
import { type Counts, createParser, noCounts, resultOf, stagesOf } from "./stages.ts";
import { Windows } from "./windows.ts";

/**
 * The pipeline in RxJS: one operator or two a stage.
 *
 * Observables push and know no backpressure: records pass through all stages before the next block is asked for, and are
 * written without waiting.
 */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const stages = stagesOf(options);
  const counts = noCounts();
  const windows = new Windows(options.onRow);
  const file = new LineFileSync(options);
  const records = from(readBlocks(options)).pipe(
    lines(counts),
    map(createParser(stages, counts)),
    filter((record) => record !== undefined),
    map((record) => stages.normalise(record)),
    filter((record) => {
      const valid = stages.isValid(record);
      if (!valid) counts.invalid++;
      return valid;
    }),
    map((record) => stages.enrich(record)),
    tap((record) => stages.count(record, windows)),
    map((record) => JSON.stringify(record)),
  );
  await records.forEach((line) => {
    file.add(line);
  });
  windows.end();
  file.end();
  return resultOf(counts);
}

/** An operator of our own, as RxJS has them written: what cuts blocks knows the lines one by one. */
function lines(counts: Counts): OperatorFunction<Uint8Array, string> {
  return (blocks) =>
    new Observable((subscriber) => {
      const cutter = createLineStage(counts, (line) => subscriber.next(line));
      return blocks.subscribe({
        next: (block) => cutter.push(block),
        error: (cause) => subscriber.error(cause),
        complete: () => {
          cutter.end();
          subscriber.complete();
        },
      });
    });
}
