import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
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
  const rows = [...groups.values()].map(({ start, type, n, revenue }) =>
    JSON.stringify({ window: { start, end: start + 60_000 }, type, n, revenue: Number(revenue) / 2 ** 52 }),
  );
  // By window, then by type.
  return rows.sort();
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
    assert.equal(stdout, `${expected().join("\n")}\n`);
    // The same bytes on Node, Deno and Bun: each of them compares with this.
    const digest = createHash("sha256").update(stdout).digest("hex");
    assert.equal(digest, "a7a5f53f1b2a95c7b1b17bb1b1976bfff6a20f36354844c813f1677ce1b24164");

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

test("quickstart: README shows the program as it is", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [, shown] = /^## Quickstart\n[\s\S]*?^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const program = readFileSync(PROGRAM, "utf8");
  assert.equal(shown, program);
  assert.ok(program.trimEnd().split("\n").length <= 20);
});
