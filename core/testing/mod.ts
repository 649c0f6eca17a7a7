/**
 * For tests of operators, sources and sinks: the laws that hold for all of them, and a world that a test controls.
 *
 * Needs no test runner of its own: a law is registered with whatever `test` it is given.
 *
 * @example The laws of an operator
 * ```ts
 * import { test } from "node:test";
 * import { type } from "arktype";
 * import { filter } from "millrace";
 * import { operatorLaws } from "millrace/testing";
 *
 * const Row = type({ n: "number" });
 * type Row = typeof Row.infer;
 * const isEven = (row: Row) => row.n % 2 === 0;
 *
 * operatorLaws(
 *   test,
 *   "even",
 *   () => filter(isEven),
 *   (rows) => rows.filter(isEven),
 *   { rows: [{ n: 1 }, { n: 2 }, { n: 4 }], schema: Row },
 * );
 * ```
 *
 * @module
 */

export type { InterleavedSource, InterleaveOptions } from "./interleave.ts";
export { interleave } from "./interleave.ts";
export type { LeakOptions, LeakReport } from "./leak-test.ts";
export { leakTest } from "./leak-test.ts";
export type { ManualClock } from "./manual-clock.ts";
export { manualClock } from "./manual-clock.ts";
export type { MemorySink } from "./memory-sink.ts";
export { memorySink } from "./memory-sink.ts";
export type { OperatorLawOptions, Register } from "./operator-laws.ts";
export { operatorLaws } from "./operator-laws.ts";
export type { Random } from "./random.ts";
export { random } from "./random.ts";
export { rechunk, rechunkAtRandom } from "./rechunk.ts";
export { LawError } from "./same.ts";
export type { SinkLawOptions, SinkUnderTest } from "./sink-laws.ts";
export { sinkLaws } from "./sink-laws.ts";
export type { SourceLawOptions } from "./source-laws.ts";
export { sourceLaws } from "./source-laws.ts";
