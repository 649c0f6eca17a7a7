import { type Operator, planned } from "../operator.ts";
import type { PathOf } from "../row/path.ts";
import { setClock, startClock } from "../time/clock.ts";
import { type Duration, duration_ms, durationText } from "../time/duration.ts";
import { timeReader } from "../time/time-reader.ts";

/** What `eventTime` may be told. */
export interface EventTimeOptions {
  /** How far behind the largest time of its partition a row may be. Default: 0. */
  readonly outOfOrder?: Duration;
  /** How long a silent partition holds the others back, by the wall clock. Default: for ever. */
  readonly idleAfter?: Duration;
}

/**
 * Reads the time of every row, and tells the operators behind up to which time the stream is complete: its watermark.
 *
 * `window({ time, outOfOrder })` does this by itself. This operator is for pipelines in which more than one follows,
 * or where rows must be read for their time before they are filtered. A window behind it that names no `outOfOrder`
 * follows this clock.
 *
 * The watermark of a partition is the largest time seen in it, minus `outOfOrder`; that of the stream is the smallest
 * of these, over the partitions that have neither ended nor been silent for `idleAfter`. One from which nothing has
 * come yet holds it at −∞. Rows pass as they are.
 *
 * @param time Path of a number, or a function of the row: epoch milliseconds. Anything but a number within ±8.64e15
 *   is a fault of the row, code `"time"`.
 * @param options How much disorder and silence to expect.
 * @throws {TypeError | RangeError} When a duration is malformed.
 *
 * @example The clock runs on rows that are filtered away
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, count, eventTime, filter, from, pipe, tumbling, window } from "millrace";
 *
 * const rows = from([{ ts: 1, kind: "tick" }, { ts: 61_000, kind: "beat" }]);
 * const ticks = pipe(
 *   rows,
 *   eventTime("ts", { outOfOrder: { seconds: 5 } }),
 *   filter((row) => row.kind === "tick"),
 *   window({ over: tumbling({ minutes: 1 }), time: "ts", compute: { n: count() } }),
 * );
 * assert.deepEqual(await collect(ticks), [{ window: { start: 0, end: 60_000 }, n: 1 }]);
 * ```
 */
export function eventTime<Row>(
  time: PathOf<Row, number> | ((row: Row) => number),
  options: EventTimeOptions = {},
): Operator<Row, Row> {
  const { outOfOrder, idleAfter } = options;
  const outOfOrder_ms = outOfOrder === undefined ? 0 : duration_ms(outOfOrder, "eventTime: outOfOrder");
  const idle_ms = idleAfter === undefined ? undefined : duration_ms(idleAfter, "eventTime: idleAfter", 1);
  const settings = {
    time: typeof time === "function" ? "a function" : String(time),
    outOfOrder: durationText(outOfOrder_ms),
  };
  return planned<Row, Row>(
    "eventTime",
    (scope, shape) => {
      const { meta, clocks } = scope;
      if (idle_ms !== undefined) clocks.idleAfter(idle_ms);
      const clock = startClock(clocks, outOfOrder_ms);
      // While planning, from the source on: operators behind are planned after this one.
      setClock(clocks, clock.watermark_ms);
      const timeOf = timeReader(scope, shape, time as string);
      return {
        shape,
        open: (next) => ({
          row: (row) => {
            const time_ms = timeOf(row);
            if (Number.isNaN(time_ms)) return;
            clock.advance(meta.partitionIndex, time_ms);
            next.row(row);
          },
          watermark: (upstream_ms) => next.watermark(clock.reached(upstream_ms)),
        }),
      };
    },
    { settings },
  );
}
