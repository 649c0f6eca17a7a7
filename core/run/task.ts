import { Bug } from "../memory/assert.ts";
import { Pool } from "../memory/pool.ts";
import type { Clocks, Done, Operator } from "../operator.ts";
import { createCursor, PLAIN, type Shape } from "../row/shape.ts";
import type { Refusal } from "../scan/format.ts";
import { createClocks, type RunClocks } from "../time/clocks.ts";
import { deadLetterOf, faultArenaBytes, faultQueue } from "./dead-letter.ts";
import type { Fault } from "./fault.ts";
import { ByteFeed } from "./feed-bytes.ts";
import { RowFeed } from "./feed-rows.ts";
import { type Input, inputOf, partsOf } from "./input.ts";
import { kernelBytes, scanMemory } from "./kernel-memory.ts";
import { Ledger } from "./ledger.ts";
import {
  BATCH_bytes,
  type Clock,
  OPEN_PARTITIONS,
  RECORD_bytes,
  type RunOptions,
  sourceArenaBytes,
  WALL,
} from "./options.ts";
import { READ_ARENAS } from "./partition-reader.ts";
import type { Metrics, RunReport } from "./report.ts";
import { type OpenBoundary, type OperatorScope, openChain, type Planner } from "./scope.ts";
import { Segment } from "./segment.ts";
import { OUTPUT_ARENAS } from "./sink-bytes.ts";
import { Acknowledgements } from "./token.ts";
import { nextTurn } from "./turns.ts";
import { countOutputs, isStateful } from "./walk.ts";

/** Longest time that passes run without giving the event loop a turn, so that signals and timers are seen. */
const TURN_ms = 8;

/** One run of one job: opens it, is the only loop, closes it. */
export class Task {
  readonly #options: RunOptions;
  readonly #name: string;
  readonly #parts: readonly Operator<never, unknown>[];
  readonly #input: Input;
  readonly #abort = new AbortController();
  readonly #scopes: OperatorScope[] = [];
  readonly #boundaries: OpenBoundary[] = [];
  readonly #segments: Segment[] = [];
  readonly #names = new Map<string, number>();
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  #pool: Pool | undefined;
  #feed: ByteFeed | RowFeed | undefined;
  #acks: Acknowledgements | undefined;
  #clocks: RunClocks | undefined;
  #woken: (() => void) | undefined;
  #wakeAgain = false;
  #failure: { readonly cause: unknown } | undefined;
  #stopped = false;
  #started = 0;
  #elapsed: number | undefined;

  constructor(job: Operator<never, Done>, options: RunOptions) {
    const parts = partsOf(job);
    const input = inputOf(parts[0]);
    if (input === undefined) throw new TypeError("Cannot run: a job must begin with from(…)");
    if (
      input.kind === "bytes" &&
      input.source.commit !== undefined &&
      options.state === undefined &&
      isStateful(parts)
    ) {
      throw new TypeError(
        `Cannot run: source "${input.source.name}" can be resumed and the job keeps state, so it needs state, or state: "rebuild"`,
      );
    }
    this.#options = options;
    this.#ledger = new Ledger(options, this.#scopes, (cause) => this.fail(cause));
    this.#clock = options.clock ?? WALL;
    this.#name = options.name ?? "job";
    this.#parts = parts;
    this.#input = input;
  }

  /** Runs to the end. Rejects with what went wrong, after everything is closed. */
  async run(): Promise<RunReport> {
    this.#started = performance.now();
    const { signal } = this.#options;
    const onAbort = () => this.fail(signal?.reason);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await this.#open();
      await this.#loop();
    } catch (cause) {
      this.fail(cause);
    }
    try {
      await this.#close();
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#elapsed = performance.now() - this.#started;
    }
    if (this.#failure !== undefined) throw this.#failure.cause;
    const { deadLetter } = this.#ledger;
    const unwanted = this.#segments.some((segment) => segment.stopped && !deadLetter.has(segment));
    return { ...this.metrics(), stopped: this.#stopped || unwanted };
  }

  /** Ends the input: what has been read is processed, windows close, sinks are written. */
  stop(): void {
    this.#stopped = true;
    this.#feed?.stop();
    this.#wake();
  }

  /** Ends the run with an error. The first one counts. */
  fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { cause };
    // The pass under way goes no further than its row.
    for (const segment of this.#segments) segment.hold();
    this.#abort.abort(cause);
    this.#wake();
  }

  metrics(): Metrics {
    const { read, lates, faults, deadLetter } = this.#ledger;
    return {
      name: this.#name,
      rowsIn: read.rows,
      rowsOut: this.#scopes.reduce(
        (sum, { isSink, count, segment }) => (isSink && !deadLetter.has(segment) ? sum + count.added : sum),
        0,
      ),
      late: lates,
      faults: { ...faults },
      elapsed_ms: this.#elapsed ?? performance.now() - this.#started,
      partitions: this.#feed?.partitions() ?? [],
      operators: this.#scopes.map(({ name, rowsIn, rowsOut, faults }) => ({ name, rowsIn, rowsOut, faults })),
      pool: this.#pool?.report() ?? { size_bytes: 0, kernel_bytes: 0, holders: [] },
    };
  }

