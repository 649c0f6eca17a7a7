import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { count } from "../aggregate/count.ts";
import { distinct } from "../aggregate/distinct.ts";
import { first } from "../aggregate/first.ts";
import { last } from "../aggregate/last.ts";
import { max } from "../aggregate/max.ts";
import { mean } from "../aggregate/mean.ts";
import { min } from "../aggregate/min.ts";
import { sum } from "../aggregate/sum.ts";
import type { Operator } from "../operator.ts";
import type { Field, Place, Shape } from "../row/shape.ts";
import { harness } from "../testing/harness.ts";
import { tumbling } from "../time/tumbling.ts";
import { window } from "./window.ts";

interface Row {
  readonly ts: number;
  readonly kind: string;
  readonly region: number;
  readonly amount: number | undefined;
}
interface Settings {
  readonly size: number;
  readonly outOfOrder: number;
  readonly lateness: number;
  readonly updates: boolean;
}
type Out = Record<string, unknown> & { window: { start: number; end: number; kind?: string } };

const row = fc.record({
  ts: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -60, max: 60 }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  ),
  kind: fc.constantFrom("a", "b", "c", "a kind with a long name"),
  region: fc.integer({ min: 0, max: 2 }),
  amount: fc.oneof(fc.constantFrom(0.1, 0.2, 1e16, -1e16, 5), fc.constant(undefined)),
});
// Times rise more or less, as they do in a partition.
const partition = fc
  .array(row, { maxLength: 25 })
  .map((rows) => rows.map((one, i): Row => ({ ...one, ts: Math.floor(one.ts / 3) + i * 4 })));
const partitions = fc.array(partition, { minLength: 1, maxLength: 4 });
const settings = fc.record({
  size: fc.integer({ min: 1, max: 40 }),
  outOfOrder: fc.integer({ min: 0, max: 20 }),
  lateness: fc.integer({ min: 0, max: 20 }),
  updates: fc.boolean(),
});

function make({ size, outOfOrder, lateness, updates }: Settings): Operator<Row, Out> {
  return window({
    over: tumbling({ milliseconds: size }, { offset: { milliseconds: 3 } }),
    time: "ts",
    outOfOrder: { milliseconds: outOfOrder },
    lateness: { milliseconds: lateness },
    by: ["kind", "region"],
    ...(updates ? { emit: { updates: true } } : {}),
    compute: {
      n: count(),
      total: sum<Row>("amount"),
      mean: mean<Row>("amount"),
      low: min<Row, "amount">("amount"),
      high: max<Row, "kind">("kind"),
      first: first<Row, "amount">("amount"),
      last: last<Row, "amount">("amount"),
      amounts: distinct<Row>("amount", { exact: 2 }),
    },
  } as never) as never;
}

/** How batches are cut and interleaved: for each step a partition and how many rows. */
interface Schedule {
  readonly steps: readonly { readonly partition: number; readonly rows: number }[];
  readonly tellEnd: boolean;
}
const schedule = fc.record({
  steps: fc.array(fc.record({ partition: fc.nat({ max: 3 }), rows: fc.integer({ min: 0, max: 9 }) }), {
    maxLength: 40,
  }),
  tellEnd: fc.boolean(),
});

function drive(
  parts: readonly (readonly Row[])[],
  how: Settings,
  { steps, tellEnd }: Schedule,
  coded = false,
) {
  const { shape, move } = viewOf();
  const h = harness<Row, Out>(make(how), { partitions: parts.length, ...(coded ? { shape, move } : {}) });
  const places = parts.map(() => 0);
  // The last steps take what is left.
  const all = [...steps, ...parts.map((_, partition) => ({ partition, rows: 1000 }))];
  for (const { partition, rows } of all) {
    const part = parts[partition];
    if (part === undefined) continue;
    const from = places[partition] as number;
    const batch = part.slice(from, from + rows);
    places[partition] = from + batch.length;
    h.batch(partition, batch);
    if (tellEnd && places[partition] === part.length) {
      h.finish(partition);
      h.tick();
    }
  }
  h.end();
  const finals = h.rows.filter((out) => out.window.kind !== "update");
  return { h, finals };
}

