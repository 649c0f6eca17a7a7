// Where a record's time goes, part by part, in one runtime: prints one JSON line of nanoseconds a record. `micro.ts` runs
// it on each runtime.
import { type } from "arktype";
import {
  type Batch,
  column,
  count,
  derive,
  distinct,
  filter,
  from,
  instant,
  type Job,
  max,
  mean,
  ndjson,
  Pool,
  pipe,
  run as runJob,
  type Sink,
  type Stream,
  sum,
  summarise,
  text,
  to,
  tumbling,
  validate,
  window,
} from "millrace";
import { bench, do_not_optimize, run } from "mitata";
import { CHUNK_rows } from "../core/row/chunk.ts";
import { Kind, layoutOf, openLayout, STRING_KINDS } from "../core/row/layout.ts";
import { createCursor } from "../core/row/shape.ts";
import { decodeView } from "../core/row/view.ts";
import { scanMemory } from "../core/run/kernel-memory.ts";
import { scanLinesOfJson } from "../core/scan/kernel/json-scanner.ts";
import type { Scanner } from "../core/scan/scanner.ts";
import { scanJsonLines } from "../core/scan/script/json-scanner.ts";

const BLOCK_bytes = 256 * 1024;
/** Of one run: what it costs to open one is spread over some eighty thousand records. */
const BLOCKS = 32;
const KERNEL_bytes = 4 * 2 ** 20;
const CODES = ["LAS", "PHL", "LAX", "SFO", "ORD", "JFK", "DEN", "ATL"];

interface RawFlight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** A block of flights as the event pipeline reads them, and the annotations behind it. */
const block = flightLines(BLOCK_bytes);
const bytes = new TextEncoder().encode(block);
const lines = block.split("\n").slice(0, -1);
const pool = new Pool({
  holders: { block: { arenas: 1, arena_bytes: 8 * BLOCK_bytes } },
  kernel_bytes: KERNEL_bytes,
});
const memory = scanMemory(pool);
memory.u8.set(bytes);
const columns = BLOCK_bytes / 4;

const layout = openLayout(
  layoutOf({
    date: { accepts: STRING_KINDS },
    delay: { accepts: 1 << Kind.number },
    distance: { accepts: 1 << Kind.number },
    origin: { accepts: STRING_KINDS },
    destination: { accepts: STRING_KINDS },
  }),
);
/** Scans the block, a chunk of rows after the other. */
function scans(scanner: Scanner): () => number {
  const scan = (): number => {
    let rows = 0;
    for (let at = 0; at < bytes.length; at = scanner.consumed)
      rows += scanner.scan(at, bytes.length, columns + rows * layout.rowWords, CHUNK_rows, false);
    return rows;
  };
  if (scan() !== lines.length) throw new Error("The scanner did not take every line of the block");
  return scan;
}
const scanScript = scans(scanJsonLines(layout, memory));
const scanKernel = scans(scanLinesOfJson(layout, memory));

const cursor = createCursor();
const shape = decodeView(layout, new Map(), { memory, cursor, verify: false, syntax: "json" });
const view = shape.view() as RawFlight;
const objects = lines.map((line) => JSON.parse(line) as RawFlight);

/** Adds up what `read` says of each row of the block, as views. */
function ofViews(read: (flight: RawFlight) => number): number {
  let sum = 0;
  cursor.base = columns;
  for (let row = 0; row < lines.length; row++) {
    sum += read(view);
    cursor.base += layout.rowWords;
    cursor.epoch++;
  }
  return sum;
}

/** The same of objects. */
function ofObjects(read: (flight: RawFlight) => number): number {
  let sum = 0;
  for (const flight of objects) sum += read(flight);
  return sum;
}

const Raw = type({
  date: "string",
  delay: "number",
  distance: "number",
  origin: "string",
  destination: "string",
});
const Near = type({ delay: "-1440 <= number.integer <= 4320", km: "number > 0", origin: /^[A-Z]{3}$/ });

const read = from(Array<Uint8Array>(BLOCKS).fill(bytes), ndjson(Raw));
const filtered = pipe(
  read,
  filter((flight) => flight.delay > -1000),
);
const derived = pipe(
  filtered,
  derive({
    time: instant("date"),
    km: (flight) => flight.distance * 1.609344,
    origin: column("origin", (code) => code.trim().toUpperCase()),
  }),
);
const validated = pipe(derived, validate(Near));
const windowed = pipe(
  validated,
  window({
    over: tumbling({ days: 365 }),
    time: "time",
    by: ["origin"],
    compute: { flights: count(), delay: mean("delay") },
  }),
);

