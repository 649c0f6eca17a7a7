import { open } from "node:fs/promises";
import { BLOCK_bytes, type PeerOptions } from "./peer.ts";

/** Reads the input in blocks, each in memory of its own: the next may be asked for before the last is used up. */
export async function* readBlocks({
  input,
  watch,
}: Pick<PeerOptions, "input" | "watch">): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(input);
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(BLOCK_bytes);
      const { bytesRead } = await file.read(block, 0, BLOCK_bytes, null);
      if (bytesRead === 0) return;
      watch.read(bytesRead);
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
