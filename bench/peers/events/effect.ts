import { Data, Effect, Result, Stream } from "effect";
import { readBlocks } from "./blocks.ts";
import { LineFile } from "./line-file.ts";
import { createLineStage } from "./line-stage.ts";
import type { PeerOptions, PeerResult } from "./peer.ts";
import { type Counts, createParser, noCounts, resultOf, stagesOf } from "./stages.ts";
import { Windows } from "./windows.ts";

class FileError extends Data.TaggedError("FileError")<{ readonly cause: unknown }> {}

const fileError = (cause: unknown): FileError => new FileError({ cause });
const refused = Result.fail(undefined);

/**
 * The pipeline as a stream of Effect: a combinator a stage.
 *
 * Combinators take records one by one; between them Effect hands on arrays, here those of a block, and so the end takes
 * its lines. What only counts or computes is no effect of its own: that would cost and say nothing.
 */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const stages = stagesOf(options);
  const counts = noCounts();
  const windows = new Windows(options.onRow);
  const parse = createParser(stages, counts);
  const program = Effect.gen(function* () {
    const file = yield* Effect.tryPromise({ try: () => LineFile.open(options), catch: fileError });
    yield* Stream.fromAsyncIterable(readBlocks(options), fileError).pipe(
      cutLines(counts),
      Stream.filterMap((line) => {
        const record = parse(line);
        return record === undefined ? refused : Result.succeed(record);
      }),
      Stream.map((record) => stages.normalise(record)),
      Stream.filter((record) => {
        const valid = stages.isValid(record);
        if (!valid) counts.invalid++;
        return valid;
      }),
      Stream.map((record) => stages.enrich(record)),
      Stream.map((record) => {
        stages.count(record, windows);
        return JSON.stringify(record);
      }),
      Stream.runForEachArray((lines) =>
        Effect.tryPromise({ try: () => file.addAll(lines), catch: fileError }),
      ),
    );
    windows.end();
    yield* Effect.tryPromise({ try: () => file.end(), catch: fileError });
  });
  await Effect.runPromise(program);
  return resultOf(counts);
}

/** A stage with state: what cuts blocks into lines keeps the beginning of the next. */
function cutLines(
  counts: Counts,
): <E, R>(blocks: Stream.Stream<Uint8Array, E, R>) => Stream.Stream<string, E, R> {
  let lines: string[] = [];
  const cutter = createLineStage(counts, (line) => lines.push(line));
  const taken = (): string[] => {
    const all = lines;
    lines = [];
    return all;
  };
  return Stream.mapAccumArray(
    () => cutter,
    (state, blocks: readonly Uint8Array[]) => {
      for (const block of blocks) state.push(block);
      return [state, taken()];
    },
    {
      onHalt: (state) => {
        state.end();
        return taken();
      },
    },
  );
}
