import type { Output } from "./output.ts";

/** Opens standard output, which stays open: it is the process's. */
export function openStandardOutput(): Output {
  const { stdout } = process;
  let broken: Error | undefined;
  // A stream with nobody listening would end the process in place of the run.
  const onError = (error: Error) => {
    broken ??= error;
  };
  stdout.on("error", onError);
  const close = async () => {
    // A tick later: an error is told after the callback of its write.
    await new Promise((resolve) => setImmediate(resolve));
    stdout.off("error", onError);
  };
  return {
    fresh: true,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (broken !== undefined) return reject(explain(broken));
        stdout.write(bytes, (error) => (error ? reject(explain(error)) : resolve()));
      }),
    flush: async () => {},
    close,
    abort: close,
  };
}

function explain(error: Error): Error {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") return error;
  return new Error("standard output must stay open, its reader has closed it (EPIPE)", { cause: error });
}