/** As much of a view's shape as windows ask for. */
function shapeOf(fields: ReadonlyMap<string, Field>): Shape {
  const view = () => ({});
  const shape = { kind: "view", fields, gone: new Set(), unnamed: false, view, origin: { memory: {} } };
  return shape as unknown as Shape;
}

/** A cell that holds no code yet: it is asked for at every row. */
const UNRESOLVED: Place = { from: { base: 0 }, u32: new Uint32Array(4), f64: new Float64Array(2), word: 0 };

/** The same rows as a view over columns with dictionary codes. */
function viewOf(): { shape: Shape; move: (row: Row) => void } {
  let current: Row | undefined;
  const codes = new Map<unknown, number>();
  const get = (name: keyof Row) => () => current?.[name];
  const coded = (name: keyof Row): Field => ({
    get: get(name),
    code: () => {
      const value = current?.[name];
      const code = codes.get(value) ?? codes.size + 1;
      codes.set(value, code);
      // Every third value has none, as if the dictionary were full.
      return code % 3 === 0 ? 0 : code;
    },
    codePlace: UNRESOLVED,
  });
  const fields = new Map<string, Field>([
    ["ts", { get: get("ts") }],
    ["kind", coded("kind")],
    ["region", coded("region")],
    ["amount", coded("amount")],
  ]);
  return {
    shape: shapeOf(fields),
    move: (row) => {
      current = row;
    },
  };
}

/** What the rows must be, computed in the most naive way: late row by row, then grouped, then sorted. */
function model(parts: readonly (readonly Row[])[], { size, outOfOrder, lateness }: Settings) {
  const kept: { row: Row; start: number; partition: number; offset: number }[] = [];
  let late = 0;
  let faults = 0;
  parts.forEach((part, partition) => {
    let largest = Number.NEGATIVE_INFINITY;
    part.forEach((row, offset) => {
      if (Number.isNaN(row.ts)) {
        faults += 1;
        return;
      }
      largest = Math.max(largest, row.ts);
      const start = Math.floor((row.ts - 3) / size) * size + 3;
      if (start + size + lateness <= largest - outOfOrder) late += 1;
      else kept.push({ row, start, partition, offset });
    });
  });
  const groups = Map.groupBy(kept, ({ row, start }) => JSON.stringify([start, row.kind, row.region]));
  const rows = [...groups.values()].map((list) => {
    const { row, start } = list[0] as (typeof list)[0];
    const ordered = list.toSorted(
      (a, b) => a.row.ts - b.row.ts || a.partition - b.partition || a.offset - b.offset,
    );
    const amounts = ordered.map((one) => one.row.amount).filter((amount) => amount !== undefined);
    return {
      start,
      kind: row.kind,
      region: row.region,
      n: list.length,
      first: amounts[0],
      last: amounts.at(-1),
      low: amounts.length === 0 ? undefined : Math.min(...amounts),
      amounts: new Set(amounts).size,
    };
  });
  rows.sort(
    (a, b) => a.start - b.start || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.region - b.region),
  );
  return { rows, late, faults };
}

test("WINDOW-LAW-01 the answer does not depend on how partitions interleave or batches are cut", () => {
  fc.assert(
    fc.property(partitions, settings, schedule, schedule, (parts, how, one, two) => {
      const a = drive(parts, how, one);
      const b = drive(parts, how, two);
      assert.deepEqual(a.finals, b.finals);
      assert.equal(JSON.stringify(a.finals), JSON.stringify(b.finals));
      assert.equal(a.h.late.length, b.h.late.length);
      assert.equal(a.h.faults.length, b.h.faults.length);
    }),
    { numRuns: 400 },
  );
});

