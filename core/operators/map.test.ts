import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { operatorLaws } from "../testing/mod.ts";
import { map } from "./map.ts";

const Row = type({ id: "string", n: "number", "note?": "string", at: { x: "number" } });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1, at: { x: 0.5 } },
  { id: "b", n: -2, note: "zwölf", at: { x: 1e21 } },
  { id: "", n: 0, at: { x: -3 } },
  { id: "a", n: 4, note: "", at: { x: 0.5 } },
];
const label = (row: Row) => ({ label: `${row.id}${row.n}`, note: row.note ?? null, x: row.at.x });

operatorLaws(
  test,
  "map",
  () => map(label),
  (given) => given.map(label),
  {
    rows,
    schema: Row,
    throwing: (trip) =>
      map((row) => {
        trip(row);
        return label(row);
      }),
  },
);

test("map: gets where the row is from", async () => {
  const bytes = new TextEncoder().encode('{"n":1}\n{"n":22}\n\n{"n":3}');
  const places = pipe(
    from([bytes], ndjson(type({ n: "number" }))),
    map(({ n }, { source, partition, partitionIndex, offset }) => [
      n,
      source,
      partition,
      partitionIndex,
      offset,
    ]),
  );
  assert.deepEqual(await collect(places), [
    [1, "bytes", "0", 0, 0],
    [22, "bytes", "0", 0, 8],
    [3, "bytes", "0", 0, 18],
  ]);
});

test("map: may return anything, undefined too", async () => {
  const values = [undefined, null, 0, "", Number.NaN, [], () => 1];
  assert.deepEqual(
    await collect(
      pipe(
        from(values),
        map((value) => value),
      ),
    ),
    values,
  );
});

test("map: an identity on views gives copies that stay", async () => {
  const bytes = new TextEncoder().encode('{"n":1}\n{"n":2}\n');
  const stream = pipe(
    from([bytes], ndjson(type({ n: "number" }))),
    map((row) => row),
  );
  assert.deepEqual(await collect(stream, { verify: true }), [{ n: 1 }, { n: 2 }]);
});

test("map: a view inside what it returns is copied out", async () => {
  const bytes = new TextEncoder().encode('{"n":1}\n{"n":2}\n');
  const stream = pipe(
    from([bytes], ndjson(type({ n: "number" }))),
    map((row) => ({ of: [row] })),
  );
  assert.deepEqual(await collect(stream, { verify: true }), [{ of: [{ n: 1 }] }, { of: [{ n: 2 }] }]);
});
