import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { z } from "zod";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { csv } from "../scan/csv.ts";
import { ndjson } from "../scan/ndjson.ts";
import { compileChecks } from "./checks.ts";
import { drive } from "./drive-rows.ts";
import { own } from "./own.ts";
import { planSchema } from "./schema.ts";
import { PLAIN, type ViewShape } from "./shape.ts";
import type { Schema } from "./standard-schema.ts";

/** A schema of valibot's for rows whose fields nobody forgets. */
const valibot = (entries: v.ObjectEntries): Schema => toStandardJsonSchema(v.looseObject(entries));

/** Schemas that must compile whole, so that no row is given to `validate`. */
const EXACT: Record<string, Schema> = {
  kinds: type({ a: "string", "b?": "number", "c?": "boolean", "d?": "null", "e?": "unknown" }),
  unions: type({
    a: "string | number",
    "b?": "'x' | 'y' | 3 | null",
    "c?": "true | 'no'",
    "d?": "number | undefined",
  }),
  numbers: type({
    a: "number.integer",
    "b?": "-3 < number <= 4.5",
    "c?": "number % 3",
    "d?": "number >= 0 | null",
  }),
  range: type({ a: "-1440 <= number.integer <= 4320", "b?": "number.epoch", "c?": "number.safe" }),
  strings: type({
    a: "string == 2",
    "b?": "1 <= string <= 3",
    "c?": /^[A-Z]{3}$/,
    "d?": "string.email",
    "e?": "string.uuid",
  }),
  iso: type({ a: "string.date.iso", "b?": "string.digits", "c?": "string.ip" }),
  nested: type({
    a: { b: "string", "c?": { "d?": "number > 2" } },
    "b?": { "x?": "string" },
    "c?": "object",
  }),
  nullable: type({ a: type({ b: "number" }).or("null"), "b?": type({ c: "string" }).or("string") }),
  arrays: type({
    a: "string[]",
    "b?": "(number | null)[] >= 1",
    "c?": "unknown[] < 3",
    "d?": type({ b: "number" }).array(),
  }),
  records: type({ a: "Record<string, number>", "b?": { "[string]": "string" } }),
  closed: type({ a: type({ "b?": "number" }).onUndeclaredKey("reject") }),
  sorts: type({ a: "'s'", b: "string" }).or({ a: "'n'", b: "number", "c?": "boolean" }).or({ a: "number" }),
  never: type({ a: "string", "b?": "never" }),
  valibotKinds: valibot({
    a: v.union([v.string(), v.number(), v.null()]),
    b: v.optional(v.number()),
    c: v.optional(v.boolean()),
    d: v.nullish(v.picklist(["x", "y"])),
    e: v.optional(v.literal(3)),
  }),
  valibotTexts: valibot({
    a: v.pipe(v.string(), v.minLength(1), v.maxLength(3), v.title("a")),
    b: v.optional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/))),
    c: v.optional(v.pipe(v.string(), v.length(2), v.regex(/^[a-z]+$/))),
    d: v.optional(v.nullable(v.pipe(v.string(), v.nonEmpty()))),
  }),
  valibotNumbers: valibot({
    a: v.pipe(v.number(), v.minValue(-3), v.maxValue(4.5)),
    b: v.optional(v.pipe(v.number(), v.integer(), v.gtValue(0), v.ltValue(5))),
    c: v.optional(v.pipe(v.number(), v.multipleOf(3))),
  }),
  valibotNested: valibot({
    a: v.looseObject({ b: v.string(), c: v.optional(v.looseObject({ d: v.number() })) }),
    b: v.optional(v.nullable(v.looseObject({ x: v.string(), y: v.optional(v.number()) }))),
    c: v.optional(v.pipe(v.array(v.union([v.number(), v.string()])), v.minLength(1), v.maxLength(2))),
  }),
  valibotPipes: valibot({
    a: v.pipe(v.pipe(v.string(), v.minLength(1), v.description("a")), v.title("A"), v.maxLength(3)),
  }),
  // A field that one sort leaves open may hold anything there.
  openSorts: type({ a: "'s'", b: "number.integer" }).or({ a: "'n'" }),
  valibotOpenSorts: toStandardJsonSchema(
    v.union([
      v.looseObject({ b: v.looseObject({ c: v.string() }) }),
      v.looseObject({ a: v.pipe(v.number(), v.integer()) }),
    ]),
  ),
  valibotSorts: toStandardJsonSchema(
    v.union([
      v.looseObject({ a: v.literal("s"), b: v.string() }),
      v.looseObject({ a: v.literal("n"), b: v.number(), c: v.optional(v.boolean()) }),
    ]),
  ),
};

