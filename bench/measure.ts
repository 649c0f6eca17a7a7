import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compileBench } from "./compiled.ts";
import { latencyOf } from "./latency.ts";
import type { ChildPass, Pass } from "./pass.ts";
import type { Runtime } from "./runtimes.ts";
import { rustPass } from "./rust-peers.ts";
import type { Input, Scenario } from "./scenarios/scenario.ts";

/** What is run: one peer on one runtime over one input. */
export interface Case {
  readonly scenario: Scenario;
  readonly runtime: Runtime;
  readonly peer: string;
  readonly input: Input;
  /** The pass that is measured is the second one of its process. Programs that are compiled ahead have none. */
  readonly warm: boolean;
}

/** Ten times what the slowest peer takes. */
const TIMEOUT_ms = 5 * 60_000;
const execute = promisify(execFile);

/**
 * Runs a case in a fresh process.
 *
 * @param output File that the peer may write.
 * @param flags `--answer` for result rows.
 * @throws When the process fails or takes longer than five minutes, or its output lacks records.
 */
export async function measure(each: Case, output: string, flags: readonly string[] = []): Promise<Pass> {
  const { scenario, runtime, peer, input, warm } = each;
  const args = [...input.args(output), ...flags];
  const what = `${peer} on ${runtime.name}`;
  if (runtime.name === "rust")
    return rustPass(await runProgram(runtime, [peer, scenario.name, ...args], what));
  const printed = await runProgram(
    runtime,
    [pathOf("./child.js"), scenario.name, peer, ...args, ...(warm ? ["--warm"] : [])],
    what,
  );
  const { trace, ...pass } = printed as ChildPass;
  // A pass that is asked for its answer is not timed.
  if (input.fates === undefined || flags.length > 0) return { ...pass, latency_ms: null };
  try {
    return { ...pass, latency_ms: latencyOf(trace, input.fates, output) };
  } catch (cause) {
    throw new Error(`${what}: ${(cause as Error).message}`, { cause });
  }
}

/** Peak memory of a runtime that does nothing. */
export async function measureIdle_bytes(runtime: Runtime): Promise<number> {
  return ((await runScript(runtime, "./idle.js", [])) as { peakRss_bytes: number }).peakRss_bytes;
}

/**
 * Runs a compiled script of this folder in a process of its own.
 *
 * @returns The last line that it prints, parsed as JSON.
 * @throws Error with what it wrote on stderr when it fails; when it takes longer than five minutes.
 */
export async function runScript(runtime: Runtime, script: string, args: readonly string[]): Promise<unknown> {
  const what = `${[script, ...args.slice(0, 1)].join(" ")} on ${runtime.name}`;
  return await runProgram(runtime, [pathOf(script), ...args], what);
}

async function runProgram(runtime: Runtime, args: readonly string[], what: string): Promise<unknown> {
  try {
    const started_ms = performance.timeOrigin + performance.now();
    const { stdout } = await execute(runtime.command, [...runtime.args, ...args], {
      timeout: TIMEOUT_ms,
      maxBuffer: 2 ** 26,
      env: { ...process.env, BENCH_SPAWNED_MS: String(started_ms) },
    });
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  } catch (cause) {
    const { killed, stderr, message } = cause as Error & { killed?: boolean; stderr?: string };
    throw new Error(
      killed === true
        ? `${what} gave no answer within ${TIMEOUT_ms / 1000} s`
        : `${what} failed: ${stderr?.trim() || message}`,
      { cause },
    );
  }
}

/** Compiled once for all that this process measures. */
let compiled: URL | undefined;

function pathOf(script: string): string {
  compiled ??= compileBench();
  return fileURLToPath(new URL(script, compiled));
}
