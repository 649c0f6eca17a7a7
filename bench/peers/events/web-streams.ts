import { readBlocks } from "./blocks.ts";
import { LineFile } from "./line-file.ts";
import { createLineStage } from "./line-stage.ts";
import type { PeerOptions, PeerResult } from "./peer.ts";
import { type Counts, createParser, noCounts, resultOf, stagesOf } from "./stages.ts";
import { Windows } from "./windows.ts";

/** Records between two stages: the least time of 1, 2, 4, 16 and 64 on all runtimes; from 4 on Deno takes a third more. */
const QUEUE = 2;

/** The pipeline as Web Streams are meant to be used: one TransformStream a stage, one chunk a record. */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const stages = stagesOf(options);
  const counts = noCounts();
  const windows = new Windows(options.onRow);
  const parse = createParser(stages, counts);
  await blockStream(options)
    .pipeThrough(lineStream(counts))
    .pipeThrough(
      stage<string, object>((line, controller) => {
        const record = parse(line);
        if (record !== undefined) controller.enqueue(record);
      }),
    )
    .pipeThrough(stage<object, object>((record, controller) => controller.enqueue(stages.normalise(record))))
    .pipeThrough(
      stage<object, object>((record, controller) => {
        if (stages.isValid(record)) controller.enqueue(record);
        else counts.invalid++;
      }),
    )
    .pipeThrough(stage<object, object>((record, controller) => controller.enqueue(stages.enrich(record))))
    .pipeThrough(
      stage<object, object>((record, controller) => {
        stages.count(record, windows);
        controller.enqueue(record);
      }),
    )
    .pipeTo(fileStream(await LineFile.open(options)));
  windows.end();
  return resultOf(counts);
}

function stage<In, Out>(
  transform: (chunk: In, controller: TransformStreamDefaultController<Out>) => void,
): TransformStream<In, Out> {
  return new TransformStream({ transform }, { highWaterMark: QUEUE }, { highWaterMark: QUEUE });
}

/** The input in blocks. One code for all: reading is a few percent here, and slower in what the runtimes offer. */
function blockStream(options: PeerOptions): ReadableStream<Uint8Array> {
  const blocks = readBlocks(options);
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await blocks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await blocks.return();
      },
    },
    { highWaterMark: 1 },
  );
}

/** Decoding and cutting: one call a block, not a record. */
function lineStream(counts: Counts): TransformStream<Uint8Array, string> {
  let out!: TransformStreamDefaultController<string>;
  const lines = createLineStage(counts, (line) => out.enqueue(line));
  return new TransformStream(
    {
      start: (controller) => {
        out = controller;
      },
      transform: lines.push,
      flush: lines.end,
    },
    { highWaterMark: 1 },
    { highWaterMark: QUEUE },
  );
}

function fileStream(file: LineFile): WritableStream<object> {
  return new WritableStream(
    {
      write: (record) => file.add(JSON.stringify(record)),
      close: () => file.end(),
    },
    { highWaterMark: QUEUE },
  );
}
