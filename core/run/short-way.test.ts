// The short way, by columns in chunks, against the long way, row by row, which is what it means: random rows through
// random pipelines, once as they are and once with a step in front that knows no columns. A soak is the same with more
// cases; a failure says its seed:
//   MILLRACE_CASES=20000 MILLRACE_SEED=1 node core/run/short-way.test.ts
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { type } from "arktype";
import fc from "fast-check";
import {
  collect,
  column,
  count,
  csv,
  derive,
  distinct,
  eventTime,
  type Fault,
  FaultError,
  field,
  filter,
  first,
  flatMap,
  fork,
  from,
  instant,
  last,
  lookup,
  map,
  max,
  mean,
  min,
  ndjson,
  type Operator,
  omit,
  own,
  pipe,
  type RunOptions,
  rename,
  run,
  select,
  sum,
  summarise,
  take,
  tap,
  text,
  to,
  tumbling,
  validate,
  window,
} from "../mod.ts";
import { planned } from "../operator.ts";
import { moveTo } from "../row/chunk.ts";
import type { Schema } from "../row/standard-schema.ts";
import { turns } from "../testing/manual-clock.ts";
import { interleave, memorySink, random, rechunk } from "../testing/mod.ts";
import type { Sink } from "./sink.ts";
import type { Batch } from "./source.ts";

const { MILLRACE_CASES, MILLRACE_SEED } = process.env;

// Pipelines are put together at random: no type can follow that.
// biome-ignore lint/suspicious/noExplicitAny: see above.
type Any = any;
type Step = Operator<Any, Any>;

const RowSchema: Schema = type({
  s: "string",
  "k?": "string | null",
  n: "number",
  "m?": "number | null",
  ts: "number",
  at: "string",
  flag: "boolean",
  u: { id: "string", "w?": "number" },
  mixed: "string | number | null",
}) as never;

/** For writing: what is read by it does not matter. */
const CsvSchema: Schema = type({ s: "string" }) as never;

/** What is known of a field while a pipeline is put together. */
type Sort = "text" | "number" | "date" | "object" | "any";
const FIELDS: readonly (readonly [string, Sort])[] = [
  ["s", "text"],
  ["k", "text"],
  ["n", "number"],
  ["m", "number"],
  ["ts", "number"],
  ["at", "date"],
  ["flag", "any"],
  ["u", "object"],
  ["u.id", "text"],
  ["u.w", "number"],
  ["mixed", "any"],
];

/** How the rows of one case are made. */
interface Data {
  readonly seed: number;
  readonly rows: readonly number[];
  /** In 1,000: records that are no rows, values that are odd. */
  readonly bad: number;
  readonly odd: number;
  /** How many different strings there are; 0: each is new, so that dictionaries fall asleep. */
  readonly strings: number;
  /** How far times jump back. */
  readonly disorder: number;
}

const LONG = "a string of more than sixty-four bytes gets no code, however often it comes ";

function textOf(data: Data, { below }: ReturnType<typeof random>, row: number): string {
  if (below(1000) < data.odd) {
    return ["", LONG, `${LONG}${below(3)}`, "é", "日本語", 'quo"ted', "line\nfeed", "12", "NaN"][
      below(9)
    ] as string;
  }
  if (data.strings === 0) return `text ${row}`;
  const number = below(data.strings) + 10;
  return number % 2 === 0 ? `k${number}` : `key ${number}`;
}

function numberOf(data: Data, { below }: ReturnType<typeof random>): number {
  if (below(1000) < data.odd) {
    return [0, -0, 1e16, -1e16, 1e300, 1e308, 0.1, 8.64e15, -8.64e15, 1e20, 5e-324][below(11)] as number;
  }
  return below(40) - 5;
}

function dateOf(data: Data, { below }: ReturnType<typeof random>, time_ms: number): string {
  const iso = new Date(time_ms).toISOString();
  if (below(1000) >= data.odd) return below(2) === 0 ? iso : `${iso.slice(0, 19)}Z`;
  const others = [
    "",
    "2001-02-30",
    "2001-01-01T00:00",
    "2001-13-01T00:00:00Z",
    "soon",
    iso.slice(0, 10),
    LONG,
  ];
  return [...others, iso.replace("Z", "+01:00"), iso.replace("T", " ")][below(9)] as string;
}

/** One record. */
function recordOf(data: Data, partition: number, row: number): string {
  const some = random((data.seed + partition * 1_000_003 + row * 7) >>> 0);
  const { below } = some;
  const odd = () => below(1000) < data.odd;
  const time_ms = row * 3 - below(data.disorder + 1);
  const values: Record<string, unknown> = {
    s: textOf(data, some, row),
    k: odd() ? null : textOf(data, some, row),
    n: numberOf(data, some),
    m: odd() ? null : numberOf(data, some),
    ts: odd() ? numberOf(data, some) : time_ms,
    at: dateOf(data, some, time_ms),
    flag: below(2) === 0,
    u: { id: textOf(data, some, row), w: numberOf(data, some) },
    mixed: below(3) === 0 ? numberOf(data, some) : below(3) === 0 ? null : textOf(data, some, row),
    unnamed: below(3),
  };
  if (odd()) delete values.k;
  if (odd()) delete values.m;
  if (odd()) delete (values.u as { w?: number }).w;
  const json = JSON.stringify(values);
  if (below(1000) >= data.bad) {
    // A name that stands twice, and one that is written with an escape.
    if (odd()) return `${json.slice(0, -1)},"s":"again","n":3}`;
    return odd() ? json.replace('"s"', '"\\u0073"') : json;
  }
  const broken = ["", "[]", "{", json.slice(0, -1), '{"s":1}', `{"s":"${"x".repeat(3000)}"}`, "\u0000"];
  const wrong: Record<string, unknown> = {
    ...values,
    [["n", "s", "ts", "u", "flag"][below(5)] as string]: "12",
  };
  return [...broken, JSON.stringify({ ...wrong, n: "12" }), JSON.stringify({ ...wrong, u: 3 })][
    below(9)
  ] as string;
}

