import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { OutputFile } from "./output-file.ts";

/** Where bytes go: what is the same for every kind of output. One call at a time. */
export interface Output {
  /** Nothing was in it when it was opened. */
  readonly fresh: boolean;
  /** Writes all of `bytes`, which may be used again afterwards. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Makes durable what was written. */
  readonly flush: () => Promise<void>;
  /** The output is whole. */
  readonly close: () => Promise<void>;
  /** It is not, and never will be. */
  readonly abort: () => Promise<void>;
}

/**
 * Writes all of `bytes`: one write of the system may take less.
 *
 * @param onWritten Called with what each write took.
 */
export async function writeAll(
  file: OutputFile,
  bytes: Uint8Array,
  onWritten?: (count: number) => void,
): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const count = await file.write(bytes.subarray(at));
    at += count;
    onWritten?.(count);
  }
}

/**
 * Gives what is at `path`; `undefined` when there is nothing.
 *
 * @throws When its folder does not exist, or is none; or when `path` is one.
 */
export async function checkPath(path: string): Promise<Stats | undefined> {
  const folder = dirname(path);
  const stats = await stat(folder).catch(() => undefined);
  if (stats === undefined) throw new Error(`its folder must exist, "${folder}" does not`);
  if (!stats.isDirectory()) throw new Error(`its folder must be one, "${folder}" is a file`);
  const own = await stat(path).catch(() => undefined);
  if (own?.isDirectory()) throw new Error("it must be a file, it is a folder");
  return own;
}
