import { constants, createReadStream, openSync, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { expander } from "./expand.ts";
import type { Bytes } from "./partition.ts";

/** Bytes that must be read to be passed over go through a buffer of this size. */
const SKIP_bytes = 65_536;

/**
 * Opens a path, or `-` for standard input, at an offset in its content: what is in it when it is not compressed,
 * what comes out of it when it is.
 *
 * @param limit_bytes Most content that a compressed file may have; see `readFiles`.
 * @param signal Aborted: reads of what may never come (a pipe, a terminal) reject with its reason.
 */
export async function openBytes(
  path: string,
  offset: number,
  limit_bytes: number | undefined,
  signal: AbortSignal,
): Promise<Bytes> {
  if (path === "-") return await skip(streamBytes(process.stdin, signal), offset);
  const stats = await stat(path);
  const regular = stats.isFile();
  const expand = expander(path, limit_bytes);
  if (expand === undefined && regular) return await fileBytes(path, offset);
  const raw = regular ? await fileBytes(path, 0) : streamBytes(await openStream(path, stats), signal);
  if (expand === undefined) return await skip(raw, offset);
  const content = expand(raw);
  const close = async () => {
    await raw.close();
    await content.return(undefined);
  };
  return await skip(chunkBytes(content, close, signal), offset);
}

/** A regular file, read at a position: no seek, no state in the system. */
async function fileBytes(path: string, offset: number): Promise<Bytes> {
  const file = await open(path);
  let position = offset;
  let reading: Promise<unknown> | undefined;
  let closing: Promise<void> | undefined;
  return {
    async read(into) {
      if (closing !== undefined) return 0;
      const answer = file.read(into, 0, into.length, position);
      reading = answer.catch(() => {});
      const { bytesRead } = await answer;
      position += bytesRead;
      return bytesRead;
    },
    close: () => {
      closing ??= Promise.resolve(reading).then(() => file.close());
      return closing;
    },
  };
}

/**
 * Opens what is no regular file.
 *
 * A stream of `node:fs` waits for a named pipe in a thread, and Node cannot exit, by a signal neither, before all its
 * threads have come back: there the system tells when there is something to read, as it does for standard input. Only
 * Linux is known to tell a pipe that nobody has written to yet from one that has ended; the other runtimes exit anyway.
 */
async function openStream(path: string, stats: Stats): Promise<Readable> {
  const isNode = !("Deno" in globalThis) && !("Bun" in globalThis);
  if (!stats.isFIFO() || !isNode || process.platform !== "linux") return createReadStream(path);
  const { Socket } = await import("node:net");
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) });
}

/** A pipe, a terminal, a device: what has no positions. */
function streamBytes(stream: Readable, signal: AbortSignal): Bytes {
  const close = async () => {
    stream.destroy();
  };
  // Its queue is the stream's own: 64 KiB and the chunk that came last.
  return chunkBytes(stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>, close, signal);
}

/** Chunks that somebody else allocates, copied in; what didn't fit waits for the next read. */
function chunkBytes(
  chunks: AsyncIterator<Uint8Array, unknown, undefined>,
  close: () => Promise<void>,
  signal: AbortSignal,
): Bytes {
  const closed = new AbortController();
  const stop = AbortSignal.any([signal, closed.signal]);
  let rest = new Uint8Array(0);
  let closing: Promise<void> | undefined;
  return {
    async read(into) {
      while (rest.length === 0) {
        if (closing !== undefined) return 0;
        const chunk = await unlessAborted(chunks.next(), stop).catch((cause) => {
          if (closing !== undefined) return undefined;
          throw cause;
        });
        if (chunk === undefined || chunk.done) return 0;
        rest = chunk.value as Uint8Array<ArrayBuffer>;
      }
      const piece = rest.subarray(0, into.length);
      into.set(piece);
      rest = rest.subarray(piece.length);
      return piece.length;
    },
    close: () => {
      rest = new Uint8Array(0);
      closing ??= Promise.resolve().then(close);
      closed.abort();
      return closing;
    },
  };
}

/** Waits for `work`, or for the signal: a read of a pipe may never end. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Reads up to `offset` and forgets it. */
async function skip(bytes: Bytes, offset: number): Promise<Bytes> {
  const into = new Uint8Array(Math.min(offset, SKIP_bytes));
  try {
    for (let left = offset; left > 0; ) {
      const count = await bytes.read(into.subarray(0, left));
      if (count === 0) break;
      left -= count;
    }
    return bytes;
  } catch (cause) {
    await bytes.close();
    throw cause;
  }
}
