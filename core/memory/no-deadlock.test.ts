// The law of freedom from deadlock: over random acyclic graphs of segments, minimum shares, random stalls and random
// cancellation, every run ends with the right answer and every arena comes home. Pool, Holder and Arena are the real
// ones; sources, asynchronous boundaries, sinks and the loop are models that keep the rules of the run room. Every
// stall is an entry in one list, completed in an order that fast-check chooses: no timers, so a seed replays.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Arena } from "./arena.ts";
import { type Holder, type HolderOptions, Pool } from "./pool.ts";

/** No row is longer, no arena shorter. A row's first byte is its length, the others repeat it. */
const ROW_MOST_bytes = 16;

interface Plan {
  /** Segments are numbered in topological order: rows only move to higher numbers. */
  readonly segments: readonly { readonly align: boolean }[];
  readonly sources: readonly {
    readonly to: number;
    readonly rows: readonly number[];
    readonly share: HolderOptions;
  }[];
  readonly boundaries: readonly {
    readonly from: number;
    readonly to: number;
    readonly ordered: boolean;
    readonly share: HolderOptions;
  }[];
  readonly sinks: readonly { readonly from: number; readonly share: HolderOptions }[];
  /** What the simulated scheduler draws from, over and over. */
  readonly choices: readonly number[];
  /** The turn at which the run is cancelled; beyond its end: never. */
  readonly cancelAt: number;
}

/** Ways to break the rules that the law must notice. */
type Policy =
  | "reserved shares"
  /** All holders lease from one share, as large as the sum of theirs. */
  | "one shared pool"
  /** Outputs have one arena: none is left in reserve once a row is written. */
  | "outputs of one arena"
  /** A segment takes its inputs strictly in turn, and leaves leased batches waiting for the one whose turn it is. */
  | "inputs in turn";

class Deadlock extends Error {}

interface Target {
  /** Whether a row of any length may start. */
  readonly room: boolean;
  write(row: Uint8Array): void;
  /** The segment has paused. */
  pause(): void;
  /** No row comes any more. */
  end(): void;
}

interface Input {
  /** Whether `take` gives a batch now. */
  readonly ready: boolean;
  /** No batch comes any more. */
  readonly exhausted: boolean;
  take(): Arena;
}

class Simulation {
  readonly pool: Pool;
  readonly policy: Policy;
  readonly #plan: Plan;
  readonly #controller = new AbortController();
  readonly #stalls: (() => void)[] = [];
  readonly #segments: Segment[];
  readonly #sources: Source[];
  readonly #boundaries: Boundary[];
  readonly #sinks: Sink[];
  #choice = 0;
  #hops = 0;

