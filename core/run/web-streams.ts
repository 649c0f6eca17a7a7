import type { Operator, Stream } from "../operator.ts";
import type { Format } from "../scan/format.ts";
import { from } from "./from.ts";
import type { RunOptions } from "./options.ts";
import { pipe } from "./pipe.ts";
import { rows } from "./rows.ts";
import type { TransformPair } from "./through.ts";

/**
 * Makes a web stream of a stream's rows, which are the consumer's to keep. It reads as the consumer pulls; cancelling
 * it cancels the run.
 *
 * @param stream What to run, from the first pull on.
 * @param options As for `run`. What stops the run errors the web stream.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, toReadableStream } from "millrace";
 *
 * const reader = toReadableStream(from([1, 2])).getReader();
 * assert.deepEqual(await reader.read(), { done: false, value: 1 });
 * await reader.cancel();
 * ```
 */
export function toReadableStream<Row>(stream: Stream<Row>, options: RunOptions = {}): ReadableStream<Row> {
  let iterator: AsyncIterator<Row> | undefined;
  return new ReadableStream<Row>(
    {
      pull: async (controller) => {
        iterator ??= rows(stream, options)[Symbol.asyncIterator]();
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => {
        await iterator?.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Begins a stream at a web stream: of rows, or of bytes together with a format. Like every web stream it can be read
 * once. It is cancelled when the run ends before it does.
 *
 * @param stream Not locked to a reader. What it fails with stops the run.
 * @param format How bytes become rows; left out for a stream of rows.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, fromReadableStream, ndjson } from "millrace";
 *
 * const { body } = new Response('{"n":1}\n{"n":2}\n');
 * assert.ok(body);
 * assert.deepEqual(await collect(fromReadableStream(body, ndjson())), [{ n: 1 }, { n: 2 }]);
 * ```
 */
export function fromReadableStream<Row>(
  stream: ReadableStream<Uint8Array>,
  format: Format<Row, never>,
): Stream<Row>;
/** Begins a stream at a web stream of rows. */
export function fromReadableStream<Row>(stream: ReadableStream<Row>): Stream<Row>;
export function fromReadableStream<Row>(
  stream: ReadableStream<Row> | ReadableStream<Uint8Array>,
  format?: Format<Row, never>,
): Stream<Row> {
  return format === undefined
    ? from<Row>(stream as ReadableStream<Row>)
    : from<Row>(stream as ReadableStream<Uint8Array>, format);
}

/**
 * Makes a web TransformStream of an operator: rows written to it come out as the operator makes them. Backpressure
 * goes through: a write waits while nobody reads.
 *
 * @param operator Any operator, or a pipe of them.
 * @param options As for `run`; without a dead letter the first fault errors both sides.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { map, toTransformStream } from "millrace";
 *
 * const twice = ReadableStream.from([1, 2]).pipeThrough(toTransformStream(map((n: number) => n * 2)));
 * assert.deepEqual(await Array.fromAsync(twice), [2, 4]);
 * ```
 */
export function toTransformStream<In, Out>(
  operator: Operator<In, Out>,
  options: RunOptions = {},
): TransformPair<In, Out> {
  const entry = new TransformStream<In, In>(undefined, { highWaterMark: 1 }, { highWaterMark: 0 });
  const readable = toReadableStream(pipe(from<In>(entry.readable), operator), options);
  return { readable, writable: entry.writable };
}
