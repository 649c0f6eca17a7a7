import type { Clocks, Done, FullStep, Meta, Operator, Scope } from "../operator.ts";
import { PLAIN, type Shape } from "../row/shape.ts";
import { createClocks, type RunClocks } from "../time/clocks.ts";

/** What an operator refused in a {@link Harness}. */
interface HarnessFault {
  readonly code: string;
  readonly message: string;
  readonly row: unknown;
}

/** Drives one operator synchronously, without a run: for the tests of operators. */
export interface Harness<In, Out> {
  /** What it has passed on so far. */
  readonly rows: Out[];
  readonly faults: HarnessFault[];
  /** Rows that it gave to `scope.late`. */
  readonly late: In[];
  /** Watermarks that it has passed on. */
  readonly watermarks: number[];
  readonly count: { readonly dropped: number; readonly added: number };
  readonly clocks: RunClocks;
  readonly shape: Shape;
  /** Whether it has passed the end on. */
  readonly ended: boolean;
  /** Passes one batch of a partition through, then a watermark as between batches. */
  batch(partitionIndex: number, rows: readonly In[], upstream_ms?: number): void;
  /** Passes rows that no source holds, as a window before would. */
  loose(rows: readonly In[], upstream_ms: number): void;
  /** A watermark while nothing came. */
  tick(upstream_ms?: number): void;
  /** The partition ends: from the next watermark on it holds nothing back. */
  finish(partitionIndex: number): void;
  /** Ends the stream. */
  end(): void;
}

/** What a {@link Harness} is made with. */
export interface HarnessOptions {
  /** Partitions. Default: 1. */
  readonly partitions?: number;
  /** Shape of the rows that go in. Default: plain. */
  readonly shape?: Shape;
  /** Wall time in milliseconds. Default: always 0. */
  readonly now?: () => number;
  /** Called before every row: moves the cursor of views. */
  readonly move?: (row: never) => void;
}

/** What a guarded function threw. */
class Thrown extends Error {
  override readonly name = "Thrown";
}

/** Opens an operator, or a pipe of several given one by one. */
export function harness<In, Out>(
  operators: Operator<In, Out> | readonly Operator<never, unknown>[],
  options: HarnessOptions = {},
): Harness<In, Out> {
  const { partitions = 1, shape: input = PLAIN, now = () => 0, move } = options;
  const parts = (Array.isArray(operators) ? operators : [operators]) as readonly Operator<never, unknown>[];
  const clocks = createClocks(now, partitions);
  const meta = { source: "harness", partition: "", partitionIndex: -1, offset: -1, time: Number.NaN };
  const offsets = new Array<number>(partitions).fill(0);
  const rows: Out[] = [];
  const faults: HarnessFault[] = [];
  const late: In[] = [];
  const watermarks: number[] = [];
  const stack: Iterator<void>[] = [];
  let ended = false;
  let underWay: unknown;

  const caught = (cause: unknown, row: unknown): void => {
    if (!(cause instanceof Thrown)) throw cause;
    faults.push({ code: "threw", message: String(cause.cause), row });
  };
  const scopeOf = (name: string, count: { dropped: number; added: number }): Scope => ({
    name,
    meta: meta as Meta,
    clocks: clocks as Clocks,
    count,
    pending: (iterator) => stack.push(iterator),
    stop: () => {},
    fault: (code, message, row) => {
      count.dropped += 1;
      faults.push({ code, message, row: row ?? underWay });
    },
    guard:
      (fn) =>
      (...args) => {
        try {
          return fn(...args);
        } catch (cause) {
          throw cause instanceof Thrown ? cause : new Thrown("guarded", { cause });
        }
      },
    caught,
    late: (_message, row, taker) => {
      if (taker === undefined) late.push(row as In);
      else taker.row(row);
    },
    branch: (_name, operator, shape) =>
      open([operator as Operator<never, unknown>], shape, NOTHING, true).step,
  });
  const open = (
    list: readonly Operator<never, unknown>[],
    first: Shape,
    last: FullStep<unknown>,
    branch = false,
  ): { step: FullStep<unknown>; shape: Shape; counts: { dropped: number; added: number }[] } => {
    let shape = first;
    const counts = list.map(() => ({ dropped: 0, added: 0 }));
    const plans = list.map((one, i) => {
      const plan = one.plan(
        scopeOf(branch ? `branch.${one.name}` : one.name, counts[i] as (typeof counts)[0]),
        shape,
      );
      shape = plan.shape;
      return plan;
    });
    let next = last;
    for (const plan of plans.toReversed()) {
      const own = (plan.open as (next: FullStep<unknown>) => unknown)(next) as Partial<FullStep<unknown>> & {
        row: (row: unknown) => void;
      };
      next = { row: own.row, watermark: own.watermark ?? next.watermark, end: own.end ?? next.end };
    }
    return { step: next, shape, counts };
  };
  const { step, shape, counts } = open(parts, input, {
    row: (row) => rows.push(row as Out),
    watermark: (time_ms) => watermarks.push(time_ms),
    end: () => {
      ended = true;
    },
  });

  const drain = (): void => {
    while (stack.length > 0) {
      const at = stack.length - 1;
      const top = stack[at] as Iterator<void>;
      if (top.next().done) stack.splice(at, 1);
    }
  };
  const between = (work: () => void): void => {
    meta.partition = "";
    meta.partitionIndex = -1;
    meta.offset = -1;
    work();
    drain();
  };
  const feed = (batch: readonly In[], offset: () => number): void => {
    for (const row of batch) {
      meta.offset = offset();
      underWay = row;
      move?.(row as never);
      try {
        step.row(row);
      } catch (cause) {
        caught(cause, row);
      }
      drain();
    }
  };

  return {
    rows,
    faults,
    late,
    watermarks,
    count: counts[0] as { dropped: number; added: number },
    clocks,
    shape,
    get ended() {
      return ended;
    },
    batch: (i, batch, upstream_ms = Number.NEGATIVE_INFINITY) => {
      clocks.touched(i);
      meta.partition = `p${i}`;
      meta.partitionIndex = i;
      feed(batch, () => {
        const offset = offsets[i] as number;
        offsets[i] = offset + 1;
        return offset;
      });
      between(() => step.watermark(upstream_ms));
    },
    loose: (batch, upstream_ms) => {
      between(() => {});
      feed(batch, () => -1);
      between(() => step.watermark(upstream_ms));
    },
    tick: (upstream_ms = Number.NEGATIVE_INFINITY) => between(() => step.watermark(upstream_ms)),
    finish: (i) => clocks.ended(i),
    end: () => between(() => step.end()),
  };
}

const NOTHING: FullStep<unknown> = { row: () => {}, watermark: () => {}, end: () => {} };

/** An end of a stream that keeps what comes: for an operator's `late`. */
export function keeping<Row>(into: Row[], copy: (row: Row) => Row = (row) => row): Operator<Row, Done> {
  return {
    name: "keeping",
    plan: (_scope, shape) => ({ shape, open: () => ({ row: (row) => into.push(copy(row)) }) }),
  };
}
