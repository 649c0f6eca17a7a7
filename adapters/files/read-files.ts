import { stat } from "node:fs/promises";
import type { Source } from "../../core/mod.ts";
import { openBytes } from "./bytes.ts";
import { expander } from "./expand.ts";
import { expandPaths } from "./expand-paths.ts";
import { batches } from "./partition.ts";

/** What {@link readFiles} may be told. */
export interface ReadFilesOptions {
  /**
   * Most content that one compressed file may have, in bytes. Default: 64 GiB, and 64 MiB + 1000 times what of the
   * file was read; a limit given here replaces both.
   */
  readonly expandedLimit_bytes?: number;
}

/** Files as a source. */
export interface FileSource extends Source {
  /** Size of a partition's content in bytes, for progress; `undefined` where only reading can tell. */
  readonly size_bytes: (partition: string) => Promise<number | undefined>;
}

/**
 * Reads files, each as one partition named by its path.
 *
 * A path that is no file but has `*`, `?`, `[` or `{` in it is a glob. What a glob finds is sorted; a file named twice
 * is read once. `.gz` and `.zst` are expanded while they are read, several members or frames as one content; offsets
 * count the content's bytes. `-` is standard input, as it comes. The source is bounded unless standard input is in it.
 *
 * Files are read straight into the run's arenas, one read a batch. Beside them a compressed file takes up to 0.5 MiB
 * and its decompressor's window: 32 KiB for gzip; for zstd what it was compressed with, at most 128 MiB. A pipe or
 * standard input takes what its stream queues, about 128 KiB.
 *
 * But for Node on Linux, a named pipe is waited for in a thread of the runtime, of which there are few (on Bun one a
 * processor): when as many pipes are silent, no file is read or written. The wait of a run that is cancelled ends at
 * once, its thread when the pipe's writer writes or goes. Standard input has no such limits.
 *
 * @param paths Paths and globs, relative to the working folder.
 * @param options What compressed files may become.
 * @throws {RangeError} When no path is given, or the limit is not above 0.
 * @throws When the run starts: a path that does not exist or is a folder, a glob that finds nothing. While it reads:
 *   a file that cannot be read, is damaged or cut off, or expands to more than is allowed.
 *
 * @example Two files, one of them compressed
 * ```ts
 * import assert from "node:assert/strict";
 * import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import { gzipSync } from "node:zlib";
 * import { readFiles } from "millrace/files";
 *
 * const folder = mkdtempSync(join(tmpdir(), "millrace-"));
 * writeFileSync(join(folder, "a.ndjson"), '{"n":1}\n');
 * writeFileSync(join(folder, "b.ndjson.gz"), gzipSync('{"n":2}\n'));
 *
 * const source = readFiles(join(folder, "*.ndjson*"));
 * const partitions = await source.partitions(new AbortController().signal);
 * assert.deepEqual(partitions, [join(folder, "a.ndjson"), join(folder, "b.ndjson.gz")]);
 * rmSync(folder, { recursive: true });
 * ```
 */
export function readFiles(paths: string | readonly string[], options: ReadFilesOptions = {}): FileSource {
  const given = typeof paths === "string" ? [paths] : [...paths];
  if (given.length === 0) throw new RangeError("Cannot read files: one path or more must be named, got none");
  const { expandedLimit_bytes } = options;
  if (expandedLimit_bytes !== undefined && !(expandedLimit_bytes > 0)) {
    throw new RangeError(
      `Cannot read files: expandedLimit_bytes must be above 0, got ${expandedLimit_bytes}`,
    );
  }
  return {
    name: "files",
    bounded: !given.includes("-"),
    partitions: (signal) => expandPaths(given, signal),
    size_bytes: async (partition) => {
      if (partition === "-" || expander(partition) !== undefined) return undefined;
      const file = await stat(partition);
      return file.isFile() ? file.size : undefined;
    },
    open: (from, signal) =>
      batches(from, () => openBytes(from.partition, from.offset, expandedLimit_bytes, signal), signal),
  };
}
