// `npm run ok`: everything a change must pass. Steps run two at a time, but for tests that start processes and wait for
// them: these run alone. A failing step doesn't stop the others. The last line adds up the tests of the three runtimes.
import { spawn } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { root } from "./install.mjs";

const rooms = ["core", "adapters", "examples", "bench"];
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const entries = Object.values(exports);
const tests = globSync(`{${rooms}}/**/*.test.ts`, {
  cwd: root,
  exclude: ["**/node_modules", "**/data"],
}).sort();
if (tests.length === 0) throw new Error("No test files found."); // node --test would look for others by itself
// In parts, so that both cores have work, and because one process with all of it is slow on Bun (four times).
const parts = {
  run: tests.filter((file) => /^core\/(operators|run|testing)\//.test(file)),
  core: tests.filter((file) => /^core\/(?!operators|run|testing)/.test(file)),
  outside: tests.filter((file) => !file.startsWith("core/")),
};
const docTests = [".doctest/examples.test.ts"];
const tidy = ["core/tidy.test.ts"];

// The three runtimes get the same list of files. Deno's types were checked by a step of their own.
// By itself Node keeps one core free, which is right while another step runs.
const onNode = (files, { alone = false } = {}) => [
  "node",
  "--test",
  "--test-reporter=spec",
  "--test-timeout=60000",
  ...(alone ? ["--test-concurrency=2"] : []),
  ...files,
];
const onDeno = (files) => ["deno", "test", "-A", "--no-check", ...files];
const onBun = (files) => ["bun", "test", "--timeout", "60000", ...files.map((file) => `./${file}`)];

/** One step for each runtime: `test:node:core`, say. */
function onAll(kind, does, files, { part, ...more } = {}) {
  // The slowest first, so that no core waits at the end.
  const runtimes = { bun: ["Bun", onBun], node: ["Node", onNode], deno: ["Deno", onDeno] };
  return Object.fromEntries(
    Object.entries(runtimes).map(([name, [title, on]]) => [
      [kind, name, part].filter(Boolean).join(":"),
      { does: `${does}; ${title}`, run: on(files, more), tests: true, ...more },
    ]),
  );
}

// `after` names the step whose output a step reads; `tests` marks a run whose tests are counted, `alone` one that shares
// the machine with no other, which come last;
// `extra` marks what a full run leaves out, because another step covers it.
const steps = {
  format: { does: "format and import order (Biome)", run: ["biome", "check", "--linter-enabled=false", "."] },
  lint: { does: "lint (Biome)", run: ["biome", "lint", "--error-on-warnings", "."] },
  types: { does: "types, TypeScript", run: ["tsc"] },
  "types:deno": { does: "types, Deno with its own globals", run: ["deno", "check", "--quiet", ...rooms] },
  "doc-lint": {
    does: "undocumented or unreachable public names",
    run: ["deno", "doc", "--quiet", "--lint", ...entries],
  },
  dead: { does: "dead code and dependencies (knip)", run: ["knip", "--no-progress"] },
  kernel: { does: "the kernel is what its source gives", run: ["node", "scripts/kernel.mjs", "--check"] },
  build: { does: "build and pack what npm gets", run: ["node", "scripts/build.mjs"] },
  api: { does: "public API against core/api.md", run: ["node", "scripts/api.mjs"], after: "build" },
  publint: {
    does: "package.json of the package",
    run: ["publint", "--strict", "dist/package"],
    after: "build",
  },
  attw: {
    does: "types of the package resolve (attw)",
    run: ["attw", "--profile", "esm-only", "dist/package", "--pack"],
    after: "build",
  },
  consumer: { does: "the package used by a stranger", run: ["node", "scripts/consumer.mjs"], after: "build" },
  jsr: { does: "JSR package, dry run", run: ["deno", "publish", "--dry-run", "--allow-dirty", "--quiet"] },
  examples: { does: "documentation examples, extracted", run: ["node", "scripts/doc-tests.mjs"] },
  "examples:types": { does: "their types", run: ["deno", "check", "--quiet", ".doctest"], after: "examples" },
  tidy: { does: "architecture (part of the unit tests)", run: onNode(tidy), tests: true, extra: true },
  ...onAll("test", "the rest of core", parts.core, { part: "core" }),
  ...onAll("test", "operators, runs, test kit", parts.run, { part: "run" }),
  ...onAll("test", "adapters, examples, bench", parts.outside, { part: "outside", alone: true }),
  ...onAll("docs", "documentation examples", docTests, { after: "examples" }),
};
const stepLimitMinutes = 5;

/** The steps to run: all but the extra ones, or the named ones with what they need; "docs" means "docs:…" too. */
function chosen(names) {
  if (names.length === 0) return Object.keys(steps).filter((name) => !steps[name].extra);
  const picked = new Set();
  for (const name of names) {
    const found = Object.keys(steps).filter(
      (step) => step === name || (step.startsWith(`${name}:`) && !steps[name]),
    );
    if (found.length === 0) {
      console.error(`No step "${name}". Steps: ${Object.keys(steps).join(", ")}`);
      process.exit(2);
    }
    for (const step of found) picked.add(step).add(steps[step].after ?? step);
  }
  return Object.keys(steps).filter((name) => picked.has(name));
}

/** Deno's closing line counts a suite as a test and its tests apart, as steps: this counts the lines of tests. */
function countDeno(output) {
  // A suite's name stands before its tests, alone on a line; so does that of a test that prints.
  const suites = new Set([...output.matchAll(/^(.+) \.\.\.\n(?!-+ .*output -+$)/gm)].map(([, name]) => name));
  const ended = (how) =>
    [...output.matchAll(new RegExp(`^(.+) \\.\\.\\. ${how}\\b`, "gm"))].filter(
      ([, name]) => !suites.has(name),
    ).length;
  return { passed: ended("ok"), failed: ended("FAILED") };
}

/** Passed and failed in a run's output: node's and bun's closing lines, or the lines of deno's tests. */
function count(output) {
  if (/^running \d+ tests? from /m.test(output)) return countDeno(output);
  const sum = (pattern) =>
    [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  return {
    passed: sum(/^ℹ pass (\d+)/gm) + sum(/^ (\d+) pass$/gm),
    failed: sum(/^ℹ (?:fail|cancelled) (\d+)/gm) + sum(/^ (\d+) fail$/gm),
  };
}

/** What the runner was at when it was stopped: Deno and Bun name a file when they begin it; Node does so when told to end. */
function underWay(output) {
  const begun = [...output.matchAll(/^running \d+ tests? from (\S+)$|^(\S+\.test\.ts):$/gm)].at(-1);
  return begun === undefined ? "" : `It was running ${begun[1] ?? begun[2]}.\n`;
}

// Every step has a process group of its own, so that ending it ends what it has started: a test file that hangs in a
// loop hears of nothing else.
const groups = new Set();
function signalGroup(pid, signal) {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch {
    // It has ended by itself.
  }
}
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(signal, () => {
    for (const pid of groups) signalGroup(pid, "SIGKILL");
    process.exit(code);
  });
}

function execute([command, ...args]) {
  const bin = `${root}node_modules/.bin`;
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: "1" };
  delete env.FORCE_COLOR;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    groups.add(child.pid);
    let output = "";
    let late = "";
    const timers = [];
    const kill = () => signalGroup(child.pid, "SIGKILL");
    const stop = () => {
      late = `\nStopped: the limit of a step is ${stepLimitMinutes} minutes. ${underWay(output)}`;
      // The runner alone first: Node's then says which files were running, and ends them.
      child.kill("SIGTERM");
      timers.push(setTimeout(kill, 5_000));
    };
    const end = (result) => {
      for (const timer of timers) clearTimeout(timer);
      groups.delete(child.pid);
      resolve(result);
    };
    timers.push(setTimeout(stop, stepLimitMinutes * 60_000));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => end({ ok: false, output: `${output}\n${error.message}` }));
    // Nothing that a step has started outlives it, or holds its output open.
    child.on("exit", kill);
    child.on("close", (code, signal) => {
      if (signal && late === "") late = `\nEnded by ${signal}.\n`;
      end({ ok: code === 0 && late === "", output: output + late });
    });
  });
}

