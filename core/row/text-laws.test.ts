// Random programs on random Unicode against direct calls of String's methods, on every way that a value can take: plain
// rows and views, with codes and without, in derive and in filter, alone or behind an operator that knows no columns. A
// soak is the same with more cases; a failure says its seed:
//   MILLRACE_CASES=20000 MILLRACE_SEED=1 node core/row/text-laws.test.ts
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { type } from "arktype";
import fc from "fast-check";
import type { Stream } from "../operator.ts";
import { derive } from "../operators/derive.ts";
import { filter } from "../operators/filter.ts";
import { tap } from "../operators/tap.ts";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";
import type { Column } from "./column.ts";
import { text } from "./text.ts";
import type { Text, TextLength, TextPredicate } from "./text-recorder.ts";

const { MILLRACE_CASES, MILLRACE_SEED } = process.env;
const cases = (usual: number) => ({
  numRuns: Number(MILLRACE_CASES ?? usual),
  ...(MILLRACE_SEED && { seed: Number(MILLRACE_SEED) }),
});

/** What is easily got wrong: white space, letters whose case changes the length, marks, halves of pairs. */
const PIECES = [
  ..."aZ09@?/.$",
  ..."éßµÿ×÷¼",
  ..."iIıİŉǰΐΣσςΑſKÅﬁﬀᾳὈⅷⓐ",
  ..."\u0301\u0307\u0345\u200d\u00ad",
  ..." \t\n\r\v\f\u00a0\ufeff\u2028\u2029\u1680\u2003\u202f\u205f\u3000",
  ..."\0\u0085\u180e\u200b\u2060",
  ..."٣०９²😀𐐀𐐨𝐀🇫🇷",
  "\ud83d",
  "\ude00",
  "ΑΣ",
  "Σ.",
  "a:Σ",
  "&&",
  "$&",
  "12345678901234567890",
];
/** Few, so that what is looked for is there. */
const COMMON = ["a", "@", "?", "Σ", "7", "é", " ", "😀"];
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...COMMON) },
  { weight: 4, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) },
);
const joined = (most: number) => fc.array(piece, { maxLength: most }).map((pieces) => pieces.join(""));
const ascii = fc.string({ unit: "binary-ascii", maxLength: 30 });
const value = fc.oneof(
  { weight: 4, arbitrary: joined(12) },
  { weight: 2, arbitrary: ascii },
  // Beyond 64 bytes: no dictionary takes it.
  { weight: 1, arbitrary: fc.tuple(joined(4), joined(4)).map(([a, b]) => `${a}${"x7 É".repeat(17)}${b}`) },
  { weight: 1, arbitrary: fc.tuple(ascii, ascii).map(([a, b]) => `${a}${"1 Aa@".repeat(14)}${b}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(ascii, fc.nat(70), ascii).map(([a, n, b]) => `${a}${"7".repeat(60 + n)}${b}`),
  },
);
const literal = fc.oneof(
  fc.constantFrom(...PIECES),
  joined(3),
  ascii.map((s) => s.slice(0, 2)),
);

/** A step of a program, and the same in String's own words. */
interface Step<Out, Value> {
  readonly name: string;
  readonly record: (t: Text) => Out;
  readonly plain: (s: string) => Value;
}
type TextStep = Step<Text, string>;
type End = Step<Text | TextPredicate | TextLength, string | boolean | number>;

function step(name: string, given: unknown[], plain: TextStep["plain"]): TextStep {
  const record = (t: Text) =>
    (t as unknown as Record<string, (...given: unknown[]) => Text>)[name]!(...given);
  return { name: `${name}(${given.map((one) => JSON.stringify(one)).join(", ")})`, record, plain };
}

const bound = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(-0, 64, -(2 ** 40), 2 ** 31, 1e300));
const textStep: fc.Arbitrary<TextStep> = fc.oneof(
  fc.constant(step("trim", [], (s) => s.trim())),
  fc.constant(step("toLowerCase", [], (s) => s.toLowerCase())),
  fc.constant(step("toUpperCase", [], (s) => s.toUpperCase())),
  literal.map((l) => step("before", [l], (s) => (s.includes(l) ? s.substring(0, s.indexOf(l)) : s))),
  literal.map((l) => step("after", [l], (s) => (s.includes(l) ? s.substring(s.indexOf(l) + l.length) : ""))),
  bound.map((a) => step("slice", [a], (s) => s.slice(a))),
  fc.tuple(bound, bound).map(([a, b]) => step("slice", [a, b], (s) => s.slice(a, b))),
  literal.map((l) => step("replaceDigits", [l], (s) => s.replace(/[0-9]+/g, () => l))),
  literal.map((l) => step("concat", [l], (s) => s.concat(l))),
);

const END = {
  text: fc.constant<End>({ name: "", record: (t) => t, plain: (s) => s }),
  length: fc.constant<End>({ name: ".length", record: (t) => t.length, plain: (s) => s.length }),
  predicate: fc
    .tuple(fc.constantFrom("startsWith", "endsWith", "includes", "equals"), literal, fc.nat({ max: 2 }))
    .map(([name, l, nots]): End => {
      const record = (t: Text) => {
        let asked = t[name as "includes"](l);
        for (let i = 0; i < nots; i++) asked = asked.not();
        return asked;
      };
      const holds = (s: string) => (name === "equals" ? s === l : s[name as "includes"](l));
      return { name: `.${name}(${JSON.stringify(l)})`, record, plain: (s) => holds(s) !== (nots === 1) };
    }),
};

/** A whole program. */
function program(end: fc.Arbitrary<End>): fc.Arbitrary<End> {
  return fc.tuple(fc.array(textStep, { maxLength: 5 }), end).map(([steps, last]) => ({
    name: `t${steps.map(({ name }) => `.${name}`).join("")}${last.name}`,
    record: (t) => last.record(steps.reduce((made, { record }) => record(made), t)),
    plain: (s) => last.plain(steps.reduce((made, { plain }) => plain(made), s)),
  }));
}

/** Values that come again, in an order of their own: some of them missing, null, or written all in escapes. */
interface Case {
  readonly rows: readonly Row[];
  readonly escaped: readonly boolean[];
  readonly verify: boolean;
  readonly byRow: boolean;
}
interface Row {
  readonly i: number;
  readonly s?: string | null;
}
const given: fc.Arbitrary<Case> = fc
  .record({
    values: fc.array(value, { minLength: 1, maxLength: 8 }),
    picks: fc.array(fc.nat({ max: 99 }), { maxLength: 24 }),
    escaped: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }),
    verify: fc.boolean(),
    byRow: fc.boolean(),
  })
  .map(({ values, picks, ...rest }) => ({
    ...rest,
    rows: picks.map((pick, i): Row => {
      if (pick === 0) return { i };
      return { i, s: pick === 1 ? null : (values[pick % values.length] as string) };
    }),
  }));

function quoted(s: string, all: boolean): string {
  if (!all) return JSON.stringify(s);
  const hex = Array.from({ length: s.length }, (_, i) => s.charCodeAt(i).toString(16).padStart(4, "0"));
  return `"${hex.map((unit) => `\\u${unit}`).join("")}"`;
}

const Schema = type({ i: "number", "s?": "string | null" });
const encoder = new TextEncoder();

function streams({ rows, escaped, byRow }: Case): Stream<Row>[] {
  const lines = rows.map(({ i, s }, at) => {
    if (s === undefined) return `{"i":${i}}\n`;
    return `{"i":${i},"s":${s === null ? "null" : quoted(s, escaped[at] as boolean)}}\n`;
  });
  const views = from([encoder.encode(lines.join(""))], ndjson(Schema)) as Stream<Row>;
  // Behind a step that knows no columns everything goes row by row.
  return [
    from(rows),
    byRow
      ? pipe(
          views,
          tap<Row>(() => {}),
        )
      : views,
  ];
}

const columnOf = ({ record }: End) =>
  text<{ s: string }, "s", Text>("s", record as (t: Text) => Text) as Column<unknown, unknown>;
const answer = (s: string | null | undefined, { plain }: End) =>
  s === null || s === undefined ? undefined : plain(s);

const anyEnd = fc.oneof(END.text, END.length, END.predicate);
const shown = <T extends object>(one: fc.Arbitrary<T>) =>
  one.map((made) =>
    Object.assign(made, { toString: () => (made as { name?: string }).name ?? JSON.stringify(made) }),
  );

// Many programs a run: what costs is the run, ten times as much on Bun.
const programs = (end: fc.Arbitrary<End>) => fc.array(shown(program(end)), { minLength: 1, maxLength: 12 });
const columns = (ends: readonly End[]) => Object.fromEntries(ends.map((one, at) => [at, columnOf(one)]));

test("text: in derive, on all ways, what String's methods answer", async () => {
  const property = fc.asyncProperty(given, programs(anyEnd), async (one, ends) => {
    const expected = one.rows.map(({ s }) => ends.map((end) => answer(s, end)));
    for (const stream of streams(one)) {
      const derived = derive<Row, Record<string, unknown>>(columns(ends));
      const out = await collect(pipe(stream, derived), { verify: one.verify });
      assert.deepEqual(
        out.map((row) => ends.map((_, at) => row[at])),
        expected,
      );
    }
  });
  await fc.assert(property, cases(80));
});

test("text: in filter, on all ways, what String's methods answer", async () => {
  const property = fc.asyncProperty(given, shown(program(END.predicate)), async (one, asked) => {
    const expected = one.rows.filter(({ s }) => answer(s, asked) === true).map(({ i }) => i);
    for (const stream of streams(one)) {
      const kept = filter<Row>(columnOf(asked) as Column<Row, boolean | undefined>);
      const out = await collect(pipe(stream, kept), { verify: one.verify });
      assert.deepEqual(
        out.map(({ i }) => i),
        expected,
      );
    }
  });
  await fc.assert(property, cases(100));
});

test("text: a text of a text, with codes or without, what String's methods answer", async () => {
  const property = fc.asyncProperty(
    given,
    shown(program(END.text)),
    programs(anyEnd),
    async (one, inner, outer) => {
      const expected = one.rows.map(({ s }) => {
        const a = answer(s, inner) as string | undefined;
        return outer.map((end) => answer(a, end));
      });
      for (const stream of streams(one)) {
        const out = pipe(
          stream,
          derive<Row, Record<string, unknown>>({ s: columnOf(inner) }),
          derive<Record<string, unknown>, Record<string, unknown>>(columns(outer)),
        );
        const answers = (await collect(out, { verify: one.verify })).map((row) =>
          outer.map((_, at) => row[at]),
        );
        assert.deepEqual(answers, expected);
      }
    },
  );
  await fc.assert(property, cases(40));
});

test("text: many rows of few and of many values", async () => {
  const values = fc.array(value, { minLength: 1, maxLength: 40 });
  const property = fc.asyncProperty(values, programs(anyEnd), async (strings, ends) => {
    const rows = Array.from({ length: 2_500 }, (_, i): Row => {
      const s = strings[(i * 7) % strings.length] as string;
      return { i, s: i % 5 === 0 ? `${s}${i}` : s };
    });
    const lines = rows.map(({ i, s }) => `{"i":${i},"s":${JSON.stringify(s)}}\n`).join("");
    const views = from([encoder.encode(lines)], ndjson(Schema)) as Stream<Row>;
    const out = await collect(pipe(views, derive<Row, Record<string, unknown>>(columns(ends))));
    assert.deepEqual(
      out.map((row) => ends.map((_, at) => row[at])),
      rows.map(({ s }) => ends.map((end) => answer(s, end))),
    );
  });
  await fc.assert(property, cases(10));
});

test("text: every pair of what is easily got wrong, and every letter", async () => {
  const pairs = PIECES.flatMap((a) => PIECES.map((b) => `${a}${b}`));
  // Up to the last plane that has letters, sixteen at a time, with one in front that makes a word.
  const letters = Array.from({ length: 0x2_0000 / 16 }, (_, i) =>
    Array.from({ length: 16 }, (_, j) => String.fromCodePoint(i * 16 + j)).join(i % 2 === 0 ? "a" : " "),
  );
  const simple: readonly End[] = [
    { name: "trim", record: (t) => t.trim(), plain: (s) => s.trim() },
    { name: "lower", record: (t) => t.toLowerCase(), plain: (s) => s.toLowerCase() },
    { name: "upper", record: (t) => t.toUpperCase(), plain: (s) => s.toUpperCase() },
    { name: "digits", record: (t) => t.replaceDigits("#"), plain: (s) => s.replace(/[0-9]+/g, "#") },
    { name: "slice", record: (t) => t.slice(1, -1), plain: (s) => s.slice(1, -1) },
    { name: "length", record: (t) => t.length, plain: (s) => s.length },
  ];
  const rows = [...pairs, ...letters].map((s, i): Row => ({ i, s }));
  const lines = rows.map(({ i, s }) => `{"i":${i},"s":${JSON.stringify(s)}}\n`).join("");
  const views = from([encoder.encode(lines)], ndjson(Schema)) as Stream<Row>;
  const out = await collect(pipe(views, derive<Row, Record<string, unknown>>(columns(simple))));
  assert.equal(out.length, rows.length);
  out.forEach((row, at) => {
    const s = rows[at]?.s as string;
    assert.deepEqual(
      simple.map((_, i) => row[i]),
      simple.map(({ plain }) => plain(s)),
      JSON.stringify(s),
    );
  });
});
