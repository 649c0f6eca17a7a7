import { relative } from "node:path";
import { compareCommits } from "./compare-commits.ts";
import { writeHtml } from "./html-report.ts";
import { mediansOf } from "./json-report.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { program, tell } from "./program.ts";
import { table, verdicts } from "./report.ts";
import { keep, OURS, type Result, summarise } from "./results.ts";
import { checkAnswers, type Measured, runRounds } from "./rounds.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";
import { buildRust, RUST_PEERS } from "./rust-peers.ts";
import type { Input } from "./scenarios/scenario.ts";
import { warm } from "./warm.ts";

type Program = Pick<Measured, "runtime" | "peer">;

async function bench(options: Options): Promise<void> {
  const { scenario, settings, records, repeat } = options;
  const runtimes = options.runtimes.map(findRuntime);
  const programs = programsOf(runtimes, options.peers);
  if (programs.length === 0) throw new Error("There is no peer left to run");
  const prepare = (count: number | undefined, copies: number): Promise<Input> =>
    scenario.prepare({ records: count, copies }, settings, tell);
  const casesOf = (some: readonly Program[], input: Input): Measured[] =>
    some.map((each) => ({ ...each, scenario, input, warm: options.warm, passes: [] }));

  const checked = casesOf(programs, await prepare(options.checkRecords, 1));
  await checkAnswers(
    checked.map((each) => ({ ...each, warm: false })),
    tell,
  );

  const cases = casesOf(programs, await prepare(records, 1));
  const ours = programs.filter(({ peer }) => peer === OURS);
  if (repeat > 1 && ours.length > 0) cases.push(...casesOf(ours, await prepare(records, repeat)));
  await warm([...new Set(cases.flatMap(({ input }) => input.files))]);
  const idle = await runRounds(cases, runtimes, options.rounds, tell);
  tell("");
  await report(summarise(cases, idle), options);
}

/** What runs: every peer on every runtime, but for those that are programs of their own. */
function programsOf(runtimes: readonly Runtime[], peers: readonly string[]): Program[] {
  const scripts = peers.filter((peer) => !RUST_PEERS.includes(peer));
  const compiled = peers.filter((peer) => RUST_PEERS.includes(peer));
  const rust = compiled.length === 0 ? undefined : buildRust(tell);
  return [
    ...runtimes.flatMap((runtime) => scripts.map((peer) => ({ runtime, peer }))),
    ...(rust === undefined ? [] : compiled.map((peer) => ({ runtime: rust(peer), peer }))),
  ];
}

async function report(results: readonly Result[], { scenario, json, html }: Options): Promise<void> {
  const kept = relative(".", keep(scenario.name, results));
  if (html !== undefined) await writeHtml(results, scenario, html);
  if (json) {
    console.log(JSON.stringify(mediansOf(results), undefined, 2));
    return;
  }
  const parts = [table(results), verdicts(results, scenario), `Appended to ${kept}`];
  if (html !== undefined) parts.push(`Report: ${html}`);
  console.log(parts.filter((part) => part !== "").join("\n\n"));
}

await program("bench", async (args) => {
  const options = parseOptions(args);
  if (options === undefined) process.stdout.write(HELP);
  else if (options.compare !== undefined) console.log(compareCommits(...options.compare));
  else await bench(options);
});
