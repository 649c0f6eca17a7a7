import { parseArgs } from "node:util";
import { PEER_NAMES } from "./peers/mod.ts";
import { RUNTIME_NAMES } from "./runtimes.ts";

/** What the runner is told. */
export interface Options {
  readonly runtimes: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly records: number | undefined;
  readonly checkRecords: number;
  readonly repeat: number;
  readonly window_ms: number;
  readonly json: boolean;
  readonly help: boolean;
}

/** Printed by `--help`. */
export const HELP = `Runs the event pipeline against the same pipeline written in other ways.

npm run bench -- [options]

  --runtimes node,deno,bun   where to run
  --peers ${PEER_NAMES.join(",")}
  --rounds 5                 measurements of each; peers take turns within a round
  --records N                about so many of the three million flights (default: all)
  --check-records 300000     flights on which all answers are compared before anything is timed
  --repeat 3                 millrace also reads the flights so many times over, to see that memory
                             stays flat; 0 leaves it out
  --json                     print the results as JSON instead of a table
  --help

Results are appended to bench/results/flights.ndjson.
`;

/**
 * Reads the command line.
 *
 * @throws {TypeError | RangeError} On an unknown option, name or number.
 */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runtimes: { type: "string", default: RUNTIME_NAMES.join() },
      peers: { type: "string", default: PEER_NAMES.join() },
      rounds: { type: "string", default: "5" },
      records: { type: "string" },
      "check-records": { type: "string", default: "300000" },
      repeat: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    runtimes: names("runtimes", values.runtimes, RUNTIME_NAMES),
    peers: names("peers", values.peers, PEER_NAMES),
    rounds: whole("rounds", values.rounds, 1),
    records: values.records === undefined ? undefined : whole("records", values.records, 1),
    checkRecords: whole("check-records", values["check-records"], 1),
    repeat: whole("repeat", values.repeat, 0),
    window_ms: 3_600_000,
    json: values.json,
    help: values.help,
  };
}

function names(option: string, text: string, known: readonly string[]): readonly string[] {
  const given = text.split(",").map((name) => name.trim());
  for (const name of given) {
    if (!known.includes(name)) throw new RangeError(`--${option}: ${name} is none of ${known.join(", ")}`);
  }
  return given;
}

function whole(option: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`--${option}: ${text} is no whole number from ${least}`);
  }
  return value;
}
