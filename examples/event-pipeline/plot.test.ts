import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type DelayRow, drawDelays, writeDelayPlot } from "./plot.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const START = Date.UTC(2001, 0, 1);

function rows(window_ms: number, count: number, delay: (index: number) => number): DelayRow[] {
  return Array.from({ length: count }, (_, i) => {
    const window_start = START + i * window_ms;
    return { window_start, window_end: window_start + window_ms, flights: 10, mean_delay: delay(i) };
  });
}

/** Texts of an SVG document, in order. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map((match) => match[1] ?? "");
}

test("drawDelays: hours of the week, two weeks weighted by flights", async () => {
  const week = rows(HOUR_MS, 168, (hour) => hour);
  // Sunday 23:00 again a week later, with three times the flights: (167 * 10 + 7 * 30) / 40 = 47.
  const again = { ...rows(HOUR_MS, 168, () => 0)[167], flights: 30, mean_delay: 7 } as DelayRow;
  const later = {
    ...again,
    window_start: again.window_start + 7 * DAY_MS,
    window_end: again.window_end + 7 * DAY_MS,
  };
  const svg = await drawDelays([later, ...week]);

  assert.match(svg, /^<svg /);
  const found = texts(svg);
  assert.ok(found.includes("Mean departure delay by hour of the week"));
  assert.ok(found.includes("1,710 flights, 2001-01-01 to 2001-01-14"));
  assert.ok(found.includes("minutes"));
  const cells = found.filter((text) => /^\d+$/.test(text));
  for (const delay of ["3", "99", "166"]) assert.ok(cells.includes(delay), delay);
  assert.equal(cells.filter((text) => text === "47").length, 2);
  assert.equal(cells.includes("167"), false);
  assert.equal(found.indexOf("Monday") < found.indexOf("Sunday"), true);
});

test("drawDelays: hours with hardly any flights stay blank", async () => {
  const week = rows(HOUR_MS, 168, () => 5);
  const few = { ...(week[2] as DelayRow), mean_delay: 777, flights: 1 };
  const many = week.map((row, hour) => (hour === 2 ? few : { ...row, flights: 1000 }));
  const found = texts(await drawDelays(many));
  assert.equal(found.includes("777"), false);
  assert.ok(found.some((text) => text.startsWith("Blank: hours with fewer than 20 flights")));
});

test("drawDelays: windows of a day by day of the week, longer ones in time order", async () => {
  const days = texts(await drawDelays(rows(DAY_MS, 14, (day) => (day < 7 ? day : day + 1))));
  assert.ok(days.includes("Mean departure delay by day of the week"));
  // Mondays: (0 + 8) / 2.
  for (const delay of ["4.0", "5.0", "10.0"]) assert.ok(days.includes(delay), delay);

  const weeks = await drawDelays(rows(7 * DAY_MS, 10, (week) => week));
  assert.ok(texts(weeks).includes("Mean departure delay by window"));
});

test("drawDelays: no rows, no plot", async () => {
  await assert.rejects(drawDelays([]), /no departures/);
});

test("writeDelayPlot: one whole file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "plot-"));
  try {
    await writeDelayPlot(
      rows(HOUR_MS, 168, (hour) => hour),
      join(folder, "delays.svg"),
    );
    assert.deepEqual(readdirSync(folder), ["delays.svg"]);
    assert.match(readFileSync(join(folder, "delays.svg"), "utf8"), /^<svg [\s\S]*<\/svg>$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
