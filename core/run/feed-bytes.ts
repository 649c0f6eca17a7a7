import { assert, Bug } from "../memory/assert.ts";
import type { Holder } from "../memory/pool.ts";
import { ASIDE, CHUNK_rows, Chunk, moveTo } from "../row/chunk.ts";
import { FLAGS_WORD } from "../row/layout.ts";
import type { Cursor } from "../row/shape.ts";
import type { Decoder, Refusal } from "../scan/format.ts";
import type { Memory } from "../scan/scanner.ts";
import type { RunClocks } from "../time/clocks.ts";
import { COLUMNS_bytes, dataBytes } from "./options.ts";
import { type Entry, PartitionReader, type TooLong } from "./partition-reader.ts";
import { Refusals } from "./refusals.ts";
import type { PartitionMetrics } from "./report.ts";
import type { Feeder, Segment } from "./segment.ts";
import type { Source } from "./source.ts";
import type { Acknowledgements } from "./token.ts";
import type { Way } from "./way.ts";

/** What the loop does about records that are no rows. */
interface ByteFeedHost {
  /** Records read. */
  readonly counts: { rows: number };
  readonly refused: (refusal: Refusal, bytes: Uint8Array) => void;
  readonly threw: (segment: Segment, thrown: unknown) => void;
  readonly fail: (cause: unknown) => void;
  readonly wake: () => void;
}

/** What a byte feed is made from. */
export interface ByteFeedOptions {
  readonly source: Source;
  readonly partitions: readonly string[];
  readonly decoder: Decoder;
  readonly cursor: Cursor;
  readonly memory: Memory;
  readonly holder: Holder;
  readonly segment: Segment;
  readonly clocks: RunClocks;
  readonly acks: Acknowledgements | undefined;
  readonly host: ByteFeedHost;
  readonly signal: AbortSignal;
  readonly batch_bytes: number;
  readonly record_bytes: number;
  readonly open: number;
}

/** Feeds a segment from a source of bytes: reads partitions ahead, scans batches, runs the steps row by row. */
export class ByteFeed implements Feeder {
  readonly readers: readonly PartitionReader[];
  readonly #o: ByteFeedOptions;
  /** Most rows of one scan, and words of each: known when reading starts. */
  #capacity = 0;
  #rowWords = 0;
  readonly #data_bytes: number;
  readonly #closing: Promise<unknown>[] = [];
  /** Partitions of which something was left. */
  readonly #cut = new Set<PartitionReader>();
  readonly #chunk: Chunk;
  readonly #refusals: Refusals;
  /** No further row is wanted, of the batch under way either. */
  #cancelled = false;
  /** No further batch is wanted. */
  #stopping = false;
  #last = 0;
  // The batch under way, where a pass may have paused.
  #entry: Entry | undefined;
  /** Offset in its partition of what would be the first byte of memory, by the batch under way. */
  #from = 0;
  readonly #locate = (): number => this.#from + (this.#o.memory.u32[this.#o.cursor.base] as number);
  #reader: PartitionReader | undefined;
  #scanned = 0;
  #rows = 0;
  #row = 0;
  #spanEnd = 0;

  constructor(options: ByteFeedOptions) {
    this.#o = options;
    this.#chunk = new Chunk(options.memory);
    this.#refusals = new Refusals(this.#chunk);
    this.#data_bytes = dataBytes(options.record_bytes);
    const { source, signal, holder, batch_bytes, record_bytes, host, memory } = options;
    this.readers = options.partitions.map(
      (name, index) =>
        new PartitionReader({
          name,
          index,
          source,
          signal,
          holder,
          memory,
          batch_bytes,
          record_bytes,
          makeScanner: options.decoder.scanner,
          fail: host.fail,
          wake: host.wake,
        }),
    );
  }

  get ended(): boolean {
    return this.#entry === undefined && (this.#stopping || this.readers.every((reader) => reader.finished));
  }

