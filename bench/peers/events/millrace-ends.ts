import type { Batch, Column, Job, RunReport, Sink, Source } from "millrace";
import { run } from "millrace";
import { readFiles, writeFile } from "millrace/files";
import { REJECTS } from "../../scenarios/line-maker.ts";
import { noRejects, type PeerOptions, type PeerResult, type Rejects } from "./peer.ts";

/** A result row of the windows. */
interface WindowRow {
  readonly window: { readonly start: number };
  readonly type: string;
  readonly region: string;
  readonly count: number;
  readonly sum: number;
  /** `undefined` is for groups without an amount, which `validate` rules out. */
  readonly max: number | undefined;
  readonly users: number;
}

/** How an address and a URL are normalised: what our two peers differ by. */
export interface Texts<Row> {
  readonly email: Column<Row, string> | ((row: Row) => string);
  readonly url: Column<Row, string> | ((row: Row) => string);
}

/** Where a job reads and writes. */
export interface Ends {
  readonly source: Source;
  readonly regions: ReadonlyMap<string, string>;
  readonly windows: Sink<WindowRow>;
  readonly records: Sink<Batch>;
}

/** Runs a job between the file that is read and the file that is written. */
export async function runJob(options: PeerOptions, job: (ends: Ends) => Job): Promise<PeerResult> {
  const { input, output, regions } = options;
  const ends = {
    source: watchedSource(readFiles(input), options),
    regions,
    windows: windowSink(options),
    // No other peer waits for the disk.
    records: watchedSink(writeFile(output, { sync: "none" }), options),
  };
  const report = await run(job(ends), { name: "events", state: "rebuild", deadLetter: "drop" }).done;
  return { rowsIn: report.rowsIn, rejects: rejectsOf(report), pool_bytes: report.pool.size_bytes };
}

function rejectsOf({ faults, late }: RunReport): Rejects {
  const rejects = noRejects();
  for (const [code, count] of Object.entries(faults)) {
    if (!(REJECTS as readonly string[]).includes(code))
      throw new Error(`millrace refused ${count} records as ${code}: no scenario has those`);
    rejects[code as keyof Rejects] = count;
  }
  if (late > 0) throw new Error(`millrace found ${late} records late: no scenario has those`);
  return rejects;
}

/** Tells of every read. */
function watchedSource(source: Source, { watch }: PeerOptions): Source {
  return {
    ...source,
    open: (from, signal) => {
      const batches = source.open(from, signal);
      return {
        next: async (...arena) => {
          const batch = await batches.next(...arena);
          if (!batch.done) watch.read(batch.value.end - batch.value.start);
          return batch;
        },
        return: async () => (await batches.return?.()) ?? { done: true, value: undefined },
      };
    },
  };
}

/** Tells of every write. */
function watchedSink(sink: Sink<Batch>, { watch }: PeerOptions): Sink<Batch> {
  return {
    ...sink,
    open: async (context) => {
      const writer = await sink.open(context);
      return {
        ...writer,
        write: async (batches) => {
          await writer.write(batches);
          for (const { start, end } of batches) watch.wrote(end - start);
        },
      };
    },
  };
}

/** Hands each row on in the form that all peers give. */
function windowSink({ onRow }: PeerOptions): Sink<WindowRow> {
  return {
    name: "windows",
    open: async () => ({
      write: async (rows) => {
        for (const { window, type, region, count, sum, max = 0, users } of rows)
          onRow({ start: window.start, type, region, count, sum, max, users });
      },
      flush: async () => {},
      close: async () => {},
      abort: async () => {},
    }),
  };
}