/** Fields by what they hold, at one place of a pipeline. */
class Place {
  readonly #fields: [string, Sort][];

  constructor(fields: readonly (readonly [string, Sort])[]) {
    this.#fields = fields.map(([path, sort]) => [path, sort]);
  }

  /** One of the fields of some sorts, or another one when there is none of these. */
  path(choice: number, ...sorts: Sort[]): string {
    const fitting = this.#fields.filter(([, sort]) => sorts.length === 0 || sorts.includes(sort));
    const of = fitting.length === 0 ? this.#fields : fitting;
    return of[choice % of.length]?.[0] ?? "s";
  }

  /** A field's name, no path inside one. */
  top(choice: number, ...sorts: Sort[]): string {
    const whole = new Place(this.#fields.filter(([path]) => !path.includes(".")));
    return whole.path(choice, ...sorts);
  }

  set(name: string, sort: Sort): Place {
    const left = this.#fields.filter(([path]) => path.split(".")[0] !== name);
    return new Place([...left, [name, sort]]);
  }

  sort(of: string): Sort {
    return this.#fields.find(([path]) => path === of)?.[1] ?? "any";
  }

  keep(names: readonly string[]): Place {
    return new Place(this.#fields.filter(([path]) => names.includes(path.split(".")[0] as string)));
  }

  drop(name: string): Place {
    return new Place(this.#fields.filter(([path]) => path.split(".")[0] !== name));
  }

  move(from: string, to: string): Place {
    const left = this.#fields.filter(([path]) => path.split(".")[0] !== to);
    return new Place(
      left.map(([path, sort]) => [path.split(".")[0] === from ? to + path.slice(from.length) : path, sort]),
    );
  }
}

const at = (row: Any, path: string): Any => path.split(".").reduce((value, name) => value?.[name], row);
const words = (value: unknown): string =>
  (typeof value === "object" ? JSON.stringify(value) : String(value)) ?? "";

/** Functions of a row: some throw, some give what nobody expects. */
function rowFunction(choice: number, path: string): (row: Any, meta: Any) => unknown {
  const functions: ((row: Any, meta: Any) => unknown)[] = [
    (row) => at(row, path),
    (row) => at(row, path) * 2,
    (row) => `${words(at(row, path))}!`,
    (row) => {
      const value = at(row, path);
      if (words(value).endsWith("17")) throw new RangeError(`no ${path} of ${words(value)}`);
      return value;
    },
    (_row, meta) => meta.offset % 100,
    (_row, meta) => String(meta.time),
    (_row, meta) => meta.time,
    (_row, meta) => `${meta.partition}/${meta.partitionIndex}`,
    (row) => (typeof at(row, path) === "number" ? { is: at(row, path) } : undefined),
    (row) => Object.keys(own(row)).join(","),
    (row) => (words(at(row, path)).length % 3 === 0 ? Number.NaN : words(at(row, path)).length),
    (row) => (words(at(row, path)).length % 3 === 0 ? null : BigInt(words(at(row, path)).length)),
  ];
  return functions[choice % functions.length] as (row: Any, meta: Any) => unknown;
}

/** Functions of a value, for columns. */
function valueFunction(choice: number): (value: Any) => unknown {
  const functions: ((value: Any) => unknown)[] = [
    (value) => words(value).length,
    (value) => words(value).slice(0, 2),
    (value) => (words(value).length > 4 ? undefined : value),
    (value) => {
      if (words(value).endsWith("13")) throw new Error(`no column of ${words(value)}`);
      return value;
    },
    (value) => ({ of: words(value) }),
    (value) => (words(value).length % 2 === 0 ? Number.NaN : 4),
    (value) => value === null,
    (value) => Number(value),
  ];
  return functions[choice % functions.length] as (value: Any) => unknown;
}

const RULES = [
  "number >= 0",
  "number < 20",
  "string < 5",
  "/^[kt1]/",
  "number | null",
  "string | null",
  "number.integer",
];
const schemas = new Map<string, Schema>();
function schemaOf(name: string, rule: string, optional: boolean): Schema {
  const key = `${name} ${rule} ${optional}`;
  let schema = schemas.get(key);
  if (schema === undefined) {
    schema = type({ [optional ? `${name}?` : name]: rule } as never) as never as Schema;
    schemas.set(key, schema);
  }
  return schema;
}

const TABLES: readonly ReadonlyMap<string, unknown>[] = [
  new Map(Array.from({ length: 30 }, (_, i) => [i % 2 === 0 ? `k${i}` : `key ${i}`, `value ${i % 4}`])),
  new Map(Array.from({ length: 22 }, (_, i) => [i % 2 === 0 ? `k${i}` : `key ${i}`, i % 3 === 0 ? null : i])),
  new Map(Array.from({ length: 20 }, (_, i) => [i % 2 === 0 ? `k${i}` : `key ${i}`, { is: `o${i % 2}` }])),
];

/** What is made of texts on their bytes. */
const TEXTS: readonly (readonly [(text: Any) => unknown, Sort])[] = [
  [(t) => t.trim().toUpperCase(), "text"],
  [(t) => t.before(" "), "text"],
  [(t) => t.concat('"!'), "text"],
  [(t) => t.slice(1, 4).replaceDigits("#"), "text"],
  [(t) => t.length, "number"],
  [(t) => t.endsWith("2"), "any"],
];

/** One choice of many, and what it needs. */
interface Pick {
  readonly what: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

function derived({ a, b, c }: Pick, place: Place): readonly [unknown, Sort] {
  switch (a % 6) {
    case 0: {
      const path = place.path(b);
      return [field(path as never), place.sort(path)];
    }
    case 1:
      return [instant(place.path(b, "date") as never), "number"];
    case 2:
      return [column(place.path(b) as never, valueFunction(c)), c % 8 === 0 ? "number" : "any"];
    case 3:
      return [column(place.path(b, "text", "number") as never, valueFunction(c)), "any"];
    case 4: {
      const [made, sort] = TEXTS[c % TEXTS.length] as (typeof TEXTS)[number];
      return [text(place.path(b, "text") as never, made as never), sort];
    }
    default:
      return [rowFunction(c, place.path(b)), c % 12 === 2 ? "text" : "any"];
  }
}

/** One step in the middle, and what is known behind it. */
function middle(pick: Pick, place: Place): readonly [Step, Place] {
  const { what, a, b, c } = pick;
  switch (what % 14) {
    case 0:
    case 1:
    case 2: {
      const name = b % 3 === 0 ? place.top(c) : `d${b % 4}`;
      const [one, sort] = derived(pick, place);
      const fields: Record<string, unknown> = { [name]: one };
      const other = derived({ what, a: b, b: c, c: a }, place);
      if (a % 2 === 0) fields.other = other[0];
      const behind = place.set(name, sort);
      return [derive(fields as never), a % 2 === 0 ? behind.set("other", other[1]) : behind];
    }
    case 3:
    case 4: {
      const [rule, sorts] = a % 7 < 2 || a % 7 === 6 ? [a, ["number"]] : [a, []];
      const name = place.top(b, ...(sorts as Sort[]));
      return [validate(schemaOf(name, RULES[rule % 7] as string, c % 3 === 0) as never), place];
    }
    case 5:
    case 6: {
      const path = place.path(b, "text");
      const key = c % 4 === 0 ? rowFunction(c, path) : path;
      const as = c % 3 === 0 ? place.top(a) : "found";
      const missing = c % 2 === 0 ? "fault" : "undefined";
      return [lookup(TABLES[a % 3] as never, { key, as, missing } as never), place.set(as, "any")];
    }
    case 7: {
      const names = [...new Set([place.top(a), place.top(b), place.top(c), place.top(a, "number")])];
      return [select(...(names as never[])), place.keep(names)];
    }
    case 8:
      return [omit(place.top(a) as never), place.drop(place.top(a))];
    case 9: {
      const from = place.top(a);
      const to = b % 2 === 0 ? "renamed" : place.top(c);
      return from === to
        ? [filter(() => true), place]
        : [rename({ [from]: to } as never), place.move(from, to)];
    }
    case 10:
    case 11:
      return [filter(predicate(c, a, place) as never), place];
    case 12: {
      const [step, name] = guarded(pick, place);
      return [step, place.set(name, "any")];
    }
    default:
      return [flatMap((row: Any) => Array.from({ length: c % 3 }, () => own(row))) as Step, place];
  }
}

/** What a filter asks: functions and columns, some of which throw, keep every row, or none. */
function predicate(choice: number, which: number, place: Place): unknown {
  const path = place.path(which);
  const named = place.path(which, "text");
  const fn = rowFunction(choice >> 3, path);
  const predicates: (() => unknown)[] = [
    () => (row: Any, meta: Any) => words(fn(row, meta)).length % 4 !== 0,
    () => (row: Any, meta: Any) => words(fn(row, meta)).length % 4 !== 0,
    () => column(path as never, (value: Any) => words(value).length % 3 !== 0),
    () => column(named as never, (value: Any) => words(value) > "k2"),
    () =>
      column(named as never, (value: Any) => {
        if (words(value).endsWith("15")) throw new Error(`nothing about ${words(value)}`);
        return words(value) > "key 15" ? undefined : true;
      }),
    () => column(place.path(which, "number") as never, (value: Any) => value > 3),
    () => field("flag" as never),
    () => text(named as never, ((t: Any) => t.startsWith("k1")) as never),
    () => (row: Any) => choice % 5 !== 0 && words(at(row, path)).length > 1,
  ];
  return predicates[choice % predicates.length]?.();
}

/** Calls that a function got for rows which the filter in front of it had dropped. */
let unguarded = 0;

/** A filter, and behind it a function that is good for the rows it keeps only. */
function guarded({ a, b, c }: Pick, place: Place): readonly [Step, string] {
  const path = place.path(a, b % 3 === 0 ? "any" : "text");
  const keeps = (value: Any) => words(value).length % 2 === c % 2;
  const needs = (value: Any): number => {
    if (!keeps(value)) unguarded += 1;
    return words(value).length + c;
  };
  const guard = filter(
    c % 3 === 0 ? column(path as never, keeps) : (((row: Any) => keeps(at(row, path))) as never),
  );
  const partial = [
    derive({ d1: (row: Any) => needs(at(row, path)) }),
    // Its results are kept by string: it is called for strings that were kept once.
    derive({ d1: column(path as never, needs) }),
    pipe(derive({ d1: (row: Any) => words(at(row, path)) }), derive({ d1: (row: Any) => needs(row.d1) })),
    filter((row: Any) => needs(at(row, path)) % 3 !== 0),
    lookup({ get: (key: string) => needs(key) }, { key: path, as: "d1" } as never),
  ][b % 5];
  return [pipe(guard as Step, partial as Step), "d1"];
}

function compute(picks: readonly Pick[], place: Place): Record<string, unknown> {
  const results: Record<string, unknown> = { rows: count() };
  for (const [i, { what, a, b, c }] of picks.entries()) {
    const number =
      c % 3 === 0
        ? rowFunction([6, 4, 1, 10, 3][a % 5] as number, place.path(b, "number"))
        : place.path(b, "number");
    const any = c % 4 === 0 ? rowFunction(a, place.path(b)) : place.path(b);
    const text = c % 5 === 0 ? any : place.path(b, "text");
    const makes = [
      () => sum(number as never),
      () => mean(number as never),
      () => min(number as never),
      () => max(number as never),
      () => distinct(text as never, { exact: [10_000, 3, 0][c % 3] as number }),
      () => distinct(any as never),
      () => first(any as never),
      () => last(any as never),
      () => min(any as never),
    ];
    // What knows no columns keeps the whole window from knowing them: less often.
    results[`r${i}`] = makes[what % (a % 3 === 0 ? 9 : 5)]?.();
  }
  return results;
}

/** How a pipeline, or a branch of one, ends. */
interface Ending {
  readonly end: Pick;
  readonly results: readonly Pick[];
  readonly by: readonly number[];
}

interface Case extends Ending {
  readonly data: Data;
  readonly steps: readonly Pick[];
  readonly branches: readonly (Ending & { readonly steps: readonly Pick[] })[];
  readonly batch_bytes: number;
  readonly record_bytes: number;
  readonly verify: boolean;
  readonly kernel: "wasm" | "javascript";
  readonly slow: boolean;
  readonly drops: boolean;
  readonly stopAbove: number | undefined;
}

/** What becomes of one run. */
interface Outcome {
  /** By sink, in the order of the pipeline. */
  readonly outputs: readonly (readonly unknown[])[];
  readonly faults: readonly Record<string, unknown>[];
  readonly report: Record<string, unknown> | undefined;
  readonly error: string | undefined;
}

/** Makes one more sink that a case writes to: of rows, or of bytes in one format or another. */
type End = (choice: number) => Step;

/** What a window reads the time from: what rises, most often. */
function timeOf({ b, c }: Pick, place: Place): unknown {
  if (b % 5 > 0 && place.sort("ts") === "number") return c % 3 > 0 ? "ts" : (row: Any) => row.ts;
  const path = place.path(b, "number");
  return c % 3 > 0 ? path : rowFunction([0, 3, 10, 1, 6][c % 5] as number, path);
}

function ending(
  of: Case,
  { end, results, by: choices }: Ending,
  place: Place,
  sink: End,
  deep = 0,
): readonly Step[] {
  const { what, a, b, c } = end;
  const single = of.data.rows.length === 1;
  const by = [...new Set(choices.map((choice) => place.top(choice, "text", "any")))].filter(
    (name) => name !== "window" && name !== "rows" && !/^r\d$/.test(name),
  );
  const groups = {
    by,
    compute: compute(results, place),
    ...(single && c % 8 === 0 && { maxGroups: 1 + (c % 5) }),
  };
  const grouped = (late: Step | undefined): Step =>
    window({
      over: tumbling({ milliseconds: [10, 100, 1000][a % 3] as number }),
      time: timeOf(end, place),
      outOfOrder: { milliseconds: [0, 5, 60, 1000][c % 4] as number },
      lateness: { milliseconds: [0, 0, 7, 300][a % 4] as number },
      ...(late && { late }),
      ...(a % 7 === 0 && { emit: { updates: true } }),
      ...groups,
    } as never) as never;
  const lates: readonly (() => Step | undefined)[] = [
    () => undefined,
    () => undefined,
    () => sink(0),
    () => pipe(derive({ late: (_row: Any, meta: Any) => meta.time }), sink(c)) as Step,
    () => pipe(take<Any>(2), sink(0)) as Step,
  ];
  switch (what % 16) {
    case 0:
    case 1:
    case 2:
      return [sink(a)];
    case 3:
      return [summarise(groups as never) as Step, sink(0)];
    case 4:
      // Which rows come first depends on how partitions interleave.
      return single ? [take<Any>(b % 3 === 0 ? a * 7 : a % 40), sink(b)] : [sink(b)];
    case 5:
      return [grouped(undefined), ...(single && c % 2 === 0 ? [take<Any>(a % 9)] : []), sink(b)];
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
      return deep > 1 ? [sink(a)] : [forked(of, b % of.branches.length, place, sink, deep + 1)];
    default: {
      const late = lates[b % 5]?.();
      return [grouped(late), sink(what)];
    }
  }
}

function forked(of: Case, from: number, place: Place, sink: End, deep: number): Step {
  const branches: Record<string, Step> = {};
  for (const [i, branch] of of.branches.slice(from).entries()) {
    const { steps, behind } = middles(branch.steps, place);
    branches[`b${i}`] = (pipe as Any)(...steps, ...ending(of, branch, behind, sink, deep));
  }
  return fork<Any>(branches as never) as Step;
}

function middles(
  picks: readonly Pick[],
  place: Place,
): { readonly steps: readonly Step[]; readonly behind: Place } {
  let behind = place;
  const steps = picks.map((one) => {
    const [step, next] = middle(one, behind);
    behind = next;
    return step;
  });
  return { steps, behind };
}

/** A sink of bytes that keeps them as text. */
function textSink(written: string[], pause: () => Promise<void> | void): Sink<Batch> {
  const nothing = async () => {};
  return {
    name: "text",
    open: async () => ({
      write: async (batches) => {
        await pause();
        for (const { arena, start, end } of batches) {
          written.push(...new TextDecoder().decode(arena.bytes.subarray(start, end - 1)).split("\n"));
        }
      },
      flush: nothing,
      close: nothing,
      abort: nothing,
    }),
  };
}

/** Runs a case, the short way or, behind a step that knows no columns, the long way. */
async function outcome(of: Case, long: boolean): Promise<Outcome> {
  const { data, batch_bytes, record_bytes, verify, kernel, slow, drops, stopAbove } = of;
  const pause = slow ? () => turns(3) : () => {};
  const faults = memorySink<Record<string, unknown>>(pause);
  const outputs: (readonly unknown[])[] = [];
  const sink: End = (choice) => {
    if (choice % 3 === 0) {
      const rows = memorySink<Any>(pause);
      outputs.push(rows.rows);
      return to(rows) as Step;
    }
    const lines: string[] = [];
    outputs.push(lines);
    return to(textSink(lines, pause), (choice % 3 === 1 ? ndjson() : csv(CsvSchema)) as Any) as Step;
  };
  const { steps, behind } = middles(of.steps, new Place(FIELDS));
  const encoder = new TextEncoder();
  const partitions = Object.fromEntries(
    data.rows.map((rows, partition) => {
      const lines = Array.from({ length: rows }, (_, row) => `${recordOf(data, partition, row)}\n`);
      return [`p${partition}`, rechunk(encoder.encode(lines.join("")), 4_000)];
    }),
  );
  const source = interleave(partitions, () => 0, { bounded: true, turns: 4 });
  const head = long ? [tap<Any>(() => {})] : [];
  const parts = [
    from(source, ndjson(RowSchema as never)),
    ...head,
    ...steps,
    ...ending(of, of, behind, sink),
  ];
  const deadLetter = pipe(
    map(({ bytes: record, cause, ...fault }: Fault) => ({
      ...fault,
      record: new TextDecoder().decode(record),
      cause: String(cause),
    })),
    to(faults),
  );
  const options: RunOptions = {
    // Not a read for every byte of many rows.
    batch_bytes: Math.max(batch_bytes, Math.ceil(data.rows.reduce((sum, rows) => sum + rows) / 12)),
    record_bytes,
    verify,
    kernel,
    ...(!drops && { deadLetter: deadLetter as never }),
    ...(stopAbove !== undefined && { faults: { stopAbove } }),
  };
  const job = (pipe as Any)(...parts);
  let report: Record<string, unknown> | undefined;
  let error: string | undefined;
  try {
    const { elapsed_ms: _, pool: __, ...rest } = await run(job, options).done;
    const operators = rest.operators.filter(({ name }) => name !== "tap");
    report = { ...rest, operators };
  } catch (thrown) {
    error = thrown instanceof FaultError ? `${thrown.message} at ${thrown.fault.offset}` : String(thrown);
  }
  const reported = error === undefined ? faults.rows : [];
  const ended = { outputs: error === undefined ? outputs : [], report, error };
  if (data.rows.length === 1) return { ...ended, faults: reported };
  // How partitions interleave is not defined: each keeps its own order.
  const partitionOf = (fault: Record<string, unknown>) => String(fault.partition);
  const byPartition = reported.toSorted((a, b) =>
    partitionOf(a) < partitionOf(b) ? -1 : partitionOf(a) > partitionOf(b) ? 1 : 0,
  );
  return { ...ended, faults: byPartition };
}

const pick = fc.record({
  what: fc.nat({ max: 1000 }),
  a: fc.nat({ max: 1000 }),
  b: fc.nat({ max: 1000 }),
  c: fc.nat({ max: 1000 }),
});
const size = fc.oneof(
  { weight: 12, arbitrary: fc.nat({ max: 60 }) },
  { weight: 3, arbitrary: fc.integer({ min: 60, max: 1_200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_200, max: 6_000 }) },
);
const data: fc.Arbitrary<Data> = fc.record({
  seed: fc.nat(),
  rows: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(size) },
    { weight: 2, arbitrary: fc.array(size, { minLength: 2, maxLength: 3 }) },
  ),
  bad: fc.constantFrom(0, 0, 5, 60),
  odd: fc.constantFrom(0, 3, 60, 300),
  strings: fc.constantFrom(3, 3, 12, 12, 12, 400, 0),
  disorder: fc.constantFrom(0, 20, 300),
});
const endings = {
  end: pick,
  results: fc.array(pick, { maxLength: 4 }),
  by: fc.array(fc.nat({ max: 1000 }), { maxLength: 2 }),
};
const cases: fc.Arbitrary<Case> = fc.record({
  data,
  steps: fc.array(pick, { maxLength: 4 }),
  ...endings,
  branches: fc.array(fc.record({ steps: fc.array(pick, { maxLength: 3 }), ...endings }), {
    minLength: 1,
    maxLength: 4,
  }),
  batch_bytes: fc.constantFrom(1, 300, 5_000, 256 * 1024, 256 * 1024),
  // Small arenas of sinks: they are full, and hold, in the middle of a span.
  record_bytes: fc.constantFrom(500, 2_048, 2_048, 20_000),
  verify: fc.boolean(),
  kernel: fc.constantFrom("wasm", "javascript"),
  slow: fc.boolean(),
  drops: fc.constantFrom(false, false, false, true),
  stopAbove: fc.constantFrom(...Array<undefined>(20).fill(undefined), 0.001, 0.01, 0.1),
});

test("the short way gives what the long way gives", async () => {
  const numRuns = Number(MILLRACE_CASES ?? 400);
  const settings = { numRuns, ...(MILLRACE_SEED !== undefined && { seed: Number(MILLRACE_SEED) }) };
  // A busy machine runs fewer, unless it was asked for so many.
  const limit = MILLRACE_CASES === undefined ? { interruptAfterTimeLimit: 2_500 } : {};
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      const short = await outcome(one, false);
      const long = await outcome(one, true);
      assert.deepEqual(short, long);
      assert.equal(unguarded, 0, "a function saw a row that the filter in front of it had dropped");
    }),
    { ...settings, ...limit },
  );
});

