import { Bug } from "../memory/assert.ts";
import type { Boundary, Clocks, FullStep, Meta } from "../operator.ts";
import type { Token } from "./token.ts";
import type { Way } from "./way.ts";

/** {@link Meta} as the loop keeps it. */
export interface MutableMeta extends Meta {
  source: string;
  partition: string;
  partitionIndex: number;
  time: number;
  /** Tells the offset when somebody asks. */
  locate: () => number;
}

/** Where rows of a segment come from. */
export interface Feeder {
  /** Whether a pass would do something. */
  ready(): boolean;
  /** Passes rows on until there are none or the segment is held. */
  pass(): void;
  /** No row will come any more. */
  readonly ended: boolean;
  /** No row is wanted any more. */
  cancel(): void;
  /** What the row under way was made from: the bytes of its record, or the row as it came. */
  record?(): unknown;
}

interface Pending {
  readonly order: number;
  readonly rows: Iterator<void>;
  /** Event time of the row that it came of: rows of others have passed since, in another branch of a `fork` perhaps. */
  readonly time: number;
  /** Its `next` is under way: it may not be closed before that returns. */
  running: boolean;
}

/** What a segment needs of its run. */
export interface SegmentHost {
  /** A row failed: `thrown` is what a step threw. */
  readonly threw: (segment: Segment, thrown: unknown, row: unknown) => void;
  readonly wake: () => void;
}

/** Offset of a row where no batch is under way. */
const NOWHERE = (): number => -1;

/**
 * Steps between two boundaries, which run in one synchronous pass. A segment is *held* while a boundary behind it is
 * full: it may pause between any two rows.
 */
export class Segment {
  readonly name: string;
  readonly meta: MutableMeta;
  readonly clocks: Clocks;
  /** Boundaries that end this segment. */
  readonly boundaries: Boundary[] = [];
  /** Batch of the row under way, when the job commits. */
  token: Token | undefined;
  first: FullStep<unknown> | undefined;
  /** Past the operators at the head that work by columns; undefined when there are none. */
  short: Way | undefined;
  feeder: Feeder | undefined;
  /** `scope.stop` was called for the whole segment. */
  stopped = false;
  /** The last step's `end` has been called and everything it left pending has passed. */
  ended = false;
  readonly #host: SegmentHost;
  readonly #stack: Pending[] = [];
  /** What ends the steps, from the last to the first: each works once. */
  readonly #ends: (() => void)[] = [];
  #holds = 0;
  #ending = false;
  #operators = 0;

  constructor(name: string, clocks: Clocks, host: SegmentHost) {
    this.name = name;
    this.clocks = clocks;
    this.#host = host;
    const meta: MutableMeta = {
      source: name,
      partition: "",
      partitionIndex: -1,
      time: Number.NaN,
      locate: NOWHERE,
      get offset() {
        return meta.locate();
      },
    };
    this.meta = meta;
  }

  /** Number for the next operator of this segment, in the order of planning. */
  order(): number {
    return this.#operators++;
  }

  /**
   * Makes an `end` that works once, and that the segment calls itself when nobody else has: an operator before may
   * throw on its way, or be told that no more is wanted, and sinks must be ended all the same.
   */
  once(end: () => void): () => void {
    let called = false;
    const guarded = () => {
      if (called) return;
      called = true;
      end();
    };
    this.#ends.push(guarded);
    return guarded;
  }

  get held(): boolean {
    return this.#holds !== 0;
  }

  /** A boundary is full. */
  hold(): void {
    this.#holds += 1;
  }

  /** A full boundary has room again. */
  resume(): void {
    this.#holds -= 1;
    this.#host.wake();
  }

  push(order: number, rows: Iterator<void>): void {
    this.#stack.push({ order, rows, time: this.meta.time, running: false });
  }

  /** Drops what the operators `[from, to)` have pending: nobody wants their rows. */
  drop(from: number, to: number): void {
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const { order, rows, running } = this.#stack[i] as Pending;
      if (order < from || order >= to) continue;
      this.#stack.splice(i, 1);
      if (!running) this.#return(rows);
    }
  }

  #return(rows: Iterator<void>): void {
    try {
      rows.return?.();
    } catch (thrown) {
      this.threw(thrown);
    }
  }

  /** A step threw. */
  threw(thrown: unknown, row?: unknown): void {
    this.#host.threw(this, thrown, row);
  }

  /** Whether something must come before the next row: rows pending, a full boundary, the end. */
  get interrupted(): boolean {
    return this.#stack.length !== 0 || this.#holds !== 0 || this.stopped;
  }

  /** Whether rows must go before the next one. */
  get pendingRows(): boolean {
    return this.#stack.length !== 0;
  }

  /** Passes on what is pending, last in first out. False when the segment was held before the end. */
  drain(): boolean {
    while (this.#stack.length !== 0) {
      if (this.#holds !== 0) return false;
      const at = this.#stack.length - 1;
      const top = this.#stack[at] as Pending;
      let done: boolean | undefined;
      top.running = true;
      this.meta.time = top.time;
      try {
        done = top.rows.next().done;
      } catch (thrown) {
        // An iterator that threw has ended by the rules of iterators.
        done = true;
        this.threw(thrown);
      }
      top.running = false;
      // What was pushed meanwhile lies above and goes first; `drop` may have removed the entry itself.
      const dropped = this.#stack[at] !== top;
      if (done && !dropped) this.#stack.splice(at, 1);
      else if (dropped && !done) this.#return(top.rows);
    }
    return true;
  }

  /** Runs what can be run now. */
  pass(): void {
    if (!this.drain()) return;
    if (!this.stopped && this.feeder?.ready()) this.feeder.pass();
    if (!this.held && !this.pendingRows && (this.stopped || this.feeder?.ended)) this.#finish();
  }

  /** Whether {@link Segment.pass} would do something now. */
  ready(): boolean {
    if (this.ended || this.held) return false;
    if (this.pendingRows || this.stopped) return true;
    return this.feeder !== undefined && (this.feeder.ended || this.feeder.ready());
  }

  /** Drops everything: the run has failed. */
  abandon(): void {
    for (const { rows } of this.#stack.splice(0)) {
      try {
        rows.return?.();
      } catch {
        // The run already fails with a reason that matters more.
      }
    }
  }

  /** No row of a partition is under way. */
  leave(): void {
    this.meta.partitionIndex = -1;
    this.meta.partition = "";
    this.meta.locate = NOWHERE;
  }

  #finish(): void {
    if (!this.#ending) {
      this.#ending = true;
      this.leave();
    }
    // From the first step on: what one leaves pending goes before the next is ended, if that one is not already.
    while (this.drain()) {
      const end = this.#ends.pop();
      if (end === undefined) {
        this.#ended();
        return;
      }
      try {
        end();
      } catch (thrown) {
        if (thrown instanceof Bug) throw thrown;
        this.threw(thrown);
      }
    }
  }

  #ended(): void {
    this.ended = true;
    for (const boundary of this.boundaries) boundary.kick();
    this.#host.wake();
  }
}