/** Schemas that say more than their JSON Schema does. */
const INEXACT: Record<string, Schema> = {
  narrow: type({ a: type("number").narrow((n) => n > 2), "b?": "string" }),
  narrowRow: type({ a: "number", "b?": "number" }).narrow(({ a, b }) => b === undefined || a > b),
  flags: type({ a: /^[a-c]$/i, "b?": /^.$/u }),
  patterns: type({ a: type(/^a/).and(/b$/) }),
  date: type({ a: "string.date", "b?": "string.url" }),
  reject: type({ "+": "reject", a: "unknown", "b?": "string" }),
  index: type({ a: "unknown", "[/^b/]": "number" }),
  tuple: type({ a: ["string", "number"] }),
  instance: type({ a: "Date | string" }),
  valibotCheck: valibot({
    a: v.pipe(
      v.number(),
      v.check((n) => n > 2),
    ),
    b: v.optional(v.string()),
  }),
  valibotPipe: valibot({
    a: v.pipe(v.pipe(v.string(), v.email()), v.title("a")),
    b: v.optional(v.pipe(v.pipe(v.number(), v.multipleOf(2)), v.multipleOf(3))),
  }),
  valibotMetadata: valibot({ a: v.pipe(v.number(), v.metadata({ minimum: 5, type: "string" })) }),
  valibotArrays: valibot({ a: v.looseObject({ b: v.optional(v.string()), length: v.optional(v.number()) }) }),
  valibotInherited: valibot({ a: v.string(), toString: v.optional(v.string()) }),
  valibotHandMade: {
    "~standard": {
      ...valibot({ a: v.string() })["~standard"],
      jsonSchema: { input: () => ({ type: "object" }), output: () => ({ type: "object" }) },
    },
  },
  valibotBigExample: valibot({ a: v.pipe(v.string(), v.examples([1n] as unknown as string[])) }),
  valibotFormat: valibot({ a: v.pipe(v.string(), v.email()), b: v.optional(v.string()) }),
  valibotFlags: valibot({ a: v.pipe(v.string(), v.regex(/^[a-c]$/i)) }),
  valibotClosed: toStandardJsonSchema(v.strictObject({ a: v.string() })),
  valibotUnknown: valibot({ a: v.unknown(), b: v.optional(v.string()) }),
  valibotTwice: valibot({ a: v.pipe(v.number(), v.minValue(0), v.minValue(2)) }),
  valibotTuple: valibot({ a: v.tuple([v.string(), v.number()]) }),
};

