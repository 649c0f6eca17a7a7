import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type } from "arktype";
import fc from "fast-check";
import { ndjson } from "../scan/ndjson.ts";
import { field } from "./column.ts";
import { drive, encodeOne, encoderOf } from "./drive-rows.ts";
import { own } from "./own.ts";
import { PLAIN, type ViewShape } from "./shape.ts";
import { Slot } from "./slot.ts";
import { extendView, type ViewChanges } from "./view.ts";

const Row = type({
  a: "string",
  "b?": "number | null",
  "c?": { "d?": "string", "e?": "unknown" },
  "f?": "unknown",
  "then?": "boolean",
});
const NAMED = ["a", "b", "c", "f", "then"];
const NAMES = [...NAMED, "x", 'y"z', "__proto__", "é"];

// JSON.parse(-0) is -0, and JSON.stringify makes 0 of it: not the encoder's to mend.
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\ud800", "a\u2028", "\\", '"'),
);
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  a: text,
  b: fc.oneof(
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.integer(),
  ),
  c: fc.record({ d: text, e: json, unnamed: json }, { requiredKeys: [] }),
  then: fc.boolean(),
};
const space = fc.constantFrom("", "", "", " ", "\t", " \r ");
/** A name as JSON may write it: every character may be escaped. */
const spelled = (name: string) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(JSON.stringify(name)) },
    fc.constant(`"${[...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`),
  );
const member = fc
  .constantFrom(...NAMES)
  .chain((name) =>
    fc.tuple(
      spelled(name),
      Object.hasOwn(VALUES, name) ? VALUES[name]! : json,
      fc.array(space, { minLength: 4, maxLength: 4 }),
    ),
  )
  .map(([name, value, s]) => `${s[0]}${name}${s[1]}:${s[2]}${JSON.stringify(value)}${s[3]}`);
const record = fc
  .tuple(fc.array(member, { maxLength: 8 }), text, fc.array(member, { maxLength: 3 }))
  .map(([before, a, after]) => `{${[...before, `"a":${JSON.stringify(a)}`, ...after].join(",")}}`);

const change = fc.oneof(
  fc.subarray([...NAMES]).map((omit) => ({ omit })),
  fc.shuffledSubarray([...NAMES]).map((select) => ({ select })),
  fc
    .shuffledSubarray([...NAMES])
    .map((names) => ({ rename: new Map(names.map((n, i) => [n, names[(i + 1) % names.length]!])) })),
  fc.shuffledSubarray([...NAMES, "new"]).map((names) => ({ put: names })),
);
const computed = fc.oneof(
  text,
  fc.double(),
  fc.boolean(),
  fc.constantFrom(undefined, null, 12345678901234567890n, new Date(0)),
  json,
);

function asJson(value: unknown): unknown {
  const text = JSON.stringify(value, (_, item) => (typeof item === "bigint" ? Number(item) : item));
  return text === undefined ? undefined : JSON.parse(text);
}

/** Whether `out` holds all of `expected`, objects perhaps with more. */
function covers(out: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null)
    return out === expected || (out === 0 && expected === 0);
  if (typeof out !== "object" || out === null || Array.isArray(out) !== Array.isArray(expected)) return false;
  return Object.entries(expected).every(
    ([name, value]) => Object.hasOwn(out, name) && covers((out as Record<string, unknown>)[name], value),
  );
}

