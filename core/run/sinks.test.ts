import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import type { Job } from "../operator.ts";
import { fork } from "../operators/fork.ts";
import { tap } from "../operators/tap.ts";
import { ndjson } from "../scan/ndjson.ts";
import { type MemorySink, memorySink, sinkLaws } from "../testing/mod.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { type Run, run } from "./run.ts";
import type { Sink, SinkContext } from "./sink.ts";
import type { Batch } from "./source.ts";
import { to } from "./to.ts";

interface Lines extends Sink<Batch> {
  /** Rows published. */
  readonly published: () => { n: number }[] | undefined;
  readonly written: () => { n: number }[];
  readonly writes: readonly number[];
}

/** A sink of bytes in memory, that checks that what it is given stays as it is while it writes. */
function lines(pause: (call: string) => Promise<void> | void = () => {}): Lines {
  let text = "";
  let state = "new";
  let published: { n: number }[] | undefined;
  const writes: number[] = [];
  const rows = () =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { n: number });
  return {
    name: "lines",
    writes,
    written: rows,
    published: () => published,
    open: async () => {
      await pause("open");
      text = "";
      state = "open";
      return {
        write: async (batches) => {
          const copies = batches.map(({ arena, start, end }) => arena.bytes.slice(start, end));
          await pause("write");
          for (const [i, { arena, start, end }] of batches.entries()) {
            assert.deepEqual(arena.bytes.slice(start, end), copies[i], "the arena changed during the write");
            writes.push(end - start);
          }
          for (const copy of copies) text += new TextDecoder().decode(copy);
        },
        flush: async () => {
          await pause("flush");
        },
        close: async () => {
          await pause("close");
          published = rows();
          state = "published";
        },
        abort: async () => {
          await pause("abort");
          assert.notEqual(state, "published", "a published output was aborted");
          state = "aborted";
        },
      };
    },
  };
}

const count = (rows: number) => Array.from({ length: rows }, (_, n) => ({ n }));
const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const leased = (handle: Run) => handle.metrics().pool.holders.map((holder) => holder.leased);

sinkLaws(
  test,
  "a sink of rows",
  () => {
    const sink = memorySink<{ n: number }>();
    return { end: to(sink), readBack: async () => sink.published };
  },
  { row: (n) => ({ n }), appears: "whole" },
);
sinkLaws(
  test,
  "a slow sink of rows that grows",
  () => {
    const sink = memorySink<{ n: number }>(tick);
    return { end: to(sink), readBack: async () => sink.rows };
  },
  { row: (n) => ({ n }), appears: "grows" },
);
sinkLaws(
  test,
  "a sink of bytes",
  () => {
    const sink = lines(tick);
    return { end: to(sink, ndjson()) as never, readBack: async () => sink.published() };
  },
  { row: (n) => ({ n }), appears: "whole" },
);

test("a slow sink of rows: 1,024 rows and one write wait, never more", async () => {
  let passed = 0;
  let most = 0;
  const sink = memorySink<{ n: number }>(async (call) => {
    if (call !== "write") return;
    await tick();
    most = Math.max(most, passed - sink.rows.length);
  });
  const job = pipe(
    from(count(20_000)),
    tap(() => void passed++),
    to(sink),
  );
  await run(job).done;
  assert.equal(sink.rows.length, 20_000);
  assert.ok(Math.max(...sink.writes) <= 1_024, `a write had ${Math.max(...sink.writes)} rows`);
  assert.ok(most <= 2_048, `${most} rows waited`);
});

test("a slow sink and an asynchronous source: nothing stands still", async () => {
  for (const rows of [1_023, 1_024, 1_025, 2_048, 4_096, 5_000]) {
    const sink = memorySink<{ n: number }>(tick);
    async function* slowly() {
      yield* count(rows);
    }
    await run(pipe(from(slowly()), to(sink))).done;
    assert.equal(sink.rows.length, rows);
  }
});

test("a slow sink of bytes: three arenas, whatever the rows' sizes", async () => {
  const rows = Array.from({ length: 3_000 }, (_, n) => ({ n, s: "x".repeat((n * 37) % 900) }));
  const sink = lines(tick);
  const handle = run(pipe(from(rows), to(sink, ndjson())), { record_bytes: 1_000, verify: true });
  const report = await handle.done;
  assert.deepEqual(sink.published(), rows);
  assert.ok(Math.max(...sink.writes) <= 1_008);
  const [output] = report.pool.holders;
  assert.deepEqual([output?.name, output?.arenas, output?.peak, output?.leased], ["output", 3, 3, 0]);
});

