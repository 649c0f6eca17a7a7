import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlightLines, dayPrefix, LINE_MAX_BYTES } from "./flight-lines.ts";
import { createRandom } from "./random.ts";

const DAY_MS = 86_400_000;

test("createFlightLines: the bytes are those of JSON.stringify and toISOString", () => {
  const random = createRandom(7);
  const lines = createFlightLines(LINE_MAX_BYTES);
  const codes = ["LAS", "PHL", 'q"\\', "Zoë"];
  for (let i = 0; i < 5000; i++) {
    const date_ms = random.below(2 ** 31) * 1000 + random.below(1000) - 2 ** 40;
    const [delay, distance] = [random.below(6000) - 1500, random.pick([0, 9, 10, 99, 100, 2176, 123_456])];
    const [origin, destination] = [random.pick(codes), random.pick(codes)];
    lines.append(date_ms, delay, distance, origin, destination);
    const date = new Date(date_ms).toISOString();
    assert.equal(
      new TextDecoder().decode(lines.bytes()),
      `${JSON.stringify({ date, delay, distance, origin, destination })}\n`,
    );
    lines.clear();
  }
});

test("createFlightLines: gathers lines until there is no room for another", () => {
  const lines = createFlightLines(2 * LINE_MAX_BYTES);
  const append = (): void => lines.append(0, 1, 2, "LAS", "PHL");
  append();
  const one = lines.length;
  append();
  assert.equal(lines.length, 2 * one);
  while (lines.length + LINE_MAX_BYTES <= 2 * LINE_MAX_BYTES) append();
  assert.throws(append, /no room/);
});

test("createFlightLines: refuses what has no line", () => {
  const lines = createFlightLines(1024);
  assert.throws(() => lines.append(0, 1.5, 2, "LAS", "PHL"), /1.5: not a whole number/);
  assert.throws(() => lines.append(0, 1, Number.NaN, "LAS", "PHL"), /NaN: not a whole number/);
  assert.throws(() => lines.append(0, 1, 2, "L".repeat(100), "PHL"), /too long/);
  assert.throws(() => lines.append(Number.NaN, 1, 2, "LAS", "PHL"), /four digits/);
});

test("dayPrefix: every day of the years 0 to 9999, sampled, and the ends of leap years", () => {
  const first = Math.floor(Date.parse("0000-01-01T00:00:00Z") / DAY_MS);
  const last = Math.floor(Date.parse("9999-12-31T00:00:00Z") / DAY_MS);
  const check = (day: number): void =>
    assert.equal(dayPrefix(day), new Date(day * DAY_MS).toISOString().slice(0, 11));
  for (let day = first; day <= last; day += 61) check(day);
  for (const year of [1900, 1999, 2000, 2001, 2004, 2100, 2400]) {
    for (const date of [`${year}-02-28`, `${year}-03-01`, `${year}-12-31`, `${year}-01-01`]) {
      const day = Date.parse(date) / DAY_MS;
      for (const near of [day - 1, day, day + 1]) check(near);
    }
  }
  check(first);
  check(last);
  assert.throws(() => dayPrefix(first - 1), /four digits/);
  assert.throws(() => dayPrefix(last + 1), /four digits/);
});
