import type { Chunk } from "./row/chunk.ts";
import { PLAIN, type Shape } from "./row/shape.ts";

/** Where the current row comes from: what callbacks take as their second argument. Valid during the call only. */
export interface Meta {
  /** Name of the source. */
  readonly source: string;
  /** Partition that the row was read from; `""` for rows that no source holds (a window's). */
  readonly partition: string;
  /** Number of that partition in the run, from 0; −1 for rows that no source holds. */
  readonly partitionIndex: number;
  /** Offset in the partition: a byte for files, a record for logs and iterables; −1 where there is none. */
  readonly offset: number;
  /** Event time in epoch milliseconds, once `eventTime` or `window` has read it; else NaN. */
  readonly time: number;
}

/** One link of an opened pipeline: what the operator before it calls. */
export interface Step<in Row> {
  /** Takes one row and passes on at most one; more go to {@link Scope.pending}. */
  readonly row: (row: Row) => void;
  /**
   * Called between batches with the event time up to which the stream is complete, in epoch milliseconds; −∞ while
   * no clock has been set by an operator before. Never called with a smaller time than before.
   */
  readonly watermark?: (time_ms: number) => void;
  /** No row follows. Passes on what is left, then calls the next step's `end`. */
  readonly end?: () => void;
  /**
   * Takes many rows at once of the chunk that `columns` saw last: numbers `rows[from]` … `rows[to − 1]`, which nobody
   * has set aside or dropped. They ascend, and stand in the same array, at the same places, for the whole chunk.
   * Faults nothing, passes nothing on, and asks for no pause: it stops before a row of which that could come.
   *
   * @returns Where the first row stands that was not taken, which goes to `one`; `to` when there is none.
   * @internal
   */
  readonly span?: (rows: Int32Array, from: number, to: number) => number;
  /**
   * Takes the row at which `span` stopped, which the cursor stands at. Left out: `row` takes its view.
   *
   * @internal
   */
  readonly one?: (row: number) => void;
  /**
   * Does for a chunk of rows at once what `row` does for one, as far as that can be: computes values, drops rows, and
   * sets aside every row that `row` would not simply pass on or drop. Operators that have it, from the source on, are
   * passed over by the rows that are not set aside. Pure: it is called before rows of the chunk have passed.
   *
   * @internal
   */
  readonly columns?: (chunk: Chunk) => void;
  /**
   * What counts the rows that `columns` drops: that of the operator's scope. It grows as these rows pass.
   *
   * @internal
   */
  readonly drops?: { dropped: number };
}

/** A step with nothing left out: what `next` is. */
export type FullStep<Row> = Step<Row> & Required<Pick<Step<Row>, "row" | "watermark" | "end">>;

/**
 * A chain of operators that ends in a sink, opened behind another operator.
 *
 * @internal
 */
export interface Branch extends FullStep<unknown> {
  /** The way of its rows by chunks; left out when they are no views. */
  readonly way?: BranchWay | undefined;
}

/**
 * A branch as a step by columns: what it drops is dropped for itself only, what it sets aside for all.
 *
 * @internal
 */
export type BranchWay = Required<Pick<Step<unknown>, "columns" | "span" | "one">> & {
  /** Whether any of its operators works by columns. */
  readonly byColumns: boolean;
};

/** Largest event times by partition: what lateness and watermarks are decided by. */
export interface Clocks {
  /** Largest event time seen in each partition, minus the allowed disorder; −∞ before the first row. */
  readonly watermark_ms: Float64Array;
  /** Partition numbers that hold the stream's watermark back: those neither ended nor idle. */
  holds(partitionIndex: number): boolean;
  /** Smallest watermark over the partitions that hold it back; +∞ when all have ended; −∞ when none has begun. */
  minimum(): number;
  /** Partitions in the run. */
  readonly partitions: number;
  /** Sets how long a silent partition holds the watermark back. Implies {@link Clocks.tickEvery}. */
  idleAfter(time_ms: number): void;
  /** Asks the loop to call `watermark` this often while no batch comes. */
  tickEvery(time_ms: number): void;
  /** How long nothing has come from any partition that has not ended, by the wall clock; 0 when all have ended. */
  silent_ms(): number;
  /** Whether a partition was passed over as idle for the watermark in force. */
  readonly forced: boolean;
}

/**
 * A sink, a queue or a stream at which a pass can pause: what the loop runs and waits for.
 *
 * @internal
 */
export interface Boundary {
  readonly name: string;
  /** Whether it has rows for the steps behind it. */
  ready(): boolean;
  /** Passes rows on, synchronously, until none is left or a boundary behind is full. */
  pass(): void;
  /** A batch has passed: start writing what has gathered. */
  kick(): void;
  /** Resolves when everything taken is done and durable. */
  readonly drained: Promise<void>;
  /** Every boundary of the run has drained: publish. Called once. */
  close(): Promise<void>;
  /** Gives up: closes what is open, gives arenas back. Called once, when a run fails or is cancelled. */
  abort(reason: unknown): Promise<void>;
}

