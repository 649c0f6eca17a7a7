import { createReadStream } from "node:fs";

const BLOCK_bytes = 1 << 20;

/** Reads the files once, so that all peers find them in the memory of the system. */
export async function warm(files: readonly string[]): Promise<void> {
  for (const path of files) {
    for await (const _ of createReadStream(path, { highWaterMark: BLOCK_bytes }));
  }
}
