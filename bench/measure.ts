import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Answer } from "./answer.ts";
import type { PeerResult } from "./peers/peer.ts";
import type { Runtime } from "./runtimes.ts";

/** One pass of one peer over one input. */
export interface Pass extends PeerResult {
  readonly answer: Answer;
  /** The pass alone: start-up and the loading of the airports are not in it. */
  readonly elapsed_ms: number;
  /** All threads, user and system. */
  readonly cpu_us: number;
  /** Before the pass: the runtime, the modules and the airports. */
  readonly loadedRss_bytes: number;
  readonly peakRss_bytes: number;
}

/** What is run: one peer on one runtime over one input. */
export interface Case {
  readonly runtime: Runtime;
  readonly peer: string;
  readonly files: readonly string[];
  readonly window_ms: number;
  /** JSON file of the airports. */
  readonly airports: string;
}

/** Ten times what the slowest peer takes. */
const TIMEOUT_ms = 5 * 60_000;
const execute = promisify(execFile);

/**
 * Runs a case in a fresh process.
 *
 * @throws When the process fails or takes longer than five minutes.
 */
export async function measure({ runtime, peer, files, window_ms, airports }: Case): Promise<Pass> {
  return (await runScript(runtime, "./child.ts", [peer, String(window_ms), airports, ...files])) as Pass;
}

/** Peak memory of a runtime that does nothing. */
export async function measureIdle_bytes(runtime: Runtime): Promise<number> {
  return ((await runScript(runtime, "./idle.ts", [])) as { peakRss_bytes: number }).peakRss_bytes;
}

/**
 * Runs a script of this folder in a process of its own.
 *
 * @returns The last line that it prints, parsed as JSON.
 * @throws Error with what it wrote on stderr when it fails; when it takes longer than five minutes.
 */
export async function runScript(runtime: Runtime, script: string, args: readonly string[]): Promise<unknown> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const what = `${[script, ...args.slice(0, 1)].join(" ")} on ${runtime.name}`;
  try {
    const { stdout } = await execute(runtime.command, [...runtime.args, path, ...args], {
      timeout: TIMEOUT_ms,
      maxBuffer: 2 ** 26,
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
