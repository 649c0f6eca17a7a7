import { open } from "node:fs/promises";

/** A file that is written: what outputs need of one. */
export interface OutputFile {
  /** Writes to its end; may take less than all. Gives how many bytes it took. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  readonly datasync: () => Promise<void>;
  readonly sync: () => Promise<void>;
  /** `undefined` of what is no regular file. */
  readonly size: () => Promise<number | undefined>;
  readonly truncate: (size_bytes: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The part of Deno's own files used here: the type libraries that all three runtimes share don't name it. */
interface DenoFiles {
  readonly open: (path: string, options: Record<string, unknown>) => Promise<DenoFile>;
}
interface DenoFile {
  write(bytes: Uint8Array): Promise<number>;
  syncData(): Promise<void>;
  sync(): Promise<void>;
  stat(): Promise<{ readonly size: number; readonly isFile: boolean }>;
  truncate(size_bytes: number): Promise<void>;
  close(): void;
}

const FLAGS = { create: "wx", append: "a", device: "w" } as const;

/**
 * Opens a file to write to.
 *
 * Deno's files of `node:fs` write in the main thread, its own in another one (512 KiB: 115 µs of the main thread, or 22).
 *
 * @param how `"create"`: it must not exist. `"append"`: it need not. `"device"`: it does, and may wait for a reader.
 */
export async function openOutputFile(
  path: string,
  how: keyof typeof FLAGS,
  mode = 0o666,
): Promise<OutputFile> {
  const { Deno } = globalThis as { readonly Deno?: DenoFiles };
  if (Deno !== undefined && how !== "device") {
    const way = how === "create" ? { write: true, createNew: true } : { append: true, create: true };
    const file = await Deno.open(path, { ...way, mode });
    return {
      write: (bytes) => file.write(bytes),
      datasync: () => file.syncData(),
      sync: () => file.sync(),
      size: async () => {
        const { isFile, size } = await file.stat();
        return isFile ? size : undefined;
      },
      truncate: (size_bytes) => file.truncate(size_bytes),
      close: async () => file.close(),
    };
  }
  const file = await open(path, FLAGS[how], mode);
  return {
    write: async (bytes) => (await file.write(bytes, 0, bytes.length, null)).bytesWritten,
    datasync: () => file.datasync(),
    sync: () => file.sync(),
    size: async () => {
      const stats = await file.stat();
      return stats.isFile() ? stats.size : undefined;
    },
    truncate: (size_bytes) => file.truncate(size_bytes),
    close: () => file.close(),
  };
}
