import assert from "node:assert/strict";
import { test } from "node:test";
import type { Departure } from "../../../examples/event-pipeline/reference.ts";
import { type Answer, createAnswer } from "./answer.ts";

const ROW: Departure = {
  window_start: 0,
  window_end: 3_600_000,
  state: "PA",
  flights: 3,
  mean_delay: 0.1,
  max_delay: 7,
  delayed_share: 1 / 3,
  destinations: 2,
};

function answerOf(...rows: Departure[]): Answer {
  const answer = createAnswer();
  for (const row of rows) answer.add(row);
  return answer.end();
}

test("answer: the rows of a window may come in any order", () => {
  const other = { ...ROW, state: "NV" };
  assert.deepEqual(answerOf(ROW, other), answerOf(other, ROW));
  assert.equal(answerOf(ROW, other).rows, 2);
});

test("answer: a change of any value changes both halves of the hash", () => {
  const { hash } = answerOf(ROW);
  const changes: Partial<Departure>[] = [
    { window_start: 1 },
    { window_end: 3_600_001 },
    { state: "AP" },
    { state: "PAA" },
    { flights: 4 },
    { mean_delay: 0.1 + 2 ** -56 },
    { max_delay: -7 },
    { delayed_share: 0.333 },
    { destinations: 3 },
  ];
  for (const change of changes) {
    const changed = answerOf({ ...ROW, ...change }).hash;
    const told = JSON.stringify(change);
    assert.notEqual(changed.slice(0, 8), hash.slice(0, 8), told);
    assert.notEqual(changed.slice(8), hash.slice(8), told);
  }
});

test("answer: values that change places between rows don't go unseen", () => {
  const [a, b] = [
    { ...ROW, state: "NV", flights: 4 },
    { ...ROW, flights: 3 },
  ];
  assert.notEqual(answerOf(a, b).hash, answerOf({ ...a, flights: 3 }, { ...b, flights: 4 }).hash);
  assert.notEqual(answerOf(ROW, ROW).hash, answerOf(ROW).hash);
});

test("answer: refuses a window that comes after a later one", () => {
  assert.throws(() => answerOf({ ...ROW, window_start: 10 }, ROW), /^Error: Window 0 came after window 10$/);
});
