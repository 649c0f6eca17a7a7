import type { Done, Operator } from "../operator.ts";
import type { Encoder, Format } from "../scan/format.ts";
import type { Fault } from "./fault.ts";
import type { RunOptions } from "./options.ts";
import type { Feeder, Segment } from "./segment.ts";
import { to } from "./to.ts";
import type { Token } from "./token.ts";

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
  /** The fault's code: `"schema"`. */
  readonly reason: string;
  /** The action, the rule and the value found, in words. */
  readonly message: string;
  /** Operator that refused the row; the format's name for a record that never became one. */
  readonly operator: string;
  /** Name of the source. */
  readonly source: string;
  /** Partition; `""` for a row that no source holds. */
  readonly partition: string;
  /** Where the record begins in its partition; −1 where there is no such place. */
  readonly offset: number;
  /** The record as text. */
  readonly record: string;
  /** All of its bytes as base64, only where they are not UTF-8. */
  readonly recordBytes?: string;
}

/** Longest line that {@link faultRecord} makes. */
const LINE_bytes: number = 512 * 1024;
/** Arenas of the dead letter are no smaller: a fault is more than its record. */
const LEAST_bytes: number = 16 * 1024;

/** Size of the dead letter's arenas. */
export function faultArenaBytes(record_bytes: number): number {
  return Math.max(record_bytes, LEAST_bytes);
}

/**
 * Turns a fault into what the dead letter writes of it. A record of which the JSON would be longer than 512 KiB is cut;
 * the message then says so.
 *
 * @param fault As an operator behind `deadLetter` gets it. Its bytes are copied.
 *
 * @example A dead letter that keeps what it needs
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, faultRecord, from, map, ndjson, pipe, to, type Fault, type Sink } from "millrace";
 *
 * const seen: unknown[] = [];
 * const sink: Sink<unknown> = {
 *   name: "array",
 *   open: async () => ({
 *     write: async (rows) => void seen.push(...rows),
 *     flush: async () => {},
 *     close: async () => {},
 *     abort: async () => {},
 *   }),
 * };
 * const rejected = pipe(map((fault: Fault) => faultRecord(fault)), map(({ reason, record }) => ({ reason, record })), to(sink));
 * const lines = new TextEncoder().encode('{"n":1}\n{"n":\n');
 *
 * assert.deepEqual(await collect(from([lines], ndjson()), { deadLetter: rejected }), [{ n: 1 }]);
 * assert.deepEqual(seen, [{ reason: "json", record: '{"n":' }]);
 * ```
 */
export function faultRecord(fault: Fault): FaultRecord {
  return fitting(fault, LINE_bytes);
}

/** The record of a fault, cut so that its JSON has at most so many bytes. */
function fitting(fault: Fault, most_bytes: number): FaultRecord {
  const { bytes, message } = fault;
  let record = recordOf(fault, message, bytes);
  // The most that one byte can become is six: `\u0000`.
  if ((bytes.length + message.length) * 6 + 1024 <= most_bytes) return record;
  for (let keep = bytes.length; ; ) {
    const size_bytes = ENCODER.encode(JSON.stringify(record)).length;
    if (size_bytes <= most_bytes || keep === 0) return record;
    keep = Math.floor(keep * Math.min(0.9, (0.9 * most_bytes) / size_bytes));
    // Not in the middle of a character.
    while (keep > 0 && ((bytes[keep] as number) & 0xc0) === 0x80) keep -= 1;
    const cut = `${message.slice(0, 1000)}; the first ${keep} of ${bytes.length} bytes are kept`;
    record = recordOf(fault, cut, bytes.subarray(0, keep));
  }
}

function recordOf(fault: Fault, message: string, bytes: Uint8Array): FaultRecord {
  const { code, operator, source, partition, offset } = fault;
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
function faultLines(most_bytes: number): Format<Fault> {
  return {
    name: "fault",
    decoder: () => {
      throw new TypeError("Cannot read faults as rows: read them with ndjson(schema)");
    },
    encoder: (): Encoder<Fault> => ({
      encode: (fault, into, from, to) => {
        const line = ENCODER.encode(`${JSON.stringify(fitting(fault, most_bytes - 1))}\n`);
        if (from + line.length > to) return -1;
        into.set(line, from);
        return from + line.length;
      },
    }),
  };
}

/** The operator that faults go to, or `undefined` when none is named. */
export function deadLetterOf(
  named: RunOptions["deadLetter"],
  record_bytes: number,
): Operator<Fault, Done> | undefined {
  if (named === undefined || named === "drop") return undefined;
  return "open" in named ? to(named, faultLines(faultArenaBytes(record_bytes))) : named;
}

/** Faults on their way to the dead letter. */
export interface FaultQueue extends Feeder {
  /** @param token The batch that it is of: acknowledged only when the dead letter has the fault. */
  push(fault: Fault, token: Token | undefined): void;
  /** Faults passed on so far. */
  readonly passed: number;
}

/** What the queue asks of the run. */
export interface FaultQueueHost {
  /** The queue is full: no row may pass. */
  readonly hold: () => void;
  readonly resume: () => void;
  /** No fault can come any more. */
  readonly inputEnded: () => boolean;
}

/** Feeds the dead letter's segment. */
export function faultQueue(segment: Segment, host: FaultQueueHost): FaultQueue {
  let faults: { readonly fault: Fault; readonly token: Token | undefined }[] = [];
  let waiting_bytes = 0;
  let holding = false;
  let passed = 0;
  let cancelled = false;
  let passing = false;
  const balance = (): void => {
    const full = faults.length >= MOST || waiting_bytes >= MOST_bytes;
    if (full === holding) return;
    holding = full;
    if (full) host.hold();
    else host.resume();
  };
  /** The fault under way has passed: from here on its sinks hold its batch. */
  const settle = (): void => {
    segment.token?.settle();
    segment.token = undefined;
  };
  return {
    get passed() {
      return passed;
    },
    get ended() {
      return cancelled || (faults.length === 0 && host.inputEnded());
    },
    ready: () => faults.length !== 0 || segment.token !== undefined,
    push: (fault, token) => {
      if (cancelled) return;
      token?.hold();
      faults.push({ fault, token });
      waiting_bytes += fault.bytes.length;
      balance();
    },
    pass: () => {
      settle();
      passing = true;
      let at = 0;
      try {
        while (at < faults.length && !segment.held && !segment.stopped) {
          const { fault, token } = faults[at++] as (typeof faults)[0];
          waiting_bytes -= fault.bytes.length;
          passed += 1;
          segment.token = token;
          segment.meta.time = Number.NaN;
          segment.first?.row(fault);
          if (!segment.drain()) break;
          settle();
        }
        if (!segment.held) segment.first?.watermark(Number.NEGATIVE_INFINITY);
      } catch (thrown) {
        segment.threw(thrown);
      }
      passing = false;
      faults = faults.slice(at);
      balance();
    },
    cancel: () => {
      cancelled = true;
      for (const { token } of faults.splice(0)) token?.settle();
      if (!passing) settle();
      waiting_bytes = 0;
      balance();
    },
  };
}