const named = pipe(read, derive({ label: text("origin", (t) => t.toLowerCase().concat("-airport")) }));
const byCode = { by: ["origin"], compute: { flights: count() } } as const;
const grouped = pipe(read, summarise(byCode));
const aggregated = pipe(
  read,
  summarise({
    by: ["origin"],
    compute: {
      flights: count(),
      delay: sum("delay"),
      most: max("distance"),
      places: distinct("destination"),
    },
  }),
);

const nothing = async (): Promise<void> => {};
const nowhere = { write: nothing, flush: nothing, close: nothing, abort: nothing };
const rowSink: Sink<unknown> = { name: "nowhere", open: async () => nowhere };
const byteSink: Sink<Batch> = { name: "nowhere", open: async () => nowhere };

/** Runs a chain to its end. */
async function drain(stream: Stream<unknown>): Promise<void> {
  await runAll(pipe(stream, to(rowSink)));
}

/** Runs a chain to its end and writes what comes out of it as JSON. */
async function encode(stream: Stream<object>): Promise<void> {
  await runAll(pipe(stream, to(byteSink, ndjson())));
}

async function runAll(job: Job): Promise<void> {
  const { rowsIn, faults, late } = await runJob(job).done;
  if (rowsIn === BLOCKS * lines.length && Object.keys(faults).length + late === 0) return;
  throw new Error(`The run read ${rowsIn} records, late ${late}, faults ${JSON.stringify(faults)}`);
}

/** A chain to whose end the rows go, and no further. */
const unread = (stream: Stream<unknown>): Promise<void> => drain(pipe(stream, summarise({ compute: {} })));

const LEASES = 1_000;
const perRun = BLOCKS * lines.length;
const records = new Map<string, number>();

function add(name: string, count: number, work: () => unknown): void {
  records.set(name, count);
  bench(name, work);
}

add("scan", lines.length, () => do_not_optimize(scanKernel()));
add("scan in plain JavaScript", lines.length, () => do_not_optimize(scanScript()));
add("JSON.parse", lines.length, () => {
  for (const line of lines) do_not_optimize(JSON.parse(line));
});
const numbers = (flight: RawFlight): number => flight.delay + flight.distance;
add("two numbers of a view", lines.length, () => do_not_optimize(ofViews(numbers)));
add("two numbers of an object", lines.length, () => do_not_optimize(ofObjects(numbers)));
const codes = (flight: RawFlight): number => flight.origin.length + flight.destination.length;
add("two codes of a view", lines.length, () => do_not_optimize(ofViews(codes)));
add("two codes of an object", lines.length, () => do_not_optimize(ofObjects(codes)));
add("run: read", perRun, () => unread(read));
add("… filter", perRun, () => unread(filtered));
add("… derive three fields", perRun, () => unread(derived));
add("… validate", perRun, () => unread(validated));
add("… window by origin", perRun, () => drain(windowed));
add("read and encode as it came", perRun, () => encode(read));
add("… with a derived text", perRun, () => encode(named));
add("read and count by origin", perRun, () => drain(grouped));
add("… sum, max, distinct", perRun, () => drain(aggregated));
const holder = new Pool({ holders: { arenas: { arenas: 4, arena_bytes: 4096 } } }).holder("arenas");
add("lease of an arena", LEASES, () => {
  for (let i = 0; i < LEASES; i++) holder.tryAcquire()?.release();
});

const { benchmarks } = await run({ format: "quiet", throw: true });
const nanos = benchmarks.map(({ alias, runs }) => {
  const stats = runs[0]?.stats;
  if (stats === undefined) throw new Error(`${alias} was not measured`);
  const each = (value: number): number => value / records.get(alias)!;
  // The most is that of 99 in 100: one pause must not tell more than all else.
  return { part: alias, nanos: { median: each(stats.p50), least: each(stats.min), most: each(stats.p99) } };
});
console.log(JSON.stringify(nanos));

function flightLines(size_bytes: number): string {
  let lines = "";
  for (let i = 0; ; i++) {
    const flight: RawFlight = {
      date: new Date(978_307_260_000 + i * 20_000).toISOString(),
      delay: ((i * 7) % 61) - 20,
      distance: 100 + ((i * 31) % 2400),
      origin: CODES[i % CODES.length]!,
      destination: CODES[(i * i + 1) % CODES.length]!,
    };
    const line = `${JSON.stringify(flight)}\n`;
    if (lines.length + line.length > size_bytes) return lines;
    lines += line;
  }
}
