import type { RunClocks } from "../time/clocks.ts";
import type { Iterated } from "./input.ts";
import { beginAsync, isAsync, type Reading } from "./iterate.ts";
import type { PartitionMetrics } from "./report.ts";
import type { Feeder, Segment } from "./segment.ts";

/** Rows pulled from an asynchronous iterable before they are passed on, and most rows of one pass. */
const ROWS = 1024;

/** What the loop does for rows that are not scanned. */
export interface RowFeedHost {
  /** Rows read. */
  readonly counts: { rows: number };
  readonly threw: (segment: Segment, thrown: unknown, row: unknown) => void;
  readonly fail: (cause: unknown) => void;
  readonly wake: () => void;
}

/**
 * Feeds a segment from an iterable of rows: one partition, whose offsets count its rows. A synchronous iterable is
 * asked for a row when there is room for it; an asynchronous one is read ahead.
 */
export class RowFeed implements Feeder {
  /** The row under way, as it came. */
  #row: unknown;
  readonly #segment: Segment;
  readonly #host: RowFeedHost;
  readonly #clocks: RunClocks;
  readonly #sync: Iterator<unknown> | undefined;
  readonly #async: Reading | undefined;
  #queue: unknown[] = [];
  #at = 0;
  #passed = 0;
  /** Nothing will be pulled any more. */
  #exhausted = false;
  #cancelled = false;
  /** Something was left. */
  #cut = false;
  #pulling: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(segment: Segment, rows: Iterated<unknown>, host: RowFeedHost, clocks: RunClocks) {
    this.#segment = segment;
    this.#host = host;
    this.#clocks = clocks;
    if (isAsync(rows)) this.#async = beginAsync(rows);
    else this.#sync = rows[Symbol.iterator]();
  }

  get ended(): boolean {
    return this.#cancelled || (this.#exhausted && this.#at === this.#queue.length);
  }

  record(): unknown {
    return this.#row;
  }

  partitions(): PartitionMetrics[] {
    const ended = this.ended && !this.#cut;
    const watermark_ms = this.#clocks.watermark_ms[0] as number;
    return [{ source: this.#segment.name, partition: "0", offset: this.#passed, watermark_ms, ended }];
  }

  ready(): boolean {
    if (this.#cancelled) return false;
    if (this.#at < this.#queue.length) return true;
    return !this.#exhausted && this.#pulling === undefined;
  }

  /** Begins to pull from an asynchronous iterable. */
  start(): void {
    if (this.#async === undefined || this.#pulling !== undefined || this.#exhausted) return;
    this.#pulling = this.#pull(this.#async);
  }

  pass(): void {
    const segment = this.#segment;
    const { meta } = segment;
    this.#refill();
    this.#clocks.touched(0);
    meta.partition = "0";
    meta.partitionIndex = 0;
    meta.locate = () => this.#passed - 1;
    for (let many = 0; many < ROWS && !segment.interrupted && this.#next(); many++) {
      this.#host.counts.rows += 1;
      this.#passed += 1;
      meta.time = Number.NaN;
      try {
        segment.first?.row(this.#row);
      } catch (thrown) {
        this.#host.threw(segment, thrown, this.#row);
      }
      if (!segment.drain()) return;
    }
    if (segment.interrupted) return;
    this.#row = undefined;
    this.#refill();
    if (this.ended) this.#clocks.ended(0);
    segment.leave();
    try {
      segment.first?.watermark(Number.NEGATIVE_INFINITY);
    } catch (thrown) {
      this.#host.threw(segment, thrown, undefined);
    }
  }

  cancel(): void {
    this.stop();
    this.#cancelled = true;
  }

  /** Pulls no further; what has been pulled goes through. */
  stop(): void {
    if (!this.ended) this.#cut = true;
    this.#close(undefined);
    this.#host.wake();
  }

  /** @param reason What a web stream is cancelled with. */
  async close(reason?: unknown): Promise<void> {
    this.#cancelled = true;
    this.#close(reason);
    await this.#closed;
  }

  /** Begins anew when everything pulled has gone: the queue never holds more than it may. */
  #refill(): void {
    if (this.#at < this.#queue.length) return;
    this.#queue = [];
    this.#at = 0;
    this.start();
  }

  /** Takes the next row, when there is one now. */
  #next(): boolean {
    if (this.#at < this.#queue.length) {
      this.#row = this.#queue[this.#at];
      this.#at += 1;
      return true;
    }
    if (this.#sync === undefined || this.#exhausted) return false;
    try {
      const { done, value } = this.#sync.next();
      if (done) this.#exhausted = true;
      else this.#row = value;
      return !done;
    } catch (cause) {
      this.#exhausted = true;
      this.#host.fail(cause);
      return false;
    }
  }

  async #pull(rows: Reading): Promise<void> {
    try {
      while (!this.#exhausted && this.#queue.length < ROWS) {
        const { done, value } = await rows.next();
        // What comes after `close` is nobody's.
        if (this.#exhausted) return;
        if (done) this.#exhausted = true;
        else this.#queue.push(value);
        this.#host.wake();
      }
    } catch (cause) {
      if (!this.#exhausted) this.#host.fail(cause);
      this.#exhausted = true;
    } finally {
      this.#pulling = undefined;
      this.#host.wake();
    }
  }

  #close(reason: unknown): void {
    if (this.#exhausted || this.#closed !== undefined) return;
    this.#exhausted = true;
    this.#closed = this.#return(reason);
    // Waited for at the end: until then nobody else hears of what it rejects with.
    this.#closed.catch(() => {});
  }

  async #return(reason: unknown): Promise<void> {
    this.#sync?.return?.();
    await this.#async?.cancel(reason);
  }
}
