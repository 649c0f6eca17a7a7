// Killed in the middle of a run: it is gone within a second, and what it leaves is whole.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFlights } from "./make-flights.ts";
import { runMain } from "./run-main.ts";

const root = mkdtempSync(join(tmpdir(), "main-signals-"));
after(() => rmSync(root, { recursive: true }));

const files = await makeFlights({ folder: join(root, "data"), rows: 10_000, seed: 11 });
const flights = files.map((file) => readFileSync(file, "utf8")).find((text) => text.length > 10_000) ?? "";

/** Resolves when windows have been written to the database; its log is not empty then. */
async function underWay(cwd: string): Promise<void> {
  const log = join(cwd, "out.db-wal");
  for (let waited_ms = 0; waited_ms < 15_000; waited_ms += 20) {
    if (existsSync(log) && statSync(log).size > 0) return;
    await sleep(20);
  }
  throw new Error(`Cannot wait any longer: ${readdirSync(cwd)}`);
}

describe("a signal in the middle of a run", () => {
  for (const [signal, exitCode] of [
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const) {
    test(`${signal}: exit code ${exitCode} within a second, no file of rejects, a sound database`, async () => {
      const cwd = mkdtempSync(join(root, "run-"));
      let [killed_ms, before] = [0, [""]];
      const kill = async (child: ChildProcess): Promise<void> => {
        // More never comes: the run waits for its input as long as it may.
        child.stdin?.write(`not a flight\n${flights}`);
        await underWay(cwd);
        before = readdirSync(cwd);
        killed_ms = performance.now();
        // Not `child.kill`: under Deno the child counts as killed then, whatever code it ends with.
        process.kill(child.pid ?? 0, signal);
      };
      let killing: Promise<void> | undefined;
      const onStart = (child: ChildProcess): void => {
        killing = kill(child).catch((cause) => {
          child.kill("SIGKILL");
          throw cause;
        });
      };
      const { code, stdout, stderr } = await runMain({
        args: ["-", "--report", "report.json"],
        cwd,
        onStart,
      });
      const elapsed_ms = performance.now() - killed_ms;
      await killing;

      assert.deepEqual([code, stdout, stderr], [exitCode, "", `departures: stopped by ${signal}\n`]);
      assert.ok(elapsed_ms < 1000, `it took ${elapsed_ms} ms`);
      assert.ok(
        before.some((name) => /^rejects\.ndjson\..*tmp$/.test(name)),
        `was in the middle: ${before}`,
      );
      // No file of rejects or report, and none half written.
      assert.deepEqual(readdirSync(cwd), ["out.db"]);

      const db = new DatabaseSync(join(cwd, "out.db"));
      try {
        assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
        assert.ok(Number(db.prepare("SELECT count(*) AS count FROM departures").get()?.count) > 0);
      } finally {
        db.close();
      }
    });
  }
});
