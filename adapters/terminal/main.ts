import { inspect } from "node:util";
import { type Job, type Run, type RunOptions, type RunReport, run } from "../../core/mod.ts";
import { drawProgress } from "./progress.ts";
import { onSignals, SignalError } from "./signals.ts";

/** How {@link main} runs a job: the options of `run`, and these. */
export interface MainOptions extends RunOptions {
  /** Draw progress when standard error is a terminal. Default: true. */
  readonly progress?: boolean;
  /**
   * What the first SIGINT, SIGTERM or SIGHUP does. `"cancel"`: the run ends as it stands; files that are written whole
   * are not published, a database keeps its last transaction. `"drain"`, for input without an end: reading stops, what
   * was read is processed, outputs are published, as if the input had ended there. Default: `"cancel"`.
   */
  readonly onSignal?: "cancel" | "drain";
}

/** Thrown by a program whose arguments are wrong: {@link main} ends it with exit code 2. */
export class UsageError extends Error {
  /** Always `"UsageError"`. */
  override readonly name = "UsageError";
}

/**
 * Runs a job as a command-line program.
 *
 * It ends with exit code 0, 1 when the run fails, 2 when the arguments are wrong (a {@link UsageError}, or what
 * `parseArgs` of `node:util` throws), or 130, 143, 129 after SIGINT, SIGTERM, SIGHUP. Errors are one line on standard
 * error; with `DEBUG` in the environment, and for a defect of Millrace, all that is known of them. After a signal the
 * process ends within 0.7 s, at once after a second one. A run of more than a second shows its progress, when standard
 * error is a terminal: rows, rate, position, pool use, on one line that is gone at the end.
 *
 * @param job The job, or a function that makes it: what that throws is reported like any failure.
 * @param options As for `run`, and what to show and do on a signal.
 * @returns The report; `undefined` when the run failed or was cancelled, which has then been said, and the exit code
 *   set. Never rejects.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, pipe, to } from "millrace";
 * import { writeFile } from "millrace/files";
 * import { main } from "millrace/terminal";
 *
 * const csvLines = { name: "lines", open: async () => ({ write: async () => {}, flush: async () => {}, close: async () => {}, abort: async () => {} }) };
 * const report = await main(pipe(from([1, 2, 3]), to(csvLines)), { name: "three" });
 * assert.equal(report?.rowsIn, 3);
 * ```
 */
export async function main(
  job: Job | (() => Job | Promise<Job>),
  options: MainOptions = {},
): Promise<RunReport | undefined> {
  const { progress = true, onSignal = "cancel", ...runOptions } = options;
  const cancel = new AbortController();
  const signal =
    options.signal === undefined ? cancel.signal : AbortSignal.any([options.signal, cancel.signal]);
  let handle: Run | undefined;
  const drain = () => {
    if (handle === undefined) cancel.abort(new SignalError("SIGINT"));
    else handle.stop().catch(() => {});
  };
  const giveBack = onSignals((cause) => cancel.abort(cause), onSignal === "drain" ? drain : undefined);
  let clear = () => {};
  try {
    const made = typeof job === "function" ? await job() : job;
    signal.throwIfAborted();
    handle = run(made, { ...runOptions, signal });
    if (progress) clear = drawProgress(handle.metrics, process.stderr);
    return await handle.done;
  } catch (cause) {
    clear();
    process.exitCode = exitCodeOf(cause);
    process.stderr.write(`${options.name ?? "job"}: ${wordsOf(cause)}\n`);
    return undefined;
  } finally {
    clear();
    giveBack();
  }
}

function exitCodeOf(cause: unknown): number {
  if (cause instanceof SignalError) return cause.exitCode;
  if (cause instanceof UsageError) return 2;
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && code.startsWith("ERR_PARSE_ARGS_") ? 2 : 1;
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const whole = (process.env.DEBUG ?? "") !== "" || cause.name === "Bug";
  return whole ? inspect(cause) : cause.message.replace(/\s*\n\s*/g, " ");
}