describe("encoding rows as JSON", () => {
  it("gives what JSON.stringify gives of the owned row, and keeps unnamed fields until select", () => {
    const property = fc.property(
      fc.array(record, { minLength: 1, maxLength: 3 }),
      fc.array(change, { maxLength: 3 }),
      computed,
      fc.boolean(),
      (records, changes, value, verify) => {
        const { rows, decoder, cursor } = drive(
          ndjson(Row, { numbers: "double" }),
          records.join("\n"),
          verify,
        );
        let shape = decoder.shape as ViewShape;
        const place = new Slot(cursor);
        for (const step of changes) {
          const set =
            "put" in step
              ? new Map(
                  step.put.map((name, i) => [
                    name,
                    i === 1 ? field<{ a: string }, "a">("a").bind(shape) : place.field,
                  ]),
                )
              : undefined;
          shape = extendView(shape, set === undefined ? (step as ViewChanges) : { set });
        }
        const encoder = encoderOf(ndjson(Row), shape);
        let i = 0;
        for (const { row, refusal } of rows()) {
          const line = records[i++]!;
          assert.ok(row !== undefined, `${line} refused: ${refusal?.message}`);
          place.set(value);
          const out = JSON.parse(encodeOne(encoder, shape.view()));
          const expected = asJson(own(shape.view())) as object;
          assert.ok(covers(out, expected), `${JSON.stringify(out)} must hold ${JSON.stringify(expected)}`);
          const left = Object.keys(out).filter((name) => !Object.hasOwn(expected, name));
          const unnamed = Object.keys(JSON.parse(line)).filter(
            (name) => !NAMED.includes(name) && !shape.gone.has(name),
          );
          assert.deepEqual(left.sort(), shape.unnamed ? unnamed.sort() : []);
        }
      },
    );
    fc.assert(property, { numRuns: 1_000 });
  });

  it("copies an untouched record byte for byte", () => {
    const line = ' {"z" : 1.50e0,"a":"\\u0041", "a":"b" }';
    const { rows, decoder } = drive(ndjson(Row), `${line}\r\n`);
    for (const { row } of rows()) {
      assert.equal(encodeOne(encoderOf(ndjson(Row), decoder.shape), row), `${line.trim()}\n`);
    }
  });

  it("writes each name once where a derived field hides an unnamed one", () => {
    const { rows, decoder, cursor } = drive(ndjson(Row), '{"x":1,"a":"q","x":2,"\\u0078":3}');
    const place = new Slot(cursor);
    const shape = extendView(decoder.shape as ViewShape, { set: new Map([["x", place.field]]) });
    for (const _ of rows()) {
      place.set("new");
      assert.equal(encodeOne(encoderOf(ndjson(Row), shape), shape.view()), '{"a":"q","x":"new"}\n');
    }
  });

  it("writes plain rows as JSON.stringify does, and bigints as digits", () => {
    const encoder = encoderOf(ndjson(), PLAIN);
    const rows = [
      { a: 1 },
      { a: NaN, b: undefined, c: () => 1, d: [undefined, Infinity] },
      [1, "é"],
      "x",
      null,
      { d: new Date(0) },
      { toJSON: () => ({ q: 1 }) },
      { "": { __proto__: null } },
    ];
    for (const row of rows) assert.equal(encodeOne(encoder, row), `${JSON.stringify(row)}\n`);
    const big = {
      id: 12345678901234567890n,
      list: [1n, undefined],
      d: new Date(0),
      no: undefined,
      'q"': "é",
      o: new Number(1),
    };
    assert.equal(
      encodeOne(encoder, big),
      `{"id":12345678901234567890,"list":[1,null],"d":"1970-01-01T00:00:00.000Z","q\\"":"é","o":1}\n`,
    );
    assert.throws(() => encodeOne(encoder, undefined), TypeError);
    assert.throws(() => encodeOne(encoder, () => 1), TypeError);
    const ring: { self?: unknown } = {};
    ring.self = ring;
    assert.throws(() => encodeOne(encoder, ring), TypeError);
    assert.throws(() => encodeOne(encoder, { ...ring, big: 1n }), TypeError);
  });

  it("writes rows that are not the view, where views are expected", () => {
    const { rows, decoder } = drive(ndjson(Row), '{"a":"q","x":2}');
    const encoder = encoderOf(ndjson(Row), decoder.shape);
    for (const { row } of rows()) assert.equal(encodeOne(encoder, own(row)), '{"a":"q"}\n');
  });
});
