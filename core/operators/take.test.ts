import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { count } from "../aggregate/count.ts";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, operatorLaws, rechunk } from "../testing/mod.ts";
import { map } from "./map.ts";
import { summarise } from "./summarise.ts";
import { take } from "./take.ts";

const Row = type({ id: "string", n: "number" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "b", n: 2 },
  { id: "c", n: 3 },
  { id: "d", n: 4 },
];

for (const many of [0, 1, 3, 1_000_000]) {
  operatorLaws(
    test,
    `take ${many}`,
    () => take<Row>(many),
    (given) => given.slice(0, many),
    { rows, schema: Row, stopsEarly: true },
  );
}

test("take: refuses what is no count", () => {
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => take(wrong), { name: "RangeError", message: /whole number from 0, got/ });
  }
});

test("take: an endless iterable is read no further, and closed", async () => {
  let drawn = 0;
  let closed = false;
  function* endless() {
    try {
      for (;;) yield ++drawn;
    } finally {
      closed = true;
    }
  }
  assert.deepEqual(await collect(pipe(from(endless()), take(3))), [1, 2, 3]);
  assert.deepEqual([drawn, closed], [3, true]);
});

test("take: an endless asynchronous iterable is closed", async () => {
  let closed = false;
  async function* endless() {
    try {
      for (let n = 1; ; n++) yield n;
    } finally {
      closed = true;
    }
  }
  assert.deepEqual(await collect(pipe(from(endless()), take(3))), [1, 2, 3]);
  assert.equal(closed, true);
});

test("take: partitions are closed, and read no further than they had been", async () => {
  const bytes = new TextEncoder().encode(Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}\n`).join(""));
  const source = interleave({ a: rechunk(bytes, 100), b: rechunk(bytes, 100) }, () => 0);
  const stream = pipe(from(source, ndjson(type({ n: "number" }))), take(5));
  assert.equal((await collect(stream)).length, 5);
  assert.deepEqual(source.open_partitions, []);
  assert.ok(source.answers.length <= 6, `${source.answers.length} reads for 5 rows of one batch`);
});

test("take: ends the stream also when its last row is a fault behind it", async () => {
  function* endless() {
    for (let n = 1; ; n++) yield n;
  }
  const stream = pipe(
    from(endless()),
    take(3),
    map((n) => {
      if (n === 3) throw new Error("the last");
      return n;
    }),
  );
  assert.deepEqual(await collect(stream, { deadLetter: "drop" }), [1, 2]);
});

test("take: behind rows that come at the end only", async () => {
  const stream = pipe(
    from(["a", "b", "a", "c"].map((id) => ({ id }))),
    summarise({ by: ["id"], compute: { n: count() } }),
    take(2),
  );
  assert.equal((await collect(stream)).length, 2);
});

test("take: two behind each other", async () => {
  assert.deepEqual(await collect(pipe(from([1, 2, 3, 4]), take(3), take(2))), [1, 2]);
  assert.deepEqual(await collect(pipe(from([1, 2, 3, 4]), take(2), take(3))), [1, 2]);
});
