import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { filter } from "../operators/filter.ts";
import { flatMap } from "../operators/flat-map.ts";
import { fork } from "../operators/fork.ts";
import { map } from "../operators/map.ts";
import { skip } from "../operators/skip.ts";
import { take } from "../operators/take.ts";
import { validate } from "../operators/validate.ts";
import type { Schema } from "../row/standard-schema.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, manualClock, memorySink, rechunk } from "../testing/mod.ts";
import { collect, preview } from "./collect.ts";
import { describe } from "./describe.ts";
import { from, input } from "./from.ts";
import { COLUMNS_bytes, type RunOptions } from "./options.ts";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";
import type { Sink } from "./sink.ts";
import type { Batch } from "./source.ts";
import { to } from "./to.ts";

const Row = type({ n: "number" });
const lines = (count: number) =>
  new TextEncoder().encode(Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join(""));
const bytesSink = (): Sink<Batch> => {
  const nothing = async () => {};
  return {
    name: "bytes",
    open: async () => ({ write: nothing, flush: nothing, close: nothing, abort: nothing }),
  };
};

test("rows in and out of every operator add up", async () => {
  const source = interleave({ a: rechunk(lines(100), 70), b: rechunk(lines(50), 31) }, () => 0);
  const job = pipe(
    from(source, ndjson(Row)),
    filter(({ n }) => n % 2 === 0),
    validate(type({ n: "number < 90" })),
    map(({ n }) => {
      if (n === 10) throw new Error("ten");
      return n;
    }),
    flatMap((n) => Array<number>(n % 4).fill(n)),
    skip(3),
    fork<number>({ all: to(memorySink<number>()), few: pipe(take<number>(5), to(memorySink<number>())) }),
  );
  const report = await run(job, { deadLetter: "drop", name: "sums" }).done;
  assert.equal(report.name, "sums");
  assert.equal(report.stopped, false);
  assert.deepEqual(report.faults, { invalid: 5, callback: 2 });
  assert.equal(report.late, 0);
  const figures = Object.fromEntries(
    report.operators.map(({ name, rowsIn, rowsOut, faults }) => [name, [rowsIn, rowsOut, faults]]),
  );
  assert.deepEqual(figures, {
    filter: [150, 75, 0],
    validate: [75, 70, 5],
    map: [70, 68, 2],
    // Even numbers: those of the form 4k + 2 are doubled, 4k gives none.
    flatMap: [68, 64, 0],
    skip: [64, 61, 0],
    fork: [61, 0, 0],
    "fork.all.memory": [61, 61, 0],
    "fork.few.take": [5, 5, 0],
    "fork.few.memory": [5, 5, 0],
  });
  assert.deepEqual([report.rowsIn, report.rowsOut], [150, 66]);
  assert.deepEqual(
    report.partitions.map(({ source: of, partition, offset, ended }) => [of, partition, offset, ended]),
    [
      ["interleaved", "a", lines(100).length, true],
      ["interleaved", "b", lines(50).length, true],
    ],
  );
});

test("operators of one name are numbered", async () => {
  const job = pipe(
    from([1]),
    map((n) => n),
    map((n) => n),
    map((n) => n),
    to(memorySink<number>()),
  );
  const { operators } = await run(job).done;
  assert.deepEqual(
    operators.map(({ name }) => name),
    ["map", "map-2", "map-3", "memory"],
  );
});

test("metrics() before, during and after", async () => {
  const seen: number[] = [];
  const job = pipe(
    from([1, 2, 3]),
    map((n) => {
      seen.push(handle.metrics().rowsIn);
      return n;
    }),
    to(memorySink<number>()),
  );
  const handle = run(job);
  assert.deepEqual([handle.metrics().rowsIn, handle.metrics().pool.size_bytes], [0, 0]);
  const report = await handle.done;
  assert.deepEqual(seen, [1, 2, 3]);
  const { stopped: _stopped, ...metrics } = report;
  assert.deepEqual(handle.metrics(), metrics);
  assert.doesNotThrow(() => structuredClone(report));
});