const Small = type({ s: "string", n: "number", u: { id: "string" } }) as never as Schema;
const small = (rows: readonly (readonly [string, number])[]) => {
  const lines = rows.map(([s, n]) => `{"s":"${s}","n":${n},"u":{"id":"${s}${n}"}}\n`);
  return from([new TextEncoder().encode(lines.join(""))], ndjson(Small as never)) as Step;
};
/** Runs steps both ways; gives what both gave. */
async function bothWays(
  rows: readonly (readonly [string, number])[],
  steps: readonly Step[],
  options?: RunOptions,
) {
  const short = await collect((pipe as Any)(small(rows), ...steps), options);
  const long = await collect(
    (pipe as Any)(
      small(rows),
      tap<Any>(() => {}),
      ...steps,
    ),
    options,
  );
  assert.deepEqual(short, long);
  return short;
}
const ABA = [
  ["a", 1],
  ["b", 2],
  ["a", 3],
] as const;

test("rows reach every branch of a fork, also when operators at the head of a branch work by columns", async () => {
  const whole = memorySink<Any>();
  const cut = memorySink<Any>();
  const job = pipe(
    small(ABA),
    fork<Any>({ cut: pipe(select<Any, Any>("s"), to(cut)) as never, whole: to(whole) as never }),
  );
  const { operators } = await run(job as never).done;
  assert.deepEqual(cut.rows, [{ s: "a" }, { s: "b" }, { s: "a" }]);
  assert.deepEqual(
    whole.rows.map(({ n }) => n),
    [1, 2, 3],
  );
  assert.deepEqual(
    operators.map(({ rowsIn }) => rowsIn),
    [3, 3, 3, 3],
  );
});