const results = {};

async function runStep(name) {
  const step = steps[name];
  const start = performance.now();
  let result = { ok: false, output: `Not run: ${step.after} failed.` };
  if (results[step.after]?.ok !== false) result = await execute(step.run);
  if (step.tests) {
    Object.assign(result, count(result.output));
    // A runner that finds no tests, or dies after them, must not look like success.
    if (result.passed + result.failed === 0) result.ok = false;
  }
  results[name] = { ...result, seconds: (performance.now() - start) / 1000 };
  print(name);
}

function print(name) {
  const { ok, output, passed, failed, seconds } = results[name];
  const counts = steps[name].tests ? `  ${passed} passed, ${failed} failed` : "";
  console.log(
    `${ok ? "ok  " : "FAIL"}  ${name.padEnd(17)} ${seconds.toFixed(1).padStart(6)} s  ${steps[name].does}${counts}`,
  );
  if (ok) return;
  mkdirSync(`${root}dist/ok`, { recursive: true });
  const log = `dist/ok/${name.replaceAll(":", "-")}.log`;
  writeFileSync(root + log, output);
  const lines = output.trimEnd().split("\n");
  // Runners repeat the failures at the end.
  console.log(
    lines
      .slice(-200)
      .map((line) => `      ${line}`)
      .join("\n"),
  );
  if (lines.length > 200) console.log(`      (the last 200 of ${lines.length} lines; all of them in ${log})`);
}

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log("npm run ok [-- STEP…]\n\nWithout a name all steps run, except those in brackets.\n");
  for (const [name, step] of Object.entries(steps)) {
    console.log(`  ${(step.extra ? `(${name})` : name).padEnd(19)}${step.does}`);
  }
  process.exit(0);
}

const names = chosen(args);
const waiting = names.filter((name) => !steps[name].alone);
const done = {};
async function lane() {
  for (let name = waiting.shift(); name; name = waiting.shift()) {
    // The list names a step after the one it needs, so that one is in `done` already.
    const needed = done[steps[name].after];
    done[name] = Promise.resolve(needed).then(() => runStep(name));
    await done[name];
  }
}
await Promise.all([lane(), lane()]);
for (const name of names.filter((name) => steps[name].alone)) await runStep(name);

const all = Object.entries(results);
const bad = all.filter(([, result]) => !result.ok);
const seconds = performance.now() / 1000;
console.log(
  `\n${all.length - bad.length} of ${all.length} steps ok in ${seconds.toFixed(0)} s${bad.map(([name]) => `, FAILED: ${name}`).join("")}`,
);
const passed = all.reduce((sum, [, result]) => sum + (result.passed ?? 0), 0);
// A failed step counts once, so that a red run never says "0 failed".
const failed = bad.reduce((sum, [, result]) => sum + Math.max(1, result.failed ?? 0), 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = bad.length > 0 ? 1 : 0;
