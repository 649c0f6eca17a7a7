import type { Sink } from "../run/sink.ts";

/** A sink that keeps what it gets, for a test to look at. */
export interface MemorySink<Row> extends Sink<Row> {
  /** Rows written so far, in order, since it was opened last. */
  readonly rows: readonly Row[];
  /** The output as the last `close` left it; `undefined` before the first. */
  readonly published: readonly Row[] | undefined;
  /** How many rows each write had. */
  readonly writes: readonly number[];
  /** What has become of the output: `published` after `close`, `aborted` after `abort`. */
  readonly state: "new" | "open" | "published" | "aborted";
  /** Rows that a flush has made durable. */
  readonly flushed: number;
}

/**
 * Makes a sink of rows in memory. It checks the contract of sinks as it goes: one promise under way at a time,
 * nothing after `close` or `abort`.
 *
 * @param pause Awaited in every call: a slow sink, or one that fails.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, pipe, run, to } from "millrace";
 * import { memorySink } from "millrace/testing";
 *
 * const sink = memorySink<number>();
 * await run(pipe(from([1, 2]), to(sink))).done;
 * assert.deepEqual(sink.published, [1, 2]);
 * ```
 */
export function memorySink<Row>(
  pause: (call: "open" | "write" | "flush" | "close" | "abort") => Promise<void> | void = () => {},
): MemorySink<Row> {
  const rows: Row[] = [];
  const writes: number[] = [];
  let state: MemorySink<Row>["state"] = "new";
  let published: readonly Row[] | undefined;
  let flushed = 0;
  let under: string | undefined;
  const call = async (name: "write" | "flush" | "close" | "abort", work: () => void): Promise<void> => {
    if (under !== undefined) throw new Error(`the sink was asked to ${name} while ${under} was under way`);
    if (state !== "open") throw new Error(`the sink was asked to ${name} when it was ${state}`);
    under = name;
    try {
      await pause(name);
      work();
    } finally {
      under = undefined;
    }
  };
  return {
    name: "memory",
    rows,
    writes,
    get published() {
      return published;
    },
    get state() {
      return state;
    },
    get flushed() {
      return flushed;
    },
    open: async () => {
      await pause("open");
      rows.length = writes.length = flushed = 0;
      state = "open";
      return {
        write: (units) =>
          call("write", () => {
            rows.push(...units);
            writes.push(units.length);
          }),
        flush: () =>
          call("flush", () => {
            flushed = rows.length;
          }),
        close: () =>
          call("close", () => {
            published = [...rows];
            state = "published";
          }),
        abort: () =>
          call("abort", () => {
            state = "aborted";
          }),
      };
    },
  };
}
