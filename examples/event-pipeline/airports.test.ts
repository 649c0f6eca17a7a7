import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadAirports, parseCsv } from "./airports.ts";

test("loadAirports: the dataset's airports by code", async () => {
  const airports = await loadAirports();
  assert.equal(airports.size, 3376);
  assert.deepEqual(airports.get("LAS"), {
    iata: "LAS",
    name: "McCarran International",
    city: "Las Vegas",
    state: "NV",
    country: "USA",
    latitude: 36.08036111,
    longitude: -115.1523333,
  });
  assert.equal(airports.get("DBN")?.name, 'W. H. "Bud" Barron');
  assert.equal(airports.get("BTR")?.name, "Baton Rouge Metropolitan, Ryan");
  assert.equal(airports.has("ZZZ"), false);
});

test("loadAirports: other columns and short records are refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "airports-"));
  const path = join(folder, "airports.csv");
  try {
    writeFileSync(path, "code,name\nLAS,x\n");
    await assert.rejects(loadAirports(path), /columns code,name instead of iata/);
    writeFileSync(path, "iata,name,city,state,country,latitude,longitude\nLAS,x\n");
    await assert.rejects(loadAirports(path), /record 1 has 2 fields/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const CASES: readonly [name: string, text: string, records: string[][]][] = [
  ["nothing", "", []],
  ["one field", "a", [["a"]]],
  [
    "line ends",
    "a,b\r\nc,d\ne,f",
    [
      ["a", "b"],
      ["c", "d"],
      ["e", "f"],
    ],
  ],
  ["final line end", "a,b\n", [["a", "b"]]],
  [
    "empty fields",
    ",\n,,\n",
    [
      ["", ""],
      ["", "", ""],
    ],
  ],
  ["empty lines", "a\n\n\r\nb\n", [["a"], ["b"]]],
  ["a quoted empty field is a record", '""\n', [[""]]],
  [
    "quotes",
    '"a,b","c""d","e\r\nf"\n"",g',
    [
      ["a,b", 'c"d', "e\r\nf"],
      ["", "g"],
    ],
  ],
  ["byte order mark", "\uFEFFa,b", [["a", "b"]]],
  ["comma at the end", "a,", [["a", ""]]],
];

for (const [name, text, records] of CASES) {
  test(`parseCsv: ${name}`, () => assert.deepEqual(parseCsv(text), records));
}

test("parseCsv: misplaced quotes", () => {
  for (const text of ['"a', '"a"b', 'a"b', 'a,"b""', 'a\n"b"c\n'])
    assert.throws(() => parseCsv(text), /misplaced/, text);
});
