// Memory of a long run on each runtime, side by side.
import { rmSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { align } from "./align.ts";
import { drawn, htmlTable, pageOf, writePage } from "./html-page.ts";
import { type Provenance, provenance } from "./machine.ts";
import { measureIdle_bytes, runScript } from "./measure.ts";
import { memoryChart } from "./memory-chart.ts";
import type { MemoryRun } from "./memory-child.ts";
import { type Trend, trendOf } from "./memory-trend.ts";
import { names, wholeNumber } from "./options.ts";
import { program, tell } from "./program.ts";
import { keep } from "./results.ts";
import { findRuntime, RUNTIME_NAMES, type Runtime } from "./runtimes.ts";
import { events } from "./scenarios/generated.ts";
import { WORK_FOLDER } from "./scenarios/generated-input.ts";

/** The batch whose memory the published rewrite tells: 5.2 GB before, 620 MB after. */
const BATCH_records = 50_000;
const HTML = "data/bench/memory.html";
const MIB = 2 ** 20;
const FLAT = 0.02;

const HELP = `Usage: npm run bench:memory -- [options]

Runs the pipeline of the scenario events over many records and samples the memory of the process: how much at most, and
whether it grows. Then over ${BATCH_records.toLocaleString("en")} records, which is the batch whose memory the published rewrite tells. The
input of 10 million records takes 4.4 GB under data/bench, made once, and the output of a run as much for its time.

  --records 10000000
  --runtimes ${RUNTIME_NAMES.join(",")}
  --html FILE              where the plot goes (default: ${HTML}; "" for none)
  --json                   print the results as JSON instead of a table
  --help

A run is flat when it grows by no more than noise (twice the standard error of the slope), or in all by less than 2 % of
its peak. Results are appended to bench/results/memory.ndjson, one line for each runtime.
`;

/** One line of `results/memory.ndjson`: a runtime. */
export interface MemoryResult extends Provenance {
  readonly runtime: string;
  readonly version: string;
  readonly records: number;
  readonly recordsPerSecond: number;
  readonly idleRssBytes: number;
  /** With the modules loaded, before the run. */
  readonly loadedRssBytes: number;
  readonly poolBytes: number;
  readonly peakRssBytes: number;
  /** Peak of a process that runs 50,000 records. */
  readonly batchPeakRssBytes: number;
  /** Growth for each million records, and twice its standard error. */
  readonly slopeBytes: number;
  readonly slopeNoiseBytes: number;
  /** Bytes read and resident bytes, in turn: a hundred of the samples. */
  readonly samples: readonly number[];
}

const SAMPLES_KEPT = 100;

async function bench(
  records: number,
  runtimes: readonly Runtime[],
  html: string,
  json: boolean,
): Promise<void> {
  const from = provenance();
  const inputOf = async (count: number): Promise<(output: string) => readonly string[]> =>
    (await events.prepare({ records: count, copies: 1 }, {}, tell)).args;
  const batch = await inputOf(BATCH_records);
  const all = await inputOf(records);
  const results: MemoryResult[] = [];
  for (const runtime of runtimes) {
    tell(`memory on ${runtime.name} …`);
    const idle = await measureIdle_bytes(runtime);
    const small = await runOnce(runtime, batch);
    const long = await runOnce(runtime, all);
    const trend: Trend = trendOf(long.samples, long.rowsIn);
    const every = Math.max(1, Math.ceil(long.samples.length / SAMPLES_KEPT));
    results.push({
      ...from,
      runtime: runtime.name,
      version: runtime.version,
      records: long.rowsIn,
      recordsPerSecond: (long.rowsIn / long.elapsed_ms) * 1000,
      idleRssBytes: idle,
      loadedRssBytes: long.loadedRss_bytes,
      poolBytes: long.pool_bytes,
      peakRssBytes: long.peakRss_bytes,
      batchPeakRssBytes: small.peakRss_bytes,
      slopeBytes: trend.slope_bytes,
      slopeNoiseBytes: trend.noise_bytes,
      samples: long.samples
        .filter((_, i) => i % every === 0)
        .flatMap(({ bytes, rss_bytes }) => [bytes, rss_bytes]),
    });
    tell(`memory on ${runtime.name}: done`);
  }
  tell("");
  const path = keep("memory", results);
  if (html !== "") await writeHtml(results, html);
  if (json) console.log(JSON.stringify(results, undefined, 2));
  else console.log([...align(tableOf(results)), "", `Appended to ${relative(".", path)}`].join("\n"));
}

async function runOnce(runtime: Runtime, args: (output: string) => readonly string[]): Promise<MemoryRun> {
  const output = join(WORK_FOLDER, `memory-${process.pid}.ndjson`);
  try {
    return (await runScript(runtime, "./memory-child.js", args(output))) as MemoryRun;
  } finally {
    rmSync(output, { force: true });
  }
}

function tableOf(results: readonly MemoryResult[]): string[][] {
  const mib = (size_bytes: number): string => (size_bytes / MIB).toFixed(0);
  return [
    ["MiB", "idle", "loaded", "pool", "peak", "peak of 50,000 records", "growth per million records", "flat"],
    ...results.map((result) => [
      `${result.runtime} ${result.version}`,
      mib(result.idleRssBytes),
      mib(result.loadedRssBytes),
      mib(result.poolBytes),
      mib(result.peakRssBytes),
      mib(result.batchPeakRssBytes),
      `${(result.slopeBytes / MIB).toFixed(2)} ± ${(result.slopeNoiseBytes / MIB).toFixed(2)}`,
      isFlat(result) ? "yes" : "NO",
    ]),
  ];
}

/** Grows by no more than noise does, or by less in the whole run than 2 % of its peak. */
function isFlat({ slopeBytes, slopeNoiseBytes, peakRssBytes, records }: MemoryResult): boolean {
  return slopeBytes <= slopeNoiseBytes || slopeBytes * (records / 1e6) < FLAT * peakRssBytes;
}

async function writeHtml(results: readonly MemoryResult[], path: string): Promise<void> {
  const plots = await drawn([{ title: "Resident memory over a run", spec: memoryChart(results) }]);
  const { records, machine, date } = results[0]!;
  const about = `${records.toLocaleString("en")} events · ${machine.cpu}, ${machine.cores} cores · ${date.slice(0, 10)}`;
  const body = `${plots}\n<h2>All figures</h2>\n${htmlTable(tableOf(results))}`;
  await writePage(path, pageOf("Millrace: memory", about, body));
}

await program("bench:memory", async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: "string", default: "10000000" },
      runtimes: { type: "string", default: RUNTIME_NAMES.join() },
      html: { type: "string", default: HTML },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const runtimes = names("runtimes", values.runtimes, RUNTIME_NAMES).map(findRuntime);
  // Fewer take less time than there are samples for.
  await bench(wholeNumber("records", values.records, 1_000_000), runtimes, values.html, values.json);
});
