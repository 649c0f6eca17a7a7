import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "millrace-terminal-"));
after(() => rmSync(folder, { recursive: true }));

const url = (path: string): string => JSON.stringify(import.meta.resolve(path));
const HEAD = `
  import { flatMap, fork, from, map, ndjson, pipe, to } from ${url("../../core/mod.ts")};
  import { readFiles, writeFile } from ${url("../files/mod.ts")};
  import { sqliteTable } from ${url("../sqlite/mod.ts")};
  import { main, UsageError } from ${url("./mod.ts")};
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const sink = (more) => ({
    name: "sink",
    open: async () => ({ write: async () => {}, flush: async () => {}, close: async () => {}, abort: async () => {}, ...more }),
  });
  async function* endless() {
    for (let n = 0; ; n++) {
      yield { n };
      if (n === 1000) console.log("under way");
      if (n % 100 === 0) await wait(1);
    }
  }
`;
let programs = 0;

/** Writes a program and gives the command that runs it with this runtime. */
function program(body: string): [string, string[]] {
  const file = join(folder, `program-${programs++}.ts`);
  writeFileSync(file, HEAD + body);
  return [process.execPath, "Deno" in globalThis ? ["run", "-A", "--no-check", file] : [file]];
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsed_ms: number;
}

/** Not `child.kill`: under Deno the child counts as killed then, whatever code it ends with. */
function send(child: ChildProcess, signal: NodeJS.Signals): void {
  assert.ok(child.pid !== undefined);
  process.kill(child.pid, signal);
}

/** Runs a program to its end, from a folder of its own; `onOutput` is called at the first output. */
async function runs(body: string, onOutput?: (child: ChildProcess) => void, cwd = folder): Promise<Ended> {
  const [command, args] = program(body);
  const child = spawn(command, args, { cwd, env: { ...process.env, DEBUG: "" } });
  let [stdout, stderr, began] = ["", "", performance.now()];
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  child.stdout.on("data", (data) => {
    const first = stdout === "";
    stdout += data;
    if (!first) return;
    began = performance.now();
    onOutput?.(child);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr, elapsed_ms: performance.now() - began };
}

describe("exit codes", () => {
  test("0, with nothing said and the report given", async () => {
    const { code, stdout, stderr } = await runs(
      `const report = await main(pipe(from([1, 2, 3]), to(sink())), { name: "three" });
       console.log(report.name, report.rowsIn, report.rowsOut);`,
    );
    assert.deepEqual([code, stdout, stderr], [0, "three 3 3\n", ""]);
  });

  test("1, with one line, when the run fails", async () => {
    const { code, stdout, stderr } = await runs(
      `const job = pipe(from([1]), map(() => { throw new Error("first\\n  second"); }), to(sink()));
       console.log(await main(job, { name: "bad" }));`,
    );
    assert.deepEqual([code, stdout], [1, "undefined\n"]);
    assert.match(stderr, /^bad: .*first second.*\n$/);
  });

  test("1 when the options cannot be, or making the job fails", async () => {
    const options = await runs(`await main(pipe(from([1]), to(sink())), { batch_bytes: 0 });`);
    assert.equal(options.code, 1);
    assert.match(options.stderr, /^job: Cannot run: batch_bytes must be .*\n$/);
    const making = await runs(`await main(async () => { throw new Error("no job"); });`);
    assert.deepEqual([making.code, making.stderr], [1, "job: no job\n"]);
  });

  test("2 when the arguments are wrong", async () => {
    const own = await runs(
      `await main(() => { throw new UsageError("--window must be a duration, got x"); });`,
    );
    assert.deepEqual([own.code, own.stderr], [2, "job: --window must be a duration, got x\n"]);
    const parsed = await runs(
      `import { parseArgs } from "node:util";
       await main(() => { parseArgs({ args: ["--nope"] }); }, { name: "p" });`,
    );
    assert.equal(parsed.code, 2);
    assert.match(parsed.stderr, /^p: .*--nope.*\n$/);
  });

  test("all that is known of an error with DEBUG", () => {
    const [command, args] = program(`await main(() => { throw new Error("why"); });`);
    const { stderr } = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, DEBUG: "1" } });
    assert.match(stderr, /^job: Error: why\n +at /);
  });
});

