import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Latency, Pass } from "./pass.ts";
import type { Runtime } from "./runtimes.ts";

/** Names of the peers that are written in Rust, in `bench/rust`. */
export const RUST_PEERS: readonly string[] = [
  "rust-serde",
  "rust-serde-2t",
  "rust-naive",
  "rust-sonic",
  "rust-native",
];

const FOLDER = fileURLToPath(new URL("./rust/", import.meta.url));

/**
 * Builds the Rust peers; cargo tells on stderr how far it is.
 *
 * @returns What runs a peer of that name; `undefined`, and told in one line, where that cannot be.
 * @throws Error when they don't compile.
 */
export function buildRust(tell: (text: string) => void): ((peer: string) => Runtime) | undefined {
  const missing = existsSync(join(FOLDER, "Cargo.toml"))
    ? versionOf("cargo") === undefined && "cargo is not installed"
    : "bench/rust is not there";
  if (missing) {
    tell(`The Rust peers are left out: ${missing}`);
    return undefined;
  }
  const { status } = spawnSync("cargo", ["build", "--release"], {
    cwd: FOLDER,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw new Error("Cannot run the Rust peers: cargo build --release failed in bench/rust");
  const version = versionOf("rustc") ?? "unknown";
  return (peer) => {
    const program = peer === "rust-naive" ? "millrace-bench-rust-naive" : "millrace-bench-rust";
    return { name: "rust", version, command: join(FOLDER, "target/release", program), args: [] };
  };
}

function versionOf(command: string): string | undefined {
  try {
    const told = execFileSync(command, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return /\d+\.\d+\.\d+/.exec(told)?.[0];
  } catch {
    return undefined;
  }
}

/** What a Rust peer prints. */
interface RustPass {
  readonly rowsIn: number;
  readonly rejects: Readonly<Record<string, number>>;
  readonly records: number;
  readonly elapsed_ms: number;
  readonly cpu_us: number;
  readonly peakRss_bytes: number;
  readonly latency_ms?: Latency;
  readonly firstRow_ms?: number;
  readonly aggregates?: readonly unknown[];
}

/** Makes a pass of what a Rust peer printed. */
export function rustPass(printed: unknown): Pass {
  const { rowsIn, rejects, records, latency_ms = null, firstRow_ms = null, ...told } = printed as RustPass;
  const { json = 0, utf8 = 0, schema = 0, invalid = 0 } = rejects;
  return {
    rowsIn,
    answer: { rowsIn, json, utf8, schema, invalid, records },
    elapsed_ms: told.elapsed_ms,
    cpu_us: told.cpu_us,
    peakRss_bytes: told.peakRss_bytes,
    loadedRss_bytes: null,
    pool_bytes: null,
    latency_ms,
    firstRow_ms,
    gcPauseMost_ms: null,
    ...(told.aggregates && { aggregates: told.aggregates }),
  };
}
