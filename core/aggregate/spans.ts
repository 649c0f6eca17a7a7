import type { Assigner } from "../time/assigner.ts";
import type { Groups, Table } from "./groups.ts";

/** One open window. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Watermark at which it closes: its end and the lateness allowed. */
  readonly closes: number;
  readonly table: Table;
  /** Slots changed since they were last given out; used by updates only. */
  changed: number[];
}

/** The windows that are open. */
export interface Spans {
  /** The window that holds a time, opened when it was not. */
  at(start_ms: number): Span;
  /** Takes out the windows that close at a watermark, ascending. */
  closing(watermark_ms: number): Span[];
  /** Those that stay open, ascending. */
  open(): Span[];
}

/** Keeps open windows: in a list, since a Map that is filled and emptied leaves chains of dead tables (see groups). */
export function createSpans(over: Assigner, lateness_ms: number, groups: Groups): Spans {
  // Ascending by start.
  let spans: Span[] = [];
  // Nothing is looked through before this watermark.
  let first_ms = Number.POSITIVE_INFINITY;
  /** Where a window that begins then is, or belongs. */
  const placeOf = (start: number): number => {
    let from = 0;
    let to = spans.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((spans[middle] as Span).start < start) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return {
    at: (start) => {
      const place = placeOf(start);
      const known = spans[place];
      if (known?.start === start) return known;
      const end = over.end(start);
      const span: Span = { start, end, closes: end + lateness_ms, table: groups.open(), changed: [] };
      spans.splice(place, 0, span);
      if (span.closes < first_ms) first_ms = span.closes;
      return span;
    },
    closing: (watermark_ms) => {
      if (watermark_ms < first_ms) return [];
      const closing = spans.filter(({ closes }) => closes <= watermark_ms);
      spans = spans.filter(({ closes }) => closes > watermark_ms);
      first_ms = spans.reduce((least_ms, { closes }) => Math.min(least_ms, closes), Number.POSITIVE_INFINITY);
      return closing;
    },
    open: () => [...spans],
  };
}