test("WINDOW-LAW-02 it gives what the naive model gives; every row is in a window, late or a fault", () => {
  fc.assert(
    fc.property(partitions, settings, schedule, (parts, how, plan) => {
      const { h, finals } = drive(parts, how, plan);
      const expected = model(parts, how);
      assert.deepEqual(
        finals.map(({ window: { start }, kind, region, n, first, last, low, amounts }) => ({
          start,
          kind,
          region,
          n,
          first,
          last,
          low,
          amounts,
        })),
        expected.rows,
      );
      assert.equal(h.late.length, expected.late);
      assert.equal(h.faults.length, expected.faults);
      const inWindows = finals.reduce((sum, out) => sum + (out.n as number), 0);
      assert.equal(inWindows + h.late.length + h.faults.length, parts.flat().length);
      assert.deepEqual(h.count, { dropped: parts.flat().length, added: h.rows.length });
    }),
    { numRuns: 400 },
  );
});

test("WINDOW-LAW-03 views with dictionary codes give what plain rows give", () => {
  fc.assert(
    fc.property(partitions, settings, schedule, (parts, how, plan) => {
      const plain = drive(parts, how, plan);
      const coded = drive(parts, how, plan, true);
      assert.deepEqual(coded.h.rows, plain.h.rows);
      assert.deepEqual(coded.h.count, plain.h.count);
    }),
    { numRuns: 200 },
  );
});

test("WINDOW-LAW-04 the last update of a group is never beyond its final row, which always comes", () => {
  fc.assert(
    fc.property(partitions, settings, schedule, (parts, how, plan) => {
      const { h } = drive(parts, { ...how, updates: true }, plan);
      const seen = new Map<string, { n: number; final: boolean }>();
      for (const { window: span, kind, region, n } of h.rows) {
        const key = JSON.stringify([span.start, kind, region]);
        const before = seen.get(key);
        assert.ok(before?.final !== true, "nothing follows the final row");
        if (span.kind === "update")
          assert.ok((n as number) > (before?.n ?? 0), "an update tells something new");
        else assert.ok((n as number) >= (before?.n ?? 0));
        seen.set(key, { n: n as number, final: span.kind === "final" });
      }
      for (const { final } of seen.values()) assert.ok(final);
    }),
    { numRuns: 200 },
  );
});

test("WINDOW-LAW-05 as WINDOW-LAW-03, with more keys, windows and values than are remembered", () => {
  interface Wide {
    readonly ts: number;
    readonly a: string;
    readonly b: string;
    readonly c: string;
  }
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const rows = Array.from({ length: 60_000 }, (_, i): Wide => {
    // In runs, so that values are met again; three windows at a time, out of order.
    const few = i % 3 === 0 ? 4 : 90;
    return {
      ts: Math.floor(i / 40) + random(30),
      a: `a${random(few)}`,
      b: `b${random(few)}`,
      c: `c${random(few)}`,
    };
  });
  const make = () =>
    window<Wide, ["a", "b"], { n: number; cs: number }>({
      over: tumbling({ milliseconds: 50 }),
      time: "ts",
      outOfOrder: { milliseconds: 30 },
      by: ["a", "b"],
      compute: { n: count(), cs: distinct<Wide>("c") },
    });
  let current: Wide | undefined;
  const codes = new Map<string, number>();
  const coded = (name: "a" | "b" | "c"): Field => ({
    get: () => current?.[name],
    code: () => {
      const value = current?.[name] as string;
      const code = codes.get(value) ?? codes.size + 1;
      codes.set(value, code);
      return code;
    },
    codePlace: UNRESOLVED,
  });
  const fields = new Map<string, Field>([
    ["ts", { get: () => current?.ts }],
    ["a", coded("a")],
    ["b", coded("b")],
    ["c", coded("c")],
  ]);
  const plain = harness(make());
  const views = harness(make(), {
    shape: shapeOf(fields),
    move: (row: Wide) => {
      current = row;
    },
  });
  for (let from = 0; from < rows.length; from += 700) {
    plain.batch(0, rows.slice(from, from + 700));
    views.batch(0, rows.slice(from, from + 700));
  }
  plain.end();
  views.end();
  assert.equal(plain.late.length, 0);
  assert.equal(JSON.stringify(views.rows), JSON.stringify(plain.rows));
});
