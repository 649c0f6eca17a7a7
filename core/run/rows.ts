import type { Stream } from "../operator.ts";
import type { RunOptions } from "./options.ts";
import { pipe } from "./pipe.ts";
import { rowQueue } from "./queue-sink.ts";
import { type Run, run } from "./run.ts";
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

/** Not a generator: its `return` would wait for the `next` under way, which a silent source never answers. */
function iterate<Row>(stream: Stream<Row>, options: RunOptions): AsyncIterator<Row, void, void> {
  const queue = rowQueue<Row>("rows");
  let handle: Run | undefined;
  let batch: Iterator<Row> = [][Symbol.iterator]();
  let over = false;
  let asked: Promise<unknown> = Promise.resolve();
  const begin = (): Run => {
    const begun = run(pipe(stream, to(queue.sink)), options);
    begun.done.then(
      () => queue.end(),
      (cause) => queue.end({ cause }),
    );
    return begun;
  };
  const close = async (): Promise<void> => {
    over = true;
    queue.cancel();
    await handle?.[Symbol.asyncDispose]();
    queue.end();
  };
  const next = async (): Promise<IteratorResult<Row, void>> => {
    handle ??= over ? undefined : begin();
    while (!over) {
      const { done, value } = batch.next();
      if (!done) return { done: false, value };
      try {
        const more = await queue.pull();
        if (more === undefined) break;
        batch = more[Symbol.iterator]();
      } catch (cause) {
        if (over) break;
        await close();
        throw cause;
      }
    }
    await close();
    return { done: true, value: undefined };
  };
  return {
    next: () => {
      // One after the other, as of a generator.
      const answer = asked.then(next);
      asked = answer.catch(() => {});
      return answer;
    },
    return: async () => {
      await close();
      return { done: true, value: undefined };
    },
  };
}
