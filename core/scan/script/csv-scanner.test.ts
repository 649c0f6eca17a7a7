import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ANY_KIND, Kind, type LayoutField, layoutOf, ScanFault, STRING_KINDS } from "../../row/layout.ts";
import { scanCsv } from "./csv-scanner.ts";
import { expectedCsv } from "./fuzz/csv-oracle.ts";
import { drive, makeMemory, type SeenRow, textBytes, utf8Text } from "./fuzz/drive.ts";
import { difference } from "./fuzz/json-oracle.ts";

const { none, utf8, schema, int64, csv } = ScanFault;
const MISSING = 1 << Kind.missing;
const NUMBER = 1 << Kind.number;
const text: LayoutField = { accepts: STRING_KINDS };
const two = layoutOf({ a: text, b: text });

/** Scans one source in every way in which two pieces make it, and against the oracle. */
function check(source: string, layout = two, delimiter = ","): SeenRow[] {
  const bytes = textBytes(source);
  const expected = expectedCsv(layout, delimiter, source);
  let rows: SeenRow[] = [];
  for (let at = 0; at <= bytes.length; at++) {
    const pieces = [bytes.subarray(0, at), bytes.subarray(at)];
    const seen = drive(scanCsv({ delimiter }), layout, pieces, { capacity: 1 + (at % 3), poison: '"\n,' });
    assert.equal(difference(seen, expected), undefined, `cut at ${at}: ${JSON.stringify(source)}`);
    rows = [...seen.rows];
  }
  const crumbs = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  assert.equal(difference(drive(scanCsv({ delimiter }), layout, crumbs), expected), undefined);
  return rows;
}

function readCells(row: SeenRow): unknown[] {
  return row.cells.map(({ kind, offset, length, payload }) => {
    if (kind === Kind.missing) return undefined;
    if (kind === Kind.null) return null;
    if (kind === Kind.number) return payload;
    if (kind === Kind.true || kind === Kind.false) return kind === Kind.true;
    const field = new TextDecoder().decode(textBytes(row.record.slice(offset, offset + length)));
    return kind === Kind.escaped ? field.replaceAll('""', '"') : field;
  });
}

const values = (source: string, layout = two, delimiter = ",") =>
  check(source, layout, delimiter).map((row) => (row.fault === none ? readCells(row) : row.fault));

