import type { FullStep, Scope } from "../operator.ts";
import type { Shape } from "../row/shape.ts";
import type { Assigner } from "../time/assigner.ts";
import type { Clock } from "../time/clock.ts";
import { timeReader } from "../time/time-reader.ts";
import { type GroupOptions, openAggregation } from "./aggregation.ts";
import { emission, type Portion } from "./emission.ts";
import { createSpans, type Span } from "./spans.ts";

/** A window's options, checked. */
export interface WindowSettings {
  readonly over: Assigner;
  readonly time: string | ((row: never) => unknown);
  readonly lateness_ms: number;
  readonly close_ms: number | undefined;
  readonly updates: boolean;
  readonly groups: GroupOptions;
}

/** The step of `window` in one run. */
export function openWindow(
  scope: Scope,
  shape: Shape,
  clock: Clock,
  settings: WindowSettings,
  next: FullStep<never>,
  takeLate: (row: unknown, message: string) => void,
): FullStep<unknown> {
  const { over, lateness_ms, close_ms, updates } = settings;
  const { clocks } = scope;
  const meta = scope.meta as { readonly partitionIndex: number; time: number };
  const timeOf = timeReader(scope, shape, settings.time);
  const aggregation = openAggregation(scope, shape, settings.groups);
  const { groups } = aggregation;
  const spans = createSpans(over, lateness_ms, groups);
  // The window of the last row, which is that of the next one nearly always.
  let start = Number.NaN;
  let end = Number.NaN;
  let closes = Number.NaN;
  let span: Span | undefined;
  // Watermark up to which windows have closed. Above a partition's own one only when the wall clock forced it.
  let closed_ms = Number.NEGATIVE_INFINITY;

  const portion = (
    of: Span,
    slots: () => readonly number[],
    kind: "update" | "final",
    forced: boolean,
  ): Portion => {
    const final = kind === "final";
    return {
      slots,
      row: (slot) => {
        meta.time = of.start;
        const about: Record<string, unknown> = { start: of.start, end: of.end };
        if (updates) about.kind = kind;
        if (forced) about.forced = true;
        const row = { window: about };
        aggregation.fill(row, slot);
        return row;
      },
      finish: (slot) => {
        if (final) aggregation.release(slot);
      },
      end: () => {
        if (final) groups.close(of.table);
      },
    };
  };

  const finals = (closing: readonly Span[], forced: (of: Span) => boolean): Portion[] => {
    span = undefined;
    start = end = Number.NaN;
    return closing.map((of) => portion(of, () => groups.sorted(of.table.slots), "final", forced(of)));
  };

  // Slots that have changed since they were last given out.
  const changed = new Set<number>();
  const changes = (): Portion[] => {
    changed.clear();
    return spans.open().flatMap((of) => {
      const slots = of.changed;
      of.changed = [];
      return slots.length === 0 ? [] : [portion(of, () => groups.sorted(slots), "update", false)];
    });
  };

  const giveOut = (portions: readonly Portion[], after: () => void): void => {
    if (portions.length === 0) after();
    else scope.pending(emission(scope, next, portions, after));
  };

  return {
    row: (row) => {
      const time_ms = timeOf(row);
      if (Number.isNaN(time_ms)) return;
      const own_ms = clock.advance(meta.partitionIndex, time_ms);
      if (!(time_ms >= start && time_ms < end)) {
        start = over.start(time_ms);
        end = over.end(start);
        closes = end + lateness_ms;
        span = undefined;
      }
      if (closes <= own_ms || closes <= closed_ms) {
        const by_ms = Math.max(own_ms, closed_ms) - closes;
        takeLate(
          row,
          `${scope.name}: its window [${start}, ${end}) had closed ${by_ms} ms before in event time`,
        );
        return;
      }
      if (span === undefined) span = spans.at(start);
      if (!aggregation.take(span.table, row)) return;
      scope.count.dropped += 1;
      if (!updates || changed.has(aggregation.slot)) return;
      changed.add(aggregation.slot);
      span.changed.push(aggregation.slot);
    },
    watermark: (upstream_ms) => {
      const clock_ms = clock.reached(upstream_ms);
      const { forced } = clocks;
      let reached_ms = Math.max(clock_ms, closed_ms);
      if (close_ms !== undefined && clocks.silent_ms() >= close_ms) {
        for (const { closes: open_ms } of spans.open()) reached_ms = Math.max(reached_ms, open_ms);
      }
      closed_ms = reached_ms;
      const portions = finals(spans.closing(reached_ms), (of) => forced || of.closes > clock_ms);
      if (updates) portions.push(...changes());
      // Rows yet to come are about later windows: theirs close, and so begin, behind this.
      giveOut(portions, () => next.watermark(reached_ms - over.longest_ms - lateness_ms));
    },
    end: () =>
      giveOut(
        finals(spans.closing(Number.POSITIVE_INFINITY), () => false),
        () => next.end(),
      ),
  };
}