test("a window that does not hold its time takes the row all the same, and the run goes on", async () => {
  // Spans of 10 ms with gaps of 90 behind them.
  const over = {
    kind: "gaps",
    text: "gaps",
    longest_ms: 10,
    start: (time_ms: number) => Math.floor(time_ms / 100) * 100,
    end: (start_ms: number) => start_ms + 10,
  };
  const step = window({
    over,
    time: "n",
    outOfOrder: { seconds: 1 },
    compute: { rows: count() },
  } as never) as Step;
  const given: Any = await bothWays(
    [
      ["a", 5],
      ["b", 50],
      ["c", 105],
    ],
    [step],
  );
  assert.deepEqual(
    given.map((row: Any) => [row.window.start, row.rows]),
    [
      [0, 2],
      [100, 1],
    ],
  );
});

test("what takes late rows gets late rows only, also when it works by columns", async () => {
  const late = memorySink<Any>();
  const step = window({
    over: tumbling({ milliseconds: 1 }),
    time: "n",
    late: pipe(select<Any, Any>("n"), to(late)),
    compute: { rows: count() },
  } as never) as Step;
  const rows: Any = await collect(pipe(small([...ABA, ["c", 2]]), step) as never);
  assert.deepEqual(late.rows, [{ n: 2 }]);
  assert.deepEqual(
    rows.map((row: Any) => [row.window.start, row.rows]),
    [
      [1, 1],
      [2, 1],
      [3, 1],
    ],
  );
});

