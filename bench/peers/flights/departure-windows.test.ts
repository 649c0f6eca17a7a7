import assert from "node:assert/strict";
import { test } from "node:test";
import type { Departure } from "../../../examples/event-pipeline/reference.ts";
import { DepartureWindows } from "./departure-windows.ts";

const MINUTE_ms = 60_000;
const HOUR_ms = 60 * MINUTE_ms;

test("windows: counts as many destinations as there are", () => {
  const rows: Departure[] = [];
  const states = ["AL", "AK", "AZ"];
  const onRow = (row: Departure) => rows.push(row);
  const windows = new DepartureWindows({ partitions: 1, window_ms: HOUR_ms, states, onRow });
  for (let i = 0; i < 6000; i++) windows.add(0, i, i % 31, 2, (i * 7) % 2000);
  windows.add(0, 7, -5, 0, 3);
  windows.end(0);
  windows.close();
  const told = rows.map(({ state, flights, max_delay, destinations }) => [
    state,
    flights,
    max_delay,
    destinations,
  ]);
  assert.deepEqual(told, [
    ["AL", 1, -5, 1],
    ["AZ", 6000, 30, 2000],
  ]);
});

test("windows: late by its partition's own clock, closed by the slowest", () => {
  const rows: Departure[] = [];
  const onRow = (row: Departure) => rows.push(row);
  const windows = new DepartureWindows({ partitions: 2, window_ms: HOUR_ms, states: ["AL"], onRow });
  windows.add(0, 0, 1, 0, 0);
  windows.add(0, HOUR_ms + 10 * MINUTE_ms - 1, 1, 0, 0);
  windows.add(0, HOUR_ms - 1, 1, 0, 0);
  assert.equal(windows.late, 0);
  windows.add(0, HOUR_ms + 10 * MINUTE_ms, 1, 0, 0);
  windows.add(0, HOUR_ms - 1, 1, 0, 0);
  assert.equal(windows.late, 1);
  windows.add(1, 0, 1, 0, 0);
  windows.close();
  assert.equal(rows.length, 0);
  assert.equal(windows.slowest_ms(), 0);
  windows.end(1);
  windows.close();
  assert.deepEqual(
    rows.map(({ window_start, flights }) => [window_start, flights]),
    [[0, 3]],
  );
});

test("windows: before 1970 too", () => {
  const rows: Departure[] = [];
  const onRow = (row: Departure) => rows.push(row);
  const windows = new DepartureWindows({ partitions: 1, window_ms: HOUR_ms, states: ["AL"], onRow });
  windows.add(0, -1, 1, 0, 0);
  windows.add(0, 0, 1, 0, 0);
  windows.end(0);
  windows.close();
  assert.deepEqual(
    rows.map(({ window_start }) => window_start),
    [-HOUR_ms, 0],
  );
});
