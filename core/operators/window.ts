import { checkGroupOptions, groupTypes } from "../aggregate/aggregation.ts";
import type { ByFields, Compute } from "../aggregate/by.ts";
import { openWindow } from "../aggregate/open-window.ts";
import { type Done, type Operator, planned } from "../operator.ts";
import type { AllKeys, PathOf, Simplify } from "../row/path.ts";
import type { ColumnType } from "../row/shape.ts";
import type { Assigner } from "../time/assigner.ts";
import { clockBefore, followClock, setClock, startClock } from "../time/clock.ts";
import { type Duration, duration_ms, durationText } from "../time/duration.ts";

/** The span of time that a result is about. */
export interface WindowSpan {
  /** First millisecond, since 1970. */
  readonly start: number;
  /** The first one behind it. */
  readonly end: number;
  /** With `emit: { updates: true }` only: whether another row for this window and key follows. */
  readonly kind?: "update" | "final";
  /** Set when the wall clock closed the window, by `idleAfter` or `closeAfter`: rows may have been left out. */
  readonly forced?: true;
}

/** What `window` is told. */
export interface WindowOptions<Row, By extends readonly AllKeys<Row>[], Results> {
  /** How time is cut: `tumbling({ minutes: 1 })`. */
  readonly over: Assigner;
  /** Path of a number, or a function of the row: event time in epoch milliseconds. */
  readonly time: PathOf<Row, number> | ((row: Row) => number);
  /** How far behind the largest time of its partition a row may be. Default: that of an `eventTime` before, or 0. */
  readonly outOfOrder?: Duration;
  /** How long a silent partition holds the others back, by the wall clock. Default: for ever. */
  readonly idleAfter?: Duration;
  /** Close what is open when nothing at all has come for so long, by the wall clock. Default: never. */
  readonly closeAfter?: Duration;
  /** How long after its end a window still takes rows. Default: 0. */
  readonly lateness?: Duration;
  /** What takes rows that came too late. Default: the run, which sends them to the dead letter or counts them. */
  readonly late?: Operator<Row, Done>;
  /** Top-level fields by which rows are grouped. Default: one group a window. */
  readonly by?: By;
  /** What to compute of each group, by the name of the result's field. */
  readonly compute: Compute<Row, Results>;
  /** Give what has changed so far after every batch, too. The sink must be able to replace rows. */
  readonly emit?: { readonly updates: true };
  /** Groups open at the same time at most; a row that would begin one more is a fault. Default: 1,000,000. */
  readonly maxGroups?: number;
}

/**
 * Groups rows by windows of event time and by key, and gives one row for every group when its window closes.
 *
 * **Late.** The watermark of a partition is the largest time seen in it, minus `outOfOrder`. A row is late when the
 * end of its window plus `lateness` is at or below the watermark of its own partition, the row's own time included:
 * that depends on the rows of that partition only, not on batches or on other partitions. Every row ends in a window,
 * as late, or as a fault.
 *
 * **Closing.** Between batches, windows close whose end plus `lateness` is at or below the smallest watermark of all
 * partitions that have not ended. They close in ascending order, and in a window results are ordered by key: numbers
 * by size, strings by UTF-16 code units. So the output does not depend on how partitions interleave. At the end of
 * the stream all close. A result's natural key is `window.start` and `by`.
 *
 * **The wall clock** has a say with `idleAfter` and `closeAfter` only. Results of windows that it closed carry
 * `window.forced`; rows that come for such a window are late, whatever their partition's watermark.
 *
 * **Updates.** With `emit: { updates: true }` every group that has changed since it was last given out gives a row
 * with `window.kind` `"update"` after each batch, and at closing one with `"final"`. Which updates there are depends
 * on how the input was cut into batches; the final rows do not.
 *
 * **Faults.** `"time"`: no number within ±8.64e15. `"key"`: a value of `by` that is an object. `"state-full"`: more
 * than `maxGroups`. What an aggregate refuses or a function throws: the row then counts in no aggregate of the group.
 *
 * State: one slot in the columns of every aggregate for each open group. Rows are not kept; keys and values are
 * copied.
 *
 * @param options How to cut time, what to group by and what to compute; see {@link WindowOptions}.
 * @throws {TypeError | RangeError} When an option is malformed, or a field of the result is named twice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, count, from, pipe, sum, tumbling, window } from "millrace";
 *
 * const sales = from([
 *   { ts: 1_000, shop: "b", amount: 2 },
 *   { ts: 2_000, shop: "a", amount: 3 },
 *   { ts: 61_000, shop: "a", amount: 5 },
 * ]);
 * const perMinute = pipe(
 *   sales,
 *   window({
 *     over: tumbling({ minutes: 1 }),
 *     time: "ts",
 *     by: ["shop"],
 *     compute: { n: count(), revenue: sum("amount") },
 *   }),
 * );
 * assert.deepEqual(await collect(perMinute), [
 *   { window: { start: 0, end: 60_000 }, shop: "a", n: 1, revenue: 3 },
 *   { window: { start: 0, end: 60_000 }, shop: "b", n: 1, revenue: 2 },
 *   { window: { start: 60_000, end: 120_000 }, shop: "a", n: 1, revenue: 5 },
 * ]);
 * ```
 */
