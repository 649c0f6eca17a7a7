import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ANY_KIND,
  HEADER_WORDS,
  Kind,
  type LayoutField,
  layoutOf,
  MAX_DEPTH,
  MAX_LENGTH_bytes,
  ScanFault,
  STRING_KINDS,
} from "../../row/layout.ts";
import { drive, makeMemory, readRow, type SeenRow, textBytes, utf8Text } from "./fuzz/drive.ts";
import { cellString, difference, expectedJson } from "./fuzz/json-oracle.ts";
import { scanJsonLines } from "./json-scanner.ts";

const NUMBER = 1 << Kind.number;
const free: LayoutField = { accepts: ANY_KIND };
const wide = layoutOf(
  new Map<string, LayoutField>([
    ["a", free],
    ["n", { accepts: ANY_KIND, integers: "double" }],
    ["ctx", { accepts: ANY_KIND, fields: { ip: free, inner: { accepts: ANY_KIND, fields: { x: free } } } }],
    ["__proto__", free],
    ["constructor", free],
    ["toJSON", free],
    ["then", free],
    ["", free],
    ["é", free],
  ]),
);

/** Cells of one row as what JSON.parse gives; cells of named objects are left to their members. */
function readCells(row: SeenRow): unknown[] {
  return row.cells.map((cell, i) => {
    if (cell.kind === Kind.missing) return undefined;
    if (cell.kind === Kind.number) return cell.payload;
    const text = cellString(row, i);
    if (text !== undefined) return text;
    const bytes = textBytes(row.record.slice(cell.offset, cell.offset + cell.length));
    return JSON.parse(new TextDecoder().decode(bytes));
  });
}

/** Scans one source in every way in which two pieces make it, and against the oracle. */
function check(source: string, layout = wide): SeenRow[] {
  const bytes = textBytes(source);
  const expected = expectedJson(layout, bytes);
  let whole: SeenRow[] = [];
  for (let at = 0; at <= bytes.length; at++) {
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)];
    const seen = drive(scanJsonLines, layout, pieces, { capacity: 1 + (at % 3) });
    assert.equal(difference(seen, expected), undefined, `cut at ${at}: ${JSON.stringify(source)}`);
    whole = [...seen.rows];
  }
  return whole;
}

function faults(source: string, layout = wide): number[] {
  return check(source, layout).map((row) => row.fault);
}

const { none, json, utf8, depth, tooLong, schema, int64 } = ScanFault;

