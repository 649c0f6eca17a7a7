import { open } from "node:fs/promises";
import type { Departure } from "../../../examples/event-pipeline/reference.ts";
import { createLineCutter, type LineFault } from "../lines.ts";
import { DepartureWindows } from "./departure-windows.ts";
import {
  type Code,
  createCodes,
  createDates,
  isObject,
  isPossible,
  isRawFlight,
  KM_PER_MILE,
  type RawFlight,
} from "./flights.ts";
import { noFaults, type PeerOptions, type PeerResult } from "./peer.ts";

const BLOCK_bytes = 64 * 1024;
/** Records between two stages: the best of 1, 2, 3, 16 and 64 on each runtime; from 3 on Deno takes twice the time. */
const QUEUE = 2;
/** A partition this far ahead of the slowest waits, so that few windows are open at a time. */
const LEAD_windows = 2;

/** A record in the units and the spelling of the pipeline. */
interface Flight {
  readonly time_ms: number;
  /** Minutes. */
  readonly delay: number;
  readonly distance_km: number;
  readonly origin: Code;
  readonly destination: Code;
}

/** A flight with what is known of the place that it left. */
interface PlacedFlight extends Flight {
  readonly city: string;
  readonly state: string;
}

/**
 * The pipeline as Web Streams are meant to be used: one TransformStream a stage, one chunk a record.
 *
 * Each file is a chain of its own; the chains meet in the windows, which are the readable that the sink drains.
 */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const { files, airports, onRow } = options;
  const faults = noFaults();
  const codes = createCodes(airports);
  let rowsIn = 0;

  const lines = (): TransformStream<Uint8Array, string> =>
    lineStream((fault) => {
      rowsIn++;
      faults[fault]++;
    });
  const parsed = (): TransformStream<string, RawFlight> =>
    stage((line, controller) => {
      rowsIn++;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        // Not an object either.
      }
      if (!isObject(value)) faults.json++;
      else if (!isRawFlight(value)) faults.schema++;
      else controller.enqueue(value);
    });
  const normalised = (): TransformStream<RawFlight, Flight> => {
    const timeOf = createDates();
    return stage((raw, controller) => {
      const time_ms = timeOf(raw.date);
      if (Number.isNaN(time_ms)) {
        faults.callback++;
        return;
      }
      controller.enqueue({
        time_ms,
        delay: raw.delay,
        distance_km: raw.distance * KM_PER_MILE,
        origin: codes.read(raw.origin),
        destination: codes.read(raw.destination),
      });
    });
  };
  const validated = (): TransformStream<Flight, Flight> =>
    stage((flight, controller) => {
      const { delay, distance_km, origin, destination } = flight;
      if (isPossible(delay, distance_km, origin, destination)) controller.enqueue(flight);
      else faults.invalid++;
    });
  const enriched = (): TransformStream<Flight, PlacedFlight> =>
    stage((flight, controller) => {
      const { time_ms, delay, distance_km, origin, destination } = flight;
      const { airport } = origin;
      if (airport === undefined) faults["lookup-missing"]++;
      else {
        const { city, state } = airport;
        // Named one by one: to spread an object takes longer.
        controller.enqueue({ time_ms, delay, distance_km, origin, destination, city, state });
      }
    });

  const windows = departures(options, codes.states);
  const sink = windows.readable.pipeTo(new WritableStream({ write: onRow }));
  const chains = files.map((path, partition) =>
    fileStream(path)
      .pipeThrough(lines())
      .pipeThrough(parsed())
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

/** Decoding and cutting: one stage a block, not a record. */
function lineStream(onFault: (fault: LineFault) => void): TransformStream<Uint8Array, string> {
  let out!: TransformStreamDefaultController<string>;
  const lines = createLineCutter({ onLine: (line) => out.enqueue(line), onFault });
  return new TransformStream(
    {
      start: (controller) => {
        out = controller;
      },
      transform: lines.push,
      flush: lines.end,
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
function departures({ files, window_ms }: PeerOptions, states: readonly string[]): Departures {
  let out!: ReadableStreamDefaultController<Departure>;
  const readable = new ReadableStream<Departure>({
    start: (controller) => {
      out = controller;
    },
  });
  const onRow = (row: Departure): void => out.enqueue(row);
  const windows = new DepartureWindows({ partitions: files.length, window_ms, states, onRow });
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
        write({ time_ms, delay, origin, destination }) {
          // Looked up before: only the slowest can move the watermark.
          const wasSlowest = clock_ms[partition] === slowest_ms;
          windows.add(partition, time_ms, delay, origin.state, destination.number);
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
