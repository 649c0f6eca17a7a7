import type { Stream } from "../operator.ts";
import type { RunOptions } from "./options.ts";
import { pipe } from "./pipe.ts";
import { rowQueue } from "./queue-sink.ts";
import { run } from "./run.ts";
import { to } from "./to.ts";

/**
 * Runs a stream and iterates its rows, which are the caller's to keep. The stream waits for the loop: at most 1,024
 * rows, and one write of them, are in between. Leaving the loop cancels the run and waits until it has closed.
 *
 * @param stream Run anew for every iteration.
 * @param options As for {@link run}.
 * @throws What stopped the run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, rows } from "millrace";
 *
 * const seen: number[] = [];
 * for await (const n of rows(from([1, 2, 3]))) {
 *   seen.push(n);
 *   if (n === 2) break;
 * }
 * assert.deepEqual(seen, [1, 2]);
 * ```
 */
export function rows<Row>(stream: Stream<Row>, options: RunOptions = {}): AsyncIterable<Row> {
  return { [Symbol.asyncIterator]: () => iterate(stream, options) };
}

async function* iterate<Row>(stream: Stream<Row>, options: RunOptions): AsyncGenerator<Row, void, void> {
  const queue = rowQueue<Row>("rows");
  const handle = run(pipe(stream, to(queue.sink)), options);
  handle.done.then(
    () => queue.end(),
    (cause) => queue.end({ cause }),
  );
  try {
    for (let batch = await queue.pull(); batch !== undefined; batch = await queue.pull()) yield* batch;
  } finally {
    queue.cancel();
    await handle[Symbol.asyncDispose]();
  }
}
