import { Bug } from "../memory/assert.ts";
import { Pool } from "../memory/pool.ts";
import type { Clocks, Done, Operator } from "../operator.ts";
import { jsonText } from "../row/encode.ts";
import { type Cursor, PLAIN, type Shape } from "../row/shape.ts";
import { createClocks } from "../time/clocks.ts";
import { deadLetterOf, type FaultQueue, faultArenaBytes, faultQueue } from "./dead-letter.ts";
import { type Fault, FaultError, placeOf, RowFault } from "./fault.ts";
import { ByteFeed, sourceArenaBytes } from "./feed-bytes.ts";
import { RowFeed } from "./feed-rows.ts";
import { type Input, inputOf, partsOf } from "./input.ts";
import { BATCH_bytes, type Clock, OPEN_PARTITIONS, RECORD_bytes, type RunOptions, WALL } from "./options.ts";
import { READ_ARENAS } from "./partition-reader.ts";
import type { Metrics, PartitionMetrics, RunReport } from "./report.ts";
import { type OpenBoundary, type OperatorScope, openChain, type Planner } from "./scope.ts";
import { Segment } from "./segment.ts";
import { OUTPUT_ARENAS } from "./sink-bytes.ts";
import { Acknowledgements } from "./token.ts";
import { createTurns } from "./turns.ts";
import { countOutputs, isStateful } from "./walk.ts";

/** Longest time that passes run without giving the event loop a turn, so that signals and timers are seen. */
const TURN_ms = 8;
/** Rows before which `faults.stopAbove` is not judged. */
const SAMPLE = 1_000;

