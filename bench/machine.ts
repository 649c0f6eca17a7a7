import { execFileSync } from "node:child_process";
import { availableParallelism, cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** Where and of what something was measured; nothing that names the machine. */
export interface Provenance {
  readonly date: string;
  /** `undefined` where the tree is no repository or has no commit. */
  readonly commit: string | undefined;
  /** The code differed from the commit. */
  readonly changed: boolean;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryBytes: number };
}

/** What there is to say now. */
export function provenance(): Provenance {
  const code = ["core", "adapters", "examples", "bench", "package-lock.json", ":!bench/results"];
  return {
    date: new Date().toISOString(),
    commit: git("rev-parse", "HEAD"),
    changed: git("status", "--porcelain", "--", ...code) !== "",
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), memoryBytes: totalmem() },
  };
}

function git(...args: string[]): string | undefined {
  try {
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}
