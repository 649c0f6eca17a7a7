import type { Aggregate } from "./peer.ts";

interface Group {
  count: number;
  sum: number;
  max: number;
  readonly users: Set<unknown>;
}

/** Groups of one window: by type, then by region. */
type Groups = Map<string, Map<string, Group>>;

const WINDOW_ms = 60_000;
const OUT_OF_ORDER_ms = 5_000;

/**
 * Tumbling windows of a minute by type and region, as all JavaScript peers aggregate.
 *
 * A window is given out, in ascending order, once the largest time so far, less five seconds, has reached its end.
 */
export class Windows {
  readonly #onRow: (row: Aggregate) => void;
  readonly #open = new Map<number, Groups>();
  #largest_ms = -Infinity;
  /** End of the oldest open window. */
  #due_ms = Infinity;
  // Nearly all records fall into the window of the one before.
  #last_ms = Number.NaN;
  #lastGroups: Groups = new Map();

  constructor(onRow: (row: Aggregate) => void) {
    this.#onRow = onRow;
  }

  /**
   * Counts one record.
   *
   * @param user Whatever is one and the same for the same user.
   */
  add(ts: number, type: string, region: string, amount: number, user: unknown): void {
    if (ts > this.#largest_ms) {
      this.#largest_ms = ts;
      if (ts - OUT_OF_ORDER_ms >= this.#due_ms) this.#close(ts - OUT_OF_ORDER_ms);
    }
    const last_ms = this.#last_ms;
    const groups = ts >= last_ms && ts < last_ms + WINDOW_ms ? this.#lastGroups : this.#groupsOf(ts);
    let byRegion = groups.get(type);
    if (byRegion === undefined) {
      byRegion = new Map();
      groups.set(type, byRegion);
    }
    const group = byRegion.get(region);
    if (group === undefined) {
      byRegion.set(region, { count: 1, sum: amount, max: amount, users: new Set([user]) });
      return;
    }
    group.count++;
    group.sum += amount;
    if (amount > group.max) group.max = amount;
    group.users.add(user);
  }

  /** The input has ended: gives what is open. */
  end(): void {
    this.#close(Infinity);
  }

  #groupsOf(ts: number): Groups {
    const start = Math.floor(ts / WINDOW_ms) * WINDOW_ms;
    let groups = this.#open.get(start);
    if (groups === undefined) {
      groups = new Map();
      this.#open.set(start, groups);
      this.#due_ms = Math.min(this.#due_ms, start + WINDOW_ms);
    }
    this.#last_ms = start;
    this.#lastGroups = groups;
    return groups;
  }

  #close(watermark_ms: number): void {
    const starts = [...this.#open.keys()].sort((a, b) => a - b);
    for (const start of starts) {
      if (start + WINDOW_ms > watermark_ms) {
        this.#due_ms = start + WINDOW_ms;
        return;
      }
      for (const [type, byRegion] of this.#open.get(start)!) {
        for (const [region, { count, sum, max, users }] of byRegion) {
          this.#onRow({ start, type, region, count, sum, max, users: users.size });
        }
      }
      this.#open.delete(start);
      if (start === this.#last_ms) this.#last_ms = Number.NaN;
    }
    this.#due_ms = Infinity;
  }
}
