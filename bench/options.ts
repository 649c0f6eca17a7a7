import { parseArgs } from "node:util";
import { UsageError } from "millrace/terminal";
import { RUNTIME_NAMES } from "./runtimes.ts";
import { SCENARIOS } from "./scenarios/mod.ts";
import type { Scenario, Settings } from "./scenarios/scenario.ts";

/** What the runner is told. */
export interface Options {
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly runtimes: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  /** `undefined`: all. */
  readonly records: number | undefined;
  readonly checkRecords: number;
  readonly repeat: number;
  readonly warm: boolean;
  readonly json: boolean;
  /** Where the report goes; `undefined`: nowhere. */
  readonly html: string | undefined;
  /** Two commits, or beginnings of their names, whose kept results are compared instead of measuring. */
  readonly compare: readonly [string, string] | undefined;
}

const DEFAULT = SCENARIOS[0]!;
const HTML = "data/bench/report.html";
const EXTRA = SCENARIOS.flatMap((scenario) =>
  Object.entries(scenario.extra).map(([name, told]) => ({ scenario, name, ...told })),
);

export const HELP = `Usage: npm run bench -- [options]

Runs a pipeline against the same pipeline written in other ways, each in a process of its own. First all answers are
compared over a smaller input; then the peers take turns, round by round. The clock runs from the first read until all
output is written: start-up and loading are not in it, but the first steps of the compilers at run time are. Inputs
are made when they are missing, and kept.

  --scenario ${DEFAULT.name.padEnd(14)}one of:
${SCENARIOS.map(({ name, peers }) => `      ${name}: ${wrapped(peers)}`).join("\n")}
  --runtimes ${RUNTIME_NAMES.join(",")}
  --peers NAME,NAME        which of the scenario's peers (default: all). Those named rust-… are built with cargo
  --rounds 5               measurements of each; told are the median and, in brackets, the least and the most
  --records N              records of the input (default: ${defaults(({ records }) => records ?? "all")})
  --check-records N        records over which all answers are compared before anything is timed
                           (default: ${defaults(({ checkRecords }) => checkRecords)})
  --repeat N               millrace also reads so many times as many, to see that its memory stays flat; 0 leaves that
                           out (default: ${defaults(({ repeat }) => repeat)})
  --warm                   measure the second pass of each process, as of a service that has run for a while. What is
                           compiled ahead has but one
${EXTRA.map(({ scenario, name, help, ...told }) => `  ${`--${name} ${told.default}`.padEnd(25)}${scenario.name}: ${help}`).join("\n")}
  --json                   print medians as JSON instead of tables
  --html FILE              where the report with its plots goes (default: ${HTML}; "" for none)
  --compare A B            measure nothing: compare the results that were kept of two commits
  --help

Memory is the largest resident size of the process (VmHWM on Linux). It is held against what the same runtime takes for
an empty script, what millrace's pool is granted, and an allowance. For memory alone: --peers millrace.
Results are appended to bench/results/SCENARIO.ndjson, one line for each peer on each runtime.
`;

/**
 * Reads the command line.
 *
 * @returns The options; `undefined` when help is asked for.
 * @throws {UsageError} For a value that cannot be; what `parseArgs` throws for an unknown option.
 */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      scenario: { type: "string", default: DEFAULT.name },
      runtimes: { type: "string", default: RUNTIME_NAMES.join() },
      peers: { type: "string" },
      rounds: { type: "string", default: "5" },
      records: { type: "string" },
      "check-records": { type: "string" },
      repeat: { type: "string" },
      ...Object.fromEntries(EXTRA.map(({ name }) => [name, { type: "string" as const }])),
      warm: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      html: { type: "string", default: HTML },
      compare: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const scenario = scenarioOf(values.scenario);
  const { defaults: usual, peers } = scenario;
  const number = (option: string, text: string | undefined, least: number, otherwise: number): number =>
    text === undefined ? otherwise : wholeNumber(option, text, least);
  return {
    scenario,
    settings: settingsOf(scenario, values),
    runtimes: names("runtimes", values.runtimes, RUNTIME_NAMES),
    peers: values.peers === undefined ? peers : names("peers", values.peers, peers),
    rounds: wholeNumber("rounds", values.rounds, 1),
    records: values.records === undefined ? usual.records : wholeNumber("records", values.records, 1),
    checkRecords: number("check-records", values["check-records"], 1, usual.checkRecords),
    repeat: number("repeat", values.repeat, 0, usual.repeat),
    warm: values.warm,
    json: values.json,
    html: values.html === "" ? undefined : values.html,
    compare: compared(values.compare, positionals),
  };
}

function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (scenario !== undefined) return scenario;
  const known = SCENARIOS.map((each) => each.name).join(", ");
  throw new UsageError(`--scenario must be one of ${known}, got "${name}"`);
}

/** Reads the options that only one scenario has. */
function settingsOf(scenario: Scenario, values: Readonly<Record<string, unknown>>): Settings {
  const extra: Record<string, string> = {};
  for (const { scenario: owner, name, ...told } of EXTRA) {
    const given = values[name] as string | undefined;
    if (owner === scenario) extra[name] = given ?? told.default;
    else if (given !== undefined) throw new UsageError(`--${name} is for the scenario ${owner.name} only`);
  }
  return scenario.settings(extra);
}

function compared(
  first: string | undefined,
  others: readonly string[],
): readonly [string, string] | undefined {
  const [second, ...more] = others;
  if (first === undefined && second === undefined) return undefined;
  if (first === undefined) throw new UsageError(`No option takes "${second}"`);
  if (second === undefined || more.length > 0)
    throw new UsageError(`--compare must be given two commits, got ${[first, ...others].join(" ")}`);
  return [first, second];
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

/** Reads a whole number. @throws {UsageError} When it is none, or too small. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} must be a whole number from ${least}, got "${text}"`);
}

function defaults(of: (defaults: Scenario["defaults"]) => number | string): string {
  return SCENARIOS.map((scenario) => `${scenario.name} ${of(scenario.defaults)}`).join(", ");
}

/** Names in two lines or one. */
function wrapped(peers: readonly string[]): string {
  const half = peers.length > 6 ? Math.ceil(peers.length / 2) : peers.length;
  return [peers.slice(0, half), peers.slice(half)]
    .filter((line) => line.length > 0)
    .map((line) => line.join(","))
    .join(",\n          ");
}
