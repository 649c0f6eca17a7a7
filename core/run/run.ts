import type { Job } from "../operator.ts";
import { checkOptions, type RunOptions } from "./options.ts";
import type { Metrics, RunReport } from "./report.ts";
import { Task } from "./task.ts";

/** A job under way. Disposing of it cancels it and waits until everything is closed. */
export interface Run extends AsyncDisposable {
  /** The report; rejects with what stopped the run, after everything is closed. */
  readonly done: Promise<RunReport>;
  /** The run in figures, now. */
  metrics(): Metrics;
  /** Ends the input and lets what has been read go through: windows close, sinks are written. Gives the report. */
  stop(): Promise<RunReport>;
}

/**
 * Runs a job: opens its source and sinks, allocates its pool, and passes batches through until the input ends.
 *
 * Memory in flight is the pool, computed as the sum of what the job's parts hold: for each partition read at a time
 * two arenas of `record_bytes` + 128 KiB of columns, for each sink of bytes three of `record_bytes`. In front of a
 * sink of rows wait at most 1,024 rows, in front of the dead letter 256 faults or 4 MiB.
 *
 * @param job A stream that ends in a sink.
 * @param options See {@link RunOptions}.
 * @returns A handle. The run begins at once, whether or not anybody waits for it.
 * @throws {TypeError | RangeError} For options that cannot be, at once; all else rejects `done`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, pipe, run, tap, to } from "millrace";
 *
 * let sum = 0;
 * const nowhere = {
 *   name: "nowhere",
 *   open: async () => ({ write: async () => {}, flush: async () => {}, close: async () => {}, abort: async () => {} }),
 * };
 * const report = await run(pipe(from([1, 2, 3]), tap((n) => void (sum += n)), to(nowhere)), { name: "sum" }).done;
 * assert.deepEqual([sum, report.rowsIn, report.rowsOut], [6, 3, 3]);
 * ```
 */
export function run(job: Job, options: RunOptions = {}): Run {
  checkOptions(options);
  const cancel = new AbortController();
  const signal =
    options.signal === undefined ? cancel.signal : AbortSignal.any([options.signal, cancel.signal]);
  const task = new Task(job, { ...options, signal });
  const done = task.run();
  return {
    done,
    metrics: () => task.metrics(),
    stop: () => {
      task.stop();
      return done;
    },
    [Symbol.asyncDispose]: async () => {
      cancel.abort(new DOMException("The run was disposed of", "AbortError"));
      await done.catch(() => {});
    },
  };
}
