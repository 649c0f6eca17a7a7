import type { Arena } from "../memory/arena.ts";
import { assert } from "../memory/assert.ts";
import type { Holder } from "../memory/pool.ts";
import type { Memory, Scanner } from "../scan/scanner.ts";
import { KEPT_bytes } from "./options.ts";
import type { Batch, Source } from "./source.ts";

/** A record that no arena could hold. */
export interface TooLong {
  readonly offset: number;
  readonly length_bytes: number;
  /** Its beginning. */
  readonly bytes: Uint8Array;
}

/** Complete records of one partition, ready to be scanned. */
export interface Entry {
  /** Undefined when only `tooLong` is there. */
  readonly arena: Arena | undefined;
  /** First byte, an offset in the pool's memory. */
  readonly from: number;
  readonly to: number;
  /** The partition ends at `to`. */
  readonly final: boolean;
  /** Offset of `from` in the partition. */
  readonly offset: number;
  /** A record before `from` that was too long. */
  readonly tooLong: TooLong | undefined;
}

/** What a reader is made from. */
export interface ReaderOptions {
  readonly name: string;
  readonly index: number;
  readonly source: Source;
  readonly signal: AbortSignal;
  readonly holder: Holder;
  readonly memory: Memory;
  /** Makes its scanner, before the first read. */
  readonly makeScanner: () => Scanner;
  readonly batch_bytes: number;
  readonly record_bytes: number;
  readonly fail: (cause: unknown) => void;
  readonly wake: () => void;
}

/** Arenas of one open partition: one being filled while the other is processed. */
export const READ_ARENAS = 2;

/**
 * Reads one partition ahead, by one batch: fills an arena, finds where its last complete record ends, carries the
 * beginning of the next one over to the other arena and goes on filling that.
 *
 * A reader holds at most {@link READ_ARENAS} arenas and waits only for its own.
 */
export class PartitionReader {
  readonly name: string;
  readonly index: number;
  #scanner: Scanner | undefined;
  /** Offset behind the last record processed. */
  processed = 0;
  readonly #o: ReaderOptions;
  readonly #ready: Entry[] = [];
  #arenas = 0;
  #iterator: AsyncIterator<Batch, void, Arena> | undefined;
  #filling: Arena | undefined;
  /** Offset in the partition of the first byte of `#filling`. */
  #offset = 0;
  /** Bytes of `#filling` that `frame` has seen. */
  #framed = 0;
  /** What must be carried to an arena that is not free yet. */
  #carry: { from: number; to: number } | undefined;
  #skipping: { offset: number; length_bytes: number; bytes: Uint8Array } | undefined;
  #exhausted = false;
  #reading: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  #processing = false;
  /** Ends a read that would wait for ever, once nobody wants its answer. */
  readonly #stop = new AbortController();

  constructor(options: ReaderOptions) {
    this.#o = options;
    this.name = options.name;
    this.index = options.index;
  }

  /** Made late: until rows are read, operators and sinks may still add cells to the layout. */
  get scanner(): Scanner {
    this.#scanner ??= this.#o.makeScanner();
    return this.#scanner;
  }

  get begun(): boolean {
    return this.#iterator !== undefined;
  }

  get ready(): boolean {
    return this.#ready.length !== 0;
  }

  /** Everything has been read and processed. */
  get finished(): boolean {
    return this.#exhausted && this.#ready.length === 0 && !this.#processing;
  }

