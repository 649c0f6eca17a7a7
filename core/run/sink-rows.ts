import type { Step } from "../operator.ts";
import { type Chunk, moveTo } from "../row/chunk.ts";
import { own } from "../row/own.ts";
import type { ColumnType, Shape } from "../row/shape.ts";
import type { BoundaryScope, OpenBoundary } from "./scope.ts";
import type { Sink, SinkWriter } from "./sink.ts";
import type { Token } from "./token.ts";

/** Rows that a sink gathers before it must write: the bound of what waits in front of it. */
const ROWS = 1024;

/** What a sink's table can be made from: the types known of the rows, nested ones by path. */
function columnsOf(shape: Shape): ReadonlyMap<string, ColumnType> {
  if (shape.kind === "plain") return shape.types ?? new Map();
  return new Map([...shape.fields].map(([name, field]) => [name, field.type]));
}

/**
 * A queue of what goes to a writer, with one write under way: the part that row sinks and byte sinks share.
 * `take` hands over what has gathered, or `undefined` when there is nothing.
 */
export function writing<Unit>(
  scope: BoundaryScope,
  sink: Sink<Unit>,
  shape: Shape,
  take: () => readonly Unit[] | undefined,
  wrote: (units: readonly Unit[]) => void,
): OpenBoundary & {
  /** The row under way is part of the next hand-over: its batch waits for that. */
  readonly touch: () => void;
  /** Rows touched from here on are part of the hand-over after the next. */
  readonly seal: () => void;
  readonly end: () => void;
  readonly writer: () => SinkWriter<Unit>;
} {
  let writer: SinkWriter<Unit> | undefined;
  let under: Promise<void> | undefined;
  let ended = false;
  let draining = false;
  let aborted = false;
  let closed = false;
  let held: Token[] = [];
  let sealed: Token[] | undefined;
  let last: Token | undefined;
  const done = Promise.withResolvers<void>();
  // A run that fails aborts its sinks and reports the cause itself.
  done.promise.catch(() => {});

  const opened = (): SinkWriter<Unit> => {
    if (writer === undefined) throw new Error(`sink "${sink.name}" is not open`);
    return writer;
  };
  const seal = (): void => {
    sealed = held;
    held = [];
    last = undefined;
  };
  const write = async (units: readonly Unit[]): Promise<void> => {
    if (sealed === undefined) seal();
    const tokens = sealed ?? [];
    sealed = undefined;
    await opened().write(units);
    wrote(units);
    if (tokens.length === 0) return;
    await opened().flush();
    for (const token of tokens) token.settle();
  };
  const drain = async (): Promise<void> => {
    await opened().flush();
    done.resolve();
  };
  const start = (): void => {
    if (under !== undefined || aborted || draining) return;
    const units = take();
    if (units === undefined && !ended) return;
    draining = units === undefined;
    under = (units === undefined ? drain() : write(units)).then(
      () => {
        under = undefined;
        start();
        scope.wake();
      },
      (cause) => {
        under = undefined;
        scope.fail(cause);
      },
    );
  };
  return {
    name: scope.name,
    prepare: async () => {
      const { job, signal } = scope.parts;
      writer = await sink.open({ job, signal, key: shape.key, columns: columnsOf(shape) });
    },
    writer: opened,
    touch: () => {
      const { token } = scope;
      if (token === undefined || token === last) return;
      token.hold();
      held.push(token);
      last = token;
    },
    seal,
    ready: () => false,
    pass: () => {},
    kick: start,
    end: () => {
      ended = true;
      start();
    },
    drained: done.promise,
    close: async () => {
      await opened().close();
      closed = true;
    },
    abort: async (reason) => {
      aborted = true;
      await under?.catch(() => {});
      // What is published stays: another sink may have failed after that.
      if (!closed) await writer?.abort(reason);
    },
  };
}

/** Ends a pipeline in a sink of rows, which are copied out of their batch for it. */
export function rowSink<Row>(scope: BoundaryScope, sink: Sink<Row>, shape: Shape): Step<Row> {
  const owned = shape.kind === "plain" && shape.owned === true;
  const rows: Row[] = [];
  let holding = false;
  const boundary = writing<Row>(
    scope,
    sink,
    shape,
    () => {
      if (rows.length === 0) return undefined;
      // A copy, and no new `[]` each time: V8 comes to allocate those in the old space, and then promotes every row that
      // such a dead array still names (100 MB in 9 M records).
      const full = rows.slice();
      rows.length = 0;
      if (holding) {
        holding = false;
        scope.resume();
      }
      return full;
    },
    (written) => {
      scope.count.added += written.length;
    },
  );
  scope.boundary(boundary);
  const step: Step<Row> = {
    row: (row) => {
      rows.push(owned ? row : own(row));
      boundary.touch();
      if (rows.length < ROWS) return;
      boundary.kick();
      if (rows.length >= ROWS && !holding) {
        holding = true;
        scope.hold();
      }
    },
    watermark: () => boundary.kick(),
    end: () => boundary.end(),
  };
  if (shape.kind === "plain") return step;

  const { view, origin } = shape;
  let chunk: Chunk | undefined;
  return {
    ...step,
    columns: (of) => {
      chunk = of;
    },
    // Up to the row with which it must write.
    span: (numbers, from, to) => {
      const end = Math.min(to, from + ROWS - 1 - rows.length);
      let next = from;
      try {
        for (; next < end; next++) {
          moveTo(origin.cursor, chunk as Chunk, numbers[next] as number);
          rows.push(own(view()) as Row);
        }
      } catch {
        // `row` throws it again, as a fault of its row.
      }
      if (next > from) boundary.touch();
      return next;
    },
  };
}
