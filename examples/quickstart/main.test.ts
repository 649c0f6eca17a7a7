import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./main.ts", import.meta.url));
const EVENTS = readFileSync(new URL("./events.ndjson", import.meta.url), "utf8");

/** As an integer: all of these amounts are multiples of 2 ** -52. */
const scaled = (amount: number): bigint => BigInt(amount * 2 ** 52);

/** The same in a few lines of plain JavaScript; sums are exact and rounded once. */
function expected(): string[] {
  const groups = new Map<string, { start: number; type: string; n: number; revenue: bigint }>();
  for (const line of EVENTS.trimEnd().split("\n")) {
    try {
      const { ts, type, amount } = JSON.parse(line);
      if (typeof amount !== "number") continue;
      const start = Math.floor(ts / 60_000) * 60_000;
      const { n, revenue } = groups.get(`${start} ${type}`) ?? { n: 0, revenue: 0n };
      groups.set(`${start} ${type}`, { start, type, n: n + 1, revenue: revenue + scaled(amount) });
    } catch {
      // Not JSON: refused.
    }
  }
  return [...groups.values()].map(({ start, type, n, revenue }) =>
    JSON.stringify({ window: { start, end: start + 60_000 }, type, n, revenue: Number(revenue) / 2 ** 52 }),
  );
}

test("quickstart: counts and sums on standard output, two lines refused, from any folder", () => {
  const cwd = mkdtempSync(join(tmpdir(), "quickstart-"));
  try {
    const args = [...("Deno" in globalThis ? ["run", "-A"] : []), PROGRAM];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd,
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.deepEqual([status, stderr], [0, ""]);
    assert.deepEqual(stdout.trimEnd().split("\n").sort(), expected().sort());
    assert.equal(
      stdout.split("\n")[0],
      '{"window":{"start":1767225600000,"end":1767225660000},"type":"purchase","n":4,"revenue":128.1}',
    );

    assert.deepEqual(readdirSync(cwd), ["rejected.ndjson"]);
    const rejected = readFileSync(join(cwd, "rejected.ndjson"), "utf8").trimEnd().split("\n");
    const seen = rejected.map((line) => {
      const { reason, offset, record } = JSON.parse(line);
      assert.ok(EVENTS.startsWith(`${record}\n`, offset), "the offset leads to the record");
      return [reason, record];
    });
    assert.deepEqual(seen, [
      ["schema", '{"ts":1767225666000,"type":"view","amount":"free"}'],
      ["json", '{"ts":1767225720000,"type":"view"'],
    ]);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});

test("quickstart: short enough for README", () => {
  assert.ok(readFileSync(PROGRAM, "utf8").trimEnd().split("\n").length <= 18);
});
