import type { Iterated } from "./input.ts";
import type { Feeder, Segment } from "./segment.ts";

/** Rows pulled from an iterable before they are passed on: the bound of what waits. */
const ROWS = 1024;

/** What the loop does for rows that are not scanned. */
export interface RowFeedHost {
  readonly read: () => void;
  readonly threw: (segment: Segment, thrown: unknown, row: unknown) => void;
  readonly fail: (cause: unknown) => void;
  readonly wake: () => void;
}

/** Feeds a segment from an iterable of rows: one partition, whose offsets count its rows. */
export class RowFeed implements Feeder {
  readonly #segment: Segment;
  readonly #host: RowFeedHost;
  readonly #clocks: { touched(i: number): void; ended(i: number): void };
  readonly #sync: Iterator<unknown> | undefined;
  readonly #async: AsyncIterator<unknown> | undefined;
  #queue: unknown[] = [];
  #at = 0;
  #offset = 0;
  #exhausted = false;
  #cancelled = false;
  #pulling: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    segment: Segment,
    rows: Iterated<unknown>,
    host: RowFeedHost,
    clocks: { touched(i: number): void; ended(i: number): void },
  ) {
    this.#segment = segment;
    this.#host = host;
    this.#clocks = clocks;
    if (Symbol.asyncIterator in rows) this.#async = rows[Symbol.asyncIterator]();
    else this.#sync = rows[Symbol.iterator]();
  }

  get ended(): boolean {
    return this.#cancelled || (this.#exhausted && this.#at === this.#queue.length);
  }

  /** Offset behind the last row passed on. */
  get processed(): number {
    return this.#offset;
  }

  ready(): boolean {
    return (
      !this.#cancelled && (this.#at < this.#queue.length || (this.#sync !== undefined && !this.#exhausted))
    );
  }

  /** Begins to pull from an asynchronous iterable. */
  start(): void {
    if (this.#async === undefined || this.#pulling !== undefined || this.#exhausted || this.#cancelled)
      return;
    this.#pulling = this.#pull(this.#async);
  }

  pass(): void {
    if (this.#at === this.#queue.length) this.#fill();
    this.#clocks.touched(0);
    const { meta } = this.#segment;
    meta.partition = "0";
    meta.partitionIndex = 0;
    meta.locate = () => this.#offset;
    const segment = this.#segment;
    while (this.#at < this.#queue.length && !segment.held && !segment.stopped) {
      const row = this.#queue[this.#at];
      this.#at += 1;
      this.#host.read();
      try {
        segment.first?.row(row);
      } catch (thrown) {
        this.#host.threw(segment, thrown, row);
      }
      const drained = segment.drain();
      this.#offset += 1;
      if (!drained) return;
    }
    if (segment.held || segment.stopped) return;
    this.#queue = [];
    this.#at = 0;
    if (this.#exhausted) this.#clocks.ended(0);
    this.start();
    meta.partition = "";
    meta.partitionIndex = -1;
    meta.locate = () => -1;
    try {
      segment.first?.watermark(Number.NEGATIVE_INFINITY);
    } catch (thrown) {
      this.#host.threw(segment, thrown, undefined);
    }
  }

  cancel(): void {
    this.#cancelled = true;
    this.#closed ??= this.#close();
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#closed;
  }

  #fill(): void {
    if (this.#sync === undefined) return;
    try {
      while (this.#queue.length < ROWS) {
        const { done, value } = this.#sync.next();
        if (done) {
          this.#exhausted = true;
          return;
        }
        this.#queue.push(value);
      }
    } catch (cause) {
      this.#exhausted = true;
      this.#host.fail(cause);
    }
  }

  async #pull(rows: AsyncIterator<unknown>): Promise<void> {
    try {
      while (!this.#cancelled && this.#queue.length < ROWS) {
        const { done, value } = await rows.next();
        if (done) {
          this.#exhausted = true;
          this.#clocks.ended(0);
          break;
        }
        this.#queue.push(value);
        this.#host.wake();
      }
    } catch (cause) {
      this.#exhausted = true;
      if (!this.#cancelled) this.#host.fail(cause);
    } finally {
      this.#pulling = undefined;
      this.#host.wake();
    }
  }

  async #close(): Promise<void> {
    if (this.#exhausted) return;
    this.#exhausted = true;
    this.#sync?.return?.();
    await this.#async?.return?.();
  }
}