test("the pool is the sum of its holders, named in the report", async () => {
  const record_bytes = 1_000;
  const source = interleave({ a: [lines(3)], b: [lines(3)], c: [lines(3)] }, () => 0);
  const job = pipe(
    from(source, ndjson(Row)),
    fork({ a: to(bytesSink(), ndjson()), b: to(bytesSink(), ndjson()) }),
  );
  const { pool } = await run(job, { record_bytes, openPartitions: 2, deadLetter: bytesSink() }).done;
  assert.deepEqual(
    pool.holders.map(({ name, arenas, arena_bytes, leased, waiting }) => [
      name,
      arenas,
      arena_bytes,
      leased,
      waiting,
    ]),
    [
      ["read", 4, 1_008 + COLUMNS_bytes, 0, 0],
      ["output", 6, 1_008, 0, 0],
      ["deadLetter", 3, 16 * 1024, 0, 0],
    ],
  );
  assert.equal(
    pool.size_bytes,
    pool.holders.reduce((sum, { arenas, arena_bytes }) => sum + arenas * arena_bytes, pool.kernel_bytes),
  );
  assert.ok(pool.holders.every(({ peak, arenas }) => peak <= arenas));
  await assert.rejects(run(job, { record_bytes, pool_bytes: 100_000 }).done, {
    name: "RangeError",
    message: /^Cannot open the pool: its holders need \d+ bytes \(.*\), the limit is 100000$/,
  });
  const rowsOnly = await run(pipe(from([1]), to(memorySink<number>()))).done;
  assert.deepEqual(rowsOnly.pool, { size_bytes: 0, kernel_bytes: 0, holders: [] });
});

test("run options that cannot be are refused at once", () => {
  const job = pipe(from([1]), to(memorySink<number>()));
  const wrong: [RunOptions, RegExp][] = [
    [{ batch_bytes: 0 }, /batch_bytes must be a whole number from 1 to \d+, got 0/],
    [{ batch_bytes: 1.5 }, /batch_bytes .* got 1.5/],
    [{ record_bytes: 15 }, /record_bytes .* from 16 to 16777215, got 15/],
    [{ record_bytes: 2 ** 24 }, /record_bytes/],
    [{ record_bytes: Number.NaN }, /record_bytes .* got NaN/],
    [{ openPartitions: 0 }, /openPartitions .* from 1 to 1024/],
    [{ faults: { stopAbove: 1.1 } }, /faults.stopAbove must be a share from 0 to 1, got 1.1/],
    [{ faults: { stopAbove: Number.NaN } }, /stopAbove .* got NaN/],
    [{ checkpoint: {} } as RunOptions, /checkpoint is not implemented yet/],
    [{ state: {} } as never, /state is not implemented yet; only state: "rebuild" is/],
  ];
  for (const [options, message] of wrong)
    assert.throws(() => run(job, options), message, JSON.stringify(options));
  assert.throws(
    () => run(pipe(input<number>(), to(memorySink<number>())) as never),
    /a job must begin with from/,
  );
});

test("a schema of more fields than an arena has columns for is refused with words", async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `f${i}`);
  // By hand: arktype's time goes with the square of the fields, a minute for these.
  const json = () => ({ type: "object", properties: Object.fromEntries(names.map((name) => [name, {}])) });
  const Wide: Schema = {
    "~standard": {
      version: 1,
      vendor: "none",
      validate: (value) => ({ value }),
      jsonSchema: { input: json, output: json },
    },
  };
  await assert.rejects(
    collect(from([lines(1)], ndjson(Wide))),
    /a row of 20000 fields needs \d+ bytes of columns/,
  );
});

test("collect refuses more than its limit", async () => {
  await assert.rejects(collect(from([1, 2, 3]), { limit: 2 }), {
    name: "RangeError",
    message: "Cannot collect: the stream has more rows than limit = 2; use rows(stream)",
  });
  assert.deepEqual(await collect(from([1, 2]), { limit: 2 }), [1, 2]);
});

test("preview reads no further", async () => {
  let drawn = 0;
  function* endless() {
    for (;;) yield ++drawn;
  }
  assert.deepEqual(await preview(from(endless()), 3), [1, 2, 3]);
  assert.equal(drawn, 3);
  assert.deepEqual(await preview(from([1]), 3), [1]);
  assert.deepEqual(await preview(from([1]), 0), []);
});

