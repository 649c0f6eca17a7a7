import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type } from "arktype";
import fc from "fast-check";
import { ndjson } from "../scan/ndjson.ts";
import { csvLineWriter } from "./csv-rows.ts";
import { drive, encodeOne } from "./drive-rows.ts";
import { PLAIN } from "./shape.ts";

/** The simplest reader of RFC 4180: records of fields. */
function parseCsv(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  const record: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === delimiter || c === "\n") {
      record.push(field);
      field = "";
      if (c === "\n") records.push(record.splice(0));
    } else field += c;
  }
  return records;
}

const make = (delimiter = ",", header = true) => ({ encode: csvLineWriter(PLAIN, { delimiter, header }) });

describe("encoding rows as CSV", () => {
  it("gives back every string that it is given", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('"', ",", ";", "\n", "\r\n", "", " ", '""', "é"));
    const delimiters = fc.constantFrom(",", ";", "\t", "|");
    const property = fc.property(
      fc.array(fc.record({ a: text, 'b,"': text }), { minLength: 1, maxLength: 4 }),
      delimiters,
      (rows, delimiter) => {
        const encoder = make(delimiter);
        // An encoder that was asked with too little room goes on as if it had not been.
        const out = rows.map((row) => encodeOneFirst(encoder, row)).join("");
        assert.deepEqual(parseCsv(out, delimiter), [["a", 'b,"'], ...rows.map((row) => [row.a, row['b,"']])]);
      },
    );
    fc.assert(property);
  });

  it("writes values as text, what is none as nothing", () => {
    const row = {
      s: "x",
      e: "",
      n: 1.5,
      i: NaN,
      t: true,
      u: undefined,
      z: null,
      b: 12345678901234567890n,
      d: new Date(0),
      o: { a: [1, "q"] },
    };
    assert.equal(
      encodeOne(make(",", false), row),
      'x,"",1.5,,true,,,12345678901234567890,1970-01-01T00:00:00.000Z,"{""a"":[1,""q""]}"\n',
    );
  });

  it("never writes a blank line", () => {
    assert.equal(encodeOne(make(",", false), { a: undefined }), '""\n');
    assert.equal(encodeOne(make(",", false), { a: null, b: null }), ",\n");
  });

  it("has the columns of the first row", () => {
    const { encode } = make();
    const into = new Uint8Array(100);
    const write = (row: unknown) => {
      const end = encode(row, into, 0, into.length);
      return new TextDecoder().decode(into.subarray(0, end));
    };
    assert.equal(encode({ a: 1, b: 2 }, into, 0, 5), -1);
    assert.equal(write({ a: 1, b: 2 }), "a,b\n1,2\n");
    assert.equal(write({ b: 3 }), ",3\n");
    assert.equal(write({ b: 3, a: 4, c: undefined }), "4,3\n");
    assert.throws(() => write({ a: 1, c: 5 }), {
      name: "TypeError",
      message: /field "c" is not among the columns/,
    });
    assert.throws(() => write(5), { name: "TypeError", message: /must be an object \(was number\)/ });
    assert.throws(() => write(null), TypeError);
    assert.throws(() => write([1]), TypeError);
  });

  it("writes views by their named fields", () => {
    const Row = type({ a: "string", "b?": "number", c: { d: "number" } });
    const { rows, decoder } = drive(ndjson(Row), '{"a":"x","c":{"d":1},"z":1}\n{"a":"y","b":2,"c":{"d":2}}');
    const encode = csvLineWriter(decoder.shape, { delimiter: ",", header: true });
    const into = new Uint8Array(200);
    let end = 0;
    for (const { row } of rows()) end = encode(row, into, end, into.length);
    assert.equal(new TextDecoder().decode(into.subarray(0, end)), 'a,c,b\nx,"{""d"":1}",\ny,"{""d"":2}",2\n');
  });
});

/** Writes a row of an encoder that keeps a state: twice with too little room, then for good. */
function encodeOneFirst(encoder: ReturnType<typeof make>, row: unknown): string {
  const into = new Uint8Array(4_096);
  assert.equal(encoder.encode(row, into, 7, 7), -1);
  assert.equal(encoder.encode(row, into, 7, 8), -1);
  return new TextDecoder().decode(into.subarray(7, encoder.encode(row, into, 7, into.length)));
}
