// The micro benchmarks of `micro-benches.ts` on each runtime, side by side.
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { align } from "./align.ts";
import { type Provenance, provenance } from "./machine.ts";
import { runScript } from "./measure.ts";
import { names } from "./options.ts";
import { program, tell } from "./program.ts";
import { keep } from "./results.ts";
import { findRuntime, RUNTIME_NAMES } from "./runtimes.ts";
import type { Spread } from "./statistics.ts";

const HELP = `Usage: npm run bench:micro -- [options]

Measures scanning, views, operator chains, encoding, aggregates and the pool part by part, in nanoseconds a record (a
lease for the pool), with mitata. Lines that begin with "…" are the chain above with one thing more. Takes about half a
minute on each runtime.

  --runtimes ${RUNTIME_NAMES.join(",")}
  --json                   print the results as JSON instead of a table
  --help

Results are appended to bench/results/micro.ndjson, one line for each runtime: medians, least and 99th percentile.
`;

/** What `micro-benches.ts` prints: nanoseconds a record by part. */
type Parts = readonly { readonly part: string; readonly nanos: Spread }[];

/** One line of `results/micro.ndjson`: a runtime. */
interface Result extends Provenance {
  readonly runtime: string;
  readonly version: string;
  readonly parts: Parts;
}

async function bench(runtimeNames: readonly string[], json: boolean): Promise<void> {
  const from = provenance();
  const results: Result[] = [];
  for (const runtime of runtimeNames.map(findRuntime)) {
    tell(`micro benchmarks on ${runtime.name} …`);
    const parts = (await runScript(runtime, "./micro-benches.js", [])) as Parts;
    tell(`micro benchmarks on ${runtime.name}: done`);
    results.push({ ...from, runtime: runtime.name, version: runtime.version, parts });
  }
  tell("");
  const path = keep("micro", results);
  if (json) {
    console.log(JSON.stringify(results, undefined, 2));
    return;
  }
  const head = ["ns a record, median", ...results.map(({ runtime, version }) => `${runtime} ${version}`)];
  const rows = results[0]!.parts.map(({ part }, row) => [
    part,
    ...results.map(({ parts }) => parts[row]!.nanos.median.toFixed(1)),
  ]);
  console.log(`${align([head, ...rows]).join("\n")}\n\nAppended to ${relative(".", path)}`);
}

await program("bench:micro", async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtimes: { type: "string", default: RUNTIME_NAMES.join() },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else await bench(names("runtimes", values.runtimes, RUNTIME_NAMES), values.json);
});
