import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How {@link runMain} runs the program. */
export interface MainRun {
  readonly args?: readonly string[];
  /** Working directory. */
  readonly cwd: string;
  /** Standard input, whole. */
  readonly input?: string;
  /** Called when the process has been started. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** How a program ended. */
export interface Ended {
  /** `null` when a signal killed it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that takes longer hangs. */
const LIMIT_ms = 20_000;

/** The command that runs it with the runtime that runs this. */
function commandOf(args: readonly string[]): readonly [string, ...string[]] {
  const program = fileURLToPath(new URL("./main.ts", import.meta.url));
  return [process.execPath, ...("Deno" in globalThis ? ["run", "-A"] : []), program, ...args];
}

/**
 * Runs the event pipeline as a user would, in a process of its own: for tests.
 *
 * @throws Error when it takes longer than 20 s.
 */
export async function runMain(options: MainRun): Promise<Ended> {
  const { args = [], cwd, input, onStart } = options;
  const [command, ...rest] = commandOf(args);
  const child = spawn(command, rest, { cwd, env: environment(cwd) });
  let [stdout, stderr, hangs] = ["", "", false];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  // A program that ends early breaks the pipe.
  child.stdin.on("error", () => {});
  const timer = setTimeout(() => {
    hangs = true;
    child.kill("SIGKILL");
  }, LIMIT_ms);
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (onStart === undefined) child.stdin.end(input ?? "");
  else onStart(child);
  try {
    const code = await closed;
    if (hangs) throw new Error(`Cannot wait any longer: it runs for ${LIMIT_ms} ms\n${stdout}${stderr}`);
    return { code, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Why there can be no {@link runMainInTerminal} here, or false. */
export const noTerminal: string | false = /util-linux/.test(
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "",
)
  ? false
  : "needs `script` of util-linux to make a terminal";

/** Runs the event pipeline in a terminal and gives what it shows. */
export function runMainInTerminal({ args = [], cwd }: MainRun): Ended {
  const line = commandOf(args).map((part) => `'${part}'`);
  const { status, stdout, stderr } = spawnSync("script", ["-qec", line.join(" "), "/dev/null"], {
    cwd,
    env: environment(cwd),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_ms,
    killSignal: "SIGKILL",
  });
  return { code: status, stdout, stderr };
}

/** Temporary files go where the test can see that none is left. */
function environment(cwd: string): NodeJS.ProcessEnv {
  return { ...process.env, TMPDIR: cwd, DEBUG: "", NO_COLOR: "1" };
}
