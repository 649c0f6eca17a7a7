// Damaged input: the program must refuse exactly what was damaged, and say where it lies.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { type DirtyOptions, makeDirty } from "./dirty.ts";
import { makeFlights } from "./make-flights.ts";
import { runMain } from "./run-main.ts";

const root = mkdtempSync(join(tmpdir(), "main-dirty-"));
after(() => rmSync(root, { recursive: true }));

const ROWS = 15_000;
const LONG_bytes = 65_536;
const files = await makeFlights({ folder: join(root, "data"), rows: ROWS, seed: 5 });
const folder = (): string => mkdtempSync(join(root, "run-"));
const dirtyOptions = (seed: number, more: Partial<DirtyOptions> = {}): DirtyOptions => {
  return {
    files,
    seed,
    folder: mkdtempSync(join(root, "dirty-")),
    window_ms: 3_600_000,
    outOfOrder_ms: 600_000,
    lateness_ms: 0,
    ...more,
  };
};

interface Counts {
  readonly rowsIn: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly late: number;
}

function results(cwd: string): Counts & { readonly aggregated: number } {
  const report: Counts = JSON.parse(readFileSync(join(cwd, "report.json"), "utf8"));
  const db = new DatabaseSync(join(cwd, "out.db"));
  try {
    const aggregated = Number(db.prepare("SELECT sum(flights) AS sum FROM departures").get()?.sum);
    return { rowsIn: report.rowsIn, faults: report.faults, late: report.late, aggregated };
  } finally {
    db.close();
  }
}

/** Seeds, with what is asked for beside, and what the model must know of it. */
const DIRTY: readonly (readonly [seed: number, args: readonly string[], more: Partial<DirtyOptions>])[] = [
  [1, [], {}],
  [2, ["--window", "15m"], { window_ms: 900_000 }],
  // Of six files each gives the same number of lines.
  [3, ["--limit", "9001"], { linesPerFile: 1501 }],
];

describe("--dirty", () => {
  for (const [seed, args, more] of DIRTY) {
    test(`${[seed, ...args].join(" ")}: exactly the expected counts, and all rows accounted for`, async () => {
      const { expected } = await makeDirty(dirtyOptions(seed, more));
      const cwd = folder();
      const { code, stdout, stderr } = await runMain({
        args: [...files, "--dirty", `${seed}`, "--report", "report.json", ...args],
        cwd,
      });
      assert.deepEqual([code, stdout], [0, ""], stderr);
      assert.match(stderr, /^dirty input: exactly what was damaged was refused: rows \d+, .*\n$/);
      const { blank: _, ...wanted } = expected;
      const found = results(cwd);
      assert.deepEqual(found, wanted);
      assert.equal(Object.keys(found.faults).length, 6);
      assert.ok(found.late > 0);
      const faults = Object.values(found.faults).reduce((sum, count) => sum + count, 0);
      assert.equal(found.rowsIn, found.aggregated + found.late + faults);
      assert.deepEqual(readdirSync(cwd).sort(), ["out.db", "rejects.ndjson", "report.json"]);
    });
  }
});

interface Reject {
  readonly reason: string;
  readonly message: string;
  readonly source: string;
  readonly offset: number;
  readonly record: string;
}

/** The same bytes, in the same order, on Node, Deno and Bun: each of them compares with this. */
const GOLDEN_REJECTS = "6a227e038cf4ead6f0fd9f9bef613c56266431a4dbb4635e13718c8ebdfafa81";

test("rejects: one line for each refused or late row, which leads back to its record", async () => {
  const { files: damaged, expected } = await makeDirty(dirtyOptions(4));
  const cwd = dirname(damaged[0] ?? "");
  const args = damaged.map((path) => basename(path));
  assert.deepEqual(await runMain({ args, cwd }), { code: 0, stdout: "", stderr: "" });
  const text = readFileSync(join(cwd, "rejects.ndjson"), "utf8");
  assert.equal(createHash("sha256").update(text).digest("hex"), GOLDEN_REJECTS);
  const lines = text.trimEnd().split("\n");
  const rejects = lines.map((line) => JSON.parse(line) as Reject);

  const counts: Record<string, number> = {};
  const bytes = new Map(args.map((name) => [name, readFileSync(join(cwd, name))]));
  for (const reject of rejects) {
    assert.deepEqual(Object.keys(reject), ["reason", "message", "source", "offset", "record"]);
    const { reason, message, source, offset, record } = reject;
    counts[reason] = (counts[reason] ?? 0) + 1;
    assert.ok(message.length > 10, message);

    const file = bytes.get(source);
    assert.ok(file !== undefined, source);
    assert.ok(offset === 0 || file[offset - 1] === 0x0a, "a record begins at the offset");
    const end = file.indexOf("\n", offset);
    const line = file.subarray(offset, end).toString("utf8").replace(/\r$/, "");
    // Of a line that is too long its beginning is kept.
    assert.equal(record, reason === "too-long" ? line.slice(0, LONG_bytes) : line, `${source} ${reason}`);
  }
  assert.deepEqual(counts, { ...expected.faults, late: expected.late });
  assert.equal(new Set(rejects.map(({ source, offset }) => `${source} ${offset}`)).size, rejects.length);
});
