import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { operatorLaws } from "../testing/mod.ts";
import { lookup } from "./lookup.ts";

const Row = type({ origin: "string", n: "number", "at?": { code: "string" } });
type Row = typeof Row.infer;
const rows: Row[] = [
  { origin: "LAS", n: 1 },
  { origin: "XXX", n: 2 },
  { origin: "LAX", n: 3, at: { code: "LAS" } },
  { origin: "LAS", n: 4, at: { code: "XXX" } },
];
const cities = new Map([
  ["LAS", "Las Vegas"],
  ["LAX", "Los Angeles"],
]);

operatorLaws(
  test,
  "lookup",
  () => lookup<Row, string, "city">(cities, { key: "origin", as: "city" }),
  (given) => given.map((row) => ({ ...row, city: cities.get(row.origin) })),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "lookup of a nested key",
  () => lookup<Row, string, "city">(cities, { key: "at.code" as never, as: "city" }),
  (given) => given.map((row) => ({ ...row, city: cities.get(row.at?.code ?? "") })),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "lookup that must find",
  () => lookup<Row, string, "city">(cities, { key: "origin", as: "city", missing: "fault" }),
  (given) =>
    given
      .filter(({ origin }) => cities.has(origin))
      .map((row) => ({ ...row, city: cities.get(row.origin) ?? "" })),
  {
    rows,
    schema: Row,
    faults: (given) => given.filter(({ origin }) => !cities.has(origin)).length,
  },
);

operatorLaws(
  test,
  "lookup by a function, in place of a field",
  () => lookup<Row, string, "n">(cities, { key: (row) => row.origin.toUpperCase(), as: "n" }),
  (given) => given.map((row) => ({ ...row, n: cities.get(row.origin) })),
  {
    rows,
    schema: Row,
    throwing: (trip) =>
      lookup<Row, string, "n">(cities, {
        key: (row) => {
          trip(row);
          return row.origin;
        },
        as: "n",
      }),
  },
);

test("lookup: a key of a view is looked up once for each distinct string", async () => {
  let calls = 0;
  const table = {
    get: (key: string) => {
      calls += 1;
      return cities.get(key);
    },
  };
  const given = Array.from({ length: 300 }, (_, n) => ({ origin: n % 2 === 0 ? "LAS" : "LAX", n }));
  const bytes = new TextEncoder().encode(given.map((row) => JSON.stringify(row)).join("\n"));
  const stream = pipe(
    from([bytes], ndjson(Row)),
    lookup(table, { key: "origin", as: "city", missing: "fault" }),
  );
  assert.deepEqual(
    await collect(stream, { verify: true }),
    given.map((row) => ({ ...row, city: cities.get(row.origin) })),
  );
  assert.ok(calls < 20, `${calls} calls for 2 distinct strings`);
});

test("lookup: a table that throws is a fault of the row", async () => {
  const table = {
    get: (key: string) => {
      if (key === "b") throw new Error("down");
      return key;
    },
  };
  const stream = pipe(from(["a", "b", "c"].map((id) => ({ id }))), lookup(table, { key: "id", as: "same" }));
  const out = await collect(stream, { deadLetter: "drop" });
  assert.deepEqual(
    out.map(({ same }) => same),
    ["a", "c"],
  );
});

test("lookup: a key that is no string is not found", async () => {
  const table = new Map<string, number>([["1", 1]]);
  const given = [{ id: 1 }, { id: "1" }, {}] as unknown as { id: string }[];
  const out = await collect(pipe(from(given), lookup(table, { key: "id", as: "found" })));
  assert.deepEqual(
    out.map(({ found }) => found),
    [undefined, 1, undefined],
  );
});
