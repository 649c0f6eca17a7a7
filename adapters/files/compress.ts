import { promisify } from "node:util";
import { constants, gzip, type ZstdOptions, zstdCompress } from "node:zlib";
import type { Output } from "./output.ts";

/** Content of one member or frame: large enough to compress well, small enough to hold. */
const MEMBER_bytes = 2 ** 20;

type Compress = (bytes: Uint8Array) => Promise<Uint8Array>;

/** Chooses how a file is compressed, by its extension; `undefined`: not at all. */
export function compressor(path: string): Compress | undefined {
  const name = path.toLowerCase();
  if (name.endsWith(".gz")) return promisify<Uint8Array, Uint8Array>(gzip);
  if (name.endsWith(".zst")) {
    const compress = promisify<Uint8Array, ZstdOptions, Uint8Array>(zstdCompress);
    // As gzip has it: damage is noticed when it is read.
    return (bytes) => compress(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  }
  return undefined;
}

/**
 * Compresses what goes to an output, in whole members.
 *
 * One stream over everything would compress a little better, but could not be cut back to its last flush, nor be
 * added to by a later run without one of its own.
 */
export function compressed(output: Output, compress: Compress): Output {
  const gathered = new Uint8Array(MEMBER_bytes);
  let filled = 0;
  let empty = output.fresh;
  const member = async () => {
    const bytes = await compress(gathered.subarray(0, filled));
    filled = 0;
    empty = false;
    await output.write(bytes);
  };
  return {
    fresh: output.fresh,
    write: async (bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const piece = bytes.subarray(at, at + MEMBER_bytes - filled);
        gathered.set(piece, filled);
        filled += piece.length;
        at += piece.length;
        if (filled === MEMBER_bytes) await member();
      }
    },
    flush: async () => {
      if (filled > 0) await member();
      await output.flush();
    },
    close: async () => {
      // No bytes at all are no archive: nothing compressed is a member of nothing.
      if (filled > 0 || empty) await member();
      await output.close();
    },
    abort: output.abort,
  };
}
