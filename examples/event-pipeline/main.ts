// The event pipeline: six upstreams of flights → one table of departures by window and state.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Fault, faultRecord, type Job, map, ndjson, pipe, type RunReport, to } from "millrace";
import { readFiles, writeFile } from "millrace/files";
import { sqliteTable } from "millrace/sqlite";
import { main, peakRss_bytes } from "millrace/terminal";
import { loadAirports } from "./airports.ts";
import { type AtomicFile, createAtomicFile } from "./atomic-file.ts";
import type { DirtyExpectation } from "./dirty.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { departures, OUT_OF_ORDER } from "./pipeline.ts";
import { preparedFiles } from "./prepare.ts";

/** A rejected record, as the file of rejects has it. */
function rejectOf(fault: Fault) {
  const { reason, message, partition, offset, record } = faultRecord(fault);
  return { reason, message, source: partition, offset, record };
}

/** The six files, made where there are none: by a process of its own, so that its memory is not the job's. */
async function defaultFiles(): Promise<readonly string[]> {
  const found = preparedFiles();
  if (found !== undefined) return found;
  const prepare = fileURLToPath(new URL("./prepare.ts", import.meta.url));
  const runtime = "Deno" in globalThis ? ["run", "-A"] : [];
  const child = spawn(process.execPath, [...runtime, prepare], { stdio: "inherit" });
  // A signal ends this process while it waits; the other must not go on alone.
  const stop = () => child.kill();
  process.once("exit", stop);
  const [code] = await once(child, "close");
  process.off("exit", stop);
  const made = preparedFiles();
  if (code !== 0 || made === undefined) throw new Error("Cannot prepare the flights: see above");
  return made;
}

/** The input: what was named, or the six files; or a damaged copy of it, and what must be counted over that. */
async function inputOf({ files, limit, dirty, window_ms }: Options) {
  const inputs = files.length > 0 ? files : await defaultFiles();
  if (dirty === undefined) return { inputs, expected: undefined };
  const folder = mkdtempSync(join(tmpdir(), "departures-"));
  // Also after a signal, which ends the process when the job has closed.
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { makeDirty } = await import("./dirty.ts");
  const made = await makeDirty({
    files: inputs,
    seed: dirty,
    folder,
    window_ms,
    outOfOrder_ms: OUT_OF_ORDER.minutes * 60_000,
    lateness_ms: 0,
    linesPerFile: limit === undefined ? undefined : Math.ceil(limit / inputs.length),
  });
  return { inputs: made.files, expected: made.expected };
}

/** Whether the run counted what was damaged; says where it did not. */
function asExpected(
  report: RunReport,
  aggregated: number,
  { rowsIn, faults, late, ...rest }: DirtyExpectation,
): boolean {
  const ordered = (counts: Readonly<Record<string, number>>) => JSON.stringify(Object.entries(counts).sort());
  const wanted = `rows ${rowsIn}, aggregated ${rest.aggregated}, late ${late}, faults ${ordered(faults)}`;
  const found = `rows ${report.rowsIn}, aggregated ${aggregated}, late ${report.late}, faults ${ordered(report.faults)}`;
  if (wanted === found) {
    process.stderr.write(`dirty input: exactly what was damaged was refused: ${found}\n`);
    return true;
  }
  process.stderr.write(`dirty input: expected ${wanted}\n             but found ${found}\n`);
  return false;
}

/** Opens the report, which has its name only when it is whole; before the run, so that it can be written behind it. */
function openReport(path: string): AtomicFile {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw new Error("it must be a file, it is a folder");
    }
    const file = createAtomicFile(path);
    process.once("exit", () => file[Symbol.dispose]());
    return file;
  } catch (cause) {
    throw new Error(`Cannot write "${path}": ${(cause as Error).message}`, { cause });
  }
}

async function program(options: Options): Promise<void> {
  using reportFile = options.report === undefined ? undefined : openReport(options.report);
  const { database, rejects, limit, window_ms } = options;
  let expected: DirtyExpectation | undefined;
  const job = async (): Promise<Job> => {
    const input = await inputOf(options);
    expected = input.expected;
    const flights = departures(readFiles(input.inputs), await loadAirports(), {
      window_ms,
      // A damaged copy is cut when it is made.
      limit: expected === undefined ? limit : undefined,
    });
    return pipe(flights, to(sqliteTable(database, "departures", { replace: true })));
  };
  const report = await main(job, {
    name: "departures",
    deadLetter: pipe(map(rejectOf), to(writeFile(rejects), ndjson())),
  });
  if (report === undefined) return;

  const figures = { ...report, peakRss_bytes: peakRss_bytes(), pool_bytes: report.pool.size_bytes };
  if (reportFile !== undefined) {
    reportFile.write(new TextEncoder().encode(`${JSON.stringify(figures, undefined, 2)}\n`));
    await reportFile.commit();
  }
  const { aggregatedRows, summary } = await import("./summary.ts");
  if (expected !== undefined && !asExpected(report, aggregatedRows(database), expected)) process.exitCode = 1;
  if (process.stdout.isTTY) await summary(options, figures);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(HELP);
  else await program(options);
} catch (cause) {
  const { name, code, message } = cause as NodeJS.ErrnoException;
  const misused = name === "UsageError" || code?.startsWith("ERR_PARSE_ARGS_") === true;
  process.stderr.write(`departures: ${message}${misused ? "; see --help" : ""}\n`);
  process.exitCode = misused ? 2 : 1;
}
