/** Why a record is rejected, in the framework's words. */
type FaultCode = "too-long" | "utf8" | "json" | "schema" | "callback" | "invalid" | "lookup-missing";

/** What becomes of a line. */
export type Fate = FaultCode | "late" | "aggregated";

/** A line judged by itself: its fault, or its time once it is fit for a window. */
export type Verdict = { readonly fault: FaultCode } | { readonly time_ms: number };

/** A line that is longer is a fault. */
export const LINE_LIMIT_BYTES = 1_048_576;

/** How the pipeline's windows close. */
export interface WindowRule {
  /** Length of the windows, which are aligned to the epoch. */
  readonly window_ms: number;
  /** How far behind the largest time seen a row of the same file may come. */
  readonly outOfOrder_ms: number;
  /** How long after its end a window still takes rows. */
  readonly lateness_ms: number;
}

const CODE = /^[A-Z]{3}$/;

/**
 * What the pipeline must make of one line by itself, told as plainly as can be: owned objects and
 * `JSON.parse`, nothing of the framework. Order of checks: length, UTF-8, JSON, schema, then
 * normalise, validate, enrich.
 *
 * @param line A line that isn't blank, without its line feed; text for one known to be UTF-8.
 * @param airports Codes that can be looked up.
 */
export function judge(line: Uint8Array | string, airports: { has(code: string): boolean }): Verdict {
  let text = line;
  if (typeof text !== "string") {
    if (text.length > LINE_LIMIT_BYTES) return { fault: "too-long" };
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(text);
    } catch {
      return { fault: "utf8" };
    }
  }

  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return { fault: "json" };
  }

  const { date, delay, distance, origin, destination } = record as Record<string, unknown>;
  if (typeof date !== "string" || typeof delay !== "number" || typeof distance !== "number") {
    return { fault: "schema" };
  }
  if (typeof origin !== "string" || typeof destination !== "string") return { fault: "schema" };

  const from = origin.trim().toUpperCase();
  const to = destination.trim().toUpperCase();
  const time_ms = Date.parse(date);
  // `instant` throws.
  if (!Number.isFinite(time_ms)) return { fault: "callback" };
  const valid =
    CODE.test(from) &&
    CODE.test(to) &&
    Number.isInteger(delay) &&
    delay >= -1440 &&
    delay <= 4320 &&
    distance > 0;
  if (!valid) return { fault: "invalid" };
  return airports.has(from) ? { time_ms } : { fault: "lookup-missing" };
}

/** The clock of one file: the largest time of the rows that reached the window operator. */
export interface FileClock {
  /** Largest time so far, -Infinity at first. */
  readonly largest_ms: number;
  /** First time that is no longer late by itself: windows that end here or earlier have closed. */
  readonly closed_ms: number;
  /** Says whether a row of this time is late, and moves the clock. */
  take(time_ms: number): "late" | "aggregated";
}

/**
 * Makes a file's clock. A row is late by the clock of its own file: when the end of its window and
 * the lateness are not after the largest time seen less what may be out of order.
 */
export function createFileClock(rule: WindowRule): FileClock {
  let largest_ms = Number.NEGATIVE_INFINITY;
  const closed = (): number => largest_ms - rule.outOfOrder_ms - rule.lateness_ms;

  return {
    get largest_ms() {
      return largest_ms;
    },
    get closed_ms() {
      return closed();
    },
    take(time_ms) {
      const end_ms = (Math.floor(time_ms / rule.window_ms) + 1) * rule.window_ms;
      const fate = end_ms <= closed() ? "late" : "aggregated";
      largest_ms = Math.max(largest_ms, time_ms);
      return fate;
    },
  };
}
