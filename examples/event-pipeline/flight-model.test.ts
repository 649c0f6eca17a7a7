import assert from "node:assert/strict";
import { test } from "node:test";
import { createFileClock, judge, LINE_LIMIT_BYTES, type Verdict } from "./flight-model.ts";

const AIRPORTS = new Set(["LAS", "PHL"]);
const ROW = {
  date: "2001-01-01T00:01:00.000Z",
  delay: 33,
  distance: 2176,
  origin: "LAS",
  destination: "PHL",
};
const GOOD: Verdict = { time_ms: Date.UTC(2001, 0, 1, 0, 1) };

const verdict = (change: object): Verdict => judge(JSON.stringify({ ...ROW, ...change }), AIRPORTS);

test("judge: a clean record", () => {
  assert.deepEqual(verdict({}), GOOD);
  assert.deepEqual(judge(new TextEncoder().encode(JSON.stringify(ROW)), AIRPORTS), GOOD);
  assert.deepEqual(verdict({ destination: "ZZZ" }), GOOD);
  assert.deepEqual(verdict({ origin: " las ", destination: "\tphl" }), GOOD);
  for (const delay of [-1440, 0, 4320]) assert.deepEqual(verdict({ delay }), GOOD);
});

const FAULTS: readonly [fault: string, change: object][] = [
  ["schema", { date: undefined }],
  ["schema", { delay: "33" }],
  ["schema", { distance: null }],
  ["schema", { origin: 12 }],
  ["schema", { destination: undefined }],
  ["callback", { date: "yesterday" }],
  ["invalid", { delay: 4321 }],
  ["invalid", { delay: -1441 }],
  ["invalid", { delay: 0.5 }],
  ["invalid", { distance: 0 }],
  ["invalid", { origin: "LA" }],
  ["invalid", { destination: "PHLX" }],
  ["lookup-missing", { origin: "ZZZ" }],
];

for (const [fault, change] of FAULTS) {
  test(`judge: ${JSON.stringify(change)} is ${fault}`, () => assert.deepEqual(verdict(change), { fault }));
}

test("judge: what isn't JSON, UTF-8 or short enough", () => {
  assert.deepEqual(judge("{", AIRPORTS), { fault: "json" });
  assert.deepEqual(judge(Uint8Array.of(0x22, 0xff, 0x22), AIRPORTS), { fault: "utf8" });
  assert.deepEqual(judge(new Uint8Array(LINE_LIMIT_BYTES + 1), AIRPORTS), { fault: "too-long" });
  assert.deepEqual(judge(new Uint8Array(LINE_LIMIT_BYTES), AIRPORTS), { fault: "json" });
});

test("createFileClock: a window is closed from end + lateness = largest - outOfOrder on", () => {
  const rule = { window_ms: 100, outOfOrder_ms: 20, lateness_ms: 30 };
  // The window 0..100 closes when 150 has been seen.
  const open = createFileClock(rule);
  assert.equal(open.take(149), "aggregated");
  assert.equal(open.take(99), "aggregated");
  const closed = createFileClock(rule);
  assert.equal(closed.take(150), "aggregated");
  assert.equal(closed.take(99), "late");
  assert.equal(closed.take(0), "late");
  assert.equal(closed.take(100), "aggregated");
  assert.equal(closed.take(149), "aggregated");
});

test("createFileClock: nothing is late at first, and old rows don't turn the clock back", () => {
  const clock = createFileClock({ window_ms: 100, outOfOrder_ms: 0, lateness_ms: 0 });
  assert.equal(clock.take(-1000), "aggregated");
  assert.equal(clock.take(250), "aggregated");
  assert.equal(clock.take(10), "late");
  assert.equal(clock.largest_ms, 250);
  assert.equal(clock.take(199), "late");
  assert.equal(clock.take(200), "aggregated");
});
