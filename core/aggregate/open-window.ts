import type { FullStep, Meta, Scope } from "../operator.ts";
import { CHUNK_rows, setAside } from "../row/chunk.ts";
import { ANY } from "../row/finder.ts";
import { wordLane } from "../row/lane.ts";
import type { NumberRange } from "../row/rule.ts";
import type { Shape } from "../row/shape.ts";
import type { Assigner } from "../time/assigner.ts";
import type { Clock } from "../time/clock.ts";
import { LARGEST_TIME_ms, timeReader } from "../time/time-reader.ts";
import { type GroupOptions, openAggregation } from "./aggregation.ts";
import { emission, type Portion } from "./emission.ts";
import { numberColumn } from "./number-column.ts";
import { rowLoops } from "./row-loops.ts";
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

const TIMES: NumberRange = { ...ANY, least: -LARGEST_TIME_ms, most: LARGEST_TIME_ms };

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
  const meta = scope.meta as Meta & { time: number };
  const timeOf = timeReader(scope, shape, settings.time);
  const aggregation = openAggregation(scope, shape, settings.groups);
  const { groups, chunks } = aggregation;
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

  /** Moves the window under way to the one of a time. */
  const windowAt = (time_ms: number): void => {
    start = over.start(time_ms);
    end = over.end(start);
    closes = end + lateness_ms;
    span = undefined;
  };
  const late = (row: unknown, own_ms: number): void => {
    const by_ms = Math.max(own_ms, closed_ms) - closes;
    takeLate(row, `${scope.name}: its window [${start}, ${end}) had closed ${by_ms} ms before in event time`);
  };

  const step: FullStep<unknown> = {
    row: (row) => {
      const time_ms = timeOf(row);
      if (Number.isNaN(time_ms)) return;
      const own_ms = clock.advance(meta.partitionIndex, time_ms);
      if (!(time_ms >= start && time_ms < end)) {
        windowAt(time_ms);
      }
      if (closes <= own_ms || closes <= closed_ms) {
        late(row, own_ms);
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
  const { outOfOrder_ms } = clock;
  if (updates || chunks === undefined || outOfOrder_ms === undefined || shape.kind === "plain") return step;
  const times = numberColumn(shape, settings.time, meta, false);
  if (times === undefined) return step;
  let time: Float64Array = new Float64Array(0);
  const loops = rowLoops(shape);
  const slots = wordLane(shape.origin.memory.kernel, CHUNK_rows).values;
  return {
    ...step,
    columns: (chunk) => {
      time = chunk.time = times.of(chunk);
      setAside(chunk, chunk.find.outside(chunk, times, time, TIMES));
      chunks.columns(chunk);
      chunk.time = undefined;
    },
    span: (rows, from, to) => {
      const partition = meta.partitionIndex;
      // The clock's own reckoning, in locals: a call that takes and gives doubles boxes both of them, a row.
      let own_ms = clock.advance(partition, Number.NEGATIVE_INFINITY);
      let latest_ms = Number.NEGATIVE_INFINITY;
      let at = from;
      while (at < to) {
        const first_ms = time[rows[at] as number] as number;
        if (!(first_ms >= start && first_ms < end)) windowAt(first_ms);
        // Late. The window's own rows cannot make it so, each being before its end.
        if (closes <= own_ms || closes <= closed_ms) break;
        if (span === undefined) span = spans.at(start);
        const until = loops.within(time, rows, at, to, start, end);
        // An assigner of somebody else's whose window doesn't hold the time that it was asked for.
        if (until === at) break;
        const reached = chunks.find(span.table, rows, at, until, slots);
        if (reached < until) {
          // That row would begin one group too many: it is refused, and moves no clock here.
          latest_ms = loops.largest(time, rows, at, reached, latest_ms);
          at = reached;
          break;
        }
        latest_ms = loops.largest(time, rows, at, until, latest_ms);
        at = until;
        if (latest_ms - outOfOrder_ms > own_ms) own_ms = latest_ms - outOfOrder_ms;
      }
      clock.advance(partition, latest_ms);
      chunks.add(slots, rows, from, at);
      scope.count.dropped += at - from;
      return at;
    },
  };
}