export function window<Row, const By extends readonly AllKeys<Row>[] = [], Results = {}>(
  options: WindowOptions<Row, By, Results>,
): Operator<Row, Simplify<{ window: WindowSpan } & ByFields<Row, By> & Results>> {
  const { over, time, outOfOrder, idleAfter, closeAfter, lateness, late, by = [], compute, emit } = options;
  if (typeof over?.start !== "function") {
    throw new TypeError("window: over must say how time is cut, such as tumbling({ minutes: 1 })");
  }
  if (emit !== undefined && (emit.updates !== true || Object.keys(emit).length !== 1)) {
    throw new TypeError("window: emit must be { updates: true }; { every } is not there yet");
  }
  const groups =
    options.maxGroups === undefined ? { by, compute } : { by, compute, maxGroups: options.maxGroups };
  checkGroupOptions("window", groups, ["window"]);
  const length_ms = (duration: Duration | undefined, name: string, least: number): number | undefined =>
    duration === undefined ? undefined : duration_ms(duration, `window: ${name}`, least);
  const outOfOrder_ms = length_ms(outOfOrder, "outOfOrder", 0);
  const idle_ms = length_ms(idleAfter, "idleAfter", 1);
  const settings = {
    over,
    time: time as string,
    lateness_ms: length_ms(lateness, "lateness", 0) ?? 0,
    close_ms: length_ms(closeAfter, "closeAfter", 1),
    updates: emit !== undefined,
    groups,
  };
  const mayForce = idle_ms !== undefined || settings.close_ms !== undefined;

  return planned(
    "window",
    (scope, shape) => {
      const { clocks } = scope;
      if (idle_ms !== undefined) clocks.idleAfter(idle_ms);
      if (settings.close_ms !== undefined) clocks.tickEvery(settings.close_ms);
      const before = clockBefore(clocks);
      const following = outOfOrder_ms === undefined ? before : undefined;
      const clock = following === undefined ? startClock(clocks, outOfOrder_ms ?? 0) : followClock(following);
      let lateTaken = true;
      const lateStep =
        late === undefined
          ? undefined
          : scope.branch("late", late, shape, () => {
              lateTaken = false;
            });
      // A clock that the branch has set is not for the operators behind this one.
      setClock(clocks, before);
      const takeLate = (row: unknown, message: string): void => {
        scope.count.dropped += 1;
        scope.late(message, row, lateTaken ? lateStep : undefined);
      };
      const types = new Map<string, ColumnType>([
        ["window.start", "integer"],
        ["window.end", "integer"],
      ]);
      if (emit !== undefined) types.set("window.kind", "string");
      if (mayForce) types.set("window.forced", "boolean");
      for (const [name, type] of groupTypes(shape, groups)) types.set(name, type);
      return {
        shape: { kind: "plain", owned: true, types, key: ["window.start", ...by] },
        open: (next) => {
          const step = openWindow(scope, shape, clock, settings, next, takeLate);
          if (lateStep === undefined) return step;
          return {
            ...step,
            row: step.row,
            watermark: (upstream_ms) => {
              lateStep.watermark(upstream_ms);
              step.watermark(upstream_ms);
            },
            end: () => {
              lateStep.end();
              step.end();
            },
          };
        },
      };
    },
    {
      stateful: true,
      ...(late === undefined ? {} : { branches: { late } }),
      settings: {
        over: over.text,
        by: by.join(", "),
        ...(outOfOrder_ms === undefined ? {} : { outOfOrder: durationText(outOfOrder_ms) }),
        ...(lateness === undefined ? {} : { lateness: durationText(settings.lateness_ms) }),
      },
    },
  );
}
