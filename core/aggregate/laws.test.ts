import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Meta } from "../operator.ts";
import { PLAIN } from "../row/shape.ts";
import { type Accumulators, type Aggregator, aggregator } from "./aggregator.ts";
import { count } from "./count.ts";
import { distinct } from "./distinct.ts";
import { first } from "./first.ts";
import { last } from "./last.ts";
import { max } from "./max.ts";
import { mean } from "./mean.ts";
import { min } from "./min.ts";
import { sum } from "./sum.ts";

interface Row {
  readonly n?: number | null;
  readonly v?: unknown;
}
interface Placed {
  readonly row: Row;
  readonly time: number;
  readonly partition: number;
  readonly offset: number;
}
type Opened = {
  readonly columns: Accumulators<unknown>;
  readonly take: (slot: number, placed: Placed) => void;
};

function open(one: Aggregator<never, unknown>, slots = 8): Opened {
  const meta = { source: "s", partition: "p", partitionIndex: 0, offset: 0, time: 0 };
  const columns = one.open(PLAIN, meta as Meta);
  columns.reserve(slots);
  for (let slot = 0; slot < slots; slot++) columns.reset(slot);
  return {
    columns,
    take: (slot, { row, time, partition, offset }) => {
      Object.assign(meta, { time, partitionIndex: partition, offset });
      columns.read?.(slot, row);
      columns.add(slot);
    },
  };
}

const number = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.double({ noNaN: true }),
  fc.constantFrom(0.1, 0.2, 1e16, -1e16, 1e308, -1e308, -0, Number.NaN),
);
const scalar = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.bigInt({ min: -5n, max: 5n }),
  fc.string({ maxLength: 2 }),
  fc.constantFrom("a string that is longer than a slice", "1", "0", -0, 0, Number.NaN, null, undefined),
);
const position = fc.record({
  time: fc.integer({ min: 0, max: 5 }),
  partition: fc.integer({ min: 0, max: 3 }),
});
const rows = fc
  .array(fc.tuple(fc.record({ n: fc.option(number, { freq: 8 }), v: scalar }), position), { maxLength: 40 })
  .map((list) => list.map(([row, at], offset): Placed => ({ row, ...at, offset })));

const spread = aggregator({
  zero: () => [] as number[],
  add: (acc, row: Row) => (typeof row.n === "number" ? [...acc, row.n] : acc),
  merge: (a, b) => [...a, ...b],
  result: (acc) =>
    acc
      .map((n) => (Object.is(n, -0) ? "-0" : String(n)))
      .sort()
      .join(),
});
const byValue = (row: Row) => row.v as number | string | bigint | null | undefined;
const subjects: Record<string, Aggregator<Row, unknown>> = {
  count: count(),
  sum: sum<Row>("n"),
  "sum of a function": sum<Row>((row) => row.n),
  mean: mean<Row>("n"),
  "min of numbers": min<Row, "n">("n"),
  "max of numbers": max<Row, "n">("n"),
  "min of everything": min(byValue),
  "max of everything": max(byValue),
  first: first<Row, "v">("v"),
  last: last<Row, "v">("v"),
  distinct: distinct<Row>("v"),
  "distinct beyond its bound": distinct<Row>("v", { exact: 3 }),
  "distinct by sketch only": distinct<Row>("v", { exact: 0 }),
  "one of your own": spread,
};

for (const [name, subject] of Object.entries(subjects)) {
  describe(name, () => {
    test("AGG-01 any split, order and merging give what one pass gives", () => {
      const parts = rows.chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray([...list.keys()], { minLength: list.length, maxLength: list.length }),
          fc.array(fc.integer({ min: 0, max: 3 }), { minLength: list.length, maxLength: list.length }),
          fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }),
        ),
      );
      fc.assert(
        fc.property(parts, ([list, order, split, merging]) => {
          const whole = open(subject as Aggregator<never, unknown>);
          for (const placed of list) whole.take(0, placed);
          const left = open(subject as Aggregator<never, unknown>);
          const right = open(subject as Aggregator<never, unknown>);
          for (const at of order) {
            const part = split[at] as number;
            (part % 2 === 0 ? left : right).take(part, list[at] as Placed);
          }
          // Two of each, merged across and within: as a tree, and one after the other.
          const fromOf = (part: number) => (part % 2 === 0 ? left : right).columns;
          const [a, b, c, d] = merging as [number, number, number, number];
          const chain = open(subject as Aggregator<never, unknown>).columns;
          for (const part of merging) chain.merge(5, fromOf(part), part);
          const tree = open(subject as Aggregator<never, unknown>).columns;
          tree.merge(1, fromOf(a), a);
          tree.merge(1, fromOf(b), b);
          tree.merge(2, fromOf(c), c);
          tree.merge(2, fromOf(d), d);
          tree.merge(2, tree, 1);
          const expected = whole.columns.result(0);
          assert.deepEqual(chain.result(5), expected);
          assert.deepEqual(tree.result(2), expected);
        }),
      );
    });

    test("AGG-02 what is saved and loaded goes on as if nothing had been", () => {
      fc.assert(
        fc.property(rows, fc.nat({ max: 40 }), (list, cut) => {
          const whole = open(subject as Aggregator<never, unknown>);
          for (const placed of list) whole.take(0, placed);
          const before = open(subject as Aggregator<never, unknown>);
          for (const placed of list.slice(0, cut)) before.take(1, placed);
          const saved = structuredClone(before.columns.save(1));
          const after = open(subject as Aggregator<never, unknown>);
          // Over what stands there already.
          for (const placed of list) after.take(2, placed);
          after.columns.load(2, saved);
          for (const placed of list.slice(cut)) after.take(2, placed);
          assert.deepEqual(after.columns.result(2), whole.columns.result(0));
          // Saving is a copy.
          for (const placed of list) before.take(1, placed);
          const again = open(subject as Aggregator<never, unknown>);
          again.columns.load(0, saved);
          for (const placed of list.slice(cut)) again.take(0, placed);
          assert.deepEqual(again.columns.result(0), whole.columns.result(0));
        }),
      );
    });

    test("AGG-03 a slot that is reset is as new, and slots do not touch each other", () => {
      fc.assert(
        fc.property(rows, rows, (one, two) => {
          const fresh = open(subject as Aggregator<never, unknown>);
          for (const placed of two) fresh.take(0, placed);
          const used = open(subject as Aggregator<never, unknown>, 1);
          for (const placed of one) used.take(0, placed);
          used.columns.reset(0);
          used.columns.reserve(40);
          for (let slot = 1; slot < 40; slot++) used.columns.reset(slot);
          for (const placed of two) used.take(0, placed);
          for (const placed of one) used.take(39, placed);
          assert.deepEqual(used.columns.result(0), fresh.columns.result(0));
        }),
      );
    });

    test("AGG-04 reading a row changes nothing", () => {
      fc.assert(
        fc.property(rows, (list) => {
          const { columns, take } = open(subject as Aggregator<never, unknown>);
          const other = open(subject as Aggregator<never, unknown>);
          for (const placed of list) {
            columns.read?.(-1, placed.row);
            columns.read?.(0, { n: 5, v: "other" });
            take(0, placed);
            other.take(0, placed);
          }
          assert.deepEqual(columns.result(0), other.columns.result(0));
        }),
      );
    });
  });
}

