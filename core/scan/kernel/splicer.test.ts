import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type } from "arktype";
import fc from "fast-check";
import { moveTo } from "../../row/chunk.ts";
import { column, field } from "../../row/column.ts";
import { drive } from "../../row/drive-rows.ts";
import { FLAGS_WORD } from "../../row/layout.ts";
import type { Field, ViewShape } from "../../row/shape.ts";
import { Slot } from "../../row/slot.ts";
import { extendView } from "../../row/view.ts";
import { ndjson } from "../ndjson.ts";
import { makeKernelMemory } from "../script/fuzz/drive.ts";

const Row = type({ "a?": "string", "b?": "number | null", "c?": { "d?": "string" }, "f?": "unknown" });
const NAMES = ["a", "b", "c", "f", "x", 'y"z', "__proto__", "é", "new"];

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("", "\ud800", "\\", '"', "the same", "the same again"),
);
const VALUES: Record<string, fc.Arbitrary<unknown>> = {
  a: text,
  b: fc.oneof(fc.constant(null), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  c: fc.record({ d: text, more: fc.jsonValue({ maxDepth: 1 }) }, { requiredKeys: [] }),
};
const space = fc.constantFrom("", "", "", " ", "\t", " \r ");
const spelled = (name: string) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(JSON.stringify(name)) }, fc.constant('"\\u0061"'));
const member = fc
  .constantFrom(...NAMES)
  .chain((name) =>
    fc.tuple(
      spelled(name),
      Object.hasOwn(VALUES, name) ? VALUES[name]! : fc.jsonValue({ maxDepth: 2 }),
      fc.tuple(space, space, space, space),
    ),
  )
  .map(([name, value, s]) => `${s[0]}${name}${s[1]}:${s[2]}${JSON.stringify(value)}${s[3]}`);
const record = fc.array(member, { maxLength: 7 }).map((members) => `{${members.join(",")}}`);

/** What a derived field is made of. */
const made = fc.oneof(
  fc.constant((shape: ViewShape): Field => field<{ a: string }, "a">("a").bind(shape)),
  fc.constant(
    (shape: ViewShape): Field =>
      column<{ a: string }, "a", unknown>("a", (a) => (a === "" ? undefined : `${a}!`)).bind(shape),
  ),
  fc.constant((shape: ViewShape): Field => column<{ b: number }, "b", unknown>("b", (b) => b).bind(shape)),
  fc
    .array(fc.oneof(text, fc.double(), fc.integer(), fc.constantFrom(undefined, null, 1n, { toJSON: 1 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((values) => (shape: ViewShape): Field => {
      const slot = new Slot(shape.origin.cursor);
      for (let row = 0; row < 1_024; row++) slot.put(row, values[row % values.length]);
      return slot.field;
    }),
  fc.constant((shape: ViewShape): Field => {
    const { cursor } = shape.origin;
    return {
      get: () => {
        if (cursor.slots.base % 6 === 4) throw new TypeError("a value that throws");
        return "fine";
      },
    };
  }),
);
const change = fc.oneof(
  fc.subarray(NAMES).map((omit) => (shape: ViewShape) => extendView(shape, { omit })),
  fc.shuffledSubarray(NAMES).map((select) => (shape: ViewShape) => extendView(shape, { select })),
  fc
    .shuffledSubarray(NAMES, { maxLength: 3 })
    .map(
      (names) => (shape: ViewShape) =>
        extendView(shape, { rename: new Map(names.map((n, i) => [n, names[(i + 1) % names.length]!])) }),
    ),
  fc.dictionary(fc.constantFrom(...NAMES), made, { maxKeys: 4 }).map(
    (fields) => (shape: ViewShape) =>
      extendView(shape, {
        set: new Map(Object.entries(fields).map(([name, make]) => [name, make(shape)])),
      }),
  ),
);

describe("splicing rows in the kernel", () => {
  it("writes what the encoder by row writes, wherever room ends", () => {
    let spliced = 0;
    let left = 0;
    const property = fc.property(
      fc.array(record, { minLength: 1, maxLength: 8 }),
      fc.array(change, { maxLength: 3 }),
      fc.integer({ min: 0, max: 2_000 }),
      (records, changes, room) => {
        const format = ndjson(Row, { numbers: "double" });
        const {
          decoder,
          memory,
          cursor,
          chunk: scan,
        } = drive(format, records.join("\n"), false, (size) => makeKernelMemory(size + 16_384));
        let shape = decoder.shape as ViewShape;
        const computed: Field[] = [];
        for (const make of changes) {
          const before = shape.fields;
          shape = make(shape);
          for (const [name, each] of shape.fields) if (before.get(name) !== each) computed.push(each);
        }
        const encoder = format.encoder({ shape, fresh: true });
        assert.ok(encoder.encodeRows !== undefined);
        const chunk = scan();
        for (let row = 0; row < chunk.rows; row++) {
          chunk.aside[row] = memory.u32[chunk.columns + row * chunk.words + FLAGS_WORD]! & 0xff;
        }
        for (const { computeAll } of computed) computeAll?.(chunk);
        const numbers = Int32Array.from(chunk.aside.subarray(0, chunk.rows).keys()).filter(
          (row) => chunk.aside[row] === 0,
        );
        const one = new Uint8Array(8_192);
        const expected = [...numbers].map((row) => {
          moveTo(cursor, chunk, row);
          try {
            return new TextDecoder().decode(
              one.subarray(0, encoder.encode(shape.view(), one, 0, one.length)),
            );
          } catch {
            return undefined;
          }
        });
        const out = memory.u8.length - 16 * 65_536 - 8_192;
        const end = out + 16 + room;
        let next = 0;
        while (next < numbers.length) {
          memory.u8.fill(0xee, end, end + 64);
          const many = encoder.encodeRows(chunk, numbers, next, numbers.length, memory.u8, out, end);
          const written = new TextDecoder().decode(memory.u8.subarray(out, encoder.written));
          assert.equal(written, expected.slice(next, next + many).join(""));
          assert.ok(encoder.written! <= end);
          assert.ok(memory.u8.subarray(end, end + 64).every((byte) => byte === 0xee));
          next += many;
          spliced += many;
          // What it would not write goes the other way.
          if (next < numbers.length) {
            next++;
            left++;
          }
        }
      },
    );
    fc.assert(property, { numRuns: 1_000 });
    // Else this would compare the encoder by row with itself.
    assert.ok(spliced > left, `${spliced} rows spliced, ${left} left`);
  });
});
