import type { Departure } from "../../examples/event-pipeline/reference.ts";
import type { PlacedFlight } from "./stages.ts";

interface Group {
  flights: number;
  delay: number;
  max_delay: number;
  delayed: number;
  readonly destinations: Set<string>;
}

const DELAYED_minutes = 15;

/**
 * Tumbling windows by state, as both rivals aggregate: Maps of small objects.
 *
 * A flight is late by its own partition's clock; windows close, in ascending order, by the minimum over the
 * partitions that have not ended. So no answer depends on how partitions interleave.
 */
export class DepartureWindows {
  /** Largest event time of each partition; +∞ once it has ended. */
  readonly clock_ms: Float64Array;
  /** Flights that came too late for their window. */
  late = 0;
  readonly #window_ms: number;
  readonly #outOfOrder_ms: number;
  readonly #onRow: (row: Departure) => void;
  readonly #open = new Map<number, Map<string, Group>>();
  // Most flights fall into the window of the one before.
  #last_ms = Number.NaN;
  #lastGroups: Map<string, Group> = new Map();

  constructor(partitions: number, window_ms: number, outOfOrder_ms: number, onRow: (row: Departure) => void) {
    this.clock_ms = new Float64Array(partitions).fill(-Infinity);
    this.#window_ms = window_ms;
    this.#outOfOrder_ms = outOfOrder_ms;
    this.#onRow = onRow;
  }

  /** Smallest clock: the partition to read next has it. */
  slowest_ms(): number {
    let least = Infinity;
    for (let i = 0; i < this.clock_ms.length; i++) {
      const clock = this.clock_ms[i]!;
      if (clock < least) least = clock;
    }
    return least;
  }

  /** Counts one flight. */
  add(partition: number, flight: PlacedFlight): void {
    const { time, delay } = flight;
    let clock = this.clock_ms[partition]!;
    if (time > clock) {
      clock = time;
      this.clock_ms[partition] = time;
    }
    const last = this.#last_ms;
    // The remainder of two doubles is slow: not for the window of the flight before.
    const start = time >= last && time < last + this.#window_ms ? last : this.#startOf(time);
    if (start + this.#window_ms <= clock - this.#outOfOrder_ms) {
      this.late++;
      return;
    }
    const groups = start === last ? this.#lastGroups : this.#groupsOf(start);
    const group = groups.get(flight.state);
    if (group === undefined) {
      groups.set(flight.state, {
        flights: 1,
        delay,
        max_delay: delay,
        delayed: delay > DELAYED_minutes ? 1 : 0,
        destinations: new Set([flight.destination]),
      });
      return;
    }
    group.flights++;
    group.delay += delay;
    if (delay > group.max_delay) group.max_delay = delay;
    if (delay > DELAYED_minutes) group.delayed++;
    group.destinations.add(flight.destination);
  }

  /** A partition has ended: it holds no window open any more. */
  end(partition: number): void {
    this.clock_ms[partition] = Infinity;
  }

  /** Gives the rows of the windows that no partition can add to. */
  close(): void {
    const watermark_ms = this.slowest_ms() - this.#outOfOrder_ms;
    const due: number[] = [];
    for (const start of this.#open.keys()) {
      if (start + this.#window_ms <= watermark_ms) due.push(start);
    }
    for (const start of due.sort((a, b) => a - b)) {
      for (const [state, group] of this.#open.get(start)!) this.#onRow(this.#row(start, state, group));
      this.#open.delete(start);
      if (start === this.#last_ms) this.#last_ms = Number.NaN;
    }
  }

  #startOf(time: number): number {
    const rest = time % this.#window_ms;
    return rest < 0 ? time - rest - this.#window_ms : time - rest;
  }

  #groupsOf(start: number): Map<string, Group> {
    let groups = this.#open.get(start);
    if (groups === undefined) {
      groups = new Map();
      this.#open.set(start, groups);
    }
    this.#last_ms = start;
    this.#lastGroups = groups;
    return groups;
  }

  #row(start: number, state: string, group: Group): Departure {
    return {
      window_start: start,
      window_end: start + this.#window_ms,
      state,
      flights: group.flights,
      // A sum of whole minutes is exact, so this is rounded once.
      mean_delay: group.delay / group.flights,
      max_delay: group.max_delay,
      delayed_share: group.delayed / group.flights,
      destinations: group.destinations.size,
    };
  }
}
