import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadAirports } from "./airports.ts";

const HEADER = "iata,name,city,state,country,latitude,longitude\n";

async function withFile(text: string, run: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "airports-"));
  try {
    const path = join(folder, "airports.csv");
    writeFileSync(path, text);
    await run(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

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
  assert.deepEqual([airports.get("MQT")?.city, airports.get("MQT")?.state], ["NA", "NA"], "text, not a gap");
  assert.equal(airports.has("ZZZ"), false);
  for (const [code, { iata }] of airports) assert.equal(code, iata);
});

test("loadAirports: columns in any order, more of them, quotes, CRLF and a byte order mark", async () => {
  const text =
    '\uFEFFlongitude,iata,name,city,state,country,latitude,elevation\r\n1.5,LAX,"a ""b"",\r\nc",,NA,USA,2,9\r\n';
  await withFile(text, async (path) => {
    const lax = {
      iata: "LAX",
      name: 'a "b",\r\nc',
      city: "",
      state: "NA",
      country: "USA",
      latitude: 2,
      longitude: 1.5,
    };
    assert.deepEqual([...(await loadAirports(path))], [["LAX", lax]]);
  });
});

const REFUSED: readonly [name: string, text: string, words: RegExp][] = [
  ["other columns", "code,name\nLAS,x\n", /airports\.csv at 10: .* must be a .* \(was missing\)/],
  ["a short record", `${HEADER}LAS,x\n`, /airports\.csv at 48: .* not as many fields as the header/],
  ["a latitude in words", `${HEADER}LAS,x,y,NV,USA,north,1\n`, /latitude must be a number \(was "north"\)/],
];

for (const [name, text, words] of REFUSED) {
  test(`loadAirports: ${name} is refused`, async () => {
    await withFile(text, async (path) => assert.rejects(loadAirports(path), words));
  });
}

test("loadAirports: no file", async () => {
  await assert.rejects(loadAirports("no-such-airports.csv"), /Cannot read "no-such-airports\.csv": ENOENT/);
});
