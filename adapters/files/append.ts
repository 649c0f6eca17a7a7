import { checkPath, type Output, writeAll } from "./output.ts";
import { openOutputFile } from "./output-file.ts";

/** Opens a file, which need not exist, to add to its end. */
export async function openAppend(path: string, durable: boolean): Promise<Output> {
  await checkPath(path);
  const file = await openOutputFile(path, "append");
  const start_bytes = (await file.size()) ?? 0;
  let end_bytes = start_bytes;
  let flushed_bytes = start_bytes;
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await file.close();
  };
  return {
    fresh: start_bytes === 0,
    write: (bytes) =>
      writeAll(file, bytes, (count) => {
        end_bytes += count;
      }),
    flush: async () => {
      if (durable) await file.datasync();
      flushed_bytes = end_bytes;
    },
    close,
    abort: async () => {
      if (closed) return;
      // Longer: somebody else has written too, and theirs is not ours to cut.
      if ((await file.size()) === end_bytes) await file.truncate(flushed_bytes);
      await close();
    },
  };
}
