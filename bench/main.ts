import { relative } from "node:path";
import { prepareAirports, prepareInput, warm } from "./input.ts";
import type { Case } from "./measure.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { program, tell } from "./program.ts";
import { table, verdicts } from "./report.ts";
import { keep, OURS, summarise } from "./results.ts";
import { checkAnswers, type Measured, runRounds } from "./rounds.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";

async function bench(options: Options): Promise<void> {
  const { peers, records, repeat } = options;
  const runtimes = options.runtimes.map(findRuntime);
  const shared = { window_ms: options.window_ms, airports: await prepareAirports() };

  const check = await prepareInput({ records: options.checkRecords, copies: 1 });
  await checkAnswers(casesOf(runtimes, peers, check, shared), tell);

  const once = await prepareInput({ records, copies: 1 });
  const cases = casesOf(runtimes, peers, once, shared).map((each) => measured(each, 1));
  if (repeat > 1 && peers.includes(OURS)) {
    const again = await prepareInput({ records, copies: repeat });
    cases.push(...casesOf(runtimes, [OURS], again, shared).map((each) => measured(each, repeat)));
  }
  await warm([...new Set(cases.flatMap(({ files }) => files))]);
  const idle = await runRounds(cases, runtimes, options.rounds, tell);
  tell("");

  const results = summarise(cases, idle);
  const path = keep("flights", results);
  if (options.json) {
    console.log(JSON.stringify(results, undefined, 2));
  } else {
    const parts = [table(results), verdicts(results), `Appended to ${relative(".", path)}`];
    console.log(parts.filter((part) => part !== "").join("\n\n"));
  }
}

function casesOf(
  runtimes: readonly Runtime[],
  peers: readonly string[],
  files: readonly string[],
  shared: Pick<Case, "window_ms" | "airports">,
): Case[] {
  return runtimes.flatMap((runtime) => peers.map((peer) => ({ ...shared, runtime, peer, files })));
}

function measured(each: Case, copies: number): Measured {
  return { ...each, copies, passes: [] };
}

await program("bench", async (args) => {
  const options = parseOptions(args);
  if (options === undefined) process.stdout.write(HELP);
  else await bench(options);
});