  constructor(plan: Plan, policy: Policy) {
    this.#plan = plan;
    this.policy = policy;
    const holders: Record<string, HolderOptions> = {};
    for (const [i, { share }] of plan.sources.entries()) holders[`source ${i}`] = share;
    for (const [i, { share }] of plan.boundaries.entries()) holders[`boundary ${i}`] = share;
    for (const [i, { share }] of plan.sinks.entries()) {
      holders[`sink ${i}`] = policy === "outputs of one arena" ? { ...share, arenas: 1 } : share;
    }
    const shares = Object.values(holders);
    const shared = {
      arenas: shares.reduce((sum, { arenas }) => sum + arenas, 0),
      arena_bytes: Math.max(...shares.map(({ arena_bytes }) => arena_bytes)),
    };
    // An ArrayBuffer, because a thousand runs would wait on the collector for their WebAssembly memories.
    this.pool = new Pool({
      holders: policy === "one shared pool" ? { shared } : holders,
      verify: true,
      plain: true,
    });
    const holder = (name: string) => this.pool.holder(policy === "one shared pool" ? "shared" : name);

    this.#sources = plan.sources.map(({ rows }, i) => new Source(this, holder(`source ${i}`), rows));
    this.#boundaries = plan.boundaries.map(
      ({ ordered }, i) => new Boundary(this, holder(`boundary ${i}`), ordered),
    );
    this.#sinks = plan.sinks.map((_, i) => new Sink(this, holder(`sink ${i}`)));
    this.#segments = plan.segments.map(({ align }, k) => {
      const sources = this.#sources.filter((_, i) => plan.sources[i]?.to === k);
      if (align) for (const source of sources) source.peers = sources;
      const inputs = [...sources, ...this.#boundaries.filter((_, i) => plan.boundaries[i]?.to === k)];
      const targets = [
        ...this.#boundaries.filter((_, i) => plan.boundaries[i]?.from === k),
        ...this.#sinks.filter((_, i) => plan.sinks[i]?.from === k),
      ];
      return new Segment(this, inputs, targets);
    });
  }

  get cancelled(): boolean {
    return this.#controller.signal.aborted;
  }

  /** A number below `below`, by the plan. */
  choose(below: number): number {
    const { choices } = this.#plan;
    return (choices[this.#choice++ % choices.length] ?? 0) % below;
  }

  /** Something outside takes its time: `done` runs when the scheduler says so. */
  stall(done: () => void): void {
    this.#stalls.push(done);
  }

  /** Leases an arena for `use`; when the run is cancelled first, gives it back or takes none. */
  lease(holder: Holder, use: (arena: Arena) => void): void {
    holder.acquire(this.#controller.signal).then(
      (arena) => {
        this.#hops++;
        if (this.cancelled) arena.release();
        else use(arena);
      },
      (error) => {
        this.#hops++;
        assert.equal(error, this.#controller.signal.reason);
      },
    );
  }

  /** Runs the plan to its end or its cancellation. @throws {Deadlock} When nothing can move. */
  async run(): Promise<void> {
    for (let turn = 0; turn < 50_000; turn++) {
      if (turn === this.#plan.cancelAt) return this.#cancel();
      for (const source of this.#sources) source.read();
      await this.#settle();
      if (this.#segments.some((segment) => segment.endWhenExhausted())) continue;
      const segment = this.#segments.findLast(({ runnable }) => runnable);
      if (segment && (this.#stalls.length === 0 || this.choose(3) > 0)) segment.step();
      else if (this.#stalls.length > 0) this.#completeOne();
      else if (this.#segments.every(({ ended }) => ended)) return this.#finish();
      else throw new Deadlock(`turn ${turn}: ${JSON.stringify(this.pool.report())}`);
    }
    throw new Error("the run does not end");
  }

  #finish(): void {
    this.pool.close();
    // What must have arrived: every row of a segment goes to each of its targets.
    const expected = this.#plan.segments.map(() => ({ rows: 0, bytes: 0 }));
    const add = (to: number, rows: number, bytes: number) => {
      const sum = expected[to];
      assert.ok(sum);
      sum.rows += rows;
      sum.bytes += bytes;
    };
    for (const { to, rows } of this.#plan.sources)
      add(
        to,
        rows.length,
        rows.reduce((sum, row) => sum + row, 0),
      );
    for (const [k, sum] of expected.entries()) {
      for (const { from, to } of this.#plan.boundaries) if (from === k) add(to, sum.rows, sum.bytes);
    }
    for (const [i, { from }] of this.#plan.sinks.entries())
      assert.deepEqual(this.#sinks[i]?.written, expected[from]);
  }

  async #cancel(): Promise<void> {
    this.#controller.abort(new Error("cancelled"));
    for (const { waiting } of this.pool.report().holders)
      assert.equal(waiting, 0, "a wait outlived its signal");
    await this.#settle();
    while (this.#stalls.length > 0) this.#completeOne();
    for (const part of [...this.#segments, ...this.#sources, ...this.#boundaries, ...this.#sinks])
      part.drop();
    this.pool.close();
  }

  #completeOne(): void {
    for (const done of this.#stalls.splice(this.choose(this.#stalls.length), 1)) done();
  }

  /** Lets promises run until none moves: one continuation may start the next. */
  async #settle(): Promise<void> {
    for (let before = -1; before !== this.#hops; ) {
      before = this.#hops;
      await Promise.resolve();
      await Promise.resolve();
    }
  }
}

/** Reads ahead as far as its share allows, one read at a time. */
class Source implements Input {
  /** The sources to keep in step with: the one that is furthest behind reads next. Holds back reads, never arenas. */
  peers: readonly Source[] = [];
  readonly #simulation: Simulation;
  readonly #holder: Holder;
  readonly #rows: readonly number[];
  readonly #queue: Arena[] = [];
  #position = 0;
  #reading = false;

  constructor(simulation: Simulation, holder: Holder, rows: readonly number[]) {
    this.#simulation = simulation;
    this.#holder = holder;
    this.#rows = rows;
  }

  get #done(): boolean {
    return this.#position === this.#rows.length;
  }

  get ready(): boolean {
    return this.#queue.length > 0;
  }

  get exhausted(): boolean {
    return this.#done && !this.#reading && !this.ready;
  }

  read(): void {
    if (this.#done || this.#reading) return;
    if (this.peers.some((peer) => !peer.#done && peer.#position < this.#position)) return;
    this.#reading = true;
    this.#simulation.lease(this.#holder, (arena) => this.#simulation.stall(() => this.#fill(arena)));
  }

  #fill(arena: Arena): void {
    this.#reading = false;
    for (const length of this.#rows.slice(this.#position)) {
      if (arena.filled_bytes + length > arena.size_bytes) break;
      arena.bytes.fill(length, arena.filled_bytes, arena.filled_bytes + length);
      arena.filled_bytes += length;
      this.#position++;
    }
    this.#queue.push(arena);
  }

  take(): Arena {
    const arena = this.#queue.shift();
    assert.ok(arena);
    return arena;
  }

  drop(): void {
    for (const arena of this.#queue.splice(0)) arena.release();
  }
}

function append(arena: Arena, row: Uint8Array): void {
  arena.bytes.set(row, arena.filled_bytes);
  arena.filled_bytes += row.length;
}

/** Copies rows into its own arenas, calls outside with each, and hands it on when the call is done. */
class Boundary implements Input, Target {
  readonly #simulation: Simulation;
  readonly #holder: Holder;
  readonly #ordered: boolean;
  readonly #calls: { readonly arena: Arena; done: boolean }[] = [];
  #current: Arena | undefined;
  #asking = false;
  #ended = false;

  constructor(simulation: Simulation, holder: Holder, ordered: boolean) {
    this.#simulation = simulation;
    this.#holder = holder;
    this.#ordered = ordered;
    this.#ask();
  }

  #ask(): void {
    if (this.#current || this.#asking || this.#ended) return;
    this.#asking = true;
    this.#simulation.lease(this.#holder, (arena) => {
      this.#asking = false;
      if (this.#ended) arena.release();
      else this.#current = arena;
    });
  }

  get room(): boolean {
    return this.#current !== undefined;
  }

  write(row: Uint8Array): void {
    assert.ok(this.#current);
    append(this.#current, row);
    if (this.#current.filled_bytes + ROW_MOST_bytes > this.#current.size_bytes) this.pause();
  }

  /** Starts the call for what is there: it never waits to fill an arena. */
  pause(): void {
    if (!this.#current?.filled_bytes) return;
    const call = { arena: this.#current, done: false };
    this.#calls.push(call);
    this.#current = undefined;
    this.#simulation.stall(() => {
      call.done = true;
    });
    this.#ask();
  }

  end(): void {
    this.#ended = true;
    this.pause();
    this.#current?.release();
    this.#current = undefined;
  }

  get #next(): number {
    return this.#ordered ? (this.#calls[0]?.done ? 0 : -1) : this.#calls.findIndex(({ done }) => done);
  }

  get ready(): boolean {
    return this.#next !== -1;
  }

  get exhausted(): boolean {
    return this.#ended && this.#calls.length === 0;
  }

  take(): Arena {
    const [call] = this.#calls.splice(this.#next, 1);
    assert.ok(call?.done);
    return call.arena;
  }

  drop(): void {
    for (const { arena } of this.#calls.splice(0)) arena.release();
    this.#current?.release();
  }
}

/** Starts a row only with a whole empty arena in reserve, into which a row moves that the current one can't hold. */
class Sink implements Target {
  readonly written = { rows: 0, bytes: 0 };
  readonly #simulation: Simulation;
  readonly #holder: Holder;
  #current: Arena | undefined;
  #reserve: Arena | undefined;
  #asking = false;
  #ended = false;

  constructor(simulation: Simulation, holder: Holder) {
    this.#simulation = simulation;
    this.#holder = holder;
    this.#ask();
  }

  #ask(): void {
    if (this.#reserve || this.#asking || this.#ended) return;
    this.#asking = true;
    this.#simulation.lease(this.#holder, (arena) => {
      this.#asking = false;
      if (this.#ended) return arena.release();
      if (this.#current) this.#reserve = arena;
      else this.#current = arena;
      this.#ask();
    });
  }

  get room(): boolean {
    // With one arena the reserve is the current one as long as it is empty.
    if (this.#simulation.policy === "outputs of one arena") return this.#current?.filled_bytes === 0;
    return this.#current !== undefined && this.#reserve !== undefined;
  }

  write(row: Uint8Array): void {
    assert.ok(this.#current);
    if (this.#current.filled_bytes + row.length > this.#current.size_bytes) {
      assert.ok(this.#reserve);
      this.#flush(this.#current);
      this.#current = this.#reserve;
      this.#reserve = undefined;
      this.#ask();
    }
    append(this.#current, row);
  }

  #flush(arena: Arena): void {
    this.#simulation.stall(() => {
      for (const row of rows(arena)) {
        this.written.rows++;
        this.written.bytes += row.length;
      }
      arena.release();
    });
  }

  /** An output waits to be full. */
  pause(): void {}

  end(): void {
    this.#ended = true;
    if (this.#current?.filled_bytes) this.#flush(this.#current);
    else this.#current?.release();
    this.#reserve?.release();
    this.#current = this.#reserve = undefined;
  }

  drop(): void {
    this.#current?.release();
    this.#reserve?.release();
  }
}

function* rows(arena: Arena): Generator<Uint8Array> {
  for (let at = 0; at < arena.filled_bytes; ) {
    const length = arena.bytes[at] ?? 0;
    const row = arena.bytes.subarray(at, at + length);
    assert.ok(length > 0 && row.every((byte) => byte === length), "a row was overwritten on its way");
    yield row;
    at += length;
  }
}

/** Passes batches of any input, row by row, to all its targets (a fork when they are several). */
class Segment {
  ended = false;
  readonly #simulation: Simulation;
  readonly #inputs: readonly Input[];
  readonly #targets: readonly Target[];
  #batch: { readonly arena: Arena; readonly rows: Generator<Uint8Array> } | undefined;
  #turn = 0;

  constructor(simulation: Simulation, inputs: readonly Input[], targets: readonly Target[]) {
    this.#simulation = simulation;
    this.#inputs = inputs;
    this.#targets = targets;
  }

  get #ready(): readonly Input[] {
    if (this.#simulation.policy !== "inputs in turn") return this.#inputs.filter(({ ready }) => ready);
    const open = this.#inputs.filter(({ exhausted }) => !exhausted);
    return open.filter(({ ready }, i) => ready && i === this.#turn % open.length);
  }

  get #room(): boolean {
    return this.#targets.every(({ room }) => room);
  }

  /** Has input and room. */
  get runnable(): boolean {
    return (this.#batch !== undefined || this.#ready.length > 0) && this.#room;
  }

  step(): void {
    this.#batch ??= this.#take();
    // Between any two rows the loop may pause.
    for (let quantum = 1 + this.#simulation.choose(8); quantum > 0 && this.#room; quantum--) {
      const { value: row, done } = this.#batch.rows.next();
      if (done) {
        this.#batch.arena.release();
        this.#batch = undefined;
        break;
      }
      for (const target of this.#targets) target.write(row);
    }
    for (const target of this.#targets) target.pause();
  }

  #take(): { readonly arena: Arena; readonly rows: Generator<Uint8Array> } {
    const ready = this.#ready;
    const arena = ready[this.#simulation.choose(ready.length)]?.take();
    assert.ok(arena);
    this.#turn++;
    return { arena, rows: rows(arena) };
  }

  /** @returns Whether it ended now. */
  endWhenExhausted(): boolean {
    if (this.ended || this.#batch || !this.#inputs.every(({ exhausted }) => exhausted)) return false;
    this.ended = true;
    for (const target of this.#targets) target.end();
    return true;
  }

  drop(): void {
    this.#batch?.arena.release();
  }
}

/** `least` arenas three times of four, up to two more. */
function share(least: number): fc.Arbitrary<HolderOptions> {
  return fc.record({
    arenas: fc.oneof(
      { weight: 3, arbitrary: fc.constant(least) },
      fc.integer({ min: least, max: least + 2 }),
    ),
    arena_bytes: fc.constantFrom(16, 32, 48, 80),
  });
}

const plans: fc.Arbitrary<Plan> = fc
  .record({
    segments: fc.array(fc.record({ align: fc.boolean() }), { minLength: 1, maxLength: 5, size: "max" }),
    sources: fc.array(
      fc.record({
        to: fc.nat({ max: 4 }),
        rows: fc.array(fc.integer({ min: 1, max: ROW_MOST_bytes }), { maxLength: 24, size: "max" }),
        share: share(1),
      }),
      { minLength: 5, maxLength: 7 },
    ),
    boundaries: fc.array(
      fc.record({ from: fc.nat({ max: 4 }), to: fc.nat({ max: 4 }), ordered: fc.boolean(), share: share(1) }),
      { maxLength: 6, size: "max" },
    ),
    sinks: fc.array(fc.record({ from: fc.nat({ max: 4 }), share: share(2) }), { minLength: 5, maxLength: 7 }),
    choices: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 60, size: "max" }),
    cancelAt: fc.oneof(fc.constant(Number.MAX_SAFE_INTEGER), fc.nat({ max: 200 })),
  })
  .map((plan) => {
    const last = plan.segments.length - 1;
    // Edges lead to higher numbers: no cycle can be drawn.
    const boundaries = plan.boundaries
      .filter(({ from, to }) => from !== to && Math.max(from, to) <= last)
      .map((edge) => ({ ...edge, from: Math.min(edge.from, edge.to), to: Math.max(edge.from, edge.to) }));
    // The first ones stand where a segment would have no input, or no target; the rest anywhere.
    const inner = plan.segments.map((_, k) => boundaries.some(({ to }) => to === k));
    const left = plan.segments.map((_, k) => boundaries.some(({ from }) => from === k));
    return {
      ...plan,
      boundaries,
      sources: plan.sources
        .map((source, i) => ({ ...source, to: i < 5 ? i : source.to }))
        .filter(({ to }, i) => to <= last && (i >= 5 || !inner[to])),
      sinks: plan.sinks
        .map((sink, i) => ({ ...sink, from: i < 5 ? i : sink.from }))
        .filter(({ from }, i) => from <= last && (i >= 5 || !left[from])),
    };
  });

describe("the no-deadlock law", () => {
  test("POOL-03..06 every run over reserved shares ends, and every arena comes home", async () => {
    await fc.assert(
      fc.asyncProperty(plans, (plan) => new Simulation(plan, "reserved shares").run()),
      { numRuns: 500 },
    );
  });

  for (const policy of ["one shared pool", "outputs of one arena", "inputs in turn"] as const) {
    test(`the law notices ${policy}`, async () => {
      const law = fc.asyncProperty(plans, (plan) => new Simulation({ ...plan, cancelAt: -1 }, policy).run());
      // One seed: this test is about the law, and must not depend on luck.
      const found = await fc.check(law, { seed: 3, numRuns: 1000 });
      assert.ok(found.errorInstance instanceof Deadlock, String(found.errorInstance ?? "no run failed"));
      // The fault is the policy's: with the rules kept, the same plan ends.
      const [plan] = found.counterexample ?? [];
      assert.ok(plan);
      await new Simulation({ ...plan, cancelAt: -1 }, "reserved shares").run();
    });
  }
});