test("describe gives the graph, branches too", () => {
  const job = pipe(
    from([{ n: 1 }]),
    filter(({ n }) => n > 0),
    fork({ all: to(memorySink()), few: pipe(take(2), to(bytesSink(), ndjson())) }),
  );
  const { nodes, edges, mermaid } = describe(job);
  assert.deepEqual(
    nodes.map(({ id, name, kind, stateful }) => [id, name, kind, stateful]),
    [
      ["n0", "rows", "source", false],
      ["n1", "filter", "operator", false],
      ["n2", "fork", "operator", false],
      ["n3", "memory", "sink", false],
      ["n4", "take", "operator", true],
      ["n5", "bytes", "sink", false],
    ],
  );
  assert.deepEqual(edges, [
    { from: "n0", to: "n1" },
    { from: "n1", to: "n2" },
    { from: "n2", to: "n3", label: "all" },
    { from: "n2", to: "n4", label: "few" },
    { from: "n4", to: "n5" },
  ]);
  assert.deepEqual(nodes[4]?.settings, { count: "2" });
  assert.match(mermaid, /^flowchart LR\n {2}n0\(\["rows"\]\) --> n1\["filter"\]\n/);
  assert.match(mermaid, /n2 --few--> n4\["take<br>count: 2"\]/);
  assert.equal(describe(from([1])).mermaid, 'flowchart LR\n  n0(["rows"])');
});

test("pipe keeps its parts flat, and a reusable operator can be used twice", async () => {
  const twice = pipe(
    input<number>(),
    map((n) => n * 2),
  );
  const stream = pipe(
    from([1, 2]),
    twice,
    pipe(
      twice,
      filter((n) => n > 4),
    ),
  );
  assert.deepEqual(await collect(stream), [8]);
  assert.deepEqual(
    stream.parts?.map(({ name }) => name),
    ["rows", "input", "map", "input", "map", "filter"],
  );
});

test("one description runs many times at once", async () => {
  const stream = pipe(
    from([lines(500)], ndjson(Row)),
    map(({ n }) => n),
  );
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, i) => collect(stream, { batch_bytes: 10 + i })),
  );
  for (const rows of all) assert.equal(rows.length, 500);
});

test("the manual clock wakes sleepers in order, and none too early", async () => {
  const clock = manualClock(1_000);
  const { signal } = new AbortController();
  const cancel = new AbortController();
  const woken: [string, number][] = [];
  const sleep = (name: string, ms: number, by = signal) =>
    clock.sleep(ms, by).then(() => void woken.push([name, clock.now()]));
  const all = [sleep("b", 20), sleep("a", 10), sleep("c", 1_000), sleep("cancelled", 500, cancel.signal)];
  await clock.advance(15);
  assert.deepEqual(woken, [["a", 1_010]]);
  cancel.abort();
  await clock.advance(0);
  assert.deepEqual(woken.at(-1), ["cancelled", 1_015]);
  await clock.advance(10_000);
  await Promise.all(all);
  assert.deepEqual(woken.slice(2), [
    ["b", 1_020],
    ["c", 2_000],
  ]);
  assert.deepEqual([clock.now(), clock.sleeping], [11_015, 0]);
  await clock.sleep(5, AbortSignal.abort());
});

test("stopped and ended: an operator that wants no more leaves the rest", async () => {
  const three = [{ n: 1 }, { n: 2 }, { n: 3 }];
  const bytes = new TextEncoder().encode(three.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const inputs = [
    () => from(three),
    () => from([bytes], ndjson(type({ n: "number" }))),
    () => from([bytes.subarray(0, 20), bytes.subarray(20)], ndjson(type({ n: "number" }))),
  ];
  for (const input of inputs) {
    const few = await run(pipe(input(), take(1), to(memorySink()))).done;
    assert.deepEqual([few.stopped, few.rowsIn, few.partitions.map(({ ended }) => ended)], [true, 1, [false]]);
    const all = await run(pipe(input(), take(9), to(memorySink()))).done;
    assert.deepEqual([all.stopped, all.rowsIn, all.partitions.map(({ ended }) => ended)], [false, 3, [true]]);
  }
});
