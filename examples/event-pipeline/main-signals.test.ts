// Killed in the middle of a run: it is gone within a second, and what it leaves is whole.
import assert from "node:assert/strict";
import { type ChildProcess, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
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

/** Until the log of the rejects has so many bytes: the run is at work. */
async function atWork(cwd: string, size_bytes: number): Promise<void> {
  for (let waited_ms = 0; waited_ms < 15_000; waited_ms += 20) {
    const rejects = readdirSync(cwd).find((name) => /^rejects\.ndjson\..*tmp$/.test(name));
    if (rejects !== undefined && statSync(join(cwd, rejects)).size > size_bytes) return;
    await sleep(20);
  }
  throw new Error(`Cannot wait any longer: ${readdirSync(cwd)}`);
}

/**
 * Runs the program and sends it a signal.
 *
 * @param feed Gives it input, and resolves when it is in the middle of it.
 */
async function signalled(
  signal: NodeJS.Signals,
  input: string,
  feed: (child: ChildProcess, cwd: string) => Promise<void>,
) {
  const cwd = mkdtempSync(join(root, "run-"));
  let [killed_ms, before] = [0, [""]];
  const kill = async (child: ChildProcess): Promise<void> => {
    await feed(child, cwd);
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
  const ended = await runMain({ args: [input, "--report", "report.json"], cwd, onStart });
  const elapsed_ms = performance.now() - killed_ms;
  await killing;

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
    const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'departures'").get() !== undefined;
    const count = made ? db.prepare("SELECT count(*) AS count FROM departures").get()?.count : 0;
    return { ...ended, windows: Number(count) };
  } finally {
    db.close();
  }
}

const SIGNALS = [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const;

describe("a signal in the middle of a run: gone within a second, no file of rejects, a sound database", () => {
  for (const [signal, exitCode] of SIGNALS) {
    const said = `departures: stopped by ${signal}\n`;

    test(`${signal} while it waits for input`, async () => {
      const { windows, ...ended } = await signalled(signal, "-", async (child, cwd) => {
        // More never comes: the run waits for its input as long as it may.
        child.stdin?.write(`not a flight\n${flights}`);
        await underWay(cwd);
      });
      assert.deepEqual(ended, { code: exitCode, stdout: "", stderr: said });
      assert.ok(windows > 0);
    });

    test(`${signal} while it is at work`, async () => {
      const { windows, ...ended } = await signalled(signal, "-", async (child, cwd) => {
        const { stdin } = child;
        // Over and over, as fast as it is taken: from the second time on all of them are late.
        const pump = () => {
          while (stdin?.writable && stdin.write(flights));
        };
        stdin?.on("drain", pump);
        pump();
        await atWork(cwd, 4 * 2 ** 20);
      });
      assert.deepEqual(ended, { code: exitCode, stdout: "", stderr: said });
      assert.ok(windows > 0);
    });
  }

  const fifo = join(root, "pipe");
  const noPipe = spawnSync("mkfifo", [fifo]).status === 0 ? false : "needs mkfifo";
  test("SIGTERM while it waits for a named pipe that nobody writes to", { skip: noPipe }, async () => {
    // Opened for reading too: so it has a writer.
    const writer = openSync(fifo, "r+");
    try {
      const { windows, ...ended } = await signalled("SIGTERM", fifo, async (_, cwd) => {
        await atWork(cwd, -1);
        await sleep(100);
      });
      assert.deepEqual(
        [ended, windows],
        [{ code: 143, stdout: "", stderr: "departures: stopped by SIGTERM\n" }, 0],
      );
    } finally {
      closeSync(writer);
    }
  });
});
