import { Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readBlocks } from "./blocks.ts";
import { LineFile } from "./line-file.ts";
import { createLineStage } from "./line-stage.ts";
import type { PeerOptions, PeerResult } from "./peer.ts";
import { type Counts, createParser, noCounts, resultOf, stagesOf } from "./stages.ts";
import { Windows } from "./windows.ts";

/** The pipeline as Node's streams: one Transform in object mode a stage, put together by `pipeline`. */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const stages = stagesOf(options);
  const counts = noCounts();
  const windows = new Windows(options.onRow);
  const parse = createParser(stages, counts);
  await pipeline(
    Readable.from(readBlocks(options), { highWaterMark: 1 }),
    lineTransform(counts),
    stage((line: string) => parse(line)),
    stage(stages.normalise),
    stage((record: object) => {
      if (stages.isValid(record)) return record;
      counts.invalid++;
    }),
    stage(stages.enrich),
    stage((record: object) => {
      stages.count(record, windows);
      return record;
    }),
    fileWritable(await LineFile.open(options)),
  );
  windows.end();
  return resultOf(counts);
}

/** A stage: what it returns goes on, unless that is nothing. */
function stage<In>(step: (chunk: In) => object | undefined): Transform {
  return new Transform({
    objectMode: true,
    transform: (chunk: In, _, done) => done(null, step(chunk)),
  });
}

function lineTransform(counts: Counts): Transform {
  const transform = new Transform({
    objectMode: true,
    // Of blocks: the sixteen that are usual would be 4 MiB.
    writableHighWaterMark: 1,
    transform(block: Uint8Array, _, done) {
      lines.push(block);
      done();
    },
    flush(done) {
      lines.end();
      done();
    },
  });
  const lines = createLineStage(counts, (line) => transform.push(line));
  return transform;
}

function fileWritable(file: LineFile): Writable {
  return new Writable({
    objectMode: true,
    write(record: object, _, done) {
      const wait = file.add(JSON.stringify(record));
      if (wait === undefined) done();
      else wait.then(() => done(), done);
    },
    final: (done) => void file.end().then(() => done(), done),
  });
}
