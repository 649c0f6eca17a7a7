// One measurement in a process of its own: `child.ts SCENARIO PEER ARGUMENT…` prints one JSON line. With `--warm` the pass
// runs once before the one that is measured.
import { peakRss_bytes } from "../adapters/terminal/peak-rss.ts";
import { watchPauses } from "./gc-pauses.ts";
import type { ChildPass, PreparedPass } from "./pass.ts";
import { createWatch, type Watch } from "./watch.ts";

type Prepare = (peer: string, args: readonly string[], watch: Watch) => Promise<PreparedPass>;

/** Loaded only where they run: nothing else may be part of a peer's memory. */
const SCENARIOS: Readonly<Record<string, () => Promise<Prepare>>> = {
  events: async () => (await import("./peers/events/prepare-pass.ts")).prepareEvents,
  letters: async () => (await import("./peers/events/prepare-pass.ts")).prepareLetters,
  flights: async () => (await import("./peers/flights/prepare-pass.ts")).prepareFlightsPass,
};

const isWarm = process.argv.includes("--warm");
const [scenario = "", peer = "", ...args] = process.argv.slice(2).filter((arg) => arg !== "--warm");
const load = SCENARIOS[scenario];
if (load === undefined) throw new RangeError(`Cannot run ${scenario}: there is no such scenario`);
const prepare = await load();
if (isWarm) {
  const { run, discard } = await prepare(peer, args, createWatch());
  await run();
  discard?.();
}
const watch = createWatch();
const { run, told } = await prepare(peer, args, watch);
const pauses = watchPauses();
const loadedRss = peakRss_bytes();

const cpu = process.cpuUsage();
const started_ms = performance.now();
await run();
const elapsed_ms = performance.now() - started_ms;
const { user, system } = process.cpuUsage(cpu);
const peakRss = peakRss_bytes();

const [firstWrite_ms] = watch.trace.writes;
// When the parent started this process, by the same clock.
const spawned_ms = Number(process.env.BENCH_SPAWNED_MS) - performance.timeOrigin;
const pass: ChildPass = {
  ...told(),
  elapsed_ms,
  cpu_us: user + system,
  loadedRss_bytes: loadedRss,
  peakRss_bytes: peakRss,
  firstRow_ms: firstWrite_ms === undefined || isWarm ? null : firstWrite_ms - spawned_ms,
  gcPauseMost_ms: await pauses.most_ms(),
  trace: watch.trace,
};
console.log(JSON.stringify(pass));