  async #open(): Promise<void> {
    const options = this.#options;
    const input = this.#input;
    const record_bytes = options.record_bytes ?? RECORD_bytes;
    const open = options.openPartitions ?? OPEN_PARTITIONS;
    const partitions = input.kind === "bytes" ? await input.source.partitions(this.#abort.signal) : ["0"];
    if (this.#failure !== undefined) return;
    const deadLetter = deadLetterOf(options.deadLetter, record_bytes);
    const outputs = countOutputs(this.#parts);
    const faultOutputs = deadLetter === undefined ? 0 : countOutputs(partsOf(deadLetter));
    const pool = new Pool({
      holders: {
        ...(input.kind === "bytes" && {
          read: {
            arenas: Math.min(open, Math.max(1, partitions.length)) * READ_ARENAS,
            arena_bytes: sourceArenaBytes(record_bytes),
          },
        }),
        ...(outputs > 0 && { output: { arenas: outputs * OUTPUT_ARENAS, arena_bytes: record_bytes } }),
        ...(faultOutputs > 0 && {
          deadLetter: {
            arenas: faultOutputs * OUTPUT_ARENAS,
            arena_bytes: faultArenaBytes(record_bytes),
          },
        }),
      },
      kernel_bytes: input.kind === "bytes" ? kernelBytes(options) : 0,
      ...(options.pool_bytes !== undefined && { limit_bytes: options.pool_bytes }),
      ...(options.verify !== undefined && { verify: options.verify }),
    });
    this.#pool = pool;
    const memory = scanMemory(pool);
    const cursor = createCursor();
    const commit = input.kind === "bytes" && !isStateful(this.#parts) ? input.source.commit : undefined;
    if (commit !== undefined)
      this.#acks = new Acknowledgements(partitions, commit, (cause) => this.fail(cause));

    const partsFor = (holder: string) => ({
      job: this.#name,
      signal: this.#abort.signal,
      memory,
      arena: () => {
        const arena = pool.holder(holder).tryAcquire();
        if (arena === undefined) throw new Bug("a sink asked for more arenas than it had announced");
        return arena;
      },
      commits: commit !== undefined,
    });
    const planner = this.#planner(partsFor("output"));
    if (deadLetter !== undefined) {
      this.#openDeadLetter({ ...planner, parts: partsFor("deadLetter") }, deadLetter);
    }

    this.#clocks = createClocks(this.#clock.now, partitions.length);
    const segment = this.#newSegment(input.kind === "bytes" ? input.source.name : input.name, this.#clocks);
    const ledger = this.#ledger;
    const reader = input.kind === "bytes" ? input.format.name : input.name;
    const host = {
      counts: ledger.read,
      refused: (refusal: Refusal, bytes: Uint8Array) => ledger.refused(segment, reader, refusal, bytes),
      threw: ledger.threw,
      fail: (cause: unknown) => this.fail(cause),
      wake: () => this.#wake(),
    };
    let shape: Shape = PLAIN;
    if (input.kind === "bytes") {
      const decoder = input.format.decoder({ memory, cursor, verify: options.verify ?? false });
      shape = decoder.shape;
      this.#feed = new ByteFeed({
        source: input.source,
        partitions,
        decoder,
        cursor,
        memory,
        holder: pool.holder("read"),
        segment,
        clocks: this.#clocks,
        acks: this.#acks,
        host,
        signal: this.#abort.signal,
        batch_bytes: options.batch_bytes ?? BATCH_bytes,
        record_bytes,
        open,
      });
    } else {
      this.#feed = new RowFeed(segment, input.rows, host, this.#clocks);
    }
    segment.feeder = this.#feed;
    const { first, way } = openChain(planner, this.#parts.slice(1), {
      shape,
      segment,
      inputs: ledger.rows,
    });
    segment.first = first;
    segment.short = way?.byColumns ? way : undefined;
    // One after the other, so that the first to fail is the only one to have an effect on a second.
    for (const boundary of this.#boundaries) await boundary.prepare();
    if (this.#failure !== undefined) return;
    if (this.#stopped) this.#feed.stop();
    else this.#feed.start();
  }

  #openDeadLetter(planner: Planner, deadLetter: Operator<Fault, Done>): void {
    const segment = this.#newSegment("deadLetter", createClocks(this.#clock.now, 1));
    const { deadLetter: own } = this.#ledger;
    const others = () => this.#segments.filter((one) => !own.has(one));
    const queue = faultQueue(segment, {
      hold: () => {
        for (const other of others()) other.hold();
      },
      resume: () => {
        for (const other of others()) other.resume();
      },
      inputEnded: () => others().every((other) => other.ended),
    });
    this.#ledger.queue = queue;
    segment.feeder = queue;
    const { first } = openChain(planner, partsOf(deadLetter), {
      shape: PLAIN,
      segment,
      inputs: () => queue.passed,
      prefix: "deadLetter.",
    });
    segment.first = first;
    // Planned before all others: these are the segments that it is made of.
    for (const one of this.#segments) own.add(one);
  }

  #planner(parts: Planner["parts"]): Planner {
    return {
      parts,
      scopes: this.#scopes,
      boundaries: this.#boundaries,
      segments: this.#segments,
      unique: (name) => {
        const count = (this.#names.get(name) ?? 0) + 1;
        this.#names.set(name, count);
        return count === 1 ? name : `${name}-${count}`;
      },
      newSegment: (name) => this.#newSegment(name, createClocks(this.#clock.now, 1)),
      fault: this.#ledger.fault,
      late: this.#ledger.late,
      threw: this.#ledger.threw,
      counted: this.#ledger.counted,
      wake: () => this.#wake(),
      fail: (cause) => this.fail(cause),
    };
  }

  #newSegment(name: string, clocks: Clocks): Segment {
    const segment = new Segment(name, clocks, {
      threw: this.#ledger.threw,
      wake: () => this.#wake(),
    });
    this.#segments.push(segment);
    return segment;
  }

  async #loop(): Promise<void> {
    let turned = performance.now();
    while (this.#failure === undefined) {
      const segment = this.#next();
      if (segment === undefined) {
        if (this.#segments.every((one) => one.ended)) break;
        // What wakes it may be a microtask: that is no turn of the event loop.
        await this.#sleep();
      } else segment.pass();
      if (performance.now() - turned < TURN_ms) continue;
      await nextTurn();
      turned = performance.now();
    }
    if (this.#failure !== undefined) return;
    // A sink that fails while it is closed fails the run, which must not wait for the others then.
    const failed = new Promise<void>((resolve) => {
      this.#abort.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([Promise.all(this.#boundaries.map((boundary) => boundary.drained)), failed]);
    await this.#acks?.settled();
    this.#ledger.judge(true);
    // Nothing is published before everything is durable and the run is known to be good.
    for (const boundary of this.#boundaries) if (this.#failure === undefined) await boundary.close();
  }

  /** The most downstream segment that has input and room. */
  #next(): Segment | undefined {
    // The dead letter comes first in the list and is downstream of all.
    const dead = this.#ledger.queue === undefined ? undefined : this.#segments[0];
    if (dead?.ready()) return dead;
    for (let i = this.#segments.length - 1; i >= 0; i--) {
      const segment = this.#segments[i] as Segment;
      if (segment.ready()) return segment;
    }
    for (const boundary of this.#boundaries) if (boundary.ready()) boundary.pass();
    return undefined;
  }

  async #sleep(): Promise<void> {
    if (this.#wakeAgain) {
      this.#wakeAgain = false;
      await Promise.resolve();
      return;
    }
    const waiting = new Promise<void>((resolve) => {
      this.#woken = resolve;
    });
    const idle_ms = this.#clocks?.tick_ms;
    if (idle_ms === undefined) return waiting;
    const timer = new AbortController();
    const ticked = await Promise.race([
      waiting.then(() => false),
      this.#clock.sleep(idle_ms, timer.signal).then(() => true),
    ]);
    timer.abort();
    // Silence moves time on too: idle partitions stop holding the watermark back.
    const main = this.#segments.find((segment) => segment.feeder === this.#feed);
    if (!ticked || main === undefined || main.held || main.ended) return;
    try {
      main.first?.watermark(Number.NEGATIVE_INFINITY);
    } catch (thrown) {
      this.#ledger.threw(main, thrown);
    }
  }

  #wake(): void {
    if (this.#woken === undefined) {
      this.#wakeAgain = true;
      return;
    }
    this.#woken();
    this.#woken = undefined;
  }

  async #close(): Promise<void> {
    const problems: unknown[] = [];
    const attempt = async (what: () => Promise<unknown> | undefined): Promise<void> => {
      try {
        await what();
      } catch (cause) {
        problems.push(cause);
      }
    };
    await attempt(() => this.#feed?.close(this.#failure?.cause));
    if (this.#failure !== undefined) {
      const reason = this.#failure.cause;
      for (const segment of this.#segments) segment.abandon();
      for (const boundary of this.#boundaries) await attempt(() => boundary.abort(reason));
    }
    const [problem] = problems;
    if (problem !== undefined) this.fail(problem);
    this.#pool?.close();
  }
}
