// What both launchers (`npm start`, `npm test`) do first: install when, and only when, it is needed.
// Plain JavaScript that Node 20 can run, with no import but node: ones, because nothing is installed yet.
// Deno and Bun run the same file, so that a machine with only one of the three can start.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.millrace-installed`;

// Not by process.version: Deno and Bun report a Node version of their own there.
const runtime = globalThis.Deno ? "deno" : globalThis.Bun ? "bun" : "npm";

const installers = {
  npm: npmCommand,
  // Their own locks are not kept. Install scripts only fetch the other two runtimes, with npm.
  deno: () => [process.execPath, ["install", "--quiet"]],
  bun: () => [process.execPath, ["install", "--no-save", "--ignore-scripts"]],
};

/** The command that runs a TypeScript file: the pinned Node from node_modules, or the Deno or Bun we are in. */
export function runner() {
  if (runtime === "deno") return [process.execPath, ["run", "-A"]];
  if (runtime === "bun") return [process.execPath, []];
  return [`${root}node_modules/.bin/node${process.platform === "win32" ? ".cmd" : ""}`, []];
}

/** Installs the locked packages unless the stamp in node_modules says that this lock is installed. */
export function ensureInstalled() {
  const lock = createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex");
  const found = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  // What npm installed serves all three. What Deno or Bun installed has no Node binary in it.
  if (found === `npm ${lock}` || found === `${runtime} ${lock}`) return;

  const [command, args] = installers[runtime]();
  console.error(`Installing packages with ${runtime}, once …`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: command === "npm.cmd",
  });
  if (status !== 0) {
    console.error(`The installation failed${error ? `: ${error.message}` : ""}. Nothing was started.`);
    process.exit(status || 1);
  }
  mkdirSync(`${root}node_modules`, { recursive: true });
  writeFileSync(stamp, `${runtime} ${lock}`);
}

// Inside `npm start`, npm names its own script: the npm that the user called installs, not another one in PATH.
function npmCommand() {
  // Errors only: the pinned tools ask for a newer Node than the one that installs them, and get it.
  const args = ["ci", "--loglevel=error"];
  const cli = process.env.npm_execpath;
  if (cli?.endsWith("npm-cli.js")) return [process.execPath, [cli, ...args]];
  return [process.platform === "win32" ? "npm.cmd" : "npm", args];
}

/** Runs a command in our place: same terminal, same arguments, same signals, same exit code. */
export function become(command, args) {
  const child = spawn(command, args, { stdio: "inherit", shell: command.endsWith(".cmd") });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // Ctrl-C on a terminal reaches the whole process group: passed on, it would count twice.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    console.error(`${command}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}
