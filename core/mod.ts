/**
 * Millrace: typed pipelines of pure operators over byte streams, in a fixed amount of memory, on Node, Deno and Bun.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, count, from, ndjson, pipe, sum, tumbling, window } from "millrace";
 * import { type } from "arktype";
 *
 * const Event = type({ ts: "number", type: "string", amount: "number" });
 * const lines = '{"ts":1000,"type":"a","amount":1.5}\n{"ts":2000,"type":"a","amount":2}\n';
 * const perMinute = pipe(
 *   from([new TextEncoder().encode(lines)], ndjson(Event)),
 *   window({ over: tumbling({ minutes: 1 }), time: "ts", by: ["type"], compute: { n: count(), total: sum("amount") } }),
 * );
 * assert.deepEqual(await collect(perMinute), [{ window: { start: 0, end: 60_000 }, type: "a", n: 2, total: 3.5 }]);
 * ```
 *
 * @module
 */
export { Arena } from "./memory/arena.ts";
export { Bug } from "./memory/assert.ts";
export { Pool } from "./memory/pool.ts";
export { operator } from "./operator.ts";
export { derive } from "./operators/derive.ts";
export { filter } from "./operators/filter.ts";
export { flatMap } from "./operators/flat-map.ts";
export { fork } from "./operators/fork.ts";
export { lookup } from "./operators/lookup.ts";
export { map } from "./operators/map.ts";
export { omit } from "./operators/omit.ts";
export { rename } from "./operators/rename.ts";
export { select } from "./operators/select.ts";
export { skip } from "./operators/skip.ts";
export { take } from "./operators/take.ts";
export { tap } from "./operators/tap.ts";
export { validate } from "./operators/validate.ts";
export { column, field } from "./row/column.ts";
export { own } from "./row/own.ts";
export { collect, preview } from "./run/collect.ts";
export { describe } from "./run/describe.ts";
export { FaultError } from "./run/fault.ts";
export { from, input } from "./run/from.ts";
export { pipe } from "./run/pipe.ts";
export { rows } from "./run/rows.ts";
export { run } from "./run/run.ts";
export { through } from "./run/through.ts";
export { to } from "./run/to.ts";
export { fromReadableStream, toReadableStream, toTransformStream } from "./run/web-streams.ts";
export { ndjson } from "./scan/ndjson.ts";