describe("signals", () => {
  const JOB = `
    const job = pipe(
      from(endless()),
      fork({
        file: to(writeFile("out.ndjson"), ndjson()),
        table: to(sqliteTable("out.db", "t")),
      }),
    );
  `;

  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    test(`${signal} cancels: no output under its name, none beside it, the database opens`, async () => {
      const cwd = mkdtempSync(join(folder, "run-"));
      const ended = await runs(
        `${JOB} await main(job, { name: "stop" });`,
        (child) => send(child, signal),
        cwd,
      );
      assert.deepEqual([ended.code, ended.stderr], [exitCode, `stop: stopped by ${signal}\n`]);
      assert.ok(ended.elapsed_ms < 1000, `it took ${ended.elapsed_ms} ms`);
      assert.deepEqual(readdirSync(cwd), ["out.db"]);
      const db = new DatabaseSync(join(cwd, "out.db"));
      assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
      db.close();
    });
  }

  test("drain: what was read is written and published, and the program goes on", async () => {
    const cwd = mkdtempSync(join(folder, "run-"));
    const ended = await runs(
      `${JOB} const report = await main(job, { onSignal: "drain" }); console.log("rows", report.rowsIn);`,
      (child) => send(child, "SIGTERM"),
      cwd,
    );
    assert.deepEqual([ended.code, ended.stderr], [143, ""]);
    assert.deepEqual(readdirSync(cwd).sort(), ["out.db", "out.ndjson"]);
    const rows = Number(/rows (\d+)/.exec(ended.stdout)?.[1]);
    assert.ok(rows > 1000);
    assert.equal(readFileSync(join(cwd, "out.ndjson"), "utf8").split("\n").length - 1, rows);
  });

  test("drain of what cannot be drained is cancelled in time", async () => {
    const ended = await runs(
      `const slow = sink({ write: () => { console.log("under way"); return wait(600_000); } });
       await main(pipe(from(endless()), to(slow)), { onSignal: "drain" });`,
      (child) => send(child, "SIGTERM"),
    );
    assert.equal(ended.code, 143);
    assert.ok(ended.elapsed_ms < 1000, `it took ${ended.elapsed_ms} ms`);
  });

  test("a run that waits for standard input ends too", async () => {
    const ended = await runs(
      `setTimeout(() => console.log("under way"), 300);
       await main(pipe(from(readFiles("-"), ndjson()), to(sink())));`,
      (child) => send(child, "SIGINT"),
    );
    assert.deepEqual([ended.code, ended.stderr], [130, "job: stopped by SIGINT\n"]);
    assert.ok(ended.elapsed_ms < 1000, `it took ${ended.elapsed_ms} ms`);
  });

  const STUCK = `
    setInterval(() => {}, 1000);
    const stuck = sink({ abort: () => { console.log("aborting"); return wait(600_000); } });
    await main(pipe(from(endless()), to(stuck)));
  `;
  test("a run that hangs when it is cancelled is ended after 0.7 s", async () => {
    const ended = await runs(STUCK, (child) => send(child, "SIGTERM"));
    assert.equal(ended.code, 143);
    assert.ok(ended.elapsed_ms > 600 && ended.elapsed_ms < 1000, `it took ${ended.elapsed_ms} ms`);
  });

  test("a second signal ends it at once", async () => {
    const ended = await runs(STUCK, (child) => {
      send(child, "SIGINT");
      child.stdout?.on("data", () => send(child, "SIGTERM"));
    });
    assert.equal(ended.code, 130);
    assert.ok(ended.elapsed_ms < 500, `it took ${ended.elapsed_ms} ms`);
  });

  test("after a run signals are the program's again", async () => {
    const ended = await runs(
      `await main(pipe(from([1]), to(sink())));
       setInterval(() => {}, 1000);
       console.log("done");`,
      (child) => send(child, "SIGTERM"),
    );
    assert.equal(ended.code, null, "it died of the signal");
  });
});

describe("progress", () => {
  const LONG = `
    async function* rows() { for (let n = 0; n < 150; n++) { yield n; await wait(10); } }
    await main(pipe(from(rows()), to(sink())), { name: "long", progress: PROGRESS });
    process.stderr.write("[end]\\n");
  `;
  const script = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "";
  const noTerminal = /util-linux/.test(script) ? false : "needs `script` of util-linux to make a terminal";
  const inTerminal = async (progress: boolean): Promise<string> => {
    const [command, args] = program(LONG.replace("PROGRESS", String(progress)));
    const line = [command, ...args].map((part) => `'${part}'`).join(" ");
    const child = spawn("script", ["-qec", line, "/dev/null"], { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (data) => {
      text += data;
    });
    await new Promise((resolve) => child.once("close", resolve));
    return text;
  };

  test("one line on a terminal, from the second second on, gone at the end", {
    skip: noTerminal,
  }, async () => {
    const text = await inTerminal(true);
    assert.match(text, /\rlong {2}\d+ rows {2}\d+\/s {2}at \d+ {2}pool 0\.0 of /);
    assert.ok(text.endsWith("\r\x1b[K[end]\r\n"));
    assert.ok(text.split("\rlong").length <= 5, "four times a second");
    assert.equal(text.split("\n").length, 2);
  });

  test("nothing when it is not wanted, or not a terminal", { skip: noTerminal }, async () => {
    const both = [inTerminal(false), runs(LONG.replace("PROGRESS", "true"))] as const;
    assert.equal(await both[0], "[end]\r\n");
    assert.equal((await both[1]).stderr, "[end]\n");
  });
});
