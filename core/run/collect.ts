import type { Stream } from "../operator.ts";
import { take } from "../operators/take.ts";
import type { RunOptions } from "./options.ts";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";
import type { Sink } from "./sink.ts";
import { to } from "./to.ts";

/** How {@link collect} runs. */
export interface CollectOptions extends RunOptions {
  /** Most rows to hold. Default: 1,000,000. */
  readonly limit?: number;
}

/**
 * Runs a stream and gives its rows, which are the caller's to keep.
 *
 * @param stream Must end by itself.
 * @param options As for `run`, and `limit`.
 * @throws {RangeError} When there are more than `limit` rows: nothing here holds memory without a bound.
 * @throws What else stopped the run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, map, pipe } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from(["a", "b"]), map((s) => s.toUpperCase()))), ["A", "B"]);
 * ```
 */
export async function collect<Row>(stream: Stream<Row>, options: CollectOptions = {}): Promise<Row[]> {
  const { limit = 1_000_000, ...runOptions } = options;
  const all: Row[] = [];
  const sink: Sink<Row> = {
    name: "collect",
    open: async () => ({
      write: async (rows) => {
        if (all.length + rows.length > limit) {
          throw new RangeError(
            `Cannot collect: the stream has more rows than limit = ${limit}; use rows(stream)`,
          );
        }
        for (const row of rows) all.push(row);
      },
      flush: async () => {},
      close: async () => {},
      abort: async () => {},
    }),
  };
  await run(pipe(stream, to(sink)), runOptions).done;
  return all;
}

/**
 * Gives the first rows of a stream, and reads no further: for a look at data while a pipeline is being written.
 *
 * @param stream May be endless.
 * @param count Rows to take: a whole number from 0.
 * @param options As for `run`.
 * @throws {RangeError} For any other count.
 * @throws What stopped the run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, preview } from "millrace";
 *
 * assert.deepEqual(await preview(from(["a", "b", "c"]), 2), ["a", "b"]);
 * ```
 */
export function preview<Row>(stream: Stream<Row>, count: number, options: RunOptions = {}): Promise<Row[]> {
  return collect(pipe(stream, take<Row>(count)), { ...options, limit: count });
}
