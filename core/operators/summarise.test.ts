import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { count } from "../aggregate/count.ts";
import { last } from "../aggregate/last.ts";
import { mean } from "../aggregate/mean.ts";
import { sum } from "../aggregate/sum.ts";
import type { Operator } from "../operator.ts";
import { harness } from "../testing/harness.ts";
import { tumbling } from "../time/tumbling.ts";
import { summarise } from "./summarise.ts";
import { window } from "./window.ts";

interface Row {
  readonly k: string | number;
  readonly v: number;
}

test("SUMMARISE-01 one row for every key at the end, ordered by key", () => {
  const h = harness(
    summarise<Row, ["k"], { n: number; total: number }>({
      by: ["k"],
      compute: { n: count(), total: sum<Row>("v") },
    }),
  );
  h.batch(0, [
    { k: "b", v: 1 },
    { k: 10, v: 2 },
    { k: "a", v: 3 },
    { k: 9, v: 4 },
    { k: "b", v: 5 },
  ]);
  assert.deepEqual(h.rows, []);
  h.end();
  assert.deepEqual(h.rows, [
    { k: 9, n: 1, total: 4 },
    { k: 10, n: 1, total: 2 },
    { k: "a", n: 1, total: 3 },
    { k: "b", n: 2, total: 6 },
  ]);
  assert.deepEqual([h.ended, h.count, h.watermarks], [true, { dropped: 5, added: 4 }, []]);
  assert.deepEqual(h.shape, {
    kind: "plain",
    owned: true,
    types: new Map([
      ["k", undefined],
      ["n", "integer"],
      ["total", "number"],
    ]),
    key: ["k"],
  });
});

test("SUMMARISE-02 without `by` one row; of no row, none", () => {
  const make = () => summarise<Row, [], { n: number }>({ compute: { n: count() } });
  const some = harness(make());
  some.batch(0, [
    { k: "a", v: 1 },
    { k: "b", v: 1 },
  ]);
  some.end();
  assert.deepEqual(some.rows, [{ n: 2 }]);
  const none = harness(make());
  none.end();
  assert.deepEqual([none.rows, none.ended], [[], true]);
});

test("SUMMARISE-03 any interleaving gives the same rows; faults are no part of them", () => {
  const row = fc.record({
    k: fc.constantFrom<string | number>("a", "b", 1, 2),
    v: fc.oneof(fc.constantFrom(0.1, 1e16, -1e16, 3), fc.constant("no number" as never)),
  });
  const cuts = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 5 })), { maxLength: 30 });
  const drive = (parts: readonly (readonly Row[])[], plan: readonly (readonly [number, number])[]) => {
    const h = harness(
      summarise<Row, ["k"], { n: number; mean: number | undefined; last: number | undefined }>({
        by: ["k"],
        compute: { n: count(), mean: mean<Row>("v"), last: last<Row, "v">("v") },
      }),
      { partitions: 3 },
    );
    const places = [0, 0, 0];
    const rest = [0, 1, 2].map((part): readonly [number, number] => [part, 1000]);
    for (const [part, rows] of [...plan, ...rest]) {
      const from = places[part] as number;
      places[part] = from + rows;
      h.batch(part, (parts[part] as Row[]).slice(from, from + rows));
    }
    h.end();
    return { rows: h.rows, faults: h.faults.length };
  };
  const parts = fc.array(fc.array(row, { maxLength: 20 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(parts, cuts, cuts, (rows, one, two) => {
      const a = drive(rows, one);
      assert.deepEqual(a, drive(rows, two));
      assert.equal(a.rows.reduce((sum, { n }) => sum + n, 0) + a.faults, rows.flat().length);
    }),
  );
});

test("SUMMARISE-04 more groups than maxGroups are faults", () => {
  const h = harness(
    summarise<Row, ["k"], { n: number }>({ by: ["k"], maxGroups: 1, compute: { n: count() } }),
  );
  h.batch(0, [
    { k: "a", v: 1 },
    { k: "b", v: 1 },
    { k: "a", v: 1 },
  ]);
  h.end();
  assert.deepEqual(h.rows, [{ k: "a", n: 2 }]);
  assert.deepEqual(
    h.faults.map(({ code, message }) => [code, message]),
    [["state-full", "summarise: at most 1 groups may be open (maxGroups)"]],
  );
});

test("SUMMARISE-05 20,000 groups of two parts come in order", () => {
  const h = harness(summarise<Row, ["k", "v"], { n: number }>({ by: ["k", "v"], compute: { n: count() } }));
  const rows = Array.from(
    { length: 40_000 },
    (_, i): Row => ({ k: (i * 7919) % 200, v: (i * 104_729) % 100 }),
  );
  h.batch(0, rows);
  h.end();
  const keys = h.rows.map((row) => ((row as unknown as Row).k as number) * 1000 + (row as unknown as Row).v);
  assert.deepEqual(
    keys,
    keys.toSorted((a, b) => a - b),
  );
  assert.equal(
    h.rows.reduce((n, row) => n + row.n, 0),
    40_000,
  );
});

test("SUMMARISE-06 behind a window the time of a row is its window's start", () => {
  const over = tumbling({ milliseconds: 10 });
  const chain = [
    window<{ ts: number }, [], { n: number }>({
      over,
      time: "ts",
      outOfOrder: { milliseconds: 50 },
      compute: { n: count() },
    }),
    summarise<{ window: { start: number } }, [], { last: number | undefined }>({
      compute: { last: last<{ window: { start: number } }, "window.start">("window.start") },
    }),
  ] as unknown as readonly Operator<never, unknown>[];
  const h = harness<{ ts: number }, unknown>(chain, { partitions: 2 });
  const at = (...times: number[]) => times.map((ts) => ({ ts }));
  h.batch(1, at(5, 150));
  // Closes the first window while the row before had time 190, others later while it had a smaller one.
  h.batch(0, at(5, 110, 190));
  h.batch(1, at(200, 160));
  h.end();
  assert.deepEqual(h.rows, [{ last: 200 }]);
});
