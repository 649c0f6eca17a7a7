import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { operatorLaws } from "../testing/mod.ts";
import { omit } from "./omit.ts";

const Row = type({ id: "string", n: "number", "note?": "string" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "b", n: 2, note: "x" },
  { id: "a", n: 3, note: "" },
];

operatorLaws(
  test,
  "omit",
  () => omit<Row, "note">("note"),
  (given) => given.map(({ id, n }) => ({ id, n })),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "omit two",
  () => omit<Row, "note" | "id">("note", "id"),
  (given) => given.map(({ n }) => ({ n })),
  { rows, schema: Row },
);

test("omit: leaves __proto__ alone", async () => {
  const row = JSON.parse('{"__proto__":1,"a":2,"b":3}') as { a: number; b: number };
  const [out] = await collect(pipe(from([row]), omit("b")));
  assert.deepEqual(Object.entries(out ?? {}), [
    ["__proto__", 1],
    ["a", 2],
  ]);
});
