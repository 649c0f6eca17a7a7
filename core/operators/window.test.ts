import assert from "node:assert/strict";
import { test } from "node:test";
import { aggregator } from "../aggregate/aggregator.ts";
import { count } from "../aggregate/count.ts";
import { first } from "../aggregate/first.ts";
import { last } from "../aggregate/last.ts";
import { max } from "../aggregate/max.ts";
import { sum } from "../aggregate/sum.ts";
import { type Operator, operator, type Scope } from "../operator.ts";
import { harness, keeping } from "../testing/harness.ts";
import { tumbling } from "../time/tumbling.ts";
import { eventTime } from "./event-time.ts";
import { type WindowOptions, window } from "./window.ts";

interface Row {
  readonly ts: number;
  readonly k?: unknown;
  readonly v?: unknown;
}
const over = tumbling({ milliseconds: 10 });
const compute = { n: count() };
const make = (options: Partial<WindowOptions<Row, ["k"], { n: number }>> = {}): Operator<Row, Out> =>
  window<Row, ["k"], { n: number }>({ over, time: "ts", by: ["k"], compute, ...options }) as Operator<
    Row,
    Out
  >;
type Out = { window: { start: number; end: number; kind?: string; forced?: true }; k: unknown; n: number };
const at = (...times: number[]): Row[] => times.map((ts) => ({ ts, k: "a" }));
const brief = (rows: readonly Out[]) =>
  rows.map(
    (row) => `${row.window.start} ${String(row.k)} ${row.n}${row.window.kind === "update" ? " update" : ""}`,
  );

test("WINDOW-01 exact boundaries, before 1970 too", () => {
  const h = harness(make());
  h.batch(0, at(-11, -10, -1, 0, 9, 9.5, 10));
  assert.deepEqual(brief(h.rows), ["-20 a 1", "-10 a 2", "0 a 3"]);
  h.end();
  assert.deepEqual(brief(h.rows), ["-20 a 1", "-10 a 2", "0 a 3", "10 a 1"]);
  assert.deepEqual(h.rows[0], { window: { start: -20, end: -10 }, k: "a", n: 1 });
  assert.equal(h.ended, true);
  assert.deepEqual(h.count, { dropped: 7, added: 4 });
});

test("WINDOW-02 late is end + lateness at or below the watermark of its own partition", () => {
  const h = harness(make({ outOfOrder: { milliseconds: 3 }, lateness: { milliseconds: 5 } }), {
    partitions: 2,
  });
  h.batch(0, at(9, 17, 8, 18, 7));
  // 18 − 3 ≥ 10 + 5: late from here on, in the middle of a batch.
  assert.deepEqual(
    h.late.map((row) => row.ts),
    [7],
  );
  // Another partition's clock does not make rows late.
  h.batch(1, at(1, 2));
  assert.equal(h.late.length, 1);
  assert.deepEqual(h.rows, []);
  h.batch(1, at(18));
  assert.deepEqual(brief(h.rows), ["0 a 4"]);
  h.end();
  assert.deepEqual(brief(h.rows), ["0 a 4", "10 a 3"]);
  assert.deepEqual(h.count, { dropped: 8, added: 2 });
});

test("WINDOW-03 windows close by the minimum over partitions that have not ended, ascending", () => {
  const h = harness(make(), { partitions: 3 });
  h.batch(0, at(5, 35, 25));
  h.batch(1, at(15, 45));
  assert.deepEqual(h.rows, [], "the third has not begun");
  h.batch(2, at(7));
  assert.deepEqual(h.rows, []);
  h.finish(2);
  h.tick();
  assert.deepEqual(brief(h.rows), ["0 a 2", "10 a 1"]);
  assert.deepEqual(
    h.late.map((row) => row.ts),
    [25],
  );
  h.finish(0);
  h.tick();
  assert.deepEqual(brief(h.rows).slice(2), ["30 a 1"]);
  h.finish(1);
  h.tick();
  assert.deepEqual(brief(h.rows).slice(3), ["40 a 1"]);
  assert.equal(h.watermarks.at(-1), Number.POSITIVE_INFINITY);
});

test("WINDOW-04 the watermark behind it is the one before, minus size and lateness", () => {
  const h = harness(make({ outOfOrder: { milliseconds: 2 }, lateness: { milliseconds: 4 } }));
  h.tick();
  h.batch(0, at(100));
  assert.deepEqual(h.watermarks, [Number.NEGATIVE_INFINITY, 100 - 2 - 10 - 4]);
});

