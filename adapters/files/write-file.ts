import type { Batch, Sink, SinkWriter } from "../../core/mod.ts";
import { openAppend } from "./append.ts";
import { openAtomic } from "./atomic.ts";
import { compressed, compressor } from "./compress.ts";
import type { Output } from "./output.ts";
import { because } from "./partition.ts";
import { openStandardOutput } from "./standard-output.ts";

/** What {@link writeFile} may be told. */
export interface WriteFileOptions {
  /** Add to the end of the file, which need not exist. Default: false, the file is replaced when it is whole. */
  readonly append?: boolean;
  /**
   * What a flush, and the end of the run, wait for: `"full"`, until the disk has the bytes, so that a power failure loses
   * nothing that was flushed; `"none"`, until the system has them, so that a crash of this process loses nothing, but one of
   * the machine may. Default: `"full"`.
   */
  readonly sync?: "full" | "none";
}

/**
 * Writes bytes to a file.
 *
 * By default the file is there when it is whole, or not at all: bytes go to a temporary file beside it
 * (`out.ndjson.4711-1f3a5b7c.tmp`), which takes its name, durably, when the run ends well, and is removed when it
 * fails or is cancelled. Until then a file of that name stays as it was. (A killed process leaves the temporary file;
 * no later run reads, reuses or removes it.) A path that is a device or a pipe is written as it is.
 *
 * With `append` bytes go to the end of the file itself; a run that fails cuts it back to the last flush, unless
 * somebody else has written to it meanwhile. `-` is standard output, of which nothing can be taken back or be made
 * durable.
 *
 * `.gz` and `.zst` are compressed: in members or frames of 1 MiB of content, of which a flush ends the last, so that
 * what has been flushed is a whole archive. Up to 2 MiB of memory of its own; none without compression.
 *
 * @param path File to write, relative to the working folder, or `-`. Its folder must exist.
 * @param options Whether to add to the file, and to wait for the disk.
 * @throws {TypeError} For a `sync` that there is not.
 * @throws When the run starts: the folder does not exist, or the file may not be written. While it writes: what the
 *   system says, with the bytes that were written and flushed before.
 *
 * @example A file that is there when it is whole
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtempSync, readFileSync, rmSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { from, ndjson, pipe, run, to } from "millrace";
 * import { writeFile } from "millrace/files";
 *
 * const folder = mkdtempSync(join(tmpdir(), "millrace-"));
 * await run(pipe(from([{ n: 1 }, { n: 2 }]), to(writeFile(join(folder, "out.ndjson")), ndjson()))).done;
 * assert.equal(readFileSync(join(folder, "out.ndjson"), "utf8"), '{"n":1}\n{"n":2}\n');
 * rmSync(folder, { recursive: true });
 * ```
 */
export function writeFile(path: string, options: WriteFileOptions = {}): Sink<Batch> {
  const { append = false, sync = "full" } = options;
  if (sync !== "full" && sync !== "none")
    throw new TypeError(`Cannot write "${path}": sync must be "full" or "none", got ${JSON.stringify(sync)}`);
  return {
    name: path === "-" ? "stdout" : path,
    open: async () => {
      try {
        return writer(path, await openOutput(path, append, sync === "full"));
      } catch (cause) {
        throw new Error(`Cannot write "${path}": ${because(cause)}`, { cause });
      }
    },
  };
}

async function openOutput(path: string, append: boolean, durable: boolean): Promise<Output> {
  if (path === "-") return openStandardOutput();
  const compress = compressor(path);
  const output = append ? await openAppend(path, durable) : await openAtomic(path, durable);
  return compress === undefined ? output : compressed(output, compress);
}

function writer(path: string, output: Output): SinkWriter<Batch> {
  let written_bytes = 0;
  let flushed_bytes = 0;
  const told = async (work: Promise<void>) => {
    try {
      await work;
    } catch (cause) {
      const so_far = `${written_bytes} bytes written, ${flushed_bytes} of them flushed`;
      throw new Error(`Cannot write "${path}": ${because(cause)} (${so_far})`, { cause });
    }
  };
  const write = async (units: readonly Batch[]) => {
    for (const { arena, start, end } of units) {
      await output.write(arena.bytes.subarray(start, end));
      written_bytes += end - start;
    }
  };
  const flush = async () => {
    await output.flush();
    flushed_bytes = written_bytes;
  };
  return {
    fresh: output.fresh,
    write: (units) => told(write(units)),
    flush: () => told(flush()),
    close: () => told(output.close()),
    abort: () => told(output.abort()),
  };
}
