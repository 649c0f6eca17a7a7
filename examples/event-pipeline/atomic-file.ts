import { closeSync, fsync, openSync, readdirSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const fsyncAsync = promisify(fsync);

/** A file that has its final name only once it is whole and durable. */
export interface AtomicFile {
  /** The final name. */
  readonly path: string;
  /** Bytes written so far. */
  readonly size_bytes: number;
  /** Appends all of `bytes`; they may be reused at once. */
  write(bytes: Uint8Array): void;
  /** Makes the bytes durable and gives the file its final name. */
  commit(): Promise<void>;
  /** Removes the temporary file, unless it was committed. */
  [Symbol.dispose](): void;
}

/**
 * Opens a file that is written under a temporary name until `commit`.
 *
 * The temporary name holds the process id, so that two processes never write the same one and
 * {@link removeAbandoned} can tell which of them are nobody's any more.
 *
 * @param path Final name. A file of that name is replaced at commit, not before.
 * @throws When the folder doesn't exist or isn't writable.
 */
export function createAtomicFile(path: string): AtomicFile {
  const temporary = `${path}.${process.pid}.tmp`;
  let descriptor: number | undefined = openSync(temporary, "w");
  let size_bytes = 0;

  return {
    path,
    get size_bytes() {
      return size_bytes;
    },
    write(bytes) {
      if (descriptor === undefined) throw new Error(`Cannot write to ${path}: it is closed`);
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at);
      size_bytes += bytes.length;
    },
    async commit() {
      if (descriptor === undefined) throw new Error(`Cannot commit ${path}: it is closed`);
      await fsyncAsync(descriptor);
      closeSync(descriptor);
      descriptor = undefined;
      try {
        renameSync(temporary, path);
      } catch (cause) {
        rmSync(temporary, { force: true });
        throw cause;
      }
    },
    [Symbol.dispose]() {
      if (descriptor === undefined) return;
      closeSync(descriptor);
      descriptor = undefined;
      rmSync(temporary, { force: true });
    },
  };
}

/**
 * Removes the temporary files that killed processes left in `folder`.
 *
 * Those of processes that still run stay, whoever they are.
 */
export function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /\.(\d+)\.tmp$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that it runs as somebody else.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
