import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "millrace/terminal";

/** What the command line says. */
export interface Options {
  /** Empty: the prepared files. */
  readonly files: readonly string[];
  readonly window_ms: number;
  readonly limit: number | undefined;
  readonly database: string;
  readonly rejects: string;
  readonly report: string | undefined;
  readonly dirty: number | undefined;
}

export const HELP = `Usage: main.ts [FILE…] [options]

Reads flights from NDJSON files, each in time order (default: six files made of 3,000,000 US flights of 2001),
and writes how late they left, by window and state of departure, to a SQLite table "departures".

  --window 1h          length of the windows: a number and s, m, h or d
  --limit N            stop after N flights
  --database out.db    the table goes here; what it held before is replaced
  --rejects FILE       records that were refused or came too late, with reasons (default: rejects.ndjson)
  --report FILE        the run in figures, as JSON
  --dirty SEED         damage a known share of the lines in a passing copy, and check that exactly these are refused
  --help
`;

const UNITS_ms: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A window's length: `15m`. */
export function parseWindow(text: string): number {
  const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const window_ms = Number(number) * (UNITS_ms[unit] ?? 0);
  if (window_ms > 0) return window_ms;
  throw new UsageError(`--window must be a number above 0 and s, m, h or d, such as 15m, got "${text}"`);
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new UsageError(`--${name} must be a whole number from ${least}, got "${text}"`);
}

/** Every output must be a file of its own, and none an input: one would replace the other. */
function checkFiles({ files, database, rejects, report }: Options): void {
  const taken = new Map(files.map((file) => [resolve(file), "an input"]));
  for (const [name, file] of Object.entries({ database, rejects, report })) {
    if (file === undefined) continue;
    const other = taken.get(resolve(file));
    if (other !== undefined)
      throw new UsageError(`--${name} must be a file of its own, "${file}" is ${other}`);
    taken.set(resolve(file), `that of --${name}`);
  }
}

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
      window: { type: "string", default: "1h" },
      limit: { type: "string" },
      database: { type: "string", default: "out.db" },
      rejects: { type: "string", default: "rejects.ndjson" },
      report: { type: "string" },
      dirty: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const options: Options = {
    files: positionals,
    window_ms: parseWindow(values.window),
    limit: wholeNumber("limit", values.limit, 1),
    database: values.database,
    rejects: values.rejects,
    report: values.report,
    dirty: wholeNumber("dirty", values.dirty, 0),
  };
  checkFiles(options);
  return options;
}