test("a table's null is a value", async () => {
  const table = { get: (key: string) => (key === "a" ? null : undefined) };
  const rows = await bothWays(ABA, [lookup(table, { key: "s", as: "found" } as never) as Step]);
  assert.deepEqual(
    rows.map((row: Any) => row.found),
    [null, undefined, null],
  );
});

test("no row sees the event time of another", async () => {
  const seen = derive({ before: (_row: Any, meta: Any) => meta.time }) as Step;
  const step = window({
    over: tumbling({ milliseconds: 10 }),
    time: "n",
    compute: { times: sum(((_row: Any, meta: Any) => meta.time) as never), before: sum("before" as never) },
  } as never) as Step;
  const rows: Any = await bothWays([...ABA, ["a", 11]], [seen, step]);
  assert.deepEqual(
    rows.map((row: Any) => [row.times, row.before]),
    [
      [6, Number.NaN],
      [11, Number.NaN],
    ],
  );
});

test("rows of summarise have no event time", async () => {
  const total = summarise({ compute: { rows: count() } }) as Step;
  const time = map((_row: Any, meta: Any) => meta.time) as Step;
  assert.deepEqual(await bothWays(ABA, [eventTime<Any>("n" as never), total, time]), [Number.NaN]);
});

test("a view inside a computed value is good as its row passes", async () => {
  const rows = await bothWays(ABA, [derive({ inner: (row: Any) => row.u }) as Step], { verify: true });
  assert.deepEqual(
    rows.map((row: Any) => row.inner),
    [{ id: "a1" }, { id: "b2" }, { id: "a3" }],
  );
});