  /** Starts reading; also called as partitions end, so that further ones begin. */
  start(): void {
    if (this.#stopping) return;
    if (this.#capacity === 0) this.#layOut();
    let open = 0;
    for (const reader of this.readers) {
      if (reader.finished) continue;
      if (open++ === this.#o.open) return;
      reader.start();
    }
  }

  /** All cells are there: operators and sinks have been planned. */
  #layOut(): void {
    const { layout } = this.#o.decoder;
    this.#rowWords = layout.rowWords;
    this.#capacity = Math.min(CHUNK_rows, Math.floor(COLUMNS_bytes / (this.#rowWords * 4)));
    const needed = `a row of ${layout.cells.length} fields needs ${this.#rowWords * 4} bytes of columns`;
    if (this.#capacity < 1) throw new RangeError(`Cannot run: ${needed}, an arena has ${COLUMNS_bytes}`);
  }

  ready(): boolean {
    return this.#entry !== undefined || this.#choose() !== undefined;
  }

  /** Runs one batch, or what is left of it. */
  pass(): void {
    let reader = this.#reader;
    if (this.#entry === undefined || reader === undefined) {
      reader = this.#choose();
      if (reader === undefined) return;
      this.#begin(reader);
    }
    if (this.#run()) this.#finish();
  }

  cancel(): void {
    this.#cancelled = true;
    this.stop();
  }

  /** Reads no further; the batch under way is finished. */
  stop(): void {
    this.#stopping = true;
    for (const reader of this.readers) {
      if (!reader.finished) this.#cut.add(reader);
      this.#close(reader);
    }
    this.#o.host.wake();
  }

  #close(reader: PartitionReader): void {
    const closing = reader.close();
    // Waited for at the end: until then nobody else hears of what it rejects with.
    closing.catch(() => {});
    this.#closing.push(closing);
  }

  /** Gives everything back; resolves when no read is under way any more. */
  async close(): Promise<void> {
    this.#cancelled = true;
    const entry = this.#entry;
    // Stopped while a sink was held: the batch under way was left in the middle.
    if (entry !== undefined) (this.#reader as PartitionReader).processed = this.#reached(entry);
    this.#entry = undefined;
    entry?.arena?.release();
    for (const reader of this.readers) this.#close(reader);
    await Promise.all(this.#closing);
  }

  /** The record under the cursor, as it lies in memory. */
  record(): Uint8Array {
    const { u8, u32 } = this.#o.memory;
    const { base } = this.#o.cursor;
    return u8.subarray(u32[base] as number, u32[base + 1] as number);
  }

  partitions(): PartitionMetrics[] {
    const { source, clocks } = this.#o;
    return this.readers.map((reader) => ({
      source: source.name,
      partition: reader.name,
      offset: reader.processed,
      watermark_ms: clocks.watermark_ms[reader.index] as number,
      ended: reader.finished && !this.#cut.has(reader),
    }));
  }

  /**
   * Where sources end by themselves, the partition whose event time is behind goes first, also when that means
   * waiting for its read: open windows, and so memory, stay as few as the disorder between partitions allows.
   */
  #choose(): PartitionReader | undefined {
    if (this.#stopping) return undefined;
    const { watermark_ms } = this.#o.clocks;
    const wait = this.#o.source.bounded === true;
    let best: PartitionReader | undefined;
    const { length } = this.readers;
    for (let i = 1; i <= length; i++) {
      const reader = this.readers[(this.#last + i) % length] as PartitionReader;
      if (reader.finished || !reader.begun || (!wait && !reader.ready)) continue;
      if (
        best === undefined ||
        (watermark_ms[reader.index] as number) < (watermark_ms[best.index] as number)
      ) {
        best = reader;
      }
    }
    return best?.ready ? best : undefined;
  }

  #begin(reader: PartitionReader): void {
    const entry = reader.take();
    const { segment, acks, clocks } = this.#o;
    const { meta } = segment;
    this.#reader = reader;
    this.#entry = entry;
    this.#last = reader.index;
    this.#scanned = entry.from;
    this.#rows = this.#row = 0;
    this.#refusals.clear();
    clocks.touched(reader.index);
    meta.partition = reader.name;
    meta.partitionIndex = reader.index;
    this.#from = entry.offset - entry.from;
    meta.locate = this.#locate;
    segment.token = acks?.token(reader.index, entry.offset + (entry.to - entry.from));
    if (entry.tooLong !== undefined) this.#tooLong(entry.tooLong);
  }

  #tooLong({ offset, bytes, length_bytes }: TooLong): void {
    const { host, record_bytes, segment } = this.#o;
    segment.meta.locate = () => offset;
    host.counts.rows += 1;
    const message = `read a record: it must be at most ${record_bytes} bytes, was ${length_bytes}; the first ${bytes.length} are kept`;
    host.refused({ code: "too-long", message }, bytes);
    segment.meta.locate = this.#locate;
  }

  /** True when the batch is done, false when the segment was held in between. */
  #run(): boolean {
    const { segment, cursor, decoder, host, memory } = this.#o;
    const { counts } = host;
    const { u32 } = memory;
    const { meta } = segment;
    const entry = this.#entry as Entry;
    const first = segment.first;
    assert(first !== undefined, "a segment was fed before it was opened");
    // A decoder that has checks of its own but cannot do them by columns must see every row.
    const short = decoder.columns === undefined ? undefined : segment.short;
    const chunk = this.#chunk;
    const { aside } = chunk;
    const words = this.#rowWords;
    const columns = entry.arena === undefined ? 0 : (entry.arena.start + this.#data_bytes) >>> 2;
    for (;;) {
      if (!segment.drain()) return false;
      if (segment.held) return false;
      if (segment.stopped || this.#cancelled) return true;
      if (short !== undefined) this.#tell();
      if (segment.interrupted) continue;
      if (this.#row === this.#rows) {
        if (this.#scanned >= entry.to) return true;
        const scanner = (this.#reader as PartitionReader).scanner;
        this.#rows = scanner.scan(this.#scanned, entry.to, columns, this.#capacity, entry.final);
        this.#row = 0;
        chunk.begin(columns, words, this.#rows);
        if (short !== undefined) this.#prepare(short);
        assert(scanner.consumed > this.#scanned, "SCAN-01 the scanner made no progress");
        this.#scanned = scanner.consumed;
        continue;
      }
      try {
        // Rows go one after the other until something must come in between.
        while (this.#row < this.#rows) {
          if (short !== undefined && aside[this.#row] !== ASIDE) {
            this.#pass(short);
            if (segment.interrupted) break;
            continue;
          }
          moveTo(cursor, chunk, this.#row);
          this.#row += 1;
          counts.rows += 1;
          meta.time = Number.NaN;
          const isRow = ((u32[cursor.base + FLAGS_WORD] as number) & 0xff) === 0;
          const row = isRow ? decoder.row() : undefined;
          if (row !== undefined) first.row(row);
          else this.#refuse(isRow ? decoder.refusal() : decoder.explain());
          if (segment.interrupted) break;
        }
      } catch (thrown) {
        host.threw(segment, thrown);
      }
    }
  }

  /** Has the operators at the head work through the rows just scanned. */
  #prepare(short: Way): void {
    const chunk = this.#chunk;
    this.#spanEnd = 0;
    this.#o.segment.meta.time = Number.NaN;
    this.#refusals.begin(this.#o.memory.u32);
    this.#o.decoder.columns?.(chunk);
    short.columns(chunk);
  }

  /** Passes the next rows, which nobody set aside, to the first operator that does not work by columns. */
  #pass(short: Way): void {
    const { cursor, host, segment } = this.#o;
    const from = this.#row;
    // A span may stop early and be taken up again: its end is looked for once.
    if (this.#spanEnd <= from) this.#spanEnd = this.#chunk.asideAfter(from);
    const to = this.#spanEnd;
    const reached = this.#span(short, from, to);
    assert(reached >= from && reached <= to, "SPAN-01 a span left its rows");
    host.counts.rows += reached - from;
    this.#row = reached;
    this.#tell();
    if (reached === to || segment.interrupted) return;
    moveTo(cursor, this.#chunk, reached);
    segment.meta.time = Number.NaN;
    this.#row += 1;
    host.counts.rows += 1;
    short.one(reached);
  }

  /** Tells of the records that are refused, among those that have been passed by, up to one that must be waited for. */
  #tell(): void {
    const { cursor, decoder, host, segment } = this.#o;
    const { rows } = host.counts;
    while (!segment.interrupted) {
      const row = this.#refusals.first(this.#row);
      if (row === this.#row) break;
      this.#refusals.told();
      moveTo(cursor, this.#chunk, row);
      segment.meta.time = Number.NaN;
      // As many as there were when it was read: `stopAbove` is judged by that.
      host.counts.rows = rows - (this.#row - row - 1);
      this.#refuse(decoder.explain());
    }
    host.counts.rows = rows;
  }

  #span(short: Way, from: number, to: number): number {
    try {
      return short.span(this.#chunk.find.all, from, to);
    } catch (cause) {
      // No fault of a row: it would be met again for ever.
      throw new Bug("Millrace broke a rule of its own: SPAN-02 a span threw", { cause });
    }
  }

  #refuse(refusal: Refusal): void {
    this.#o.host.refused(refusal, this.record());
  }

  /** Offset of the record that would be next. */
  #reached({ offset, from, to }: Entry): number {
    const { columns, words } = this.#chunk;
    // Behind a refused record that nobody could be told of yet rows may have passed already: they come again.
    const row = this.#refusals.first(this.#row);
    const at = row < this.#rows ? (this.#o.memory.u32[columns + row * words] as number) : this.#scanned;
    return offset + Math.min(at, to) - from;
  }

  #finish(): void {
    const reader = this.#reader as PartitionReader;
    const entry = this.#entry as Entry;
    const { segment, clocks, host } = this.#o;
    const whole = this.#refusals.first(this.#row) === this.#rows && this.#scanned >= entry.to;
    reader.processed = this.#reached(entry);
    this.#entry = undefined;
    // A batch that was left in the middle is never acknowledged.
    if (whole) segment.token?.settle();
    segment.token = undefined;
    reader.release(entry);
    if (reader.finished) {
      clocks.ended(reader.index);
      this.#close(reader);
      this.start();
    }
    if (segment.stopped) return;
    segment.leave();
    try {
      segment.first?.watermark(Number.NEGATIVE_INFINITY);
    } catch (thrown) {
      host.threw(segment, thrown);
    }
  }
}
