// Where a record's time goes, part by part. `npm run bench:micro`, or the same file under deno and bun.
import { type } from "arktype";
import {
  column,
  derive,
  filter,
  from,
  instant,
  ndjson,
  pipe,
  run,
  type Stream,
  summarise,
  to,
  validate,
} from "millrace";
import { bench, do_not_optimize, run as runBenches, summary } from "mitata";
import { Kind, layoutOf, STRING_KINDS } from "../core/row/layout.ts";
import type { Cursor } from "../core/row/shape.ts";
import { decodeView } from "../core/row/view.ts";
import { scanJsonLines } from "../core/scan/script/json-scanner.ts";

const BLOCK_bytes = 256 * 1024;
const CODES = ["LAS", "PHL", "LAX", "SFO", "ORD", "JFK", "DEN", "ATL"];

/** A block of flights as the event pipeline reads them, and the annotations behind it. */
const text = flightLines(BLOCK_bytes);
const bytes = new TextEncoder().encode(text);
const lines = text.split("\n").slice(0, -1);
const buffer = new ArrayBuffer(8 * BLOCK_bytes);
const memory = { u8: new Uint8Array(buffer), u32: new Uint32Array(buffer), f64: new Float64Array(buffer) };
memory.u8.set(bytes);
const columns = BLOCK_bytes / 4;

const layout = layoutOf({
  date: { accepts: STRING_KINDS },
  delay: { accepts: 1 << Kind.number },
  distance: { accepts: 1 << Kind.number },
  origin: { accepts: STRING_KINDS },
  destination: { accepts: STRING_KINDS },
});
const scanner = scanJsonLines(layout, memory);
const scan = (): number => scanner.scan(0, bytes.length, columns, lines.length, false);
if (scan() !== lines.length) throw new Error("The scanner did not take every line of the block");

interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}
const cursor: Cursor = { base: columns, epoch: 0 };
const shape = decodeView(layout, new Map(), { memory, cursor, verify: false, syntax: "json" });
const view = shape.view() as Flight;
const objects = lines.map((line) => JSON.parse(line) as Flight);

/** Calls `read` once for every row of the block, as the loop does. */
function eachRow(read: () => number): number {
  let sum = 0;
  cursor.base = columns;
  for (let row = 0; row < lines.length; row++) {
    sum += read();
    cursor.base += layout.rowWords;
    cursor.epoch++;
  }
  return sum;
}

summary(() => {
  bench(`scan ${lines.length} records`, () => do_not_optimize(scan()));
  bench(`JSON.parse ${lines.length} records`, () => {
    for (const line of lines) do_not_optimize(JSON.parse(line));
  });
});

summary(() => {
  bench("read two numbers of a view", () => do_not_optimize(eachRow(() => view.delay + view.distance)));
  bench("read two repeated strings of a view", () =>
    do_not_optimize(eachRow(() => view.origin.length + view.destination.length)),
  );
  bench("read two numbers of an object", () => {
    let sum = 0;
    for (const flight of objects) sum += flight.delay + flight.distance;
    do_not_optimize(sum);
  });
});

const RawFlight = type({
  date: "string",
  delay: "number",
  distance: "number",
  origin: "string",
  destination: "string",
});
const Near = type({ delay: "-1440 <= number.integer <= 4320", km: "number > 0", origin: /^[A-Z]{3}$/ });
const BLOCKS = 32;
const blocks: Uint8Array[] = Array(BLOCKS).fill(bytes);

const read = from(blocks, ndjson(RawFlight));
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

/** A whole run: what it costs to open one is spread over some eighty thousand records. */
async function drain(stream: Stream<unknown>): Promise<void> {
  const nowhere = {
    write: async () => {},
    flush: async () => {},
    close: async () => {},
    abort: async () => {},
  };
  // Nothing is counted or kept: what is left is the way of the rows to the end of the chain.
  const job = pipe(stream, summarise({ compute: {} }), to({ name: "nowhere", open: async () => nowhere }));
  const { rowsIn } = await run(job).done;
  if (rowsIn !== BLOCKS * lines.length) throw new Error(`The run read ${rowsIn} records`);
}

const records = BLOCKS * lines.length;
bench(`run over ${records} records: scan`, () => drain(read));
bench("… and filter", () => drain(filtered));
bench("… and derive three fields", () => drain(derived));
bench("… and validate", () => drain(validated));

await runBenches();

function flightLines(size_bytes: number): string {
  let lines = "";
  for (let i = 0; ; i++) {
    const flight = {
      date: new Date(978_307_260_000 + i * 20_000).toISOString(),
      delay: ((i * 7) % 61) - 20,
      distance: 100 + ((i * 31) % 2400),
      origin: CODES[i % CODES.length],
      destination: CODES[(i * i + 1) % CODES.length],
    };
    const line = `${JSON.stringify(flight)}\n`;
    if (lines.length + line.length > size_bytes) return lines;
    lines += line;
  }
}
