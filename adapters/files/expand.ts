import type { Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type Bytes, because } from "./partition.ts";
import { zstdFrames } from "./zstd-frames.ts";

/** Compressed bytes are read into one buffer of this size a partition. */
const INPUT_bytes = 65_536;
/** The decompressor gives its output in pieces of this size, and holds two of them at most. */
const OUTPUT_bytes = 131_072;

/** Default bounds of what may come out of one file. */
const LIMIT_bytes = 64 * 2 ** 30;
const LIMIT_ratio = 1000;
/** Beyond this: a small file of the same line again and again is no attack, and zstd makes a thousandth of it. */
const GRACE_bytes = 64 * 2 ** 20;

/**
 * Chooses how a file is expanded, by its extension.
 *
 * @param limit_bytes Most that may come out of it. Default: 64 GiB, and 64 MiB + 1000 times what went in.
 * @returns `undefined` when it is read as it is.
 */
export function expander(
  path: string,
  limit_bytes?: number,
): ((bytes: Bytes) => AsyncGenerator<Uint8Array, void, undefined>) | undefined {
  const name = path.toLowerCase();
  if (name.endsWith(".gz")) return (bytes) => expand(bytes, "gzip", gunzip, limit_bytes);
  if (name.endsWith(".zst")) return (bytes) => expand(bytes, "zstd", unzstd, limit_bytes);
  return undefined;
}

type Chunks = AsyncIterable<Uint8Array>;

async function* expand(
  bytes: Bytes,
  format: string,
  decompress: (input: Chunks) => Chunks,
  limit_bytes: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const went = { in_bytes: 0, out_bytes: 0 };
  const refuse = (rule: string, cause?: unknown): never => {
    const where = `${went.in_bytes} bytes of the file gave ${went.out_bytes}`;
    throw new Error(`${rule} (${where})`, cause === undefined ? {} : { cause });
  };
  const input = async function* () {
    const buffer = new Uint8Array(INPUT_bytes);
    for (;;) {
      const count = await bytes.read(buffer);
      if (count === 0) return;
      went.in_bytes += count;
      yield buffer.subarray(0, count);
    }
  };
  const chunks = decompress(input())[Symbol.asyncIterator]();
  try {
    for (;;) {
      const chunk = await chunks.next().catch((cause) => {
        return refuse(`the file must be whole ${format} data: ${because(cause)}`, cause);
      });
      if (chunk.done) return;
      went.out_bytes += chunk.value.length;
      if (went.out_bytes > (limit_bytes ?? LIMIT_bytes)) {
        refuse(
          `its content must be at most ${limit_bytes ?? LIMIT_bytes} bytes (option expandedLimit_bytes)`,
        );
      }
      if (limit_bytes === undefined && went.out_bytes > GRACE_bytes + LIMIT_ratio * went.in_bytes) {
        refuse(
          `its content must be at most 64 MiB + ${LIMIT_ratio} times its size (option expandedLimit_bytes)`,
        );
      }
      yield chunk.value;
    }
  } finally {
    await chunks.return?.();
  }
}

/** Takes several members one after the other, and zero padding behind the last, as gzip does. */
function gunzip(input: Chunks): Chunks {
  return through(createGunzip({ chunkSize: OUTPUT_bytes }), input);
}

/** One decompressor a frame: the runtimes' own stops after the first and takes a cut one for whole. */
async function* unzstd(input: Chunks): Chunks {
  for await (const frame of zstdFrames(input)) {
    yield* through(createZstdDecompress({ chunkSize: OUTPUT_bytes }), frame);
  }
}

async function* through(transform: Transform, input: Chunks): Chunks {
  // `for await` hears of errors only while it waits.
  transform.on("error", () => {});
  const feeding = feed(transform, input);
  try {
    yield* transform as Chunks;
  } finally {
    transform.destroy();
    await feeding;
  }
}

/** Writes the input, one piece at a time: the next when the one before is used up. Never rejects. */
async function feed(transform: Transform, input: Chunks): Promise<void> {
  const closed = new Promise<void>((resolve) => transform.once("close", resolve));
  try {
    for await (const piece of input) {
      const taken = new Promise<unknown>((resolve) => transform.write(piece, resolve));
      await Promise.race([taken, closed]);
      if (transform.destroyed) return;
    }
    transform.end();
  } catch (cause) {
    transform.destroy(cause instanceof Error ? cause : new Error(because(cause)));
  }
}
