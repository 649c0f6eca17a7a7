import { setInterval } from "node:timers";
import type { Metrics } from "../../core/mod.ts";

/** A job that ends sooner shows nothing. */
const FIRST_ms = 1000;
const EVERY_ms = 250;
const MiB = 2 ** 20;

/** The terminal that progress is drawn on: standard error. */
interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/**
 * Draws a run's progress as one line that is written over again and again, from its second second on.
 *
 * @param screen Nothing is drawn when it is no terminal.
 * @returns Ends it and leaves the line empty.
 */
export function drawProgress(metrics: () => Metrics, screen: Screen): () => void {
  if (screen.isTTY !== true) return () => {};
  let before: Metrics | undefined;
  let drawn = false;
  const draw = () => {
    const now = metrics();
    if (now.elapsed_ms >= FIRST_ms) {
      // A line as wide as the terminal would wrap, and could not be written over.
      screen.write(`\r${progressLine(now, before).slice(0, (screen.columns ?? 80) - 1)}\x1b[K`);
      drawn = true;
    }
    before = now;
  };
  const timer = setInterval(draw, EVERY_ms);
  // Progress alone must not keep a program running.
  timer.unref();
  return () => {
    clearInterval(timer);
    if (drawn) screen.write("\r\x1b[K");
  };
}

/**
 * Says in one line how far a run is: rows, rate, position, pool use, and what was refused.
 *
 * @param before The run a moment ago: the rate is the one since then. Left out: since the start.
 */
export function progressLine(now: Metrics, before?: Metrics): string {
  const rows = now.rowsIn - (before?.rowsIn ?? 0);
  const rate = (rows / Math.max(1, now.elapsed_ms - (before?.elapsed_ms ?? 0))) * 1000;
  const parts = [now.name, `${whole(now.rowsIn)} rows`, `${whole(rate)}/s`, position(now), pool(now)];
  const faults = Object.values(now.faults).reduce((sum, count) => sum + count, 0);
  if (faults > 0) parts.push(`${whole(faults)} faults`);
  if (now.late > 0) parts.push(`${whole(now.late)} late`);
  return parts.join("  ");
}

function position({ partitions }: Metrics): string {
  const read = partitions.reduce((sum, { offset }) => sum + offset, 0);
  const ended = partitions.filter((partition) => partition.ended).length;
  const sizes = partitions.map((partition) => (partition as { readonly size_bytes?: number }).size_bytes);
  const size = sizes.reduce<number>((sum, one) => sum + (one ?? Number.NaN), 0);
  const whereAt = size > 0 ? `${Math.min(100, Math.floor((read / size) * 100))} %` : `at ${whole(read)}`;
  return partitions.length > 1 ? `${whereAt}, ${ended} of ${partitions.length} inputs done` : whereAt;
}

function pool({ pool: { size_bytes, holders } }: Metrics): string {
  const used = holders.reduce((sum, { leased, arena_bytes }) => sum + leased * arena_bytes, 0);
  return `pool ${(used / MiB).toFixed(1)} of ${(size_bytes / MiB).toFixed(1)} MiB`;
}

function whole(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
