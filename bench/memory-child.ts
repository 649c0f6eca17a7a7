// One run of ours in a process of its own, whose memory is sampled: `memory-child.ts REGIONS OUTPUT INPUT` prints one
// JSON line.
import { peakRss_bytes } from "../adapters/terminal/peak-rss.ts";
import type { Sample } from "./memory-trend.ts";
import { run } from "./peers/events/millrace.ts";
import { readRegions } from "./scenarios/regions.ts";

/** What is printed. */
export interface MemoryRun {
  readonly rowsIn: number;
  readonly elapsed_ms: number;
  readonly pool_bytes: number;
  /** Before the run. */
  readonly loadedRss_bytes: number;
  readonly peakRss_bytes: number;
  readonly samples: readonly Sample[];
}

const EVERY_ms = 20;

const [regionsFile = "", output = "", input = ""] = process.argv.slice(2);
const regions = readRegions(regionsFile);
const loadedRss = peakRss_bytes();
const samples: Sample[] = [];
let read_bytes = 0;
const timer = setInterval(
  () => samples.push({ bytes: read_bytes, rss_bytes: process.memoryUsage.rss() }),
  EVERY_ms,
);
const watch = {
  read: (count: number) => {
    read_bytes += count;
  },
  wrote: () => {},
  trace: { reads: [], writes: [] },
};
const started_ms = performance.now();
const { rowsIn, pool_bytes = 0 } = await run({
  kind: "events",
  input,
  output,
  regions,
  watch,
  onRow: () => {},
});
const elapsed_ms = performance.now() - started_ms;
clearInterval(timer);
samples.push({ bytes: read_bytes, rss_bytes: process.memoryUsage.rss() });

const told: MemoryRun = {
  rowsIn,
  elapsed_ms,
  pool_bytes,
  loadedRss_bytes: loadedRss,
  peakRss_bytes: peakRss_bytes(),
  samples,
};
console.log(JSON.stringify(told));