test("WINDOW-05 keys: SameValueZero, ordered by type and size, several as nested", () => {
  const h = harness(
    window<Row, ["k", "v"], { n: number }>({
      over,
      time: "ts",
      by: ["k", "v"],
      compute,
    }) as unknown as Operator<Row, { k: unknown; v: unknown; n: number }>,
  );
  const keys: [unknown, unknown][] = [
    ["b", 1],
    ["a", 2],
    ["a", 10],
    ["10", 1],
    [10, 1],
    [9, 1],
    [true, 1],
    [null, 1],
    [undefined, 1],
    [Number.NaN, 1],
    [5n, 1],
    [-0, 1],
    ["a", "2"],
  ];
  const rows = keys.map(([k, v]): Row => ({ ts: 1, k, v }));
  h.batch(0, [...rows, ...rows.toReversed(), { ts: 1, k: 0, v: 1 }]);
  h.end();
  assert.deepEqual(
    h.rows.map(({ k, v, n }) => [k, v, n]),
    [
      [undefined, 1, 2],
      [null, 1, 2],
      [true, 1, 2],
      [0, 1, 3],
      [9, 1, 2],
      [10, 1, 2],
      [Number.NaN, 1, 2],
      [5n, 1, 2],
      ["10", 1, 2],
      ["a", 2, 2],
      ["a", 10, 2],
      ["a", "2", 2],
      ["b", 1, 2],
    ],
  );
});

test("WINDOW-06 faults: time, key, state-full, a throw; a faulted row leaves no trace", () => {
  const h = harness(
    window<Row, ["k"], { n: number; s: number; top: number | undefined; mine: number }>({
      over,
      time: "ts",
      by: ["k"],
      maxGroups: 2,
      compute: {
        n: count(),
        top: max((row) => row.v as number),
        mine: aggregator<Row, number, number>({
          zero: () => 0,
          add: (acc, row) => {
            if (row.v === -1) throw new Error("mine");
            return acc + 1;
          },
          merge: (a, b) => a + b,
          result: (acc) => acc,
        }),
        s: sum<Row>((row) => row.v as number),
      },
    }),
  );
  h.batch(0, [
    { ts: 1, k: "a", v: 1 },
    { ts: "1" as never, k: "a", v: 1 },
    { ts: Number.NaN, k: "a", v: 1 },
    { ts: 8.64e15 + 1, k: "a", v: 1 },
    { ts: undefined as never, k: "a", v: 1 },
    { ts: 1, k: {}, v: 1 },
    { ts: 1, k: "b", v: "x" },
    { ts: 1, k: "a", v: -1 },
    { ts: 1, k: "c", v: -1 },
    { ts: 1, k: "b", v: 2 },
    { ts: 1, k: "d", v: 2 },
    { ts: 1, k: "a", v: 5 },
  ]);
  h.end();
  assert.deepEqual(
    h.faults.map(({ code }) => code),
    ["time", "time", "time", "time", "key", "threw", "threw", "threw", "state-full"],
  );
  assert.deepEqual(h.rows, [
    { window: { start: 0, end: 10 }, k: "a", n: 2, top: 5, mine: 2, s: 6 },
    { window: { start: 0, end: 10 }, k: "b", n: 1, top: 2, mine: 1, s: 2 },
  ]);
  assert.match(
    (h.faults[0] as { message: string }).message,
    /^window: the time must be a number within .*, was "1"$/,
  );
});

test("WINDOW-07 maxGroups is about open groups: their slots are used again", () => {
  const h = harness(make({ maxGroups: 4 }));
  for (let start = 0; start < 1000; start += 10) {
    h.batch(0, [
      { ts: start, k: start },
      { ts: start + 1, k: "a" },
    ]);
  }
  assert.deepEqual(h.faults, []);
  h.batch(0, [
    { ts: 1000, k: "b" },
    { ts: 1001, k: "c" },
    { ts: 1002, k: "d" },
  ]);
  h.end();
  assert.equal(h.rows.length, 202);
  assert.deepEqual(
    h.faults.map(({ code, row }) => [code, row]),
    [["state-full", { ts: 1002, k: "d" }]],
  );
});

