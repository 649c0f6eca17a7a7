import { parseArgs } from "node:util";
import { UsageError } from "millrace/terminal";
import { parseWindow } from "../examples/event-pipeline/options.ts";
import { PEER_NAMES } from "./peers/mod.ts";
import { RUNTIME_NAMES } from "./runtimes.ts";

/** What the runner is told. */
export interface Options {
  readonly runtimes: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  /** `undefined`: all. */
  readonly records: number | undefined;
  readonly checkRecords: number;
  readonly repeat: number;
  readonly window_ms: number;
  readonly json: boolean;
}

export const HELP = `Usage: npm run bench -- [options]

Runs the event pipeline over 3,000,000 flights against the same pipeline written in other ways, each in a process of
its own. First all answers are compared over a part of the flights; then the peers take turns, round by round. The
clock runs from the first read to the last row: start-up and loading are not in it, and no peer writes its rows
anywhere. Prepares the flights when they are missing. All of it takes about a quarter of an hour.

  --runtimes ${RUNTIME_NAMES.join(",")}
  --peers ${PEER_NAMES.join(",")}
  --rounds 5               measurements of each; told are the median and, in brackets, the least and the most
  --records N              about so many of the flights (default: all)
  --check-records 300000   flights over which all answers are compared before anything is timed
  --window 1h              length of the windows: a number and s, m, h or d
  --repeat 3               millrace also reads the flights so many times over, each time half a year later, to see
                           that its memory stays flat; 0 leaves that out
  --json                   print the results as JSON instead of tables
  --help

Memory is the largest resident size of the process (VmHWM on Linux). It is held against what the same runtime takes for
an empty script, what millrace's pool is granted, and 32 MiB. For memory alone: --peers millrace.
Results are appended to bench/results/flights.ndjson, one line for each peer on each runtime.
`;

/**
 * Reads the command line.
 *
 * @returns The options; `undefined` when help is asked for.
 * @throws {UsageError} For a value that cannot be; what `parseArgs` throws for an unknown option.
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtimes: { type: "string", default: RUNTIME_NAMES.join() },
      peers: { type: "string", default: PEER_NAMES.join() },
      rounds: { type: "string", default: "5" },
      records: { type: "string" },
      "check-records": { type: "string", default: "300000" },
      window: { type: "string", default: "1h" },
      repeat: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    runtimes: names("runtimes", values.runtimes, RUNTIME_NAMES),
    peers: names("peers", values.peers, PEER_NAMES),
    rounds: wholeNumber("rounds", values.rounds, 1),
    records: values.records === undefined ? undefined : wholeNumber("records", values.records, 1),
    checkRecords: wholeNumber("check-records", values["check-records"], 1),
    window_ms: parseWindow(values.window),
    repeat: wholeNumber("repeat", values.repeat, 0),
    json: values.json,
  };
}

/**
 * Reads names out of a list, each once.
 *
 * @throws {UsageError} For one that is not known.
 */
export function names(option: string, text: string, known: readonly string[]): readonly string[] {
  const given = new Set(text.split(",").map((name) => name.trim()));
  for (const name of given) {
    if (!known.includes(name))
      throw new UsageError(`--${option} must be some of ${known.join(", ")}, got "${name}"`);
  }
  return [...given];
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} must be a whole number from ${least}, got "${text}"`);
}
