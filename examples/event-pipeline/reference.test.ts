import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { referenceDepartures } from "./reference.ts";

const HOUR_MS = 3_600_000;

function line(date: string, delay: number, origin: string, destination: string): string {
  return `${JSON.stringify({ date, delay, distance: 100, origin, destination })}\n`;
}

test("referenceDepartures: windows, states, means, shares and distinct destinations", async () => {
  // A quote in the path: it goes into SQL.
  const folder = mkdtempSync(join(tmpdir(), "reference's-"));
  try {
    const files = [join(folder, "0.ndjson"), join(folder, "1.ndjson")];
    writeFileSync(
      files[0] as string,
      line("1969-12-31T23:59:59.999Z", 1, "LAS", "PHL") +
        line("2001-01-01T00:00:00.000Z", 16, "LAS", "PHL") +
        line("2001-01-01T00:59:59.999Z", 15, "LAS", "PHL") +
        line("2001-01-01T00:30:00.000Z", 99, "ZZZ", "PHL") +
        line("2001-01-01T01:00:00.000Z", -3, "LAS", "PHL"),
    );
    writeFileSync(
      files[1] as string,
      line("2001-01-01T00:10:00.000Z", -8, "RNO", "LAX") + line("2001-01-01T00:10:00.000Z", 7, "LAX", "RNO"),
    );

    const start = Date.UTC(2001, 0, 1);
    const window = (at: number): object => ({ window_start: at, window_end: at + HOUR_MS });
    const one = { flights: 1, delayed_share: 0, destinations: 1 };
    assert.deepEqual(await referenceDepartures({ files, window_ms: HOUR_MS }), [
      { ...window(-HOUR_MS), state: "NV", ...one, mean_delay: 1, max_delay: 1 },
      { ...window(start), state: "CA", ...one, mean_delay: 7, max_delay: 7 },
      {
        ...window(start),
        state: "NV",
        flights: 3,
        mean_delay: 23 / 3,
        max_delay: 16,
        delayed_share: 1 / 3,
        destinations: 2,
      },
      { ...window(start + HOUR_MS), state: "NV", ...one, mean_delay: -3, max_delay: -3 },
    ]);
    assert.equal((await referenceDepartures({ files, window_ms: 24 * HOUR_MS })).length, 3);
    await assert.rejects(referenceDepartures({ files, window_ms: 0 }), RangeError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("referenceDepartures: no known airport, no rows", async () => {
  const folder = mkdtempSync(join(tmpdir(), "reference-"));
  try {
    const file = join(folder, "0.ndjson");
    writeFileSync(file, line("2001-01-01T00:00:00.000Z", 16, "ZZZ", "PHL"));
    assert.deepEqual(await referenceDepartures({ files: [file], window_ms: HOUR_MS }), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
