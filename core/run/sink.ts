import type { ColumnType } from "../row/shape.ts";

/** What a sink may use of the run that opens it. */
export interface SinkContext {
  /** The job's name. */
  readonly job: string;
  /** Paths that identify a row, when the stream has a natural key: a window's `["window.start", …by]`. */
  readonly key: readonly string[] | undefined;
  /** What is known of the rows' fields, by path; empty when nothing is. */
  readonly columns: ReadonlyMap<string, ColumnType>;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/**
 * Where rows go: an immutable description, opened by `run`.
 *
 * @typeParam Unit What is written: rows, which are the sink's to keep, or batches of bytes, valid until the promise
 *   of their `write` settles.
 */
export interface Sink<in Unit> {
  /** What reports and errors call it: a file's path. */
  readonly name: string;
  /** Opens it for one run. What it rejects with stops the run. */
  readonly open: (context: SinkContext) => Promise<SinkWriter<Unit>>;
}

/** An opened sink. The loop has at most one of its promises under way. */
export interface SinkWriter<in Unit> {
  /** Whether what it writes to has held nothing before, so that a header belongs first. Default: true. */
  readonly fresh?: boolean;
  /** Takes units, in order. Resolves when they may be used again; not yet durable. */
  readonly write: (units: readonly Unit[]) => Promise<void>;
  /** Makes durable all that was written. */
  readonly flush: () => Promise<void>;
  /** The output is whole: publish it under its final name and close. `flush` was called before. */
  readonly close: () => Promise<void>;
  /** The output is not whole: leave nothing half-done under its final name, and close. */
  readonly abort: (reason: unknown) => Promise<void>;
}
