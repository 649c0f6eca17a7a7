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

/** Keeps open windows. */
export function createSpans(over: Assigner, lateness_ms: number, groups: Groups): Spans {
  const spans = new Map<number, Span>();
  // Nothing is looked through before this watermark.
  let first_ms = Number.POSITIVE_INFINITY;
  const ascending = (list: Span[]): Span[] => list.sort((a, b) => a.start - b.start);
  return {
    at: (start) => {
      const known = spans.get(start);
      if (known !== undefined) return known;
      const end = over.end(start);
      const span: Span = { start, end, closes: end + lateness_ms, table: groups.open(), changed: [] };
      spans.set(start, span);
      if (span.closes < first_ms) first_ms = span.closes;
      return span;
    },
    closing: (watermark_ms) => {
      if (watermark_ms < first_ms) return [];
      const closing: Span[] = [];
      first_ms = Number.POSITIVE_INFINITY;
      for (const span of spans.values()) {
        if (span.closes <= watermark_ms) closing.push(span);
        else if (span.closes < first_ms) first_ms = span.closes;
      }
      for (const span of closing) spans.delete(span.start);
      return ascending(closing);
    },
    open: () => ascending([...spans.values()]),
  };
}