const value = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    "x",
    "y",
    "no",
    "s",
    "n",
    "ABC",
    "ABc",
    "a",
    "ab",
    "B",
    "\u{1f600}",
    "\u{1f600}a",
    "5",
    "2001-02-03",
    "me@x.org",
    "127.0.0.1",
    "00000000-0000-0000-0000-000000000000",
    "http://x.org",
    0,
    1,
    2.5,
    3,
    4,
    4.5,
    5,
    6,
    -3,
    -1440,
    4320,
    4321,
    1e308,
    9e15,
    true,
    false,
    null,
  ),
  fc.array(fc.constantFrom<unknown>("x", 1, null, { b: 1 }, { b: "x" }, []), { maxLength: 3 }),
  fc.record(
    {
      b: fc.constantFrom<unknown>("x", 1, 3, null),
      c: fc.constantFrom<unknown>("x", 1, { d: 3 }, { d: 1 }, {}),
      x: fc.constantFrom<unknown>("", 1),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
);
const row = fc.record(
  { a: value, b: value, c: value, d: value, e: value },
  { requiredKeys: [], noNullPrototype: true },
);

/** A view's nested object has only the fields that are named. */
const LESS_IN_VIEWS = new Set(["closed", "nested", "nullable", "valibotNested"]);

function verdict(schema: Schema, row: unknown): boolean {
  return (schema["~standard"].validate(row) as { issues?: unknown }).issues === undefined;
}

/** The row through the format: whether it passes, and what it is. */
function throughFormat(schema: Schema, row: unknown) {
  const { rows } = drive(ndjson(schema), JSON.stringify(row));
  const [seen] = rows();
  return { passes: seen?.refusal === undefined, value: own(seen?.row), message: seen?.refusal?.message };
}

const loose = ndjson(
  type({
    "a?": "unknown",
    "b?": { "b?": "unknown", "c?": "unknown", "x?": "unknown" },
    "c?": "unknown",
    "d?": "unknown",
    "e?": "unknown",
  }),
);

/** The row as a view that anything may stand in, through the checks. */
function throughView(schema: Schema, row: unknown): string | undefined {
  const { rows, decoder } = drive(loose, JSON.stringify(row));
  const { check } = compileChecks(schema, decoder.shape);
  for (const seen of rows()) {
    if (seen.row === undefined) return "skip";
    return check(seen.row);
  }
  return "skip";
}

describe("schemas", () => {
  for (const [name, schema] of Object.entries(EXACT)) {
    it(`${name}: compiled checks give validate's verdict`, () => {
      assert.ok(planSchema(schema).exact, "it must compile whole");
      const plain = compileChecks(schema, PLAIN);
      const property = fc.property(row, (row) => {
        const expected = verdict(schema, row);
        const format = throughFormat(schema, row);
        assert.equal(format.passes, expected, `format: ${format.message}`);
        if (expected && !LESS_IN_VIEWS.has(name)) {
          for (const [key, item] of Object.entries(format.value as object))
            assert.deepEqual(item, row[key as "a"]);
        }
        const wrong = plain.check(row);
        assert.equal(wrong === undefined, expected, `plain: ${wrong}`);
        const seen = throughView(schema, row);
        // What a view's nested object leaves out can't be checked there.
        if (seen !== "skip" && name !== "records")
          assert.equal(seen === undefined, expected, `view: ${seen}`);
      });
      fc.assert(property, { numRuns: 600 });
    });
  }

  for (const [name, schema] of Object.entries(INEXACT)) {
    it(`${name}: falls back to validate`, () => {
      assert.equal(planSchema(schema).exact, false);
      const plain = compileChecks(schema, PLAIN);
      const property = fc.property(row, (row) => {
        const expected = verdict(schema, row);
        const format = throughFormat(schema, row);
        assert.equal(format.passes, expected, `format: ${format.message}`);
        assert.equal(plain.check(row) === undefined, expected);
      });
      fc.assert(property, { numRuns: 300 });
    });
  }

  it("that transform give the rows that they make", () => {
    const schemas: Record<string, [Schema, unknown, unknown]> = {
      trim: [type({ a: "string.trim", b: "number" }), { a: " x ", b: 1 }, { a: "x", b: 1 }],
      parse: [type({ a: "string.numeric.parse" }), { a: "12" }, { a: 12 }],
      default: [type({ a: "number = 5", b: "string" }), { b: "x" }, { a: 5, b: "x" }],
      delete: [type({ "+": "delete", a: "number" }), { a: 1, z: 2 }, { a: 1 }],
      pipe: [type({ a: type("number").pipe((n) => n + 1) }), { a: 1 }, { a: 2 }],
      object: [toStandardJsonSchema(v.object({ a: v.number() })), { a: 1, z: 2 }, { a: 1 }],
      inner: [valibot({ a: v.object({ b: v.number() }) }), { a: { b: 1, z: 2 } }, { a: { b: 1 } }],
      fallback: [valibot({ a: v.fallback(v.number(), 5) }), { a: "x", z: 2 }, { a: 5, z: 2 }],
      rootPipe: [
        toStandardJsonSchema(
          v.pipe(
            v.looseObject({ a: v.number() }),
            v.transform((o) => ({ ...o, a: o.a + 1 })),
            v.looseObject({ a: v.number() }),
          ),
        ),
        { a: 1 },
        { a: 2 },
      ],
      middle: [
        toStandardJsonSchema(
          v.pipe(
            v.looseObject({ a: v.number() }),
            v.object({ a: v.number() }),
            v.looseObject({ a: v.number() }),
          ),
        ),
        { a: 1, z: 2 },
        { a: 1 },
      ],
      whole: [
        toStandardJsonSchema(v.fallback(v.pipe(v.looseObject({ a: v.number() }), v.title("a")), { a: 5 })),
        { a: "x" },
        { a: 5 },
      ],
      piped: [
        valibot({ a: v.fallback(v.pipe(v.number(), v.minValue(2)), 5), b: v.number() }),
        { a: 1, b: 2 },
        { a: 5, b: 2 },
      ],
      optional: [valibot({ a: v.optional(v.number(), 5) }), { z: 2 }, { a: 5, z: 2 }],
      transform: [
        valibot({
          a: v.pipe(
            v.string(),
            v.transform((s) => s.length),
          ),
        }),
        { a: "four" },
        { a: 4 },
      ],
    };
    for (const [name, [schema, given, made]] of Object.entries(schemas)) {
      const { decoder, rows } = drive(ndjson(schema), JSON.stringify(given));
      assert.equal(decoder.shape.kind, "plain", name);
      assert.deepEqual([...rows()], [{ row: made }], name);
      const checks = compileChecks(schema, PLAIN);
      assert.ok(checks.transforms);
      assert.equal(checks.check(given), undefined);
      assert.deepEqual(checks.output(), made);
    }
  });

  it("of zod are asked to validate each row, refinements and transforms too", () => {
    const Row = z.object({
      a: z.number().refine((n) => n > 2),
      b: z.string().default("x"),
      c: z
        .string()
        .transform((s) => s.length)
        .optional(),
    });
    const { rows, decoder } = drive(ndjson(Row), '{"a":3,"c":"four","z":1}\n{"a":1}\n{"a":"3"}\n{}');
    const seen = [...rows()];
    assert.equal(decoder.shape.kind, "plain");
    assert.deepEqual(seen[0], { row: { a: 3, b: "x", c: 4 } });
    assert.equal(seen[1]?.refusal?.code, "schema");
    assert.match(seen[1]?.refusal?.message ?? "", /^a: /);
    assert.match(seen[2]?.refusal?.message ?? "", /^a must be a number \(was "3"\)$/);
    assert.match(seen[3]?.refusal?.message ?? "", /^a must be a number \(was missing\)$/);
  });

  it("of valibot's that drop fields still say what columns there are", async () => {
    const Row = toStandardJsonSchema(v.object({ id: v.string(), n: v.number(), ok: v.boolean() }));
    const text = new TextEncoder().encode("id,n,ok,z\n007,1,true,x\n8,2.5,false,y\n");
    assert.deepEqual(await collect(from([text], csv(Row))), [
      { id: "007", n: 1, ok: true },
      { id: "8", n: 2.5, ok: false },
    ]);
    const line = '{"id":"a","n":9007199254740993,"ok":true,"z":1}';
    const [seen] = drive(ndjson(Row), line).rows();
    assert.equal(seen?.refusal?.code, "int64");
  });

  it("without JSON Schema are asked to validate plain rows", () => {
    const schema: Schema = {
      "~standard": {
        version: 1,
        vendor: "mine",
        validate: (row) =>
          (row as { a: number }).a > 1 ? { value: row } : { issues: [{ message: "too small", path: ["a"] }] },
      },
    };
    assert.deepEqual(
      [...drive(ndjson(schema), '{"a":2}\n{"a":1}').rows()],
      [{ row: { a: 2 } }, { refusal: { code: "schema", message: "a: too small" } }],
    );
  });

  it("that answer with a promise are refused in words", () => {
    const schema: Schema = {
      "~standard": { version: 1, vendor: "mine", validate: async (value) => ({ value }) },
    };
    const { check } = compileChecks(schema, PLAIN);
    assert.throws(() => check({}), { name: "TypeError", message: /a promise, and a pass is synchronous/ });
  });

  it("say what was wrong: the field, the rule, the value", () => {
    const Row = type({
      "a?": "-1440 <= number.integer <= 4320",
      "b?": /^[A-Z]{3}$/,
      "c?": { d: "'x' | 'y'" },
      "e?": "string[]",
    });
    const messages: [unknown, string][] = [
      [{ a: "x" }, 'a must be a whole number, at least -1440, at most 4320 (was "x")'],
      [{ a: 1.5 }, "a must be a whole number, at least -1440, at most 4320 (was 1.5)"],
      [{ b: "abc" }, 'b must be a string that matches /^[A-Z]{3}$/ (was "abc")'],
      [{ b: 5 }, "b must be a string that matches /^[A-Z]{3}$/ (was 5)"],
      [{ c: {} }, 'c.d must be one of "x", "y" (was missing)'],
      [{ c: { d: "z".repeat(200) } }, `c.d must be one of "x", "y" (was "${"z".repeat(79)}…)`],
      [{ c: 1 }, "c must be an object (was 1)"],
      [{ e: [1] }, "e must be an array whose items are a string (was [1])"],
    ];
    for (const [row, message] of messages) {
      assert.equal(throughFormat(Row, row).message, message);
      assert.equal(compileChecks(Row, PLAIN).check(row), message);
    }
  });

  it("know the types of their columns", () => {
    const Row = type({
      a: "string",
      "b?": "number.integer | null",
      c: { d: "number" },
      e: "'x' | 'y'",
      f: "string | number",
      g: "boolean",
      h: "unknown[]",
      i: "0 | 1",
    });
    const types = Object.fromEntries(planSchema(Row).types);
    assert.deepEqual(types, {
      a: "string",
      b: "integer",
      c: "json",
      "c.d": "number",
      e: "string",
      f: undefined,
      g: "boolean",
      h: "json",
      i: "integer",
    });
    const { decoder } = drive(ndjson(Row), "");
    assert.equal((decoder.shape as ViewShape).fields.get("b")?.type, "integer");
  });

  it("take integers beyond 2^53 where they are named", () => {
    const text =
      '{"id":12345678901234567890,"n":1}\n{"id":5,"n":1}\n{"id":1.5,"n":1}\n{"id":1,"n":9007199254740993}';
    const each: unknown[] = [];
    for (const { row, refusal } of drive(
      ndjson(type({ id: "number", n: "number" }), { int64: ["id"] }),
      text,
    ).rows())
      each.push(refusal?.code ?? own(row));
    assert.deepEqual(each, [{ id: 12345678901234567890n, n: 1 }, { id: 5n, n: 1 }, "schema", "int64"]);
    const bigs: unknown[] = [];
    for (const { row, refusal } of drive(ndjson(type({ id: "bigint", n: "number" })), text).rows())
      bigs.push(refusal?.code ?? own(row));
    assert.deepEqual(bigs, each);
    const doubles: unknown[] = [];
    for (const { row } of drive(ndjson(type({ n: "number" }), { numbers: "double" }), text).rows())
      doubles.push(own(row));
    assert.deepEqual(doubles, [{ n: 1 }, { n: 1 }, { n: 1 }, { n: 9007199254740992 }]);
  });

  it("give every repeated string its verdict", () => {
    const { rows } = drive(ndjson(type({ a: "string > 1" })), '{"a":"xy"}\n{"a":"z"}\n'.repeat(10));
    const answers = [...rows()].map(({ refusal }) => refusal?.message ?? "good");
    assert.deepEqual(
      answers,
      Array.from({ length: 10 }, () => ["good", 'a must be a string, 2 or more long (was "z")']).flat(),
    );
  });
});