test("WINDOW-08 late rows go to `late` when it is named, which has clocks of its own", () => {
  const late: Row[] = [];
  const h = harness(make({ late: keeping(late) }));
  h.batch(0, at(25, 5, 26));
  h.end();
  assert.deepEqual(
    late.map((row) => row.ts),
    [5],
  );
  assert.equal(h.late.length, 0);
  assert.deepEqual(h.count, { dropped: 3, added: 1 });

  const seen: Out[] = [];
  const chain = make({ outOfOrder: { seconds: 1 } });
  const branch = piped<Row, Out>(chain, keeping(seen) as never);
  const other = harness(make({ late: branch as never }));
  other.batch(0, at(25, 5, 26, 7));
  other.end();
  assert.deepEqual(brief(seen), ["0 a 2"]);
});

test("WINDOW-09 updates: what has changed after every batch, then the final row", () => {
  const h = harness(make({ emit: { updates: true }, lateness: { milliseconds: 10 } }));
  h.batch(0, [
    { ts: 1, k: "b" },
    { ts: 1, k: "a" },
    { ts: 12, k: "a" },
  ]);
  assert.deepEqual(brief(h.rows), ["0 a 1 update", "0 b 1 update", "10 a 1 update"]);
  h.rows.length = 0;
  h.tick();
  assert.equal(h.rows.length, 0);
  h.batch(0, [{ ts: 2, k: "b" }]);
  assert.deepEqual(brief(h.rows), ["0 b 2 update"]);
  h.rows.length = 0;
  h.batch(0, [
    { ts: 3, k: "a" },
    { ts: 20, k: "c" },
  ]);
  assert.deepEqual(brief(h.rows), ["0 a 2", "0 b 2", "20 c 1 update"]);
  assert.deepEqual(h.rows[0]?.window, { start: 0, end: 10, kind: "final" });
  h.end();
  assert.deepEqual(brief(h.rows).slice(3), ["10 a 1", "20 c 1"]);
  const { types } = h.shape as { types: ReadonlyMap<string, unknown> };
  assert.equal(types.get("window.kind"), "string");
});

test("WINDOW-10 idleAfter: a silent partition is passed over, what that closes is marked, its rows are late", () => {
  let now = 0;
  const h = harness(make({ idleAfter: { milliseconds: 100 } }), { partitions: 2, now: () => now });
  h.batch(0, at(5));
  h.batch(1, at(5, 35));
  assert.deepEqual(h.rows, []);
  now = 99;
  h.batch(1, at(36));
  assert.deepEqual(h.rows, []);
  now = 100;
  h.tick();
  assert.deepEqual(h.rows, [{ window: { start: 0, end: 10, forced: true }, k: "a", n: 2 }]);
  // Not late by its own clock, but its window has gone.
  h.batch(0, at(6, 33));
  assert.deepEqual(
    h.late.map((row) => row.ts),
    [6],
  );
  h.batch(1, at(60));
  assert.equal(h.rows.length, 1, "it holds again");
  h.batch(0, at(60));
  assert.deepEqual(h.rows[1], { window: { start: 30, end: 40 }, k: "a", n: 3 });
});

test("WINDOW-11 closeAfter: when the whole stream is silent everything closes, marked", () => {
  let now = 0;
  const h = harness(make({ closeAfter: { seconds: 1 } }), { now: () => now });
  h.batch(0, at(5, 15));
  assert.equal(h.rows.length, 1);
  now = 999;
  h.tick();
  assert.equal(h.rows.length, 1);
  now = 1000;
  h.tick();
  assert.deepEqual(h.rows[1], { window: { start: 10, end: 20, forced: true }, k: "a", n: 1 });
  assert.equal(h.watermarks.at(-1), 10);
  h.tick();
  h.batch(0, at(16, 21));
  assert.deepEqual(
    h.late.map((row) => row.ts),
    [16],
  );
  h.end();
  assert.deepEqual(h.rows[2], { window: { start: 20, end: 30 }, k: "a", n: 1 });
});

test("WINDOW-12 two windows, one behind the other: no row is late at the second", () => {
  const chain: Operator<never, unknown>[] = [
    make({ outOfOrder: { milliseconds: 5 }, lateness: { milliseconds: 3 } }) as Operator<never, unknown>,
    window<Out, [], object>({
      over: tumbling({ milliseconds: 30 }),
      time: "window.start",
      compute: {
        rows: sum<Out>("n"),
        windows: count(),
        first: first<Out, "window.start">("window.start"),
        last: last<Out, "window.start">("window.start"),
      } as object,
    }) as Operator<never, unknown>,
  ];
  const h = harness<Row, unknown>(chain);
  for (let ts = 0; ts < 100; ts += 3) h.batch(0, at(ts));
  assert.deepEqual(h.rows, [
    { window: { start: 0, end: 30 }, rows: 10, windows: 3, first: 0, last: 20 },
    { window: { start: 30, end: 60 }, rows: 10, windows: 3, first: 30, last: 50 },
  ]);
  h.end();
  assert.deepEqual(h.rows.slice(2), [
    { window: { start: 60, end: 90 }, rows: 10, windows: 3, first: 60, last: 80 },
    { window: { start: 90, end: 120 }, rows: 4, windows: 1, first: 90, last: 90 },
  ]);
  assert.deepEqual(h.late, []);
});