describe("scanCsv", () => {
  it("maps columns to fields by the names of the header", () => {
    assert.deepEqual(values("b,x,a\n1,2,3\n4,5,6\n"), [
      ["3", "1"],
      ["6", "4"],
    ]);
    assert.deepEqual(values('"b","a"\n1,3\n'), [["3", "1"]]);
    const quoted = layoutOf({ 'a"b': text, "": text, é: text });
    assert.deepEqual(values(`"a""b",,${utf8Text("é")}\n1,2,3`, quoted), [["1", "2", "3"]]);
  });

  it("takes LF, CRLF, no final newline, blank lines and a byte order mark the same", () => {
    const sources = ["a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4\r\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r"];
    sources.push(
      "\n\r\na,b\n\n1,2\n\r\n3,4\n\n",
      "\xef\xbb\xbfa,b\n1,2\n3,4\n",
      '\xef\xbb\xbf"a",b\n"1",2\n3,"4"',
    );
    sources.push('\xef\xbb\xbf\n"a","b"\n1,2\n3,4');
    for (const source of sources) {
      assert.deepEqual(values(source), [
        ["1", "2"],
        ["3", "4"],
      ]);
    }
    for (const source of ["", "\n", "a,b", "a,b\n", "\xef\xbb\xbf", "\r\n\r\n"])
      assert.deepEqual(values(source), []);
    assert.equal(drive(scanCsv(), two, [textBytes("\na,b\n\r\n1,2\n\n")]).blank, 3);
  });

  it("reads quotes, quotes in quotes, delimiters and line ends in quotes", () => {
    const source = 'a,b\n"x, y","say ""hi"""\n"line\nline\r\nline","\n"\n"""","""\n"""\n"",\n';
    assert.deepEqual(values(source), [
      ["x, y", 'say "hi"'],
      ["line\nline\r\nline", "\n"],
      ['"', '"\n"'],
      ["", ""],
    ]);
    assert.deepEqual(
      check(source).map((row) => row.cells.map(({ kind }) => kind)),
      [
        [Kind.ascii, Kind.escaped],
        [Kind.ascii, Kind.ascii],
        [Kind.escaped, Kind.escaped],
        [Kind.ascii, Kind.ascii],
      ],
    );
    assert.deepEqual(values("a,b\n\\,a\rb\n \t, x \n"), [
      ["\\", "a\rb"],
      [" \t", " x "],
    ]);
  });

  it("refuses wrong quotes, and goes on with the next record", () => {
    const bad = ['x"y,1', '"x"y,1', ' "x",1', '"x" ,1', '"x"y"z\n1,2'];
    for (const record of bad) {
      const seen = values(`a,b\n${record}\n3,4\n`);
      assert.equal(seen[0], csv, record);
      assert.deepEqual(seen.at(-1), ["3", "4"], record);
    }
    for (const source of ['a,b\n1,2\n"x,1\n3,4\n', 'a,b\n1,2\n3,"x', 'a,b\n1,2\n"x""', 'a,b\n1,2\n3,"\n']) {
      assert.deepEqual(values(source), [["1", "2"], csv], source);
    }
  });

  it("refuses a record with more or fewer fields than the header", () => {
    assert.deepEqual(values("a,b\n1\n1,2,3\n1,2,\n,\n1,2\n"), [csv, csv, csv, ["", ""], ["1", "2"]]);
  });

  it("refuses bytes that are no UTF-8, in columns without a name too", () => {
    assert.deepEqual(values('a,b,x\n\xff,2,3\n1,2,\xc3\n1,2,"\xed\xa0\x80"\n1,2\xc3\n\xc3\xa9,2,3\n'), [
      utf8,
      utf8,
      utf8,
      utf8,
      ["é", "2"],
    ]);
  });

  it("says where a fault stands", () => {
    const details = (source: string) =>
      drive(scanCsv(), two, [textBytes(source)]).rows.map(({ fault, detail }) => [fault, detail]);
    assert.deepEqual(details('a,b\n1,x"\n"1"x,2\n1,2,3\n1\n1,"x\xff"\n1,"2'), [
      [csv, 3],
      [csv, 3],
      [csv, 4],
      [csv, 1],
      [utf8, 4],
      [csv, 2],
    ]);
  });

  it("reads numbers and booleans where the schema takes no string", () => {
    const layout = layoutOf({
      n: { accepts: NUMBER },
      is: { accepts: (1 << Kind.true) | (1 << Kind.false) },
      any: { accepts: ANY_KIND },
    });
    assert.deepEqual(values('n,is,any\n1.5,true,1\n" -2e3 ", false ,true\n"0","true",\n', layout), [
      [1.5, true, "1"],
      [-2000, false, "true"],
      [0, true, undefined],
    ]);
    for (const wrong of [
      "",
      " ",
      "x",
      "01",
      "1.",
      "+1",
      "0x1",
      "1 2",
      "true",
      '""',
      "1,5",
      "NaN",
      "1e",
      "é",
    ]) {
      const [row] = values(`n\n${utf8Text(wrong)}x\n`, layoutOf({ n: { accepts: NUMBER } }));
      assert.ok(row === schema || row === csv, wrong);
    }
    assert.deepEqual(values("is\nTrue\n1\ntrue\n", layoutOf({ is: { accepts: 1 << Kind.true } })), [
      schema,
      schema,
      [true],
    ]);
  });

  it("knows an integer beyond 2^53", () => {
    const integers = (mode: "fault" | "double" | "int64") =>
      layoutOf({ n: { accepts: NUMBER | (1 << Kind.int64), integers: mode } });
    const source = "n\n9007199254740991\n9007199254740993\n9007199254740993.0\n";
    assert.deepEqual(values(source, integers("fault")), [[2 ** 53 - 1], int64, [2 ** 53]]);
    assert.deepEqual(values(source, integers("double")), [[2 ** 53 - 1], [2 ** 53], [2 ** 53]]);
    assert.deepEqual(values(source, integers("int64")), [[2 ** 53 - 1], ["9007199254740993"], [2 ** 53]]);
  });

  it("takes an empty field without quotes for missing, null or an empty string, as the schema may have it", () => {
    const layout = layoutOf({
      x: text,
      m: { accepts: STRING_KINDS | MISSING },
      n: { accepts: STRING_KINDS | (1 << Kind.null) },
      s: text,
      number: { accepts: NUMBER | MISSING },
    });
    assert.deepEqual(values('x,m,n,s,number\n1,,,,\n1,"","","",5\n1,,,,""\n', layout), [
      ["1", undefined, null, "", undefined],
      ["1", "", "", "", 5],
      schema,
    ]);
  });

  it("misses a column only where the schema does", () => {
    assert.deepEqual(values("a\n1\n2\n"), [schema, schema]);
    assert.deepEqual(values("a\n1\n", layoutOf({ a: text, b: { accepts: STRING_KINDS | MISSING } })), [
      ["1", undefined],
    ]);
    const nested = layoutOf({
      a: text,
      ctx: { accepts: (1 << Kind.object) | MISSING, fields: { ip: text } },
    });
    assert.deepEqual(values("a,ip\n1,2\n", nested), [["1", undefined, undefined]]);
  });

  it("takes the last column of a name that stands twice, and says so", () => {
    const rows = check("a,b,a\n1,2,3\n");
    assert.deepEqual(readCells(rows[0] as SeenRow), ["3", "2"]);
    assert.equal(rows[0]?.irregular, true);
    const layout = layoutOf({ n: { accepts: NUMBER | MISSING } });
    assert.deepEqual(values("n,n\n1,\n9007199254740993,2\n", layout), [[undefined], [2]]);
  });

  it("faults every record when the header is wrong", () => {
    assert.deepEqual(values('a,"b"x\n1,2\n3,4\n'), [csv, csv, csv]);
    assert.deepEqual(values("a,\xff\n1,2\n"), [utf8, utf8]);
  });

  it("takes other delimiters, and no character of a number", () => {
    for (const delimiter of [";", "\t", "|", " ", ":"]) {
      assert.deepEqual(values(`a${delimiter}b\n1${delimiter}"${delimiter}"\n`, two, delimiter), [
        ["1", delimiter],
      ]);
    }
    for (const delimiter of ["", ",,", '"', "\n", "\r", "é", "1", "e", ".", "-", "+", "\0"]) {
      assert.throws(() => scanCsv({ delimiter }), RangeError);
    }
  });

  it("frames over pieces, and carries what it has seen elsewhere", () => {
    const memory = makeMemory(256);
    const scanner = scanCsv()(two, memory);
    memory.u8.set(textBytes('a,b\n1,"x\ny'));
    assert.equal(scanner.frame(0, 10), 4);
    // The tail moves; its bytes are not framed again.
    memory.u8.copyWithin(100, 4, 10);
    memory.u8.set(textBytes('\n"\n"'), 106);
    assert.equal(scanner.frame(106, 107), -1);
    assert.equal(scanner.frame(107, 108), -1);
    assert.equal(scanner.frame(108, 110), 109);
    // What begins like a byte order mark and is none opens no field.
    memory.u8.set(textBytes('\xef"\n\xef\xbb\xbf"\n"\n'));
    assert.equal(scanCsv()(two, memory).frame(0, 3), 3);
    const other = scanCsv()(two, memory);
    assert.equal(other.frame(3, 5), -1);
    assert.equal(other.frame(5, 9), -1);
    assert.equal(other.frame(9, 10), 10);
  });

  it("skips a record over pieces, quotes and all", () => {
    const memory = makeMemory(256);
    const scanner = scanCsv()(two, memory);
    memory.u8.set(textBytes('a,b\n1,"x\ny\n",3\n5,6\n7'));
    assert.equal(scanner.frame(0, 8), 4);
    assert.equal(scanner.skip(8, 11), -1);
    assert.equal(scanner.skip(11, 22), 15);
    assert.equal(scanner.frame(15, 20), 19);
    assert.equal(scanner.scan(0, 4, 32, 1, false), 0);
    assert.equal(scanner.scan(15, 19, 32, 1, false), 1);
  });

  it("knows nothing without the header", () => {
    const memory = makeMemory(256);
    const scanner = scanCsv()(two, memory);
    memory.u8.set(textBytes("a,b\n1,2\n"));
    assert.equal(scanner.frame(0, 2), -1);
    assert.equal(scanner.skip(2, 8), 4);
    assert.equal(scanner.frame(4, 8), 8);
    assert.equal(scanner.scan(4, 8, 32, 4, false), 1);
    assert.equal((memory.u32[34] as number) & 0xff, csv);
  });
});
