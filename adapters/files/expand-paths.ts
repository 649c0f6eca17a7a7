import type { Stats } from "node:fs";
import { glob, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { because } from "./partition.ts";

/**
 * Finds the files that paths and globs name: in the order given, a glob's sorted, each file once.
 *
 * @throws For a path that does not exist or is a folder, and for a glob that finds no file.
 */
export async function expandPaths(given: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const found = new Map<string, string>();
  for (const path of given) {
    for (const file of await filesOf(path, signal)) {
      const whole = file === "-" ? file : resolve(file);
      if (!found.has(whole)) found.set(whole, file);
    }
  }
  return [...found.values()];
}

async function filesOf(path: string, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted();
  if (path === "-") return [path];
  const stats = await stat(path).catch((cause: unknown) => refusal(path, cause));
  if (!(stats instanceof Error)) {
    if (stats.isDirectory()) throw new Error(`Cannot read "${path}": it must be a file, it is a folder`);
    return [path];
  }
  // A name that looks like a glob and is there is a name.
  if (!/[*?[{]/.test(path)) throw stats;
  const files: string[] = [];
  for await (const name of glob(path)) {
    signal.throwIfAborted();
    if (!(await statOf(name)).isDirectory()) files.push(name);
  }
  if (files.length === 0)
    throw new Error(`Cannot read "${path}": it must name one file or more, no file matches`);
  return files.sort();
}

async function statOf(path: string): Promise<Stats> {
  return await stat(path).catch((cause: unknown) => {
    throw refusal(path, cause);
  });
}

function refusal(path: string, cause: unknown): Error {
  return new Error(`Cannot read "${path}": ${because(cause)}`, { cause });
}
