import type { Done, Operator } from "../operator.ts";
import type { Encoder, Format } from "../scan/format.ts";
import type { Fault } from "./fault.ts";
import type { RunOptions } from "./options.ts";
import type { Feeder, Segment } from "./segment.ts";
import { to } from "./to.ts";

/** Faults that wait for the dead letter before rows must wait: by number and by the bytes that they carry. */
const MOST = 256;
const MOST_bytes: number = 4 * 1024 * 1024;

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const LOSSY = new TextDecoder();
const ENCODER = new TextEncoder();

/**
 * A fault as plain data for a line of a dead letter. `record` is the record's text; where its bytes are not UTF-8
 * that text is lossy and `recordBytes` holds them all, as base64.
 */
export interface FaultRecord {
  readonly reason: string;
  readonly message: string;
  readonly operator: string;
  readonly source: string;
  readonly partition: string;
  readonly offset: number;
  readonly record: string;
  readonly recordBytes?: string;
}

/** Turns a fault into what the dead letter writes of it. */
export function faultRecord(fault: Fault): FaultRecord {
  const { code, message, operator, source, partition, offset, bytes } = fault;
  const said = { reason: code, message, operator, source, partition, offset };
  try {
    return { ...said, record: UTF8.decode(bytes) };
  } catch {
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { ...said, record: LOSSY.decode(bytes), recordBytes: btoa(binary) };
  }
}

/** Faults as JSON lines: what a dead letter named by a sink of bytes gets. */
const faultLines: Format<Fault> = {
  name: "fault",
  decoder: () => {
    throw new TypeError("Cannot read faults as rows: read them with ndjson(schema)");
  },
  encoder: (): Encoder<Fault> => ({
    encode: (fault, into, from, to) => {
      const line = ENCODER.encode(`${JSON.stringify(faultRecord(fault))}\n`);
      if (from + line.length > to) return -1;
      into.set(line, from);
      return from + line.length;
    },
  }),
};

/** The operator that faults go to, or `undefined` when none is named. */
export function deadLetterOf(named: RunOptions["deadLetter"]): Operator<Fault, Done> | undefined {
  if (named === undefined || named === "drop") return undefined;
  return "open" in named ? to(named, faultLines) : named;
}

/** Faults on their way to the dead letter. */
export interface FaultQueue extends Feeder {
  push(fault: Fault): void;
  /** Faults passed on so far. */
  readonly passed: number;
}

/** What the queue asks of the run. */
export interface FaultQueueHost {
  /** The queue is full: no row may pass. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** The dead letter itself failed. */
  readonly threw: (thrown: unknown) => void;
  /** No fault can come any more. */
  readonly inputEnded: () => boolean;
}

/** Feeds the dead letter's segment. */
export function faultQueue(segment: Segment, host: FaultQueueHost): FaultQueue {
  let faults: Fault[] = [];
  let waiting_bytes = 0;
  let holding = false;
  let passed = 0;
  let cancelled = false;
  const balance = (): void => {
    const full = faults.length >= MOST || waiting_bytes >= MOST_bytes;
    if (full === holding) return;
    holding = full;
    if (full) host.hold();
    else host.resume();
  };
  return {
    get passed() {
      return passed;
    },
    get ended() {
      return cancelled || (faults.length === 0 && host.inputEnded());
    },
    ready: () => faults.length !== 0,
    push: (fault) => {
      if (cancelled) return;
      faults.push(fault);
      waiting_bytes += fault.bytes.length;
      balance();
    },
    pass: () => {
      let at = 0;
      try {
        while (at < faults.length && !segment.held && !segment.stopped) {
          const fault = faults[at++] as Fault;
          waiting_bytes -= fault.bytes.length;
          passed += 1;
          segment.first?.row(fault);
          if (!segment.drain()) break;
        }
        if (!segment.held) segment.first?.watermark(Number.NEGATIVE_INFINITY);
      } catch (thrown) {
        host.threw(thrown);
      }
      faults = faults.slice(at);
      balance();
    },
    cancel: () => {
      cancelled = true;
      faults = [];
      waiting_bytes = 0;
      balance();
    },
  };
}
