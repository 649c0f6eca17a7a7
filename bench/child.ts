// One measurement in a process of its own: `child.ts PEER WINDOW_MS AIRPORTS FILE…` prints one JSON line.
import { readFileSync } from "node:fs";
import { peakRss_bytes } from "../adapters/terminal/peak-rss.ts";
import type { Airport } from "../examples/event-pipeline/airports.ts";
import { createAnswer } from "./answer.ts";
import type { Pass } from "./measure.ts";
import { loadPeer } from "./peers/mod.ts";

const [name = "", window = "", airportsFile = "", ...files] = process.argv.slice(2);
const run = await loadPeer(name);
const airports = new Map(JSON.parse(readFileSync(airportsFile, "utf8")) as [string, Airport][]);
const answer = createAnswer();
const loadedRss = peakRss_bytes();

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
  loadedRss_bytes: loadedRss,
  peakRss_bytes: peakRss_bytes(),
};
console.log(JSON.stringify(pass));
