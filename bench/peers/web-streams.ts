import { open } from "node:fs/promises";
import type { Departure } from "../../examples/event-pipeline/reference.ts";
import { DepartureWindows } from "./departure-windows.ts";
import { OUT_OF_ORDER_ms, type PeerOptions, type PeerResult } from "./peer.ts";
import {
  createNormaliser,
  type Flight,
  isObject,
  isRawFlight,
  isValid,
  type PlacedFlight,
  place,
  type RawFlight,
} from "./stages.ts";

const BLOCK_bytes = 64 * 1024;
/** Records between two stages. From 4 on Deno takes twice the time; on the others it makes no difference. */
const QUEUE = 2;
/** A partition this far ahead of the slowest waits, so that few windows are open at a time. */
const LEAD_windows = 2;

/**
 * The pipeline as Web Streams are meant to be used: one TransformStream a stage, one chunk a record.
 *
 * Each file is a chain of its own; the chains meet in the windows, which are the readable that the sink drains.
 */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const { files, window_ms, airports, onRow } = options;
  const faults = { json: 0, schema: 0, invalid: 0, "lookup-missing": 0 };
  let rowsIn = 0;

  const parse = (): TransformStream<string, RawFlight> =>
    stage((line, controller) => {
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        if (line.trim() === "") return;
      }
      rowsIn++;
      if (!isObject(value)) faults.json++;
      else if (!isRawFlight(value)) faults.schema++;
      else controller.enqueue(value);
    });
  const normalise = createNormaliser();
  const normalised = (): TransformStream<RawFlight, Flight> =>
    stage((raw, controller) => controller.enqueue(normalise(raw)));
  const validated = (): TransformStream<Flight, Flight> =>
    stage((flight, controller) => {
      if (isValid(flight)) controller.enqueue(flight);
      else faults.invalid++;
    });
  const enriched = (): TransformStream<Flight, PlacedFlight> =>
    stage((flight, controller) => {
      const airport = airports.get(flight.origin);
      if (airport === undefined) faults["lookup-missing"]++;
      else controller.enqueue(place(flight, airport));
    });

  const windows = departures(files.length, window_ms);
  const sink = windows.readable.pipeTo(new WritableStream({ write: onRow }));
  const chains = files.map((path, partition) =>
    fileStream(path)
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(lines())
      .pipeThrough(parse())
      .pipeThrough(normalised())
      .pipeThrough(validated())
      .pipeThrough(enriched())
      .pipeTo(windows.writable(partition)),
  );
  await Promise.all([...chains, sink]);
  return { rowsIn, faults, late: windows.late() };
}

function stage<In, Out>(
  transform: (chunk: In, controller: TransformStreamDefaultController<Out>) => void,
): TransformStream<In, Out> {
  return new TransformStream({ transform }, { highWaterMark: QUEUE }, { highWaterMark: QUEUE });
}

/** A file in blocks. One code for all: reading is a few percent here, and slower in what the runtimes offer. */
function fileStream(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  const opened = open(path);
  return new ReadableStream({
    async pull(controller) {
      const file = await opened;
      const { bytesRead, buffer } = await file.read(new Uint8Array(BLOCK_bytes), 0, BLOCK_bytes, null);
      if (bytesRead > 0) return controller.enqueue(buffer.subarray(0, bytesRead));
      await file.close();
      controller.close();
    },
    cancel: async () => (await opened).close(),
  });
}

function lines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream(
    {
      transform(text, controller) {
        let start = 0;
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
          controller.enqueue(rest + text.slice(start, end));
          rest = "";
          start = end + 1;
        }
        rest += text.slice(start);
      },
      flush: (controller) => controller.enqueue(rest),
    },
    { highWaterMark: 1 },
    { highWaterMark: QUEUE },
  );
}

interface Departures {
  readonly writable: (partition: number) => WritableStream<PlacedFlight>;
  readonly readable: ReadableStream<Departure>;
  readonly late: () => number;
}

/** The window stage: a writable side for each partition, one readable side. */
function departures(partitions: number, window_ms: number): Departures {
  let out!: ReadableStreamDefaultController<Departure>;
  const readable = new ReadableStream<Departure>({
    start: (controller) => {
      out = controller;
    },
  });
  const windows = new DepartureWindows(partitions, window_ms, OUT_OF_ORDER_ms, (row) => out.enqueue(row));
  const { clock_ms } = windows;
  const waiting: (() => void)[] = [];
  let slowest_ms = -Infinity;

  /** Whenever the slowest partition has moved on. */
  function advance(): void {
    const now_ms = windows.slowest_ms();
    if (now_ms === slowest_ms) return;
    slowest_ms = now_ms;
    windows.close();
    for (const resume of waiting.splice(0)) resume();
    if (now_ms === Infinity) out.close();
  }

  const writable = (partition: number): WritableStream<PlacedFlight> =>
    new WritableStream(
      {
        write(flight) {
          // Looked up before: only the slowest can move the watermark.
          const wasSlowest = clock_ms[partition] === slowest_ms;
          windows.add(partition, flight);
          if (wasSlowest) advance();
          if (clock_ms[partition]! > slowest_ms + LEAD_windows * window_ms) {
            return new Promise<void>((resolve) => waiting.push(resolve));
          }
        },
        close() {
          windows.end(partition);
          advance();
        },
      },
      { highWaterMark: QUEUE },
    );
  return { writable, readable, late: () => windows.late };
}