type RunClocks = ReturnType<typeof createClocks>;

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
  readonly #deadLetter = new Set<Segment>();
  readonly #names = new Map<string, number>();
  readonly #faults: Record<string, number> = {};
  readonly #clock: Clock;
  #pool: Pool | undefined;
  #feed: ByteFeed | RowFeed | undefined;
  #acks: Acknowledgements | undefined;
  #queue: FaultQueue | undefined;
  #clocks: RunClocks | undefined;
  #woken: (() => void) | undefined;
  #wakeAgain = false;
  #failure: { readonly cause: unknown } | undefined;
  #stopped = false;
  readonly #read = { rows: 0 };
  #late = 0;
  #faulty = 0;
  /** Records that never became rows. */
  #refused = 0;
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
    return { ...this.metrics(), stopped: this.#stopped };
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
    return {
      name: this.#name,
      rowsIn: this.#read.rows,
      rowsOut: this.#scopes.reduce(
        (sum, { isSink, count, segment }) =>
          isSink && !this.#deadLetter.has(segment) ? sum + count.added : sum,
        0,
      ),
      late: this.#late,
      faults: { ...this.#faults },
      elapsed_ms: this.#elapsed ?? performance.now() - this.#started,
      partitions: this.#partitionMetrics(),
      operators: this.#scopes.map(({ name, rowsIn, rowsOut, faults }) => ({ name, rowsIn, rowsOut, faults })),
      pool: this.#pool?.report() ?? { size_bytes: 0, holders: [] },
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
      ...(options.pool_bytes !== undefined && { limit_bytes: options.pool_bytes }),
      ...(options.verify !== undefined && { verify: options.verify }),
    });
    this.#pool = pool;
    const memory = { u8: pool.u8, u32: pool.u32, f64: pool.f64 };
    const cursor: Cursor = { base: 0, epoch: 0 };
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
    const host = {
      read: () => {
        this.#read.rows += 1;
      },
      refused: (code: string, message: string, bytes: Uint8Array) => {
        this.#refused += 1;
        const { source, partition, offset } = segment.meta;
        const operator = input.kind === "bytes" ? input.format.name : input.name;
        const place = { operator, source, partition, offset };
        this.#fault(segment, { code, message, ...place, bytes: bytes.slice() });
      },
      threw: (at: Segment, thrown: unknown, row?: unknown) => this.#threw(at, thrown, row),
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
        counts: this.#read,
        signal: this.#abort.signal,
        batch_bytes: options.batch_bytes ?? BATCH_bytes,
        record_bytes,
        open,
      });
    } else {
      this.#feed = new RowFeed(segment, input.rows, host, this.#clocks);
    }
    segment.feeder = this.#feed;
    segment.first = openChain(planner, this.#parts.slice(1), {
      shape,
      segment,
      inputs: () => this.#read.rows - this.#refused,
    });
    // One after the other, so that the first to fail is the only one to have an effect on a second.
    for (const boundary of this.#boundaries) await boundary.prepare();
    if (this.#failure !== undefined) return;
    if (this.#stopped) this.#feed.stop();
    else this.#feed.start();
  }

  #openDeadLetter(planner: Planner, deadLetter: Operator<Fault, Done>): void {
    const segment = this.#newSegment("deadLetter", createClocks(this.#clock.now, 1));
    const others = () => this.#segments.filter((one) => !this.#deadLetter.has(one));
    this.#queue = faultQueue(segment, {
      hold: () => {
        for (const other of others()) other.hold();
      },
      resume: () => {
        for (const other of others()) other.resume();
      },
      inputEnded: () => others().every((other) => other.ended),
    });
    segment.feeder = this.#queue;
    segment.first = openChain(planner, partsOf(deadLetter), {
      shape: PLAIN,
      segment,
      inputs: () => this.#queue?.passed ?? 0,
      prefix: "deadLetter.",
    });
    // Planned before all others: these are the segments that it is made of.
    for (const one of this.#segments) this.#deadLetter.add(one);
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
      fault: (segment, code, message, operator, row, cause) =>
        this.#fault(segment, {
          ...this.#where(segment, row),
          code,
          message,
          operator,
          ...(cause !== undefined && { cause }),
        }),
      late: (segment, message, operator, row, taker) => {
        this.#late += 1;
        if (taker !== undefined) taker.row(row);
        else
          this.#queue?.push({ ...this.#where(segment, row), code: "late", message, operator }, segment.token);
      },
      threw: (segment, thrown, row) => this.#threw(segment, thrown, row),
      wake: () => this.#wake(),
      fail: (cause) => this.fail(cause),
    };
  }

  #newSegment(name: string, clocks: Clocks): Segment {
    const segment = new Segment(name, clocks, {
      threw: (at, thrown, row) => this.#threw(at, thrown, row),
      wake: () => this.#wake(),
    });
    this.#segments.push(segment);
    return segment;
  }

  async #loop(): Promise<void> {
    using turns = createTurns();
    let turned = performance.now();
    while (this.#failure === undefined) {
      const segment = this.#next();
      if (segment === undefined) {
        if (this.#segments.every((one) => one.ended)) break;
        await this.#sleep();
        turned = performance.now();
        continue;
      }
      segment.pass();
      if (performance.now() - turned < TURN_ms) continue;
      await turns.next();
      turned = performance.now();
    }
    if (this.#failure !== undefined) return;
    // A sink that fails while it is closed fails the run, which must not wait for the others then.
    const failed = new Promise<void>((resolve) => {
      this.#abort.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([Promise.all(this.#boundaries.map((boundary) => boundary.drained)), failed]);
    await this.#acks?.settled();
    this.#judge(true);
    // Nothing is published before everything is durable and the run is known to be good.
    for (const boundary of this.#boundaries) if (this.#failure === undefined) await boundary.close();
  }

  /** The most downstream segment that has input and room. */
  #next(): Segment | undefined {
    // The dead letter comes first in the list and is downstream of all.
    const dead = this.#queue === undefined ? undefined : this.#segments[0];
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
      this.#threw(main, thrown, undefined);
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

  #where(segment: Segment, row: unknown): Pick<Fault, "source" | "partition" | "offset" | "bytes"> {
    const { source, partition, offset } = segment.meta;
    const scanned =
      this.#feed instanceof ByteFeed && segment.feeder === this.#feed && segment.meta.partitionIndex >= 0;
    if (scanned) return { source, partition, offset, bytes: (this.#feed as ByteFeed).record().slice() };
    const fed = this.#feed instanceof RowFeed && segment.feeder === this.#feed && offset >= 0;
    const bytes = jsonBytes(fed ? (this.#feed as RowFeed).row : row);
    return { source, partition, offset, bytes };
  }

  #threw(segment: Segment, thrown: unknown, row: unknown): void {
    if (thrown instanceof Bug) {
      this.fail(thrown);
      return;
    }
    const operator = thrown instanceof RowFault ? thrown.operator : "pipeline";
    const cause = thrown instanceof RowFault ? thrown.cause : thrown;
    const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const scope = this.#scopes.find(({ name }) => name === operator);
    if (scope !== undefined) {
      scope.faults += 1;
      scope.count.dropped += 1;
    }
    const message = `${operator}: a function of the job failed: ${said}`;
    this.#fault(segment, { ...this.#where(segment, row), code: "callback", message, operator, cause });
  }

  #fault(segment: Segment, fault: Fault): void {
    // A fault of the dead letter itself has nowhere to go.
    if (this.#deadLetter.has(segment)) {
      this.fail(new FaultError(`the dead letter refused a fault: ${fault.message} [${fault.code}]`, fault));
      return;
    }
    this.#faulty += 1;
    this.#faults[fault.code] = (this.#faults[fault.code] ?? 0) + 1;
    if (this.#queue !== undefined) this.#queue.push(fault, segment.token);
    else if (this.#options.deadLetter !== "drop") {
      this.fail(
        new FaultError(
          `${placeOf(fault)}: ${fault.message} [${fault.code}]; name a deadLetter to go on`,
          fault,
        ),
      );
    }
    this.#judge(false);
  }

  #judge(end: boolean): void {
    const share = this.#options.faults?.stopAbove;
    if (share === undefined || this.#faulty === 0 || (!end && this.#read.rows < SAMPLE)) return;
    if (this.#faulty <= share * this.#read.rows) return;
    this.fail(
      new RangeError(
        `Run stopped: ${this.#faulty} of ${this.#read.rows} rows are faults, more than faults.stopAbove = ${share} allows`,
      ),
    );
  }

  #partitionMetrics(): PartitionMetrics[] {
    const { kind } = this.#input;
    const watermark = (i: number) => this.#clocks?.watermark_ms[i] ?? Number.NEGATIVE_INFINITY;
    if (this.#feed instanceof ByteFeed) {
      const source = this.#input.kind === "bytes" ? this.#input.source.name : kind;
      return this.#feed.readers.map(({ name, processed, finished, index }) => ({
        source,
        partition: name,
        offset: processed,
        watermark_ms: watermark(index),
        ended: finished,
      }));
    }
    if (this.#feed === undefined || this.#input.kind === "bytes") return [];
    return [
      {
        source: this.#input.name,
        partition: "0",
        offset: this.#feed.processed,
        watermark_ms: watermark(0),
        ended: this.#feed.ended,
      },
    ];
  }
}

const ENCODER = new TextEncoder();

function jsonBytes(row: unknown): Uint8Array {
  if (row instanceof Uint8Array) return row.slice();
  try {
    return ENCODER.encode(jsonText(row) ?? "");
  } catch {
    return ENCODER.encode(String(row));
  }
}
