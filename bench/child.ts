// One measurement in a process of its own: `child.ts PEER WINDOW_MS FILE…` prints one JSON line.
import { loadAirports } from "../examples/event-pipeline/airports.ts";
import { createAnswer } from "./answer.ts";
import type { Pass } from "./measure.ts";
import { peakRss_bytes } from "./memory.ts";
import { loadPeer } from "./peers/mod.ts";

const [name = "", window = "", ...files] = process.argv.slice(2);
const run = await loadPeer(name);
const airports = await loadAirports();
const answer = createAnswer();

const cpu = process.cpuUsage();
const started_ms = performance.now();
const result = await run({ files, window_ms: Number(window), airports, onRow: answer.add });
const elapsed_ms = performance.now() - started_ms;
const { user, system } = process.cpuUsage(cpu);

const pass: Pass = {
  ...result,
  answer: answer.end(),
  elapsed_ms,
  cpu_us: user + system,
  peakRss_bytes: peakRss_bytes(),
};
console.log(JSON.stringify(pass));
