import { closeSync, openSync, readSync } from "node:fs";
import { createEventLoop } from "./event-loop.ts";
import { createLetterLoop } from "./letter-loop.ts";
import { LineFileSync } from "./line-file-sync.ts";
import { createLineStage } from "./line-stage.ts";
import { BLOCK_bytes, type PeerOptions, type PeerResult } from "./peer.ts";
import { noCounts, resultOf } from "./stages.ts";
import { Windows } from "./windows.ts";

/**
 * The pipeline as one hand-written loop: a block is read and decoded as one, each line goes through all stages in one
 * function, and what came of a block is written as one.
 *
 * It reads and writes without waiting, as a script that has nothing else to do may.
 */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const counts = noCounts();
  const windows = new Windows(options.onRow);
  const file = new LineFileSync(options);
  const loop = { regions: options.regions, counts, windows, file };
  const take = options.kind === "events" ? createEventLoop(loop) : createLetterLoop(loop);
  const lines = createLineStage(counts, take);
  const descriptor = openSync(options.input, "r");
  const block = Buffer.allocUnsafe(BLOCK_bytes);
  try {
    for (;;) {
      const count = readSync(descriptor, block, 0, BLOCK_bytes, null);
      if (count === 0) break;
      options.watch.read(count);
      lines.push(block.subarray(0, count));
      file.flush();
    }
  } finally {
    closeSync(descriptor);
  }
  lines.end();
  windows.end();
  file.end();
  return resultOf(counts);
}