test("WINDOW-13 behind eventTime it follows that clock, unless it names outOfOrder", () => {
  for (const [outOfOrder, late] of [
    [undefined, []],
    [{ milliseconds: 0 }, [8]],
  ] as const) {
    const own = outOfOrder === undefined ? make() : make({ outOfOrder });
    const clock = eventTime<Row>("ts", { outOfOrder: { milliseconds: 5 } });
    const h = harness<Row, Out>([clock, own] as never);
    h.batch(0, at(5, 14, 8, 15, 16));
    assert.deepEqual(
      h.late.map((row) => row.ts),
      late,
    );
    assert.equal(h.rows[0]?.n, 2 - late.length);
  }
});

test("WINDOW-14 a row of a closing window that fails further down does not take the others along", () => {
  const failing = operator<Out, Out>("failing", (next: { row(row: Out): void }, scope: Scope) => {
    const check = scope.guard((row: Out) => {
      if (row.k === "b") throw new Error("no b");
    });
    return {
      row: (row) => {
        check(row);
        next.row(row);
      },
    };
  });
  const h = harness<Row, Out>([make(), failing] as never);
  h.batch(0, [
    { ts: 1, k: "c" },
    { ts: 1, k: "b" },
    { ts: 1, k: "a" },
  ]);
  h.end();
  assert.deepEqual(brief(h.rows), ["0 a 1", "0 c 1"]);
  assert.equal(h.faults.length, 1);
  assert.equal(h.ended, true);
});

test("WINDOW-15 options that make no sense are refused when the job is written", () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => make({ over: undefined as never }), /^TypeError: window: over must say how time is cut/],
    [
      () => make({ emit: { every: { seconds: 1 } } as never }),
      /emit must be \{ updates: true \}; \{ every \} is not/,
    ],
    [() => make({ lateness: { minutes: -1 } }), /^RangeError: window: lateness must be at least 0 ms/],
    [() => make({ outOfOrder: 5 as never }), /window: outOfOrder must be a duration/],
    [() => make({ idleAfter: { seconds: 0 } }), /idleAfter must be at least 1 ms/],
    [() => make({ maxGroups: 0 }), /maxGroups must be a whole number from 1/],
    [
      () => window({ over, time: "ts", by: ["n"], compute } as never),
      /the result's field 'n' is named twice/,
    ],
    [() => window({ over, time: "ts", compute: { window: count() } } as never), /'window' is named twice/],
  ];
  for (const [call, message] of wrong)
    assert.throws(call, (error) => message.test(String(error)), String(message));
});

test("WINDOW-16 the shape behind it: types and natural key", () => {
  const h = harness(make());
  assert.deepEqual(h.shape, {
    kind: "plain",
    owned: true,
    types: new Map([
      ["window.start", "integer"],
      ["window.end", "integer"],
      ["k", undefined],
      ["n", "integer"],
    ]),
    key: ["window.start", "k"],
  });
});

test("WINDOW-17 fields may have any name, and no key gives one group", () => {
  const h = harness<Row, object>(
    window({ over, time: (row: Row) => row.ts, compute: { ["__proto__"]: count() } as never }) as never,
  );
  h.batch(0, at(1, 2));
  h.end();
  assert.deepEqual(Object.entries(h.rows[0] as object), [
    ["window", { start: 0, end: 10 }],
    ["__proto__", 2],
  ]);
});

/** A pipe of two, without `pipe`. */
function piped<In, Out>(one: Operator<In, Out>, two: Operator<Out, never>): Operator<In, never> {
  return {
    name: "piped",
    plan: (scope, shape) => {
      const before = one.plan(scope, shape);
      const after = two.plan(scope, before.shape);
      return {
        shape: after.shape,
        open: (next) => {
          const step = after.open(next);
          return before.open({ watermark: () => {}, end: () => {}, ...step } as never);
        },
      };
    },
  };
}
