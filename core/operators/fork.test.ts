import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { count } from "../aggregate/count.ts";
import type { Done, Operator } from "../operator.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { ndjson } from "../scan/ndjson.ts";
import { type MemorySink, memorySink } from "../testing/mod.ts";
import { derive } from "./derive.ts";
import { filter } from "./filter.ts";
import { flatMap } from "./flat-map.ts";
import { fork } from "./fork.ts";
import { map } from "./map.ts";
import { summarise } from "./summarise.ts";
import { take } from "./take.ts";
import { tap } from "./tap.ts";

const Row = type({ id: "string", n: "number" });
type Row = typeof Row.infer;
const rows: Row[] = Array.from({ length: 5_000 }, (_, n) => ({ id: `r${n % 7}`, n }));
const bytes = new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n"));
const inputs = { "plain objects": () => from(rows), views: () => from([bytes], ndjson(Row)) };

for (const [name, input] of Object.entries(inputs)) {
  test(`fork: every branch gets every row, unchanged by the others (${name})`, async () => {
    const [all, even, sums] = [memorySink<Row>(), memorySink<Row & { half: number }>(), memorySink<number>()];
    const report = await run(
      pipe(
        input(),
        fork({
          all: to(all),
          even: pipe(
            filter((row: Row) => row.n % 2 === 0),
            derive({ half: (row) => row.n / 2, id: () => "changed" }),
            to(even as unknown as MemorySink<unknown>),
          ),
          sums: pipe(
            flatMap((row: Row) => [row.n, row.n * 2]),
            to(sums),
          ),
        }),
      ),
      { verify: true },
    ).done;
    assert.deepEqual(all.rows, rows);
    assert.deepEqual(
      even.rows,
      rows.filter(({ n }) => n % 2 === 0).map(({ n }) => ({ id: "changed", n, half: n / 2 })),
    );
    assert.deepEqual(
      sums.rows,
      rows.flatMap(({ n }) => [n, n * 2]),
    );
    assert.deepEqual([report.rowsIn, report.rowsOut], [5_000, 17_500]);
    assert.deepEqual(
      report.operators.map(({ name: of, rowsIn, rowsOut }) => [of, rowsIn, rowsOut]),
      [
        ["fork", 5_000, 0],
        ["fork.all.memory", 5_000, 5_000],
        ["fork.even.filter", 5_000, 2_500],
        ["fork.even.derive", 2_500, 2_500],
        ["fork.even.memory", 2_500, 2_500],
        ["fork.sums.flatMap", 5_000, 10_000],
        ["fork.sums.memory", 10_000, 10_000],
      ],
    );
  });
}

test("fork: a slow branch sets the pace", async () => {
  let passed = 0;
  let most = 0;
  const slow = memorySink<Row>(async () => {
    most = Math.max(most, passed - slow.rows.length);
    for (let i = 0; i < 50; i++) await Promise.resolve();
  });
  const fast = memorySink<Row>();
  const job = pipe(
    from(rows),
    tap(() => void passed++),
    fork({ slow: to(slow), fast: to(fast) }),
  );
  await run(job).done;
  assert.deepEqual([slow.rows.length, fast.rows.length], [5_000, 5_000]);
  // Gathered, and one write.
  assert.ok(most <= 2_048, `${most} rows in front of the slow sink`);
});

test("fork: a branch that wants no more does not stop the others", async () => {
  const [few, all] = [memorySink<Row>(), memorySink<Row>()];
  await run(pipe(from(rows), fork({ few: pipe(take<Row>(3), to(few)), all: to(all) }))).done;
  assert.deepEqual([few.rows.length, all.rows.length], [3, 5_000]);
  assert.deepEqual([few.state, all.state], ["published", "published"]);
});

test("fork: the stream stops when no branch wants more", async () => {
  const [few, some] = [memorySink<number>(), memorySink<number>()];
  let drawn = 0;
  function* endless() {
    for (;;) yield drawn++;
  }
  const job = pipe(
    from(endless()),
    fork({ few: pipe(take<number>(3), to(few)), some: pipe(take<number>(10), to(some)) }),
  );
  const report = await run(job).done;
  assert.deepEqual([few.rows.length, some.rows.length, drawn], [3, 10, 10]);
  assert.equal(report.stopped, true);
});

test("fork: no branch wants anything", async () => {
  const sink = memorySink<number>();
  await run(pipe(from([1, 2]), fork({ none: pipe(take<number>(0), to(sink)) }))).done;
  assert.deepEqual([sink.rows.length, sink.state], [0, "published"]);
});

test("fork: a fault in one branch does not keep the row from the others", async () => {
  const [bad, all] = [memorySink<number>(), memorySink<number>()];
  const fails = map((n: number) => {
    if (n % 2 === 0) throw new Error("even");
    return n;
  });
  const report = await run(pipe(from([1, 2, 3]), fork({ bad: pipe(fails, to(bad)), all: to(all) })), {
    deadLetter: "drop",
  }).done;
  assert.deepEqual([bad.rows, all.rows, report.faults], [[1, 3], [1, 2, 3], { callback: 1 }]);
  assert.deepEqual(
    report.operators.find(({ name }) => name === "fork.bad.map"),
    { name: "fork.bad.map", rowsIn: 3, rowsOut: 2, faults: 1 },
  );
});

test("fork: a branch whose sink fails fails the run, and the others publish nothing", async () => {
  const broken = memorySink<number>((call) => {
    if (call === "write") throw new Error("the disk is full");
  });
  const other = memorySink<number>();
  await assert.rejects(
    run(pipe(from([1, 2]), fork({ broken: to(broken), other: to(other) }))).done,
    /disk is full/,
  );
  assert.deepEqual([broken.state, other.state], ["aborted", "aborted"]);
});

test("fork: inside a fork", async () => {
  const sinks = ["a", "b", "c"].map(() => memorySink<number>());
  const [a, b, c] = sinks.map((sink) => to(sink)) as [
    Operator<number, Done>,
    Operator<number, Done>,
    Operator<number, Done>,
  ];
  await run(
    pipe(
      from([1, 2, 3]),
      fork({ a, inner: pipe(take<number>(2), fork({ b: pipe(take<number>(1), b), c })) }),
    ),
  ).done;
  assert.deepEqual(
    sinks.map(({ rows: got }) => got),
    [[1, 2, 3], [1], [1, 2]],
  );
});

test("fork: results at the end reach every branch, also when one of them throws there", async () => {
  const [bad, good] = [memorySink<unknown>(), memorySink<unknown>()];
  const fails = map(() => {
    throw new Error("at the end");
  });
  const job = pipe(
    from(rows),
    summarise({ by: ["id"], compute: { n: count() } }),
    fork({ bad: pipe(fails, to(bad)), good: to(good) }),
  );
  await run(job, { deadLetter: "drop" }).done;
  assert.deepEqual([bad.rows.length, good.rows.length], [0, 7]);
  assert.deepEqual([bad.state, good.state], ["published", "published"]);
});

test("fork: needs a branch", () => {
  assert.throws(() => fork({}), { name: "TypeError", message: /at least one branch/ });
});
