import assert from "node:assert/strict";
import { test } from "node:test";
import { type Duration, duration_ms, durationText } from "./duration.ts";

test("duration_ms adds the fields up", () => {
  assert.equal(duration_ms({ days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 }, "x"), 93_784_005);
  assert.equal(duration_ms({ minutes: 1, seconds: -30 }, "x"), 30_000);
  assert.ok(Object.is(duration_ms({ minutes: -0 }, "x"), 0));
});

test("duration_ms takes what has the fields as getters, as Temporal.Duration does", () => {
  class Like {
    get hours() {
      return 1;
    }
    get weeks() {
      return 0;
    }
  }
  assert.equal(duration_ms(new Like(), "x"), 3_600_000);
});

test("duration_ms says what is wrong", () => {
  const wrong: [unknown, RegExp][] = [
    [5, /^TypeError: window: lateness must be a duration such as \{ minutes: 1 \}, was 5$/],
    [null, /was null$/],
    [{}, /must name a unit/],
    [{ minute: 1 }, /must use days, hours, minutes, seconds, milliseconds, not 'minute'$/],
    [{ minutes: 1.5 }, /^RangeError: window: lateness: minutes must be a whole number, was 1.5$/],
    [{ minutes: "1" }, /whole number, was 1$/],
    [{ days: 2 ** 40 }, /at most 2\^53/],
    [{ seconds: -1 }, /at least 0 ms, was -1000 ms$/],
    [
      new (class {
        get months() {
          return 1;
        }
      })(),
      /must not use months/,
    ],
  ];
  for (const [duration, message] of wrong) {
    assert.throws(
      () => duration_ms(duration as Duration, "window: lateness"),
      (error) => message.test(String(error)),
      String(message),
    );
  }
});

test("durationText uses the largest unit that divides", () => {
  const texts = [86_400_000, 5_400_000, 90_000, 250, 0, 7_200_000].map(durationText);
  assert.deepEqual(texts, ["1 d", "90 min", "90 s", "250 ms", "0 ms", "2 h"]);
});
