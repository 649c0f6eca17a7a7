import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A runtime and how to run a file with it. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly command: string;
  readonly args: readonly string[];
}

const ARGUMENTS: Readonly<Record<string, readonly string[]>> = { node: [], deno: ["run", "-A"], bun: [] };

/** Names that `findRuntime` takes. */
export const RUNTIME_NAMES: readonly string[] = Object.keys(ARGUMENTS);

/**
 * Finds a runtime: the one that the repository pins, else the one in PATH.
 *
 * @throws When there is none of that name.
 */
export function findRuntime(name: string): Runtime {
  const args = ARGUMENTS[name];
  if (args === undefined)
    throw new RangeError(`Cannot run ${name}: the runtimes are ${RUNTIME_NAMES.join(", ")}`);
  const pinned = fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
  const command = existsSync(pinned) ? pinned : name;
  return { name, version: versionOf(name, command), command, args };
}

function versionOf(name: string, command: string): string {
  let told: string;
  try {
    told = execFileSync(command, ["--version"], { encoding: "utf8" });
  } catch (cause) {
    throw new Error(`Cannot run ${name}: it is not installed; npm ci does that`, { cause });
  }
  return /\d+\.\d+\.\d+/.exec(told)?.[0] ?? "unknown";
}
