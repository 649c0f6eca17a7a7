import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { copyFlights } from "./flights-input.ts";

const line = (date: string, delay: number): string => `{"date":"${date}T23:59:00.000Z","delay":${delay}}\n`;

async function copied(share: number, copies: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    writeFileSync(from, line("2001-01-01", 1) + line("2001-06-30", -2) + line("2001-06-30", 30));
    await copyFlights(from, to, share, copies);
    return readFileSync(to, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("copies of the flights follow each other in time", async () => {
  const first = line("2001-01-01", 1) + line("2001-06-30", -2) + line("2001-06-30", 30);
  const second = line("2001-07-01", 1) + line("2001-12-28", -2) + line("2001-12-28", 30);
  assert.equal(await copied(1, 2), first + second);
});

it("a share of the flights ends with a whole line", async () => {
  assert.equal(await copied(0.1, 1), line("2001-01-01", 1));
  assert.equal(await copied(0.5, 1), line("2001-01-01", 1) + line("2001-06-30", -2));
});