test("the share of faults is that of the rows so far, also within a span of rows", async () => {
  // The 2nd fault is the 2,000th row: no more than a thousandth. That is found where the group is new.
  const rows = Array.from(
    { length: 2_100 },
    (_, i) => [i === 1_499 ? "b" : i === 1_999 ? "c" : "a", 1] as const,
  );
  const step = window({
    over: tumbling({ milliseconds: 10 }),
    time: "n",
    by: ["s"],
    maxGroups: 1,
    compute: { rows: count() },
  } as never) as Step;
  const given: Any = await bothWays(rows, [step], { deadLetter: "drop", faults: { stopAbove: 0.001 } });
  assert.equal(given[0].rows, 2_098);
});

test("operators at the head work by columns, windows by spans", async () => {
  // Else all of the above would compare the long way with itself.
  let calls = 0;
  let before = 0;
  const counted = derive({
    twice: (row: Any) => {
      calls += 1;
      return row.n * 2;
    },
  }) as Step;
  const seen = map((row: Any) => {
    before ||= calls;
    return row.twice;
  }) as Step;
  assert.deepEqual(await collect(pipe(small(ABA), counted, seen) as never), [2, 4, 6]);
  assert.deepEqual([before, calls], [3, 3]);
  calls = 0;
  const total = sum((row: Any) => {
    calls += 1;
    return row.n;
  });
  const step = window({
    over: tumbling({ milliseconds: 10 }),
    time: "n",
    compute: { total },
  } as never) as Step;
  await collect(pipe(small(ABA), step) as never);
  // Each row once, the first of the group too.
  assert.equal(calls, 3);
});

test("stopped in the middle, a partition says where the next record begins", async () => {
  const ends = [
    () => to(memorySink<Any>()),
    // Held when it is stopped: an arena has room for one row, and nothing is written so soon.
    () =>
      to(
        textSink([], () => turns(3)),
        ndjson() as Any,
      ),
  ];
  for (const end of ends) {
    for (const head of [[], [tap<Any>(() => {})]]) {
      const steps = [...head, derive({ m: (row: Any) => row.n }), take(3), end()];
      const job = (pipe as Any)(small([...ABA, ["c", 4]]), ...steps);
      const { partitions } = await run(job, { record_bytes: 60 }).done;
      assert.deepEqual(
        partitions.map(({ offset }) => offset),
        [3 * '{"s":"a","n":1,"u":{"id":"a1"}}\n'.length],
      );
    }
  }
});

