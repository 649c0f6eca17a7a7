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

export type { Aggregator, AggregatorSpec } from "./aggregate/aggregator.ts";
export { aggregator } from "./aggregate/aggregator.ts";
export type { ByFields, Compute } from "./aggregate/by.ts";
export { count } from "./aggregate/count.ts";
export type { DistinctOptions } from "./aggregate/distinct.ts";
export { distinct } from "./aggregate/distinct.ts";
export type { Ordered } from "./aggregate/extreme.ts";
export { first } from "./aggregate/first.ts";
export { last } from "./aggregate/last.ts";
export { max } from "./aggregate/max.ts";
export { mean } from "./aggregate/mean.ts";
export { min } from "./aggregate/min.ts";
export { sum } from "./aggregate/sum.ts";
export { Arena } from "./memory/arena.ts";
export { Bug } from "./memory/assert.ts";
export type { Holder, HolderOptions, PoolOptions, PoolReport } from "./memory/pool.ts";
export { Pool } from "./memory/pool.ts";
export type {
  About,
  Clocks,
  Done,
  FullStep,
  Job,
  Meta,
  Nothing,
  Operator,
  Scope,
  Step,
  Stream,
} from "./operator.ts";
export { operator } from "./operator.ts";
export { derive } from "./operators/derive.ts";
export type { EventTimeOptions } from "./operators/event-time.ts";
export { eventTime } from "./operators/event-time.ts";
export { filter } from "./operators/filter.ts";
export { flatMap } from "./operators/flat-map.ts";
export { fork } from "./operators/fork.ts";
export type { LookupOptions, Table } from "./operators/lookup.ts";
export { lookup } from "./operators/lookup.ts";
export { map } from "./operators/map.ts";
export { omit } from "./operators/omit.ts";
export type { Renamed } from "./operators/rename.ts";
export { rename } from "./operators/rename.ts";
export { select } from "./operators/select.ts";
export { skip } from "./operators/skip.ts";
export type { SummariseOptions } from "./operators/summarise.ts";
export { summarise } from "./operators/summarise.ts";
export { take } from "./operators/take.ts";
export { tap } from "./operators/tap.ts";
export { validate } from "./operators/validate.ts";
export type { WindowOptions, WindowSpan } from "./operators/window.ts";
export { window } from "./operators/window.ts";
export type { Column } from "./row/column.ts";
export { column, field } from "./row/column.ts";
export { instant } from "./row/instant.ts";
export { own } from "./row/own.ts";
export type { AllKeys, Extend, Path, PathOf, Simplify, ValueAt } from "./row/path.ts";
export type { NumberOptions } from "./row/schema.ts";
export type { ColumnType } from "./row/shape.ts";
export type {
  InferInput,
  InferOutput,
  JsonSchemaOptions,
  NamedFields,
  Schema,
  SchemaIssue,
  SchemaResult,
  StandardJSONSchemaV1,
  StandardSchemaV1,
} from "./row/standard-schema.ts";
export { text } from "./row/text.ts";
export type { Text, TextLength, TextPredicate } from "./row/text-recorder.ts";
export type { Bytes } from "./run/byte-source.ts";
export type { CollectOptions } from "./run/collect.ts";
export { collect, preview } from "./run/collect.ts";
export type { FaultRecord } from "./run/dead-letter.ts";
export { faultRecord } from "./run/dead-letter.ts";
export type { GraphNode, JobGraph } from "./run/describe.ts";
export { describe } from "./run/describe.ts";
export type { Fault } from "./run/fault.ts";
export { FaultError } from "./run/fault.ts";
export { from, input } from "./run/from.ts";
export type { Clock, RunOptions } from "./run/options.ts";
export { pipe } from "./run/pipe.ts";
export type { Metrics, OperatorMetrics, PartitionMetrics, RunReport } from "./run/report.ts";
export { rows } from "./run/rows.ts";
export type { Run } from "./run/run.ts";
export { run } from "./run/run.ts";
export type { Sink, SinkContext, SinkWriter } from "./run/sink.ts";
export type { Batch, Position, Source } from "./run/source.ts";
export type { TransformPair } from "./run/through.ts";
export { through } from "./run/through.ts";
export { to } from "./run/to.ts";
export { fromReadableStream, toReadableStream, toTransformStream } from "./run/web-streams.ts";
export type { CsvOptions } from "./scan/csv.ts";
export { csv } from "./scan/csv.ts";
export type { Format } from "./scan/format.ts";
export { json } from "./scan/json.ts";
export type { NdjsonOptions, WithBigints } from "./scan/ndjson.ts";
export { ndjson } from "./scan/ndjson.ts";
export type { Assigner } from "./time/assigner.ts";
export type { Duration } from "./time/duration.ts";
export type { Tumbling } from "./time/tumbling.ts";
export { tumbling } from "./time/tumbling.ts";
