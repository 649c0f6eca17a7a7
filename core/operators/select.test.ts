import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { operatorLaws } from "../testing/mod.ts";
import { derive } from "./derive.ts";
import { select } from "./select.ts";

const Row = type({ id: "string", n: "number", "note?": "string" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "b", n: 2, note: "x" },
  { id: "a", n: 3, note: "" },
];

operatorLaws(
  test,
  "select",
  () => select<Row, "note" | "id">("note", "id"),
  (given) => given.map(({ id, note }) => (note === undefined ? { id } : { note, id })),
  { rows, schema: Row },
);

test("select: gives the fields in its own order", async () => {
  const bytes = new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n"));
  for (const stream of [from(rows), from([bytes], ndjson(Row))]) {
    const [, second] = await collect(pipe(stream, select("note", "id")));
    assert.deepEqual(Object.keys(second ?? {}), ["note", "id"]);
  }
});

test("select: nothing of the record is left but the fields", async () => {
  const bytes = new TextEncoder().encode('{"id":"a","secret":1,"n":2}\n');
  const stream = pipe(from([bytes], ndjson(type({ id: "string", n: "number" }))), select("n"));
  assert.deepEqual(await collect(stream), [{ n: 2 }]);
});

test("select: takes derived fields", async () => {
  const bytes = new TextEncoder().encode('{"id":"a","n":2}\n{"id":"b","n":3}\n');
  const stream = pipe(
    from([bytes], ndjson(type({ id: "string", n: "number" }))),
    derive({ twice: (row) => row.n * 2, id: (row) => row.id.length }),
    select("twice", "id"),
  );
  assert.deepEqual(await collect(stream, { verify: true }), [
    { twice: 4, id: 1 },
    { twice: 6, id: 1 },
  ]);
});