test("what a filter dropped is nobody's business, and is counted as its rows pass", async () => {
  const seen: number[] = [];
  const many = Array.from({ length: 1_500 }, (_, i) => [i % 3 === 0 ? "a" : "b", i] as const);
  const steps = () => [
    filter<Any>(column("s" as never, (s: string) => s === "a") as never),
    derive<Any, Any>({
      half: (row: Any) => {
        seen.push(row.n);
        return row.n / 2;
      },
    }),
    filter<Any>((row: Any) => row.half % 2 === 0),
    take<Any>(100),
  ];
  for (const head of [[], [tap<Any>(() => {})]]) {
    const taken = memorySink<Any>();
    const { operators, rowsIn } = await run((pipe as Any)(small(many), ...head, ...steps(), to(taken))).done;
    // Every twelfth row is taken: the hundredth is row 1,188.
    assert.deepEqual(
      operators.filter(({ name }) => name !== "tap").map((one) => [one.name, one.rowsIn, one.rowsOut]),
      [
        ["filter", 1_189, 397],
        ["derive", 397, 397],
        ["filter-2", 397, 100],
        ["take", 100, 100],
        ["memory", 100, 100],
      ],
    );
    assert.equal(rowsIn, 1_189);
  }
  assert.deepEqual(
    seen.filter((n) => n % 3 !== 0),
    [],
  );
});

test("filters without number", async () => {
  // More than there are marks to tell them apart by.
  const one = (i: number) => filter<Any>((row: Any) => row.n !== i) as Step;
  const chain = (from: number, to: number): Step =>
    to - from === 1 ? one(from) : (pipe(chain(from, (from + to) >> 1), chain((from + to) >> 1, to)) as Step);
  const numbers = Array.from({ length: 400 }, (_, i) => ["a", i] as const);
  const rows: Any = await bothWays(numbers, [chain(0, 300)]);
  assert.deepEqual([rows.length, rows[0].n], [100, 300]);
});

/** Forks rows, both ways and on both kernels; gives what all of them gave. */
async function forkedEveryWay(
  rows: readonly (readonly [string, number])[],
  branches: () => Readonly<Record<string, readonly Step[]>>,
) {
  const outcomes: { outputs: Record<string, readonly Any[]>; operators: readonly (readonly unknown[])[] }[] =
    [];
  for (const kernel of ["wasm", "javascript"] as const) {
    for (const head of [[], [tap<Any>(() => {})]]) {
      const outputs: Record<string, readonly Any[]> = {};
      const ended = Object.entries(branches()).map(([name, steps]) => {
        const sink = memorySink<Any>();
        outputs[name] = sink.rows;
        return [name, (pipe as Any)(...steps, to(sink))];
      });
      const job = (pipe as Any)(small(rows), ...head, fork<Any>(Object.fromEntries(ended)));
      const { operators } = await run(job, { kernel }).done;
      const counts = operators.map(({ name, rowsIn, rowsOut }) => [name, rowsIn, rowsOut]);
      outcomes.push({ outputs, operators: counts.filter(([name]) => name !== "tap") });
      assert.deepEqual(outcomes.at(-1), outcomes[0], `${kernel}, ${head.length === 0 ? "short" : "long"}`);
    }
  }
  return outcomes[0] as (typeof outcomes)[number];
}

const only = (s: string) => filter((row: Any) => row.s === s) as Step;

test("no branch sees the event time that another has read", async () => {
  const time = (_row: Any, meta: Any) => meta.time;
  const timed = (of: Any) =>
    window({
      over: tumbling({ milliseconds: 10 }),
      time: of,
      compute: { times: sum(time as never) },
    } as never) as Step;
  // The last is late: windows take it by itself.
  const rows = [...ABA, ["b", 4], ["a", 11], ["b", 2]] as const;
  const { outputs } = await forkedEveryWay(rows, () => ({
    windows: [timed("n")],
    again: [timed((row: Any, meta: Any) => (Number.isNaN(meta.time) ? row.n : 1e9))],
    columns: [derive({ before: time }) as Step],
    rows: [map((row: Any, meta: Any) => [row.n, meta.time]) as Step],
    // They pass when all branches have got the row that they are made of.
    pending: [
      flatMap((row: Any) => [{ n: row.n }, { n: row.n }]) as Step,
      map((row: Any, meta: Any) => [row.n, meta.time]) as Step,
      eventTime<Any>((row: Any) => row[0]) as Step,
    ],
    late: [timed("n")],
  }));
  for (const name of ["windows", "again", "late"]) {
    assert.deepEqual(
      outputs[name]?.map(({ times }) => times),
      [10, 11],
    );
  }
  assert.deepEqual(
    outputs.columns?.map(({ before }) => before),
    Array(6).fill(Number.NaN),
  );
  assert.deepEqual(
    outputs.rows,
    rows.map(([, n]) => [n, Number.NaN]),
  );
  assert.deepEqual(
    outputs.pending,
    rows.flatMap(([, n]) => [
      [n, Number.NaN],
      [n, Number.NaN],
    ]),
  );
});

test("no branch misses what another has dropped, nor gets it back", async () => {
  const groups = () =>
    window({
      over: tumbling({ milliseconds: 10 }),
      time: "n",
      compute: { rows: count(), texts: distinct("s" as never) },
    } as never) as Step;
  const twice = () => derive({ twice: column("s" as never, (s: string) => s + s) }) as Step;
  const rows = ["a", "b", "c", "a", "c", "b"].map((s, n) => [s, n] as const);
  const { outputs } = await forkedEveryWay(rows, () => ({
    a: [only("a"), groups()],
    notA: [filter((row: Any) => row.s !== "a") as Step, twice(), groups()],
    b: [only("b"), twice()],
    all: [twice(), groups()],
    c: [twice(), filter(column("twice" as never, (text: string) => text === "cc") as never) as Step],
    // Reads the strings of fewer rows than those before, which still use what they read.
    last: [only("a"), twice()],
  }));
  const figures = (name: string) => outputs[name]?.map((row) => [row.rows, row.texts]);
  assert.deepEqual(
    ["a", "notA", "all"].map((name) => figures(name)),
    [[[2, 1]], [[4, 2]], [[6, 3]]],
  );
  assert.deepEqual(
    ["b", "c"].map((name) => outputs[name]?.map((row) => [row.n, row.twice])),
    [
      [
        [1, "bb"],
        [5, "bb"],
      ],
      [
        [2, "cc"],
        [4, "cc"],
      ],
    ],
  );
});

