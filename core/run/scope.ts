import { assert } from "../memory/assert.ts";
import type {
  Boundary,
  Branch,
  Clocks,
  Done,
  FullStep,
  Meta,
  Operator,
  Plan,
  Scope,
  Step,
} from "../operator.ts";
import type { Shape } from "../row/shape.ts";
import { RowFault } from "./fault.ts";
import { partsOf } from "./input.ts";
import type { Segment } from "./segment.ts";
import type { Token } from "./token.ts";
import { type Way, wayOf } from "./way.ts";

/** What the scopes of one run share. */
export interface Planner {
  /** Makes names unique: `filter`, `filter-2`. */
  readonly unique: (name: string) => string;
  readonly scopes: OperatorScope[];
  readonly boundaries: OpenBoundary[];
  readonly segments: Segment[];
  readonly newSegment: (name: string) => Segment;
  readonly fault: (
    segment: Segment,
    code: string,
    message: string,
    operator: string,
    row: unknown,
    cause?: unknown,
  ) => void;
  readonly late: (
    segment: Segment,
    message: string,
    operator: string,
    row: unknown,
    taker: FullStep<unknown> | undefined,
  ) => void;
  readonly threw: (segment: Segment, thrown: unknown, row?: unknown) => void;
  /** Counts faults, where that is all that becomes of them. */
  readonly counted: ((code: string, more: number) => void) | undefined;
  readonly wake: () => void;
  readonly fail: (cause: unknown) => void;
  readonly parts: RunParts;
}

/** What boundaries may use of the run. */
export interface RunParts {
  readonly job: string;
  readonly signal: AbortSignal;
  readonly memory: import("../scan/scanner.ts").Memory;
  readonly arena: () => import("../memory/arena.ts").Arena;
  /** Batches have tokens: the source commits what is acknowledged. */
  readonly commits: boolean;
}

/** A boundary that needs something asynchronous before the first row. */
export interface OpenBoundary extends Boundary {
  readonly prepare: () => Promise<void>;
}

/** What boundaries of this library may use beside {@link Scope}. */
export interface BoundaryScope extends Scope {
  readonly parts: RunParts;
  /** Adds what ends this operator's segment. */
  boundary(boundary: OpenBoundary): void;
  /** The boundary is full: no row may come until `resume`. */
  hold(): void;
  resume(): void;
  wake(): void;
  fail(cause: unknown): void;
  /** The batch of the row under way. */
  readonly token: Token | undefined;
  /** The operators behind this one run in a segment of their own, fed by this operator. */
  split(): Segment;
  /** It ends a pipeline: `count.added` counts the rows that it took. */
  isSink: boolean;
}

/** Counts faults of one operator as rows that it drops. */
class FaultCounter {
  readonly #scope: OperatorScope;
  readonly #code: string;
  readonly #counted: NonNullable<Planner["counted"]>;

  constructor(scope: OperatorScope, code: string, counted: NonNullable<Planner["counted"]>) {
    this.#scope = scope;
    this.#code = code;
    this.#counted = counted;
  }

  get dropped(): number {
    return 0;
  }

  /** As it begins at 0 each time: how many more. */
  set dropped(more: number) {
    this.#scope.count.dropped += more;
    this.#scope.faults += more;
    this.#counted(this.#code, more);
  }
}

/** The scope of one operator in one run. */
export class OperatorScope implements BoundaryScope {
  readonly name: string;
  readonly count: { dropped: number; added: number } = { dropped: 0, added: 0 };
  /** Rows refused in this operator's name. */
  faults = 0;
  readonly segment: Segment;
  /** The segment of the operator behind. */
  next: Segment;
  readonly order: number;
  isSink = false;
  /** Rows that reach this operator: asked of the one before it. */
  readonly #inputs: () => number;
  readonly #planner: Planner;
  readonly #onStop: (() => void) | undefined;

  constructor(
    planner: Planner,
    name: string,
    segment: Segment,
    inputs: () => number,
    onStop: (() => void) | undefined,
  ) {
    this.#planner = planner;
    this.#inputs = inputs;
    this.name = planner.unique(name);
    this.segment = segment;
    this.next = segment;
    this.order = segment.order();
    this.#onStop = onStop;
    planner.scopes.push(this);
  }

  get rowsIn(): number {
    return this.#inputs();
  }

  get rowsOut(): number {
    return this.isSink ? this.count.added : this.rowsIn - this.count.dropped + this.count.added;
  }

  get meta(): Meta {
    return this.segment.meta;
  }

  get clocks(): Clocks {
    return this.segment.clocks;
  }

  get parts(): RunParts {
    return this.#planner.parts;
  }

  get token(): Token | undefined {
    return this.segment.token;
  }

  pending(rows: Iterator<void>): void {
    this.segment.push(this.order, rows);
  }

  stop(): void {
    if (this.#onStop !== undefined) {
      this.#onStop();
      return;
    }
    this.segment.stopped = true;
    this.segment.drop(0, this.order);
    this.segment.feeder?.cancel();
    this.wake();
  }

  fault(code: string, message: string, row?: unknown, cause?: unknown): void {
    this.count.dropped += 1;
    this.faults += 1;
    this.#planner.fault(this.segment, code, message, this.name, row, cause);
  }

