import type { Arena } from "../memory/arena.ts";

/** A place in a partition: the record at `offset` is the next to read. */
export interface Position {
  /** Name of the partition. */
  readonly partition: string;
  /** Safe integer, from 0. A byte for files, a record for logs. */
  readonly offset: number;
}

/** Bytes in an arena, `[start, end)` of `arena.bytes`: what one read added, or what a sink is to write. */
export interface Batch {
  /** Owned by the run loop, which releases it: a source or sink must not keep it past the call. */
  readonly arena: Arena;
  /** First byte. */
  readonly start: number;
  /** Behind the last byte. */
  readonly end: number;
}

/**
 * Where rows come from: an immutable description, opened by `run`.
 *
 * @typeParam Unit What one read gives: a {@link Batch} of bytes, which a format turns into rows.
 */
export interface Source<out Unit = Batch> {
  /** What reports and the dead letter call it. */
  readonly name: string;
  /** Every partition ends by itself: the loop may then wait for the one that is behind. Default: false. */
  readonly bounded?: boolean;
  /** Names the partitions, in an order that is the same for every run over the same input. At least one. */
  readonly partitions: (signal: AbortSignal) => Promise<readonly string[]>;
  /**
   * Reads one partition. `next(arena)` waits for bytes, writes them to the start of `arena.space`, moves
   * `arena.filled_bytes` and says what it added; it never waits to fill. It keeps no reference to the arena once it
   * has answered. `return()` closes; the loop calls it once, also in the middle of a read.
   *
   * @param signal Aborted when the run is cancelled: the read under way rejects with its reason.
   */
  readonly open: (from: Position, signal: AbortSignal) => AsyncIterator<Unit, void, Arena>;
  /**
   * Moves what a restart begins with. Given: the source can be resumed, and a job without state commits the
   * contiguous acknowledged prefix of every partition. Left out: every run begins at the start.
   */
  readonly commit?: (positions: readonly Position[]) => Promise<void>;
}