const resultOf = (one: Aggregator<never, unknown>, values: readonly unknown[]): unknown => {
  const { columns, take } = open(one);
  values.forEach((v, offset) => {
    take(0, { row: { v }, time: 0, partition: 0, offset });
  });
  return columns.result(0);
};

test("AGG-05 no value at all", () => {
  const path = "v" as never;
  const none = [undefined, null];
  assert.equal(resultOf(sum(path), none), 0);
  assert.equal(resultOf(count(), none), 2);
  assert.equal(resultOf(distinct(path), none), 0);
  for (const one of [mean(path), min(path), max(path), first(path), last(path)]) {
    assert.equal(resultOf(one as Aggregator<never, unknown>, none), undefined);
  }
});

test("AGG-06 min and max: types in order, Dates copied, NaN wins", () => {
  const path = "v" as never;
  const lowest = (values: unknown[]) => resultOf(min(path), values);
  const highest = (values: unknown[]) => resultOf(max(path), values);
  assert.equal(lowest(["b", "a", 5, 2, 3n]), 2);
  assert.equal(highest(["b", "a", 5, 2, 3n]), "b");
  assert.equal(highest([2n, 10n, 9]), 10n);
  assert.equal(highest(["a", "Z", "é"]), "é");
  assert.ok(Object.is(highest([-0, 0, -0]), 0));
  assert.ok(Object.is(lowest([0, -0]), -0));
  assert.ok(Number.isNaN(lowest([1, Number.NaN, 2])));
  const date = new Date(5);
  const kept = highest([new Date(3), date]) as Date;
  assert.ok(kept !== date && kept.getTime() === 5);
});

test("AGG-07 a value of another kind is refused before anything is added", () => {
  const path = "v" as never;
  const refusals: [Aggregator<never, unknown>, unknown, RegExp][] = [
    [sum(path), "12", /^TypeError: sum: 'v' must be a number, was the string "12"$/],
    [mean(path), 5n, /^TypeError: mean: 'v' must be a number, was the bigint 5$/],
    [
      sum(((row: { v: number }) => row.v) as never),
      {},
      /^TypeError: sum: the function's result must be a number, was an object$/,
    ],
    [min(path), true, /must be a number, string, bigint or Date, was the boolean true$/],
    [max(path), new Date(Number.NaN), /was an invalid Date$/],
    [max(path), [1], /was an array$/],
    [distinct(path), {}, /must be a string, number, boolean or bigint, was an object$/],
    [distinct(path), new Date(0), /was a Date$/],
    [distinct(path), Symbol("s"), /was a symbol$/],
  ];
  for (const [one, value, message] of refusals) {
    assert.throws(
      () => resultOf(one, [value]),
      (error) => message.test(String(error)),
      String(message),
    );
  }
  assert.throws(() => distinct(path, { exact: -1 }), /^RangeError: distinct: exact must be/);
});

test("AGG-08 distinct: exact up to the bound, then the sketch, whatever the order", () => {
  const path = "v" as never;
  const values = Array.from({ length: 12_000 }, (_, i) => i % 10_001);
  assert.equal(resultOf(distinct(path), values.slice(0, 10_000)), 10_000);
  const beyond = resultOf(distinct(path), values) as number;
  assert.ok(Math.abs(beyond / 10_001 - 1) < 0.03);
  assert.equal(resultOf(distinct(path), values.toReversed()), beyond);
  assert.equal(resultOf(distinct(path), [1, "1", true, 1n, 0, -0, Number.NaN, Number.NaN, "NaN"]), 7);
});
