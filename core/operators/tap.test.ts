import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { own } from "../row/own.ts";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import { operatorLaws } from "../testing/mod.ts";
import { tap } from "./tap.ts";

const Row = type({ id: "string", n: "number" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "b", n: 2 },
  { id: "c", n: 3 },
];

operatorLaws(
  test,
  "tap",
  () => tap<Row>(() => {}),
  (given) => given,
  { rows, schema: Row, throwing: (trip) => tap(trip) },
);

const bytes = new TextEncoder().encode(rows.map((row) => JSON.stringify(row)).join("\n"));

test("tap: sees every row, in order", async () => {
  const seen: Row[] = [];
  await collect(
    pipe(
      from([bytes], ndjson(Row)),
      tap((row) => void seen.push(own(row))),
    ),
    { verify: true },
  );
  assert.deepEqual(seen, rows);
});

test("tap: a view that is kept throws under verify, and reads as the last row without", async () => {
  for (const verify of [true, false]) {
    const kept: Row[] = [];
    await collect(
      pipe(
        from([bytes], ndjson(Row)),
        tap((row) => void kept.push(row)),
      ),
      { verify },
    );
    if (verify) assert.throws(() => kept[0]?.n, /the row was kept past the call/);
    else assert.equal(kept[0], kept[1]);
  }
});

test("tap: cannot change a row that is a view", async () => {
  const change = tap((row: Row) => {
    row.n = 7;
  });
  await assert.rejects(
    collect(pipe(from([bytes], ndjson(Row)), change)),
    /setter|getter|readonly|read-only|only a getter/i,
  );
});