  faultCounter(code: string): { dropped: number } | undefined {
    const { counted } = this.#planner;
    return counted && new FaultCounter(this, code, counted);
  }

  late(message: string, row: unknown, taker?: FullStep<unknown>): void {
    this.#planner.late(this.segment, message, this.name, row, taker);
  }

  guard<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
    const { name } = this;
    // Two arguments, row and meta, passed as they are: a rest parameter would make an array a call.
    const call = fn as unknown as (first: unknown, second: unknown) => R;
    const guarded = (first: unknown, second: unknown): R => {
      try {
        return call(first, second);
      } catch (cause) {
        throw cause instanceof RowFault ? cause : new RowFault(name, cause);
      }
    };
    return guarded as unknown as (...args: A) => R;
  }

  caught(cause: unknown, row: unknown): void {
    this.#planner.threw(this.segment, cause, row);
  }

  boundary(boundary: OpenBoundary): void {
    this.segment.boundaries.push(boundary);
    this.#planner.boundaries.push(boundary);
  }

  hold(): void {
    this.segment.hold();
  }

  resume(): void {
    this.segment.resume();
  }

  wake(): void {
    this.#planner.wake();
  }

  fail(cause: unknown): void {
    this.#planner.fail(cause);
  }

  split(): Segment {
    this.next = this.#planner.newSegment(this.name);
    return this.next;
  }

  branch(name: string, operator: Operator<never, Done>, input: Shape, stop: () => void): Branch {
    const from = this.segment.order();
    const onStop = () => {
      this.segment.drop(from, this.segment.order());
      stop();
    };
    let rows = 0;
    const { first, way } = openChain(this.#planner, partsOf(operator), {
      shape: input,
      segment: this.segment,
      inputs: () => rows,
      onStop,
      prefix: `${this.name}.${name}.`,
    });
    return {
      row: (row) => {
        rows += 1;
        first.row(row);
      },
      watermark: first.watermark,
      end: first.end,
      way: way && {
        byColumns: way.byColumns,
        columns: (chunk) => way.columns(chunk),
        span: (numbers, start, to) => {
          const reached = way.span(numbers, start, to);
          rows += reached - start;
          return reached;
        },
        one: (row) => {
          rows += 1;
          way.one(row);
        },
      },
    };
  }
}

/** Fills in what a step leaves out: it passes on. */
export function fullStep(step: Step<unknown>, next: FullStep<unknown>): FullStep<unknown> {
  return {
    ...(step.span && { span: step.span }),
    ...(step.one && { one: step.one }),
    ...(step.columns && { columns: step.columns }),
    ...(step.drops && { drops: step.drops }),
    row: step.row,
    watermark: step.watermark ?? next.watermark,
    end: step.end ?? next.end,
  };
}

/** What stands behind a sink. */
const NOTHING: FullStep<unknown> = {
  row: () => assert(false, "a row was passed on behind a sink"),
  watermark: () => {},
  end: () => {},
};

/** Where a chain of operators stands. */
export interface Place {
  /** What its rows look like. */
  readonly shape: Shape;
  readonly segment: Segment;
  /** Rows that reach its first operator so far. */
  readonly inputs: () => number;
  /** What `stop` does in a branch; left out, the whole segment stops. */
  readonly onStop?: () => void;
  /** Put before the operators' names. */
  readonly prefix?: string;
}

/** A chain of operators, opened. */
export interface OpenChain {
  readonly first: FullStep<unknown>;
  /** The short way, for whoever feeds it whole chunks. Undefined where its first rows are no views. */
  readonly way: Way | undefined;
}

/** Plans operators from the first to the last, then opens them from the last to the first. */
export function openChain(
  planner: Planner,
  parts: readonly Operator<never, unknown>[],
  { shape: input, segment, inputs, onStop, prefix = "" }: Place,
): OpenChain {
  const plans: Plan<never, unknown>[] = [];
  const segments: Segment[] = [];
  const shapes: Shape[] = [];
  let shape = input;
  let current = segment;
  let rows = inputs;
  for (const part of parts) {
    const stop = current === segment ? onStop : undefined;
    const scope = new OperatorScope(planner, prefix + part.name, current, rows, stop);
    segments.push(current);
    shapes.push(shape);
    const plan = part.plan(scope, shape);
    plans.push(plan);
    shape = plan.shape;
    current = scope.next;
    rows = () => scope.rowsOut;
  }
  const steps: FullStep<unknown>[] = [];
  let next = NOTHING;
  for (let i = plans.length - 1; i >= 0; i--) {
    const plan = plans[i] as Plan<never, unknown>;
    const own = segments[i] as Segment;
    const opened = fullStep(plan.open(next) as Step<unknown>, next);
    const step = { ...opened, end: own.once(opened.end) };
    // The first step behind a split is what feeds its segment; the operator that splits hands rows to that.
    if (i > 0 && segments[i - 1] !== own) own.first = step;
    steps[i] = step;
    next = step;
  }
  return { first: next, way: wayOf(steps, shapes, onStop !== undefined) };
}