test("a row that fits no arena is a fault too-large, the others stay in order", async () => {
  const sink = lines();
  const rows = [
    { n: 1, s: "" },
    { n: 2, s: "x".repeat(200) },
    { n: 3, s: "x".repeat(60) },
    { n: 4, s: "x".repeat(60) },
    { n: 5, s: "x".repeat(200) },
  ];
  const report = await run(pipe(from(rows), to(sink, ndjson())), { record_bytes: 100, deadLetter: "drop" })
    .done;
  assert.deepEqual(
    sink.published()?.map(({ n }) => n),
    [1, 3, 4],
  );
  assert.deepEqual([report.faults, report.rowsOut], [{ "too-large": 2 }, 3]);
});

test("a row that cannot be written in the format is a fault of the sink's", async () => {
  const sink = lines();
  const loop: { n: number; self?: unknown } = { n: 2 };
  loop.self = loop;
  const report = await run(pipe(from([{ n: 1 }, loop, undefined, { n: 3 }]), to(sink, ndjson())), {
    deadLetter: "drop",
  }).done;
  assert.deepEqual(sink.published(), [{ n: 1 }, { n: 3 }]);
  assert.deepEqual(report.faults, { callback: 2 });
});

test("views are written as they came", async () => {
  const text = '{"n":1.0,"extra":[1, 2],"s":"\\u00e9"}\n{"s":"x","n":2e0}\n';
  const sink = lines();
  const Row = type({ n: "number", s: "string" });
  let written = "";
  const keep: Sink<Batch> = {
    name: "keep",
    open: async (context) => {
      const writer = await sink.open(context);
      return {
        ...writer,
        write: async (batches) => {
          for (const { arena, start, end } of batches) {
            written += new TextDecoder().decode(arena.bytes.subarray(start, end));
          }
        },
      };
    },
  };
  await run(pipe(from([new TextEncoder().encode(text)], ndjson(Row)), to(keep, ndjson()))).done;
  assert.equal(written, text);
});

test("what a sink's open is told", async () => {
  let told: SinkContext | undefined;
  const inner = memorySink<unknown>();
  const sink: Sink<unknown> = {
    name: "told",
    open: (context) => {
      told = context;
      return inner.open(context);
    },
  };
  const Row = type({ n: "number", s: "string", at: { x: "number" } });
  await run(pipe(from([], ndjson(Row)), to(sink)), { name: "my job" }).done;
  assert.equal(told?.job, "my job");
  assert.deepEqual([...(told?.columns ?? [])].sort(), [
    ["at", "json"],
    ["n", "number"],
    ["s", "string"],
  ]);
  assert.equal(told?.signal.aborted, false);
});

for (const call of ["open", "write", "flush", "close"] as const) {
  for (const asynchronously of [false, true]) {
    const how = asynchronously ? "later" : "at once";
    test(`a sink that fails in ${call} ${how} fails the run; the others publish nothing; all memory is home`, async () => {
      const reason = new Error(`cannot ${call}`);
      const fails = async (at: string) => {
        if (at !== call) return;
        if (asynchronously) await tick();
        throw reason;
      };
      const jobs: [Job, (MemorySink<unknown> | Lines)[]][] = [];
      const add = (...sinks: [MemorySink<{ n: number }> | Lines, MemorySink<{ n: number }> | Lines]) => {
        const [a, b] = sinks.map((sink) =>
          "rows" in sink ? to(sink) : to(sink, ndjson() as never),
        ) as unknown as [Job, Job];
        jobs.push([pipe(from(count(3_000)), fork({ a: a as never, b: b as never })), sinks as never]);
      };
      add(memorySink(fails), lines());
      add(lines(), memorySink(fails));
      add(lines(fails), memorySink());
      add(memorySink(), lines(fails));
      for (const [job, sinks] of jobs) {
        const handle = run(job, { verify: true });
        await assert.rejects(handle.done, (cause) => cause === reason);
        assert.deepEqual(leased(handle), [0]);
        const published = sinks.filter((sink) =>
          "rows" in sink ? sink.state === "published" : sink.published() !== undefined,
        );
        // Publishing is one sink after the other: one before the failing one may be.
        if (call !== "close") assert.equal(published.length, 0);
        for (const sink of sinks) if ("rows" in sink) assert.notEqual(sink.state, "open");
      }
    });
  }
}

test("a sink whose abort fails too: the run rejects with the first reason", async () => {
  const sink = memorySink<number>((call) => {
    if (call === "write") throw new Error("first");
    if (call === "abort") throw new Error("second");
  });
  await assert.rejects(run(pipe(from([1]), to(sink))).done, { message: "first" });
});

test("sinks are opened one after the other, and none after one that failed", async () => {
  const opened: string[] = [];
  const sink = (name: string, fails = false): Sink<number> => ({
    name,
    open: async (context) => {
      opened.push(name);
      if (fails) throw new Error("no");
      return memorySink<number>().open(context);
    },
  });
  const job = pipe(from([1]), fork({ a: to(sink("a")), b: to(sink("b", true)), c: to(sink("c")) }));
  await assert.rejects(run(job).done, /no/);
  assert.deepEqual(opened, ["a", "b"]);
});