test("a branch that wants no more gets no more, while the others go on", async () => {
  const rows = Array.from({ length: 2_000 }, (_, n) => [`s${n % 50}`, n] as const);
  const groups = window({
    over: tumbling({ milliseconds: 100 }),
    time: "n",
    by: ["s"],
    compute: { rows: count() },
  } as never) as Step;
  const { outputs, operators } = await forkedEveryWay(rows, () => ({
    few: [select<Any, Any>("n") as Step, take<Any>(3)],
    groups: [only("s7"), groups],
    none: [filter(() => false) as Step, take<Any>(0)],
    inner: [filter((row: Any) => row.n % 2 === 0) as Step, take<Any>(5)],
  }));
  assert.deepEqual(
    [outputs.few, outputs.inner].map((given) => given?.map(({ n }) => n)),
    [
      [0, 1, 2],
      [0, 2, 4, 6, 8],
    ],
  );
  assert.equal(outputs.groups?.length, 20);
  assert.deepEqual(
    operators.filter(([name]) => /fork$|fork\.(few|none|inner)\.[st]|filter/.test(String(name))),
    [
      ["fork", 2_000, 0],
      ["fork.few.select", 3, 3],
      ["fork.few.take", 3, 3],
      ["fork.groups.filter", 2_000, 40],
      ["fork.none.filter", 0, 0],
      ["fork.none.take", 0, 0],
      ["fork.inner.filter", 9, 5],
      ["fork.inner.take", 5, 5],
    ],
  );
});

test("a sink of rows writes no more at once than it may gather", async () => {
  const taken = memorySink<Any>(() => turns(2));
  const many = Array.from({ length: 5_000 }, (_, i) => ["a", i] as const);
  await run(pipe(small(many), fork({ all: to(taken) as never })) as never).done;
  assert.equal(taken.rows.length, 5_000);
  assert.ok(Math.max(...taken.writes) <= 1_024, `${taken.writes}`);
});

/** A format that notes how it was asked to write, and cannot write every row. */
function notingFormat() {
  const many: number[] = [];
  const one: number[] = [];
  const { encoder: make } = ndjson() as Any;
  const format = {
    name: "noting",
    encoder: (context: Any) => {
      const { encode } = make(context);
      const { cursor } = context.shape.origin;
      const writing = {
        encode: (row: Any, into: Uint8Array, from: number, end: number): number => {
          one.push(row.n);
          if (row.n === 3) throw new TypeError("no threes");
          return encode(row, into, from, end);
        },
        written: 0,
        encodeRows: (
          chunk: Any,
          rows: Int32Array,
          from: number,
          to: number,
          into: Uint8Array,
          at: number,
          end: number,
        ) => {
          writing.written = at;
          for (let next = from; next < to; next++) {
            moveTo(cursor, chunk, rows[next] as number);
            const row = context.shape.view();
            const behind = row.n === 3 || row.n === 5 ? -1 : encode(row, into, writing.written, end);
            if (behind < 0) return next - from;
            writing.written = behind;
            many.push(row.n);
          }
          return to - from;
        },
      };
      return writing;
    },
  };
  return { format, many, one };
}

test("a sink of bytes has rows written many at a time, also behind a filter, in a fork, beside windows", async () => {
  const { format, many, one } = notingFormat();
  const lines: string[] = [];
  const groups = memorySink<Any>();
  const counted = window({
    over: tumbling({ milliseconds: 4 }),
    time: "n",
    compute: { rows: count() },
  } as never) as Step;
  const rows = Array.from({ length: 20 }, (_, n) => ["a", n] as const);
  const job = pipe(
    small(rows),
    fork<Any>({
      groups: pipe(counted, to(groups)) as never,
      odd: pipe(
        filter((row: Any) => row.n % 2 === 1) as Step,
        to(
          textSink(lines, () => {}),
          format as Any,
        ),
      ) as never,
    }),
  );
  // An arena has room for two or three rows.
  const faults = memorySink<Fault>();
  const report = await run(job as never, { record_bytes: 100, deadLetter: to(faults) }).done;
  const odd = [1, 5, 7, 9, 11, 13, 15, 17, 19];
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).n),
    odd,
  );
  assert.deepEqual(
    faults.rows.map(({ operator, code, bytes }) => [
      operator,
      code,
      JSON.parse(new TextDecoder().decode(bytes)).n,
    ]),
    [["fork.odd.text", "callback", 3]],
  );
  assert.deepEqual(
    groups.rows.map((row) => row.rows),
    [4, 4, 4, 4, 4],
  );
  // Those that could not be, and the first of every arena; that one is tried twice.
  assert.deepEqual(
    [...new Set([...many, ...one])].toSorted((a, b) => a - b),
    [1, 3, ...odd.slice(1)],
  );
  assert.ok(many.length >= 5, `${many} of many, ${one} one by one`);
  assert.deepEqual(
    report.operators
      .map(({ name, rowsIn, rowsOut, faults: refused }) => [name, rowsIn, rowsOut, refused])
      .slice(1),
    [
      ["fork", 20, 0, 0],
      ["fork.groups.window", 20, 5, 0],
      ["fork.groups.memory", 5, 5, 0],
      ["fork.odd.filter", 20, 10, 0],
      ["fork.odd.text", 10, 9, 1],
    ],
  );
});

test("SPAN-01, SPAN-02 a span that leaves its rows, or throws, stops the run", async () => {
  const spans: readonly [(rows: Int32Array, from: number, to: number) => number, RegExp][] = [
    [(_rows, _from, to) => to + 1, /SPAN-01/],
    [(_rows, from) => from - 1, /SPAN-01/],
    [
      () => {
        throw new RangeError("no span");
      },
      /SPAN-02/,
    ],
  ];
  for (const [span, message] of spans) {
    const broken: Step = planned("broken", (_scope, shape) => ({
      shape,
      open: (next) => ({ columns: () => {}, span, row: (row: Any) => next.row(row) }),
    }));
    await assert.rejects(collect(pipe(small(ABA), broken) as never, { deadLetter: "drop" }), {
      name: "Bug",
      message,
    });
  }
});
