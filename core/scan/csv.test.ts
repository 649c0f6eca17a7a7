import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type } from "arktype";
import fc from "fast-check";
import { drive } from "../row/drive-rows.ts";
import { own } from "../row/own.ts";
import { PLAIN, type ViewShape } from "../row/shape.ts";
import { extendView } from "../row/view.ts";
import { csv } from "./csv.ts";
import { ndjson } from "./ndjson.ts";

const Row = type({
  "name?": "string",
  code: "string",
  n: "number",
  "i?": "-5 <= number.integer <= 5",
  "ok?": "boolean",
  z: "number | null",
});

/** Rows and refusals, each copied out in its turn. */
function read(text: string, format = csv(Row), verify = false): unknown[] {
  const seen: unknown[] = [];
  for (const { row, refusal } of drive(format, text, verify).rows()) {
    seen.push(refusal === undefined ? own(row) : `${refusal.code}: ${refusal.message}`);
  }
  return seen;
}

describe("csv", () => {
  it("reads the fields of its schema, typed", () => {
    const text = 'code,z,x,n,name,ok,i\r\nA,1,?,1.5,"q ""w"", é",true,5\r\n"",,,-2e3,,,\r\n';
    for (const verify of [false, true]) {
      assert.deepEqual(read(text, csv(Row), verify), [
        { name: 'q "w", é', code: "A", n: 1.5, i: 5, ok: true, z: 1 },
        { code: "", n: -2000, z: null },
      ]);
    }
  });

  it("says what is wrong with a row, and goes on", () => {
    const long = "x".repeat(200);
    const head = "code,n,i,z,ok\n";
    const rows = ["A,one,,,", "A,,,,", "A,1,9,,", "A,1,,,yes", `A,${long},,,`, "A,1"];
    assert.deepEqual(read(`${head}${rows.join("\n")}\n`), [
      'schema: n must be a number (was "one")',
      'schema: n must be a number (was "")',
      "schema: i must be a whole number, at least -5, at most 5 (was 9)",
      'schema: ok must be true or false (was "yes")',
      `schema: n must be a number (was "${"x".repeat(79)}…)`,
      "csv: the record has wrong quotes, or not as many fields as the header, at byte 3",
    ]);
    assert.match(String(read(`${head}A,1,,"`)[0]), /^csv: /);
    assert.deepEqual(read(`${head}A,1,,,`), [{ code: "A", n: 1, z: null }]);
  });

  it("gives back what it wrote", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom('"', ",", "a\nb", "\r\n", " x ", ""),
    );
    const row = fc.record(
      {
        name: text,
        code: text,
        n: fc.double({ noNaN: true, noDefaultInfinity: true }),
        i: fc.integer({ min: -5, max: 5 }),
        ok: fc.boolean(),
        z: fc.option(fc.integer()),
      },
      { requiredKeys: ["code", "n", "z"], noNullPrototype: true },
    );
    const property = fc.property(
      fc.array(row, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(",", ";", "\t"),
      (rows, delimiter) => {
        const format = csv(Row, { delimiter, numbers: "double" });
        const { encode } = format.encoder({ shape: PLAIN, fresh: true });
        const into = new Uint8Array(16_384);
        let end = 0;
        const whole = { name: undefined, i: undefined, ok: undefined };
        for (const one of rows)
          end = encode({ ...whole, ...one } as typeof Row.infer, into, end, into.length);
        const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(into.subarray(0, end));
        const wellFormed = rows.map((one) => ({
          ...one,
          n: one.n + 0,
          code: one.code.toWellFormed(),
          ...(one.name !== undefined && { name: one.name.toWellFormed() }),
        }));
        assert.deepEqual(read(text, format), wellFormed);
      },
    );
    fc.assert(property, { numRuns: 500 });
  });

  it("writes rows as JSON lines, changed or not", () => {
    assert.deepEqual(read("code,n,z\nA,01.50,\n"), ['schema: n must be a number (was "01.50")']);
    const good = drive(csv(Row), 'code,n,z,name\n"a""b", 1.50 ,,\\\n');
    const shape = good.decoder.shape as ViewShape;
    const into = new Uint8Array(200);
    const write = (shape: ViewShape) => {
      const end = ndjson().encoder({ shape, fresh: true }).encode(shape.view(), into, 0, 200);
      return JSON.parse(new TextDecoder().decode(into.subarray(0, end)));
    };
    for (const { refusal } of good.rows()) {
      assert.equal(refusal, undefined);
      assert.deepEqual(write(shape), { name: "\\", code: 'a"b', n: 1.5, z: null });
      assert.deepEqual(write(extendView(shape, { omit: ["n"] })), { name: "\\", code: 'a"b', z: null });
    }
  });

  it("asks schemas that say more than their JSON Schema", () => {
    const Narrow = type({ code: "string", n: "number" }).narrow(({ n }) => n > 1);
    assert.deepEqual(
      read("code,n\nA,2\nA,1\n", csv(Narrow) as never).map((seen) => typeof seen),
      ["object", "string"],
    );
    const Trim = type({ code: "string.trim" });
    assert.deepEqual(read("code\n x \n", csv(Trim) as never), [{ code: "x" }]);
  });

  it("refuses a delimiter that cannot be one", () => {
    for (const delimiter of ["", ",,", '"', "\n", "é", "5"])
      assert.throws(() => csv(Row, { delimiter }), RangeError);
  });
});
