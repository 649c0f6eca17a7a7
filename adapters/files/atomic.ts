import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { checkPath, type Output, writeAll } from "./output.ts";
import { openOutputFile } from "./output-file.ts";

/** Opens a file that has its name only once it is whole, and durable if that is asked for. */
export async function openAtomic(path: string, durable: boolean): Promise<Output> {
  const before = await checkPath(path);
  // Through a symbolic link: the file it leads to is replaced, not the link.
  const final = await realpath(path).catch(() => path);
  if (before !== undefined && !before.isFile()) return await openDevice(final);

  // Beside it, since a rename works within one file system only; at the end, so that no `*.ndjson` finds it.
  const temporary = `${final}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  const mode = before === undefined ? 0o666 : before.mode & 0o777;
  const file = await openOutputFile(temporary, "create", mode);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await file.close();
  };
  const abort = async () => {
    await close();
    await rm(temporary, { force: true });
  };
  return {
    fresh: true,
    write: (bytes) => writeAll(file, bytes),
    flush: async () => {
      if (durable) await file.datasync();
    },
    close: async () => {
      try {
        if (durable) await file.sync();
        await close();
        await rename(temporary, final);
      } catch (cause) {
        await abort();
        throw cause;
      }
      if (durable) await syncFolder(dirname(final));
    },
    abort,
  };
}

/** A pipe or a device keeps its place in the file system. */
async function openDevice(path: string): Promise<Output> {
  const file = await openOutputFile(path, "device");
  return {
    fresh: true,
    write: (bytes) => writeAll(file, bytes),
    flush: async () => {},
    close: () => file.close(),
    abort: () => file.close(),
  };
}

/** Systems on which a folder cannot be opened or synchronised do without. */
const NO_FOLDER_SYNC: ReadonlySet<unknown> = new Set(["EACCES", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"]);

/** Makes a rename durable. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (cause) {
    if (!NO_FOLDER_SYNC.has((cause as NodeJS.ErrnoException).code)) throw cause;
  }
}
