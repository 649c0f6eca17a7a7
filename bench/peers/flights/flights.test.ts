import assert from "node:assert/strict";
import { test } from "node:test";
import type { Airport } from "../../../examples/event-pipeline/airports.ts";
import { createRandom } from "../../../examples/event-pipeline/random.ts";
import { createCodes, createDates } from "./flights.ts";

const airport = (iata: string, state: string): Airport => {
  return { iata, name: "", city: "", state, country: "USA", latitude: 0, longitude: 0 };
};

test("dates: what Date.parse says, whatever was read before", () => {
  const random = createRandom(5);
  const read = createDates();
  for (let i = 0; i < 10_000; i++) {
    const time_ms = random.pick([0, 978_307_200_000, -62_135_596_800_000]) + random.below(200_000_000);
    assert.equal(read(new Date(time_ms).toISOString()), time_ms);
  }
  for (const text of [
    "2001-01-01",
    "2001-01-01T05:00Z",
    "2001-01-01T24:00:00.000Z",
    "+002001-01-01T00:00:00-01:00",
  ]) {
    assert.equal(read(text), Date.parse(text), text);
  }
});

test("dates: nothing else is one", () => {
  const read = createDates();
  assert.equal(read("2001-01-01T00:00:00.000Z"), 978_307_200_000);
  const others = [
    "",
    "today",
    "2001-01-01T00:00:00",
    "2001-13-01T00:00:00.000Z",
    "2001-01-01T25:00:00.000Z",
    "2001-01-01T00:60:00.000Z",
    "2001-01-01T00:00:0a.000Z",
    "2001-01-01T00:00:00.0 0Z",
    "2001-01-01 00:00:00.000Z",
    "Mon, 01 Jan 2001 00:00 Z",
  ];
  for (const text of others) assert.equal(read(text), Number.NaN, text);
});

test("codes: one number for each code, however it is spelled, and one for each state", () => {
  const airports = [airport("LAS", "NV"), airport("PHL", "PA"), airport("RNO", "NV")];
  const codes = createCodes(new Map(airports.map((each) => [each.iata, each])));
  const [las, phl, rno] = [codes.read("LAS"), codes.read(" phl\t"), codes.read("RNO")];
  assert.deepEqual([las.text, phl.text, rno.text], ["LAS", "PHL", "RNO"]);
  assert.equal(codes.read("las"), las);
  assert.equal(codes.read("PHL"), phl);
  assert.equal(new Set([las.number, phl.number, rno.number]).size, 3);
  assert.equal(las.state, rno.state);
  assert.deepEqual(codes.states, ["NV", "PA"]);
  assert.equal(codes.read("QQQ").airport, undefined);
  assert.deepEqual(
    ["LASX", "LA", "L1S", ""].map((text) => codes.read(text).text),
    ["", "", "", ""],
  );
});
