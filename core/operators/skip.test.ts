import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { operatorLaws } from "../testing/mod.ts";
import { skip } from "./skip.ts";
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
    `skip ${many}`,
    () => skip<Row>(many),
    (given) => given.slice(many),
    { rows, schema: Row },
  );
}

test("skip: refuses what is no count", () => {
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => skip(wrong), { name: "RangeError", message: /whole number from 0, got/ });
  }
});

test("skip: with take a page", async () => {
  assert.deepEqual(await collect(pipe(from([1, 2, 3, 4, 5]), skip(1), take(3))), [2, 3, 4]);
});
