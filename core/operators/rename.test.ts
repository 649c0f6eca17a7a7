import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { operatorLaws } from "../testing/mod.ts";
import { rename } from "./rename.ts";

const Row = type({ id: "string", n: "number", "note?": "string" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "b", n: 2, note: "x" },
  { id: "a", n: 3, note: "" },
];

operatorLaws(
  test,
  "rename",
  () => rename<Row, { id: "key"; note: "text" }>({ id: "key", note: "text" }),
  (given) =>
    given.map(({ id, n, note }) => (note === undefined ? { key: id, n } : { key: id, n, text: note })),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "rename that swaps",
  () => rename<Row, { id: "n"; n: "id" }>({ id: "n", n: "id" }),
  (given) => given.map(({ id, n, ...rest }) => ({ ...rest, id: n, n: id })),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "rename over a field",
  () => rename<Row, { id: "n" }>({ id: "n" }),
  (given) => given.map(({ id, n: _n, ...rest }) => ({ ...rest, n: id })),
  { rows, schema: Row },
);

test("rename: a field of the new name gives way, also one that the schema does not name", async () => {
  const bytes = new TextEncoder().encode('{"id":"a","key":"hidden"}\n');
  const stream = pipe(from([bytes], ndjson(type({ id: "string" }))), rename({ id: "key" }));
  assert.deepEqual(await collect(stream), [{ key: "a" }]);
});