/** What an operator may use beside its rows: the only door to the run. */
export interface Scope {
  /** The operator's name, unique in the job: `"filter"`, `"filter-2"`. */
  readonly name: string;
  /** Where the row under way comes from. The same object for the whole run. */
  readonly meta: Meta;
  /** Event time by partition, and the wall clock's say in it. */
  readonly clocks: Clocks;
  /**
   * More than one row for one call: the loop calls `next` until it is done, before the next row, last in first out,
   * pausing when a boundary is full. Each call passes on at most one row.
   */
  pending(rows: Iterator<void>): void;
  /** No more input is wanted: the source is closed and the stream ends. */
  stop(): void;
  /**
   * Sends the row under way to the dead letter. The operator then returns without passing it on.
   *
   * @param code What rule was broken, for programs: `"invalid"`.
   * @param message The action, the rule and the value found, for people.
   * @param row The row, where it is not the one that the source holds. It is copied.
   * @param cause What was thrown.
   */
  fault(code: string, message: string, row?: unknown, cause?: unknown): void;
  /**
   * Where faults are only counted: what counts those of a code, as one counts rows that are dropped. For steps by
   * columns, which fault nothing themselves.
   *
   * @internal
   */
  faultCounter?(code: string): { dropped: number } | undefined;
  /** Wraps a user's function: what it throws becomes a fault of the row, in this operator's name. */
  guard<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R;
  /** Takes what {@link Scope.guard} threw, where an operator must go on with another branch. */
  caught(cause: unknown, row: unknown): void;
  /** Counts a row that came too late, and sends it to `taker`, or where the run sends them. */
  late(message: string, row: unknown, taker?: FullStep<unknown>): void;
  /** Rows that did not leave as they came: the loop derives every operator's rows in and out from these. */
  readonly count: { dropped: number; added: number };
  /**
   * Opens another operator behind this one: `fork`'s branches, a window's `late`.
   *
   * @internal
   */
  branch(name: string, operator: Operator<never, Done>, input: Shape, stop: () => void): Branch;
}

/**
 * An operator made ready for one run: what its rows look like behind it, and how to open it.
 *
 * @internal
 */
export interface Plan<in In, out Out> {
  readonly shape: Shape;
  /** Makes the step. All allocation happens here, none when rows pass. */
  readonly open: (next: FullStep<Out>) => Step<In>;
}

/**
 * The one composable thing: an immutable description of a transformation from rows `In` to rows `Out`. A stream is
 * an operator that needs no input, a job is one that leaves no output. Nothing runs before `run`.
 *
 * @typeParam In Rows in.
 * @typeParam Out Rows out.
 */
export interface Operator<in In, out Out> {
  /** `"filter"`: what reports and the dead letter call it; in a job that has several, `"filter-2"`. */
  readonly name: string;
  /**
   * Makes this operator ready for one run whose rows come in `shape`.
   *
   * @internal
   */
  readonly plan: (scope: Scope, shape: Shape) => Plan<In, Out>;
  /** What `pipe` was given, when this is a pipe. */
  readonly parts?: readonly Operator<never, unknown>[];
  /** Facts for `describe` and for the checks of `run`. */
  readonly about?: About;
}

/** What an operator says of itself. */
export interface About {
  /** Keeps something between rows: a run that can be resumed needs its state. */
  readonly stateful?: boolean;
  /** Encodes rows into output arenas: the pool keeps a share for it. */
  readonly encodes?: boolean;
  /** Ends of a stream: `fork`'s branches. */
  readonly branches?: Readonly<Record<string, Operator<never, Done>>>;
  /** Settings worth showing: `{ over: "tumbling 1 h" }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What a stream needs before it: nothing. No such value exists. */
export interface Nothing {
  /** Tells it from every row type. */
  readonly "~nothing": true;
}
/** What a sink leaves behind it: nothing more. No such value exists. */
export interface Done {
  /** Tells it from every row type. */
  readonly "~done": true;
}
/** Rows from a source: what `from` gives, with any operators behind it. */
export type Stream<Row> = Operator<Nothing, Row>;
/** A stream that ends in a sink: what `run` takes. */
export type Job = Operator<Nothing, Done>;

/**
 * Makes an operator from its step: the way to write your own.
 *
 * The step is pure: no clock, no I/O, no state outside the closure. It allocates when it is opened, passes on at
 * most one row a call (`scope.pending` takes more), and must not keep a row. A `watermark` or `end` left out passes
 * on to the next step.
 *
 * @typeParam In Rows in.
 * @typeParam Out Rows out.
 * @param name What reports and the dead letter call it.
 * @param open Makes the step for one run.
 * @param about What `describe` shows of it.
 *
 * @example Every second row
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, operator, pipe } from "millrace";
 *
 * const everySecond = operator<number, number>("everySecond", (next) => {
 *   let odd = false;
 *   return {
 *     row: (row) => {
 *       odd = !odd;
 *       if (odd) next.row(row);
 *     },
 *   };
 * });
 * assert.deepEqual(await collect(pipe(from([1, 2, 3]), everySecond)), [1, 3]);
 * ```
 */
export function operator<In, Out>(
  name: string,
  open: (next: FullStep<Out>, scope: Scope) => Step<In>,
  about?: About,
): Operator<In, Out> {
  // Its rows may be the ones that came or others: behind it they are read as plain rows, which is right for both.
  return planned(name, (scope) => ({ shape: PLAIN, open: (next) => open(next, scope) }), about);
}

/** Makes an operator whose rows are the ones that came: nothing about their shape changes. */
export function passing<Row>(
  name: string,
  open: (next: FullStep<Row>, scope: Scope, shape: Shape) => Step<Row>,
  about?: About,
): Operator<Row, Row> {
  return planned(name, (scope, shape) => ({ shape, open: (next) => open(next, scope, shape) }), about);
}

/**
 * Makes an operator that looks at the shape of its rows: those of this library that read columns or change them.
 *
 * @param plan Called once a run, from the source on; its `open` is called from the sink back.
 */
export function planned<In, Out>(
  name: string,
  plan: (scope: Scope, shape: Shape) => Plan<In, Out>,
  about?: About,
): Operator<In, Out> {
  return about === undefined ? { name, plan } : { name, plan, about };
}