describe("scanJsonLines", () => {
  it("reads every kind of value", () => {
    const rows = check(
      '{"a":"x","n":-1.5,"ctx":{"ip":true,"inner":{"x":null}},"then":false,"":[1,{"q":[]}]}\n',
    );
    assert.deepEqual(readCells(rows[0] as SeenRow), [
      "x",
      -1.5,
      { ip: true, inner: { x: null } },
      true,
      { x: null },
      null,
      undefined,
      undefined,
      undefined,
      false,
      [1, { q: [] }],
      undefined,
    ]);
  });

  it("takes LF, CRLF, no final newline, spaces and blank lines the same", () => {
    const plain = check('{"a":1}\n{"a":2}\n');
    for (const source of [
      '{"a":1}\r\n{"a":2}\r\n',
      '{"a":1}\n{"a":2}',
      '{"a":1}\r\n{"a":2}\r',
      '\n\r\n \t\n{"a":1}\n\n\n  {"a":2} \t\r\n\n  ',
      '\xef\xbb\xbf{"a":1}\n{"a":2}\n',
      '\xef\xbb\xbf\n{"a":1}\n\xef\xbb\xbf{"a":2}\n\xef\xbb\xbf',
    ]) {
      assert.deepEqual(check(source), plain);
    }
    assert.deepEqual(check(""), []);
    assert.deepEqual(check("\n"), []);
    assert.equal(drive(scanJsonLines, wide, [textBytes("\n \r\n{}\n\t\n\n ")]).blank, 5);
  });

  it("takes a byte order mark at the start of a line only", () => {
    assert.deepEqual(faults('\xef\xbb\xbf\xef\xbb\xbf{"a":1}\n \xef\xbb\xbf{}\n{}\xef\xbb\xbf\n\xef\xbb{}'), [
      json,
      json,
      json,
      utf8,
    ]);
  });

  it("finds names in any order and spacing, and learns the order", () => {
    const rows = check(
      '{"a":1,"n":2}\n{"n":2,"a":1}\n{ "n" : 2 , "a" : 1 }\n{"x":0,"n":2,"y":0,"a":1}\n{"nn":1,"n":2,"a":1}\n',
    );
    for (const row of rows) assert.deepEqual(readCells(row).slice(0, 2), [1, 2]);
  });

  it("finds names of the right object behind an inner one", () => {
    const rows = check(
      '{"ctx":{"inner":{"x":1},"a":2,"ip":3},"a":4}\n{"ctx":{"ip":1,"inner":{}},"ip":5,"x":6}\n',
    );
    assert.deepEqual(
      rows.map((row) => readCells(row).slice(0, 6)),
      [
        [4, undefined, { inner: { x: 1 }, a: 2, ip: 3 }, 3, { x: 1 }, 1],
        [undefined, undefined, { ip: 1, inner: {} }, 1, {}, undefined],
      ],
    );
  });

  it("reads escapes and lone surrogates as JSON.parse does", () => {
    const rows = check(
      '{"a":"\\ud800"}\n{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\ud83d\\ude00"}\n{"a":"\\uDC00x\\uD800"}\n',
    );
    assert.deepEqual(
      rows.map((row) => readCells(row)[0]),
      ["\ud800", '"\\/\b\f\n\r\tA\u{1f600}', "\udc00x\ud800"],
    );
    assert.deepEqual(
      rows.map((row) => row.cells[0]?.kind),
      [Kind.escaped, Kind.escaped, Kind.escaped],
    );
    for (const bad of ['"\\x"', '"\\u12"', '"\\u12g4"', '"\\', '"a', '"\t"', '"\\\n"', '"\x00"']) {
      assert.deepEqual(new Set(faults(`{"a":${bad}}\n`)), new Set([json]), bad);
      assert.deepEqual(new Set(faults(`{"q":${bad}}\n`)), new Set([json]), bad);
    }
  });

  it("takes the last of a name that stands twice, and says so", () => {
    const rows = check(
      '{"a":1,"a":"x"}\n{"ctx":{"ip":1,"inner":{"x":1}},"ctx":{"inner":{}}}\n{"ctx":{"ip":1},"ctx":7}\n{"q":1,"q":2}\n',
    );
    assert.deepEqual(readCells(rows[0] as SeenRow)[0], "x");
    assert.deepEqual(readCells(rows[1] as SeenRow).slice(2, 6), [{ inner: {} }, undefined, {}, undefined]);
    assert.deepEqual(readCells(rows[2] as SeenRow).slice(2, 6), [7, undefined, undefined, undefined]);
    assert.deepEqual(
      rows.map((row) => row.irregular),
      [true, true, true, false],
    );
    const strict = layoutOf({ a: { accepts: STRING_KINDS } });
    assert.deepEqual(
      faults('{"a":1,"a":"x"}\n{"a":"x","a":1}\n{"a":12345678901234567890,"a":""}\n', strict),
      [none, schema, none],
    );
  });

  it("finds a name that is written with escapes, and says so", () => {
    const rows = check(
      '{"\\u0061":1}\n{"a":1,"\\u0061":2}\n{"\\u00e9":3}\n{"\\u0062":1}\n{"ct\\u0078":{"\\u0069p":4}}\n',
    );
    assert.deepEqual(
      rows.map((row) => row.irregular),
      [true, true, true, false, true],
    );
    assert.equal(readCells(rows[1] as SeenRow)[0], 2);
    assert.equal(readCells(rows[2] as SeenRow)[11], 3);
    assert.equal(readCells(rows[4] as SeenRow)[3], 4);
  });

  it("takes __proto__, constructor, toJSON, then and the empty name as names", () => {
    const [row] = check('{"__proto__":1,"constructor":2,"toJSON":3,"then":4,"":5,"hasOwnProperty":6}\n');
    assert.deepEqual(readCells(row as SeenRow).slice(6, 11), [1, 2, 3, 4, 5]);
    assert.deepEqual(
      readCells(check("{}")[0] as SeenRow).filter((value) => value !== undefined),
      [],
    );
  });

  it("never takes bytes for a name that they are not", () => {
    const odd = layoutOf(
      new Map([
        ['a"b', free],
        ["\ud800", free],
        ["a\nb", free],
        ["\\", free],
      ]),
    );
    assert.deepEqual(faults('{"a"b":1}\n{"a\nb":1}\n{"\\":1}\n', odd), [json, json, json, json]);
    const [row] = check('{"a\\"b":1,"\\ud800":2,"a\\nb":3,"\\\\":4,"\xef\xbf\xbd":5}\n', odd);
    assert.deepEqual(readCells(row as SeenRow), [1, 2, 3, 4]);
  });

  it("gives numbers to the bit", () => {
    const numbers = (
      "0 -0 0.0 -0.0 0e5 -0e-5 1 -1 10 123456789 1234567890 -1234567890 999999999999999 1e5 1E+5 1e-5 " +
      "5e-324 2.5e-324 2.4703282292062327e-324 2.4703282292062328e-324 1.7976931348623157e308 " +
      "1.7976931348623158e308 1.7976931348623159e308 1e400 -1e400 1e-400 2.2250738585072011e-308 " +
      "2.2250738585072012e-308 2.2250738585072014e-308 1e22 1e23 123456789012345e22 123456789012345e23 " +
      "9007199254740991 9007199254740992 9007199254740993 9007199254740992.5 9007199254740993.0 " +
      "9007199254740994.9999999999 18014398509481985 36028797018963967.5 0.1 0.2 0.30000000000000004 " +
      "3.141592653589793238462643383279 72057594037927928 72057594037927936 7.2057594037927933e16 " +
      `0.${"0".repeat(40)}1 1${"0".repeat(40)} 1.${"0".repeat(40)} ${"1".repeat(400)} 0.${"0".repeat(400)}1e401 ` +
      "1e0000000000000000000000001 1e99999999999999999999 0e99999999999999999999 1e-99999999999999999999 " +
      "714598044239896e23 666274396578404e23 102409366616207e23 368250249362645e23 929249505518740e-23 27113265689656e-23 546288535366869e-23 9841251649325e-23 " +
      "0.000001 123456789.123456 33.333333333333336 4.35 0.000035 1.005 8.41 1e21 123456789012345678e-10"
    ).split(" ");
    for (const text of numbers) {
      for (const [row] of [check(`{"n":${text}}\n`), check(`{"q":[${text}],"n":${text} }`)]) {
        assert.ok(Object.is(readCells(row as SeenRow)[1], JSON.parse(text)), text);
      }
    }
    const wrong =
      "01 -01 00 -00 .5 5. 1.e5 -.5 +1 - -- 1e 1e+ 1e- 1e1.5 0x10 NaN Infinity 1_0 1.2.3 1a".split(" ");
    for (const text of wrong) {
      assert.deepEqual(faults(`{"n":${text}}\n{"q":${text}}\n{"q":[${text}]}\n{"n":${text}`), [
        json,
        json,
        json,
        json,
      ]);
    }
  });

  it("knows an integer beyond 2^53 by its digits alone", () => {
    const layout = layoutOf({
      fault: { accepts: NUMBER | 1, integers: "fault" },
      double: { accepts: NUMBER | 1, integers: "double" },
      int64: { accepts: NUMBER | (1 << Kind.int64) | 1, integers: "int64" },
    });
    const source = (name: string) =>
      [
        "9007199254740991",
        "-9007199254740991",
        "9007199254740992",
        "-9007199254740993",
        "1e20",
        "1e16",
        "9007199254740993.0",
      ]
        .map((text) => `{"${name}":${text}}\n`)
        .join("");
    assert.deepEqual(faults(source("fault"), layout), [none, none, int64, int64, none, none, none]);
    assert.deepEqual(faults(source("double"), layout), [none, none, none, none, none, none, none]);
    assert.deepEqual(
      check(source("int64"), layout).map((row) => row.cells[2]?.kind),
      [4, 4, 5, 5, 4, 4, 4],
    );
    assert.deepEqual(faults('{"unnamed":9007199254740993,"deep":[9007199254740993]}', layout), [none]);
    // The grammar goes before the integer, the integer before the schema.
    assert.deepEqual(faults('{"fault":9007199254740993', layout), [json]);
    assert.deepEqual(faults('{"double":"x","fault":9007199254740993}', layout), [int64]);
  });

  it("allows 128 levels and not 129", () => {
    const levels = (count: number, open: string, close: string) => open.repeat(count) + close.repeat(count);
    for (const [count, fault] of [
      [MAX_DEPTH - 1, none],
      [MAX_DEPTH, none],
      [MAX_DEPTH + 1, depth],
      [5000, depth],
    ] as const) {
      const inside = count - 1;
      const sources = [
        `{"a":${levels(inside, "[", "]")}}`,
        `{"q":${levels(inside, "[", "]")}}`,
        `{"q":${'{"a":'.repeat(inside - 1)}{}${"}".repeat(inside - 1)}}`,
        `{"ctx":{"inner":{"x":${levels(inside - 2, "[", "]")}}}}`,
      ];
      for (const source of sources) {
        const seen = drive(scanJsonLines, wide, [textBytes(`${source}\n{"a":1}\n`)]);
        assert.deepEqual(
          seen.rows.map((row) => row.fault),
          [fault, none],
        );
      }
    }
    let field: LayoutField = free;
    for (let i = 0; i < 140; i++) field = { accepts: ANY_KIND, fields: { f: field } };
    const deep = layoutOf({ f: field });
    for (const [count, fault] of [
      [MAX_DEPTH - 1, none],
      [MAX_DEPTH, none],
      [MAX_DEPTH + 1, depth],
    ] as const) {
      const source = textBytes(`${'{"f":'.repeat(count - 1)}{}${"}".repeat(count - 1)}`);
      assert.equal(drive(scanJsonLines, deep, [source]).rows[0]?.fault, fault);
    }
  });

  it("finds bytes that are no UTF-8 wherever they stand", () => {
    const wrong = [
      "\x80",
      "\xbf",
      "\xc0\x80",
      "\xc1\xbf",
      "\xc3",
      "\xe0\x80\x80",
      "\xe0\x9f\xbf",
      "\xe2\x82",
      "\xed\xa0\x80",
      "\xed\xbf\xbf",
      "\xf0\x80\x80\x80",
      "\xf0\x8f\xbf\xbf",
      "\xf0\x9f\x98",
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xff",
    ];
    for (const bytes of wrong) {
      const lines = [
        `{"a":"${bytes}"}`,
        `{"q":"${bytes}"}`,
        `{"${bytes}":1}`,
        `{"q":{"${bytes}":["x${bytes}"]}}`,
      ];
      lines.push(
        `{"a":1}${bytes}`,
        `${bytes}{"a":1}`,
        `{"a":${bytes}}`,
        `{"a":"${bytes}`,
        `{"a":"\\n${bytes}"}`,
      );
      lines.push(bytes);
      assert.deepEqual(new Set(faults(lines.join("\n"))), new Set([utf8]), JSON.stringify(bytes));
    }
    const right = [
      "\x7f",
      "\xc2\x80",
      "\xdf\xbf",
      "\xe0\xa0\x80",
      "\xed\x9f\xbf",
      "\xee\x80\x80",
      "\xef\xbf\xbf",
    ];
    right.push("\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", utf8Text("日本語 é 😀"));
    for (const bytes of right) {
      const good = check(`{"a":"${bytes}","q":["${bytes}"],"${bytes}":1}\n`);
      assert.deepEqual(good[0]?.fault, none);
      assert.equal(readCells(good[0] as SeenRow)[0], new TextDecoder().decode(textBytes(bytes)));
    }
    assert.deepEqual(faults(`{"a":1}${utf8Text("é")}\n${utf8Text("\u00a0")}{}\n{"a":"\x80","a":tru}`), [
      json,
      json,
      utf8,
    ]);
  });

  it("refuses what is no object", () => {
    for (const line of '1 "a" null true [] [{}] {}{} {},{} }{ { } {"a"} {"a":} {"a":1,} {,} {a:1} {"a":1}x'.split(
      " ",
    )) {
      assert.deepEqual(faults(`${line}\n${line}\r\n${line}`), [json, json, json], line);
    }
    for (const line of [
      "{'a':1}",
      '{"a" 1}',
      '{"a":[1,]}',
      '{"a":[,]}',
      '{"a":[1 2]}',
      '{"a":{"b":1]}',
      "{\v}",
      "{\f}",
    ]) {
      assert.deepEqual(faults(line), [json], line);
    }
  });

  it("goes on behind a fault at the next line feed", () => {
    const rows = check('{"a":"x\n{"a":1}\n"y"}\n{"a":2}\n');
    assert.deepEqual(
      rows.map((row) => row.fault),
      [json, none, json, none],
    );
  });

  it("says where a fault stands", () => {
    const details = (source: string) =>
      drive(scanJsonLines, wide, [textBytes(source)]).rows.map((row) => [row.record, row.detail]);
    assert.deepEqual(details(' {"a":x} \r\n{"q":"\xff"}\n{"a":1\n\xef\xbb\xbf[1]\n'), [
      ['{"a":x}', 5],
      ['{"q":"\xff"}', 6],
      ['{"a":1', 6],
      ["[1]", 0],
    ]);
  });

  it("asks for the kinds that the schema allows, and for nothing inside what isn't there", () => {
    const layout = layoutOf({
      id: { accepts: NUMBER },
      ctx: { accepts: (1 << Kind.object) | (1 << Kind.null) | 1, fields: { ip: { accepts: STRING_KINDS } } },
    });
    const rows = check(
      '{"id":1}\n{"id":1,"ctx":null}\n{"id":1,"ctx":{}}\n{"id":1,"ctx":{"ip":"x"}}\n{"id":"1"}\n{"ctx":{"ip":""}}\n{"id":1,"ctx":[]}\n{"id":1,"ctx":{"ip":5}}\n',
      layout,
    );
    assert.deepEqual(
      rows.map((row) => [row.fault, row.detail]),
      [
        [none, 0],
        [none, 0],
        [schema, 2],
        [none, 0],
        [schema, 0],
        [schema, 0],
        [schema, 1],
        [schema, 2],
      ],
    );
  });

  it("writes every cell whatever stood there", () => {
    const layout = layoutOf({ a: free, b: free });
    const memory = makeMemory(1024);
    const scanner = scanJsonLines(layout, memory);
    memory.u8.set(textBytes('{"a":"x"}\nnonsense\n'), 3);
    memory.u8.fill(0xff, 512);
    assert.equal(scanner.scan(3, 22, 128, 8, false), 2);
    assert.equal(scanner.consumed, 22);
    const words = [...memory.u32.subarray(128 + HEADER_WORDS, 128 + layout.rowWords)];
    assert.deepEqual(words, [9, (Kind.ascii << 24) | 1, 0, 0, 0, 0, 0, 0]);
    const faulty = memory.u32.subarray(128 + layout.rowWords + HEADER_WORDS, 128 + 2 * layout.rowWords);
    assert.ok(faulty.every((word) => word === 0));
    assert.ok(memory.u8.subarray(512 + 8 * layout.rowWords).every((byte) => byte === 0xff));
  });

  it("takes no more rows than there is room for, and blank lines without room", () => {
    const memory = makeMemory(1024);
    const scanner = scanJsonLines(layoutOf({}), memory);
    memory.u8.set(textBytes("{}\n\n{}\n\n\n{}"));
    assert.equal(scanner.scan(0, 12, 64, 0, true), 0);
    assert.equal(scanner.consumed, 0);
    assert.equal(scanner.scan(0, 12, 64, 2, true), 2);
    assert.equal(scanner.consumed, 9);
    assert.equal(scanner.scan(9, 12, 64, 0, true), 0);
    assert.equal(scanner.scan(9, 12, 64, 1, true), 1);
    assert.equal(scanner.consumed, 12);
    assert.equal(scanner.blank, 3);
  });

  it("frames and skips lines", () => {
    const memory = makeMemory(64);
    const scanner = scanJsonLines(layoutOf({}), memory);
    memory.u8.set(textBytes("a\nbc\nd\n"));
    assert.equal(scanner.frame(0, 6), 5);
    assert.equal(scanner.frame(2, 4), -1);
    assert.equal(scanner.frame(2, 5), 5);
    assert.equal(scanner.skip(2, 7), 5);
    assert.equal(scanner.skip(2, 4), -1);
  });

  it("refuses a record that is too long for a cell", () => {
    const layout = layoutOf({ a: free });
    const source = new Uint8Array(MAX_LENGTH_bytes + 20).fill(0x20);
    source.set(textBytes('{"a":1'), 0);
    source.set(textBytes("}\n{}\n"), source.length - 5);
    assert.deepEqual(
      drive(scanJsonLines, layout, [source]).rows.map((row) => row.fault),
      [tooLong, none],
    );
  });

  it("works up to the last byte of the largest memory", () => {
    const pages = 32_768;
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const memory = {
      u8: new Uint8Array(buffer),
      u32: new Uint32Array(buffer),
      f64: new Float64Array(buffer),
    };
    const layout = layoutOf({ a: free });
    const scanner = scanJsonLines(layout, memory);
    for (const source of ['{"a":"x"}\n\n{"a":7}\n', '{"a":"x"}\n{"a":7}']) {
      const from = 2 ** 31 - source.length;
      memory.u8.set(textBytes(source), from);
      assert.equal(scanner.frame(from, 2 ** 31), source.endsWith("\n") ? 2 ** 31 : 2 ** 31 - 7);
      assert.equal(scanner.scan(from, 2 ** 31, 0, 4, true), 2);
      assert.equal(scanner.consumed, 2 ** 31);
      assert.equal(readRow(layout, memory, 0).cells[0]?.offset, 6);
      assert.equal(readRow(layout, memory, layout.rowWords).cells[0]?.payload, 7);
    }
  });
});
