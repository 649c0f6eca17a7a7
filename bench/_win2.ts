import { readFileSync } from "node:fs";
import * as m from "../core/mod.ts";
import { loadAirports } from "../examples/event-pipeline/airports.ts";
import { Flight, RawFlight } from "../examples/event-pipeline/pipeline.ts";

const {
  pipe,
  from,
  ndjson,
  derive,
  instant,
  column,
  validate,
  lookup,
  field,
  window,
  tumbling,
  count,
  mean,
  max,
  distinct,
  filter,
  run,
  to,
} = m;
const airports = await loadAirports();
const buf = readFileSync("/work/main/data/flights-4.ndjson").subarray(0, 40_000_000);
const bytes = buf.subarray(0, buf.lastIndexOf(10) + 1);
function* pieces() {
  for (let i = 0; i < bytes.length; i += 262144) yield bytes.subarray(i, i + 262144);
}
const code = (t: string) => t.trim().toUpperCase();
const sink = {
  name: "null",
  open: async () => ({
    write: async () => {},
    flush: async () => {},
    close: async () => {},
    abort: async () => {},
  }),
} as m.Sink<unknown>;
const d1 = derive({
  time: instant("date"),
  km: (f: any) => f.distance * 1.609344,
  origin: column("origin", code),
  destination: column("destination", code),
} as any);
const v = validate(Flight as any);
const l = lookup(airports, { key: "origin", as: "airport", missing: "fault" } as any);
const d2 = derive({ city: field("airport.city"), state: field("airport.state") } as any);
const no = filter(() => false);
const W = (compute: any, size: any = { hours: 1 }) => window({ over: tumbling(size), time: "time", outOfOrder: { minutes: 10 }, by: ["state"], compute } as any);
const base = [d1, v, l, d2];
const all = { flights: count(), mean_delay: mean("delay"), max_delay: max("delay"), delayed_share: mean((f: any) => (f.delay > 15 ? 1 : 0)), destinations: distinct("destination") } as any;
const chains: Record<string, any[]> = { all: [...base, W(all), no] };
const no_ = 0;
const best: Record<string, number> = {};
let rows = 0;
for (let round = 0; round < 15; round++)
  for (const [name, ops] of Object.entries(chains)) {
    const job = (pipe as any)(from(pieces() as any, ndjson(RawFlight)), ...ops, to(sink));
    const c = process.cpuUsage();
    const r = await run(job, { deadLetter: "drop" }).done;
    const { user, system } = process.cpuUsage(c);
    rows = r.rowsIn;
    const ns = ((user + system) * 1000) / rows;
    best[name] = Math.min(best[name] ?? 1e9, ns);
  }
let before = 0;
for (const [name, ns] of Object.entries(best)) {
  console.log(name.padEnd(10), ns.toFixed(0).padStart(5), "ns  +", (ns - before).toFixed(0));
  before = ns;
}
