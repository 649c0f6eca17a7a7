import type { Done, Operator } from "../operator.ts";
import type { Fault } from "./fault.ts";
import type { Sink } from "./sink.ts";
import type { Batch } from "./source.ts";

/** The only clock of a run: a test can own it. */
export interface Clock {
  /** Wall time in epoch milliseconds. */
  readonly now: () => number;
  /** Resolves after `ms`, or when `signal` is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How a job runs. Every option has a default. */
export interface RunOptions {
  /** Name of the job, in reports and errors. Default: `"job"`. */
  readonly name?: string;
  /** Cancels the run: what is open is closed, outputs that are not whole are not published, `done` rejects. */
  readonly signal?: AbortSignal;
  /**
   * Where faults go: a sink of bytes (one JSON object a line), an operator that ends in a sink, or `"drop"`, which
   * only counts. Left out: the first fault stops the run with a {@link FaultError}.
   */
  readonly deadLetter?: Sink<Batch> | Operator<Fault, Done> | "drop";
  /** What is done about many faults. */
  readonly faults?: {
    /**
     * Stop when more than this share (0 to 1) of the rows read are faults, from the 1,000th row on and at the end.
     * Default: never.
     */
    readonly stopAbove?: number;
  };
  /** Make a view that is kept after its row throw when it is read, and overwrite released memory. Default: false. */
  readonly verify?: boolean;
  /** Most bytes that one read adds to a batch. Default: 512 KiB. */
  readonly batch_bytes?: number;
  /** Longest record; a longer one is a fault. Default: 1 MiB, at most 16 MiB − 1. Sinks take no longer row either. */
  readonly record_bytes?: number;
  /** Partitions read at the same time; further ones begin as others end. Default: 16. */
  readonly openPartitions?: number;
  /** Refuse to start when the pool would be larger. Default: 2 GiB. */
  readonly pool_bytes?: number;
  /**
   * What scans and encodes: `"wasm"`, or `"javascript"`, which gives the same answers slower. Default: `"wasm"` where
   * the runtime has WebAssembly with SIMD, else `"javascript"`.
   */
  readonly kernel?: "wasm" | "javascript";
  /** What time it is, for `idleAfter` and `closeAfter` alone. Default: the wall clock. */
  readonly clock?: Clock;
  /**
   * `"rebuild"`: operators that keep state start empty on every run. A job that has such ones must say so when its source
   * can be resumed: this version has no checkpoints yet.
   */
  readonly state?: "rebuild";
}

/** The wall clock. */
export const WALL: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
    }),
};

/** Columns of one arena: 640 rows of twenty-four fields, 162 of a hundred. */
export const COLUMNS_bytes: number = 256 * 1024;
export const BATCH_bytes: number = 512 * 1024;
/** Tables, dictionaries and texts of the kernel. Pages of it that nobody writes to take no memory. */
export const KERNEL_bytes: number = 16 * 2 ** 20;
export const RECORD_bytes: number = 1024 * 1024;
export const OPEN_PARTITIONS = 16;
/** Beginning of a too long record that its fault carries. */
export const KEPT_bytes: number = 64 * 1024;

/** Data part of a source's arena: a whole record with its line end. */
export function dataBytes(record_bytes: number): number {
  return Math.ceil((record_bytes + 1) / 16) * 16;
}

/** Whole arena of a source: data, then columns. */
export function sourceArenaBytes(record_bytes: number): number {
  return dataBytes(record_bytes) + COLUMNS_bytes;
}

/** Checks what the types cannot. @throws {RangeError} or {TypeError} that name the option, the rule and the value. */
export function checkOptions(options: RunOptions): void {
  const whole = (name: string, value: number | undefined, least: number, most: number): void => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    throw new RangeError(`Cannot run: ${name} must be a whole number from ${least} to ${most}, got ${value}`);
  };
  whole("batch_bytes", options.batch_bytes, 1, 2 ** 30);
  whole("record_bytes", options.record_bytes, 16, 2 ** 24 - 1);
  whole("openPartitions", options.openPartitions, 1, 1024);
  const share = options.faults?.stopAbove;
  if (share !== undefined && !(share >= 0 && share <= 1)) {
    throw new RangeError(`Cannot run: faults.stopAbove must be a share from 0 to 1, got ${share}`);
  }
  const { kernel } = options;
  if (kernel !== undefined && kernel !== "wasm" && kernel !== "javascript") {
    throw new TypeError(`Cannot run: kernel must be "wasm" or "javascript", got ${JSON.stringify(kernel)}`);
  }
  // What a reader of the design may expect, and may not be passed over.
  if ("checkpoint" in options) throw new TypeError("Cannot run: checkpoint is not implemented yet");
  if (options.state !== undefined && options.state !== "rebuild") {
    throw new TypeError('Cannot run: state is not implemented yet; only state: "rebuild" is');
  }
}
