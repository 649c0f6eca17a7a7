import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { column, field } from "../row/column.ts";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { operatorLaws } from "../testing/mod.ts";
import { derive } from "./derive.ts";
import { filter } from "./filter.ts";

const Row = type({ id: "string", n: "number", "country?": "string", at: { x: "number", "y?": "number" } });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1, country: "fr", at: { x: 0.5 } },
  { id: "b", n: -2, at: { x: 2, y: 7 } },
  { id: "c", n: 3, country: "nz", at: { x: 0 } },
  { id: "a", n: 4, country: "fr", at: { x: 1, y: 0 } },
];

operatorLaws(
  test,
  "derive",
  () => derive({ twice: (row: Row) => row.n * 2, n: (row: Row) => String(row.n), seen: () => undefined }),
  (given) => given.map((row) => ({ ...row, n: String(row.n), twice: row.n * 2, seen: undefined })),
  {
    rows,
    schema: Row,
    throwing: (trip) =>
      derive({
        twice: (row: Row) => {
          trip(row);
          return row.n * 2;
        },
        n: (row: Row) => String(row.n),
        seen: () => undefined,
      }),
  },
);

operatorLaws(
  test,
  "derive columns",
  () =>
    derive<Row, { region: string; x: number; y: number | undefined; id: number }>({
      region: column("country", (country: string | undefined) =>
        country === "fr" ? "eu" : (country ?? "none"),
      ),
      x: field("at.x"),
      y: field("at.y"),
      id: column("id", (id: string) => id.charCodeAt(0)),
    }),
  (given) =>
    given.map((row) => ({
      ...row,
      region: row.country === "fr" ? "eu" : (row.country ?? "none"),
      x: row.at.x,
      y: row.at.y,
      id: row.id.charCodeAt(0),
    })),
  { rows, schema: Row },
);

test("derive: fields do not see each other, and change places", async () => {
  const swap = derive({
    a: (row: { a: number; b: number }) => row.b,
    b: (row: { a: number; b: number }) => row.a,
  });
  assert.deepEqual(await collect(pipe(from([{ a: 1, b: 2 }]), swap)), [{ a: 2, b: 1 }]);
  const bytes = new TextEncoder().encode('{"a":1,"b":2}\n{"a":3,"b":4}\n');
  const views = pipe(from([bytes], ndjson(type({ a: "number", b: "number" }))), swap);
  assert.deepEqual(await collect(views, { verify: true }), [
    { a: 2, b: 1 },
    { a: 4, b: 3 },
  ]);
});

test("derive: a column is called once for each distinct string of a view, and every time on plain rows", async () => {
  let calls = 0;
  const shout = derive<{ s: string }, { loud: string }>({
    loud: column("s", (s: string) => {
      calls += 1;
      return s.toUpperCase();
    }),
  });
  const given = Array.from({ length: 500 }, (_, i) => ({ s: `name ${i % 5}` }));
  const expected = given.map(({ s }) => ({ s, loud: s.toUpperCase() }));
  const bytes = new TextEncoder().encode(given.map((row) => JSON.stringify(row)).join("\n"));
  const views = pipe(from([bytes], ndjson(type({ s: "string" }))), shout);
  assert.deepEqual(await collect(views), expected);
  assert.ok(calls < 50, `${calls} calls for 5 distinct strings`);
  calls = 0;
  assert.deepEqual(await collect(pipe(from(given), shout)), expected);
  assert.equal(calls, 500);
});

test("derive: a column that throws is a fault of each such row, in views and plain rows", async () => {
  const strict = derive<{ s: string }, { first: string | undefined }>({
    first: column("s", (s: string) => {
      if (s === "bad") throw new RangeError("it is bad");
      return s[0];
    }),
  });
  const given = ["a", "bad", "c", "bad", "a"].map((s) => ({ s }));
  const bytes = new TextEncoder().encode(given.map((row) => JSON.stringify(row)).join("\n"));
  for (const stream of [from(given), from([bytes], ndjson(type({ s: "string" })))]) {
    const out = await collect(pipe(stream, strict), { deadLetter: "drop", verify: true });
    assert.deepEqual(
      out.map(({ first }) => first),
      ["a", "c", "a"],
    );
  }
});