  /** Opens the partition and begins to read. */
  start(): void {
    if (this.#iterator !== undefined || this.#closed !== undefined) return;
    const { source, name, signal } = this.#o;
    const iterator = source.open(
      { partition: name, offset: 0 },
      AbortSignal.any([signal, this.#stop.signal]),
    );
    this.#iterator = iterator;
    // Closed by what the source called while it opened.
    const closed = this.#closed as Promise<void> | undefined;
    if (closed !== undefined) {
      this.#closed = closed.then(async () => void (await iterator.return?.()));
      return;
    }
    this.#filling = this.#acquire();
    this.#read();
  }

  /** The next batch to process. Its arena goes back by {@link PartitionReader.release}. */
  take(): Entry {
    const entry = this.#ready.shift();
    assert(entry !== undefined, "a batch was taken from a partition that has none");
    this.#processing = true;
    return entry;
  }

  /** The batch is processed. */
  release(entry: Entry): void {
    this.#processing = false;
    if (entry.arena !== undefined) this.#giveBack(entry.arena);
    if (this.#closed !== undefined) return;
    const carry = this.#carry;
    this.#carry = undefined;
    if (carry !== undefined) this.#begin(carry.from, carry.to);
    else if (entry.arena === undefined) this.#frame(this.#filling as Arena);
  }

  /** Stops reading, waits for the read under way, closes the source's iterator and gives all arenas back. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#exhausted = true;
    this.#stop.abort(new DOMException("The partition is closed", "AbortError"));
    const returned = this.#iterator?.return?.();
    await Promise.allSettled([returned, this.#reading]);
    if (this.#filling !== undefined) this.#giveBack(this.#filling);
    this.#filling = undefined;
    for (const { arena } of this.#ready.splice(0)) if (arena !== undefined) this.#giveBack(arena);
    await returned;
  }

  #acquire(): Arena {
    const arena = this.#o.holder.tryAcquire();
    assert(
      arena !== undefined && this.#arenas < READ_ARENAS,
      "POOL-05 a partition's share was used by another",
    );
    this.#arenas += 1;
    return arena;
  }

  #giveBack(arena: Arena): void {
    this.#arenas -= 1;
    arena.release();
  }

  #read(): void {
    const arena = this.#filling as Arena;
    const { batch_bytes, record_bytes } = this.#o;
    arena.limit_bytes = Math.min(arena.filled_bytes + batch_bytes, record_bytes + 1);
    this.#reading = (this.#iterator as AsyncIterator<Batch, void, Arena>).next(arena).then(
      (result) => {
        this.#reading = undefined;
        if (this.#closed !== undefined) return;
        try {
          if (result.done) this.#end();
          else this.#took();
        } catch (cause) {
          this.#o.fail(cause);
        }
      },
      (cause) => {
        this.#reading = undefined;
        if (this.#closed === undefined) this.#o.fail(cause);
      },
    );
  }

  /** New bytes stand behind `#framed`. */
  #took(): void {
    const arena = this.#filling as Arena;
    const { scanner } = this;
    const end = arena.start + arena.filled_bytes;
    if (this.#skipping !== undefined) {
      const behind = scanner.skip(arena.start, end);
      const dropped_bytes = (behind < 0 ? end : behind) - arena.start;
      this.#skipping.length_bytes += dropped_bytes;
      this.#offset += dropped_bytes;
      arena.filled_bytes -= dropped_bytes;
      if (behind < 0) {
        this.#read();
        return;
      }
      // The line end is not part of the record.
      const tooLong = { ...this.#skipping, length_bytes: this.#skipping.length_bytes - 1 };
      this.#skipping = undefined;
      this.#o.memory.u8.copyWithin(arena.start, behind, end);
      // Reading goes on when this one is dealt with: a partition may be nothing but such records.
      this.#ready.push({ arena: undefined, from: 0, to: 0, final: false, offset: this.#offset, tooLong });
      this.#o.wake();
      return;
    }
    this.#frame(arena);
  }

  #frame(arena: Arena): void {
    const { record_bytes } = this.#o;
    const end = arena.start + arena.filled_bytes;
    const behind = this.scanner.frame(arena.start + this.#framed, end);
    this.#framed = arena.filled_bytes;
    if (behind >= 0) {
      this.#give(arena, behind, false);
      const carried = { from: behind, to: end };
      if (this.#arenas < READ_ARENAS) this.#begin(carried.from, carried.to);
      else this.#carry = carried;
      return;
    }
    if (arena.filled_bytes > record_bytes) {
      const kept = arena.bytes.slice(0, Math.min(arena.filled_bytes, KEPT_bytes));
      this.#skipping = { offset: this.#offset, length_bytes: arena.filled_bytes, bytes: kept };
      this.#offset += arena.filled_bytes;
      arena.filled_bytes = this.#framed = 0;
    }
    this.#read();
  }

  /** Begins the next arena with the bytes `[from, to)` of the last one. */
  #begin(from: number, to: number): void {
    const arena = this.#acquire();
    this.#o.memory.u8.copyWithin(arena.start, from, to);
    arena.filled_bytes = this.#framed = to - from;
    this.#filling = arena;
    this.#read();
  }

  #give(arena: Arena, to: number, final: boolean, tooLong?: TooLong): void {
    const size_bytes = to - arena.start;
    this.#ready.push({
      arena,
      from: arena.start,
      to,
      final,
      offset: this.#offset,
      tooLong,
    });
    this.#offset += size_bytes;
    this.#filling = undefined;
    this.#o.wake();
  }

  #end(): void {
    const arena = this.#filling as Arena;
    this.#exhausted = true;
    let tooLong: TooLong | undefined = this.#skipping;
    this.#skipping = undefined;
    if (tooLong === undefined && arena.filled_bytes > this.#o.record_bytes) {
      const bytes = arena.bytes.slice(0, KEPT_bytes);
      tooLong = { offset: this.#offset, length_bytes: arena.filled_bytes, bytes };
      this.#offset += arena.filled_bytes;
      arena.filled_bytes = 0;
    }
    // An empty last batch still goes through: it ends the partition in order, and may carry a record too long.
    this.#give(arena, arena.start + arena.filled_bytes, true, tooLong);
  }
}
