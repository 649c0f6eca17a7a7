import assert from "node:assert/strict";
import { test } from "node:test";
import { type Operator, operator } from "../operator.ts";
import { harness } from "../testing/harness.ts";
import { eventTime } from "./event-time.ts";

interface Row {
  readonly ts: number;
}
const at = (...times: number[]): Row[] => times.map((ts) => ({ ts }));

test("EVENTTIME-01 rows pass as they are; the watermark is the minimum over partitions", () => {
  const h = harness(eventTime<Row>("ts", { outOfOrder: { milliseconds: 5 } }), { partitions: 2 });
  const rows = at(10, 30, 20);
  h.batch(0, rows);
  h.batch(1, at(12));
  h.batch(1, at(50));
  h.finish(0);
  h.tick();
  h.end();
  assert.equal(h.rows[0], rows[0]);
  assert.equal(h.rows.length, 5);
  assert.deepEqual(h.watermarks, [Number.NEGATIVE_INFINITY, 7, 25, 45]);
  assert.deepEqual([...h.clocks.watermark_ms], [25, 45]);
  assert.deepEqual([h.count, h.ended], [{ dropped: 0, added: 0 }, true]);
});

test("EVENTTIME-02 what is no time is a fault, and moves no clock", () => {
  const h = harness(eventTime<Row>((row) => row.ts));
  h.batch(0, [
    { ts: 5 },
    { ts: "9" as never },
    { ts: 1e17 },
    null as never,
    { ts: null as never },
    { ts: -8.64e15 },
  ]);
  assert.deepEqual(
    h.rows.map(({ ts }) => ts),
    [5, -8.64e15],
  );
  assert.deepEqual(
    h.faults.map(({ code }) => code),
    ["time", "time", "threw", "time"],
  );
  assert.deepEqual(h.watermarks, [5]);
});

test("EVENTTIME-03 operators behind find the time in meta", () => {
  const times: number[] = [];
  const looking = operator<Row, Row>("looking", (next, scope) => ({
    row: (row) => {
      times.push(scope.meta.time);
      next.row(row);
    },
  }));
  const h = harness<Row, Row>([eventTime<Row>("ts"), looking] as readonly Operator<never, unknown>[]);
  h.batch(0, at(3, 1));
  assert.deepEqual(times, [3, 1]);
});

test("EVENTTIME-04 idleAfter lets the others go on", () => {
  let now = 0;
  const h = harness(eventTime<Row>("ts", { idleAfter: { seconds: 1 } }), { partitions: 2, now: () => now });
  h.batch(0, at(5));
  now = 1000;
  h.batch(0, at(9));
  assert.deepEqual(h.watermarks, [Number.NEGATIVE_INFINITY, 9]);
  assert.equal(h.clocks.forced, true);
  h.batch(1, at(2));
  assert.deepEqual(h.watermarks.at(-1), 9);
});

test("EVENTTIME-05 behind a window it follows that one's watermark", () => {
  const h = harness(eventTime<Row>("ts", { outOfOrder: { milliseconds: 5 } }));
  h.loose(at(100), 40);
  h.loose(at(90), 30);
  assert.deepEqual(h.watermarks, [35, 35]);
});

test("EVENTTIME-06 malformed durations are refused when the job is written", () => {
  assert.throws(
    () => eventTime<Row>("ts", { outOfOrder: { minutes: -1 } }),
    /^RangeError: eventTime: outOfOrder/,
  );
  assert.throws(
    () => eventTime<Row>("ts", { idleAfter: {} }),
    /^TypeError: eventTime: idleAfter must name a unit/,
  );
});
