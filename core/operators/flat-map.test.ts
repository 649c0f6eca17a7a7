import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { memorySink, operatorLaws } from "../testing/mod.ts";
import { flatMap } from "./flat-map.ts";
import { take } from "./take.ts";

const Row = type({ id: "string", n: "number" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 2 },
  { id: "b", n: 0 },
  { id: "c", n: 1 },
  { id: "a", n: 5 },
];
const copies = (row: Row) => Array.from({ length: row.n }, (_, i) => `${row.id}${i}`);

operatorLaws(
  test,
  "flatMap",
  () => flatMap(copies),
  (given) => given.flatMap(copies),
  {
    rows,
    schema: Row,
    throwing: (trip) =>
      flatMap((row) => {
        trip(row);
        return copies(row);
      }),
  },
);

operatorLaws(
  test,
  "flatMap with a generator",
  () =>
    flatMap(function* (row: Row) {
      // The row is valid until the iterable has ended.
      for (let i = 0; i < row.n; i++) yield `${row.id}${i}`;
    }),
  (given) => given.flatMap(copies),
  { rows, schema: Row },
);

test("flatMap: an endless iterable is drawn as rows are wanted, and closed", async () => {
  let drawn = 0;
  let closed = 0;
  function* endless() {
    try {
      for (;;) yield drawn++;
    } finally {
      closed += 1;
    }
  }
  const stream = pipe(from([0, 0, 0]), flatMap(endless), take(1_000));
  assert.deepEqual(
    await collect(stream),
    Array.from({ length: 1_000 }, (_, i) => i),
  );
  assert.deepEqual([drawn, closed], [1_000, 1]);
});

test("flatMap: an iterable that throws midway is one fault, what came before stays", async () => {
  const sink = memorySink<number>();
  const job = pipe(
    from([2, 3]),
    flatMap(function* (n) {
      yield n;
      yield n * 10;
      if (n === 2) throw new Error("midway");
      yield n * 100;
    }),
    to(sink),
  );
  const report = await run(job, { deadLetter: "drop" }).done;
  assert.deepEqual(sink.rows, [2, 20, 3, 30, 300]);
  assert.deepEqual(report.faults, { callback: 1 });
  const [figures] = report.operators;
  assert.deepEqual([figures?.rowsIn, figures?.rowsOut, figures?.faults], [2, 5, 1]);
});

test("flatMap: what is no iterable is a fault", async () => {
  const stream = pipe(
    from([1, 2]),
    flatMap((n) => (n === 1 ? 5 : [n]) as number[]),
  );
  assert.deepEqual(await collect(stream, { deadLetter: "drop" }), [2]);
});

test("flatMap: nested ones keep the order", async () => {
  const stream = pipe(
    from(["ab", "cd"]),
    flatMap((text) => [...text]),
    flatMap((letter) => [letter, letter.toUpperCase()]),
  );
  assert.equal((await collect(stream)).join(""), "aAbBcCdD");
});

test("flatMap: a close that throws does not stop the run from ending", async () => {
  function* stubborn() {
    try {
      for (;;) yield 1;
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: what is tested
      throw new Error("not closed");
    }
  }
  const stream = pipe(from([0]), flatMap(stubborn), take(2));
  assert.deepEqual(await collect(stream, { deadLetter: "drop" }), [1, 1]);
});
