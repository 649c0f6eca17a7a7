import { relative } from "node:path";
import { prepareAirports, prepareInput } from "./input.ts";
import type { Case } from "./measure.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { table, verdicts } from "./report.ts";
import { keep, summarise } from "./results.ts";
import { checkAnswers, type Measured, runRounds } from "./rounds.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";

async function bench(options: Options): Promise<void> {
  const runtimes = options.runtimes.map(findRuntime);
  const shared = { window_ms: options.window_ms, airports: await prepareAirports() };

  const check = await prepareInput({ records: options.checkRecords, copies: 1 });
  await checkAnswers(casesOf(runtimes, options.peers, check, shared), tell);

  const once = await prepareInput({ records: options.records, copies: 1 });
  const cases: Measured[] = casesOf(runtimes, options.peers, once, shared).map((each) => measured(each, 1));
  if (options.repeat > 1 && options.peers.includes("millrace")) {
    const again = await prepareInput({ records: options.records, copies: options.repeat });
    const repeated = casesOf(runtimes, ["millrace"], again, shared);
    cases.push(...repeated.map((each) => measured(each, options.repeat)));
  }
  const idle = await runRounds(cases, runtimes, options.rounds, tell);

  const results = summarise(cases, idle);
  const path = keep(results);
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

/** Progress: a line that is rewritten on a terminal, one line each elsewhere. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (!text.endsWith("…")) process.stderr.write(`${text}\n`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else await bench(options);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