test("derive: a value of a row before is never seen in a row whose derivation failed", async () => {
  const given = [1, 2, 3, 4].map((n) => ({ n }));
  const bytes = new TextEncoder().encode(given.map((row) => JSON.stringify(row)).join("\n"));
  const odd = derive({
    a: (row: { n: number }) => row.n * 10,
    b: (row: { n: number }) => {
      if (row.n % 2 === 0) throw new Error("even");
      return row.n;
    },
  });
  const stream = pipe(
    from([bytes], ndjson(type({ n: "number" }))),
    odd,
    filter((row) => row.a > 0),
  );
  assert.deepEqual(await collect(stream, { deadLetter: "drop" }), [
    { n: 1, a: 10, b: 1 },
    { n: 3, a: 30, b: 3 },
  ]);
});

test("derive: names like any other", async () => {
  const made = derive<{ n: number }, Record<string, number>>(
    JSON.parse('{"__proto__": 0, "constructor": 0, "then": 0}', (_name, value) =>
      value === 0 ? () => 7 : value,
    ) as Record<string, (row: { n: number }) => number>,
  );
  const [row] = (await collect(pipe(from([{ n: 1 }]), made))) as Record<string, unknown>[];
  assert.deepEqual(Object.entries(row ?? {}).sort(), [
    ["__proto__", 7],
    ["constructor", 7],
    ["n", 1],
    ["then", 7],
  ]);
});

test("functions of rows read every text, whatever its bytes and whichever rows ask for it", async () => {
  const Line = type({ n: "number", url: "string", name: "string" });
  type Line = typeof Line.infer;
  // No two alike: nothing has a code. Long ones fill a group by themselves, or are longer than one.
  const lines = Array.from({ length: 9_000 }, (_, n): Line => {
    const tail = n % 7 === 3 ? "é\n" : n % 11 === 0 ? "x".repeat(n % 1_500) : "";
    return { n, url: `https://example.com/${n * 7919}/${tail}`, name: n % 5 === 0 ? "" : `name ${n}` };
  });
  const text = lines.map((line) => JSON.stringify(line)).join("\n");
  const source = () => from([new TextEncoder().encode(text)], ndjson(Line));
  const kept: string[] = [];
  const both = derive({
    path: (line: Line) => line.url.slice(20),
    loud: (line: Line) => (line.n % 3 === 0 ? line.name.toUpperCase() : line.n % 97 === 0 ? line.url : ""),
    pair: (line: Line) => {
      kept.push(line.url);
      return line.name + line.url.length;
    },
  });
  const expected = lines.map((line) => ({
    ...line,
    path: line.url.slice(20),
    loud: line.n % 3 === 0 ? line.name.toUpperCase() : line.n % 97 === 0 ? line.url : "",
    pair: line.name + line.url.length,
  }));
  assert.deepEqual(await collect(pipe(source(), both)), expected);
  assert.deepEqual(
    kept,
    lines.map(({ url }) => url),
  );
  const some = filter((line: Line) => line.url.includes("7") && line.name !== "");
  const wanted = expected.filter(({ url, name }) => url.includes("7") && name !== "");
  assert.deepEqual(await collect(pipe(source(), some, both)), wanted);
  // A function that throws in the middle of a group leaves the rest as they are.
  const some3 = derive({
    path: (line: Line) => {
      if (line.n % 50 === 9) throw new Error("not this one");
      return line.url.slice(20);
    },
  });
  const rest = expected
    .filter(({ n }) => n % 50 !== 9)
    .map(({ n, url, name, path }) => ({ n, url, name, path }));
  assert.deepEqual(await collect(pipe(source(), some3), { deadLetter: "drop" }), rest);
});
