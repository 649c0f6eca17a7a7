import { Bug } from "../memory/assert.ts";
import { type Nothing, type Operator, passing, planned, type Stream } from "../operator.ts";
import type { Format } from "../scan/format.ts";
import { type Bytes, byteSource } from "./byte-source.ts";
import { type Input, type Iterated, setInput } from "./input.ts";
import type { Source } from "./source.ts";

/**
 * Begins a stream: at a source of bytes with the format that makes them rows, or at rows.
 *
 * @param source A source; or bytes as an iterable of `Uint8Array` or of arrays of these (a web `ReadableStream` is
 *   one); or an iterable of rows.
 * @param format How bytes become rows. A record that it refuses is a fault.
 * @returns A stream. It can be run again as often as its source can be read again.
 *
 * @example Rows, and bytes in any pieces
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, ndjson } from "millrace";
 *
 * assert.deepEqual(await collect(from([1, 2])), [1, 2]);
 * const bytes = ['{"n":1}\n{"n', '":2}'].map((text) => new TextEncoder().encode(text));
 * assert.deepEqual(await collect(from(bytes, ndjson())), [{ n: 1 }, { n: 2 }]);
 * ```
 */
export function from<Row>(source: Source | Bytes, format: Format<Row, never>): Stream<Row>;
/** Begins a stream at rows: plain values that nobody changes while the run goes on. */
export function from<Row>(rows: Iterable<Row> | AsyncIterable<Row>): Stream<Row>;
export function from<Row>(source: Source | Bytes | Iterated<Row>, format?: Format<Row, never>): Stream<Row> {
  if (format === undefined) return head({ kind: "rows", name: "rows", rows: source as Iterated<unknown> });
  const bytes = "partitions" in source ? source : byteSource("bytes", source as Bytes);
  return head({ kind: "bytes", source: bytes, format: format as Format<unknown> });
}

function head<Row>(input: Input): Stream<Row> {
  const name = input.kind === "bytes" ? input.source.name : input.name;
  const operator = planned<Nothing, Row>(name, () => {
    throw new Bug("the head of a stream was planned as an operator");
  });
  setInput(operator, input);
  return operator;
}

/**
 * States the input of a reusable operator: `pipe(input<Event>(), filter(…), …)`. Rows pass as they are.
 *
 * @typeParam Row Rows that the operator takes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, filter, from, input, map, pipe } from "millrace";
 *
 * const evenSquares = pipe(input<number>(), filter((n) => n % 2 === 0), map((n) => n * n));
 * assert.deepEqual(await collect(pipe(from([1, 2, 3, 4]), evenSquares)), [4, 16]);
 * ```
 */
export function input<Row>(): Operator<Row, Row> {
  return passing<Row>("input", (next) => next);
}
