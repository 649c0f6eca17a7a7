import type { Arena, Batch, Position } from "../../core/mod.ts";

/** The bytes of one partition, in order. */
export interface Bytes {
  /**
   * Writes bytes to the start of `into`; never waits to fill.
   *
   * @returns How many; 0 at the end, and after `close`.
   */
  readonly read: (into: Uint8Array) => Promise<number>;
  /** Closes. A read under way settles first: nothing is written to its memory afterwards. */
  readonly close: () => Promise<void>;
}

/** Says in words what an error of the system means. */
export function because(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/**
 * Reads a partition: one read of its bytes a batch, straight into the arena.
 *
 * Opens at the first read; closes at the end, at an error and at `return()`.
 *
 * @param signal Aborted: the read under way, or else the next one, rejects with its reason.
 */
export function batches(
  from: Position,
  open: () => Promise<Bytes>,
  signal: AbortSignal,
): AsyncIterator<Batch, void, Arena> {
  let opening: Promise<Bytes> | undefined;
  let offset = from.offset;
  let ended = false;

  async function end(): Promise<IteratorResult<Batch, void>> {
    ended = true;
    const bytes = await opening?.catch(() => undefined);
    await bytes?.close();
    return { done: true, value: undefined };
  }

  async function read(space: Uint8Array): Promise<number> {
    signal.throwIfAborted();
    opening ??= open();
    const bytes = await opening;
    // Aborted while it opened: the arena must not be touched.
    signal.throwIfAborted();
    return ended ? 0 : await bytes.read(space);
  }

  return {
    async next(arena: Arena) {
      if (ended) return await end();
      const start = arena.filled_bytes;
      const { space } = arena;
      // A read of nothing would look like the end.
      if (space.length === 0)
        throw new RangeError(`Cannot read "${from.partition}": the arena has no room left`);
      let count: number;
      try {
        count = await read(space);
        signal.throwIfAborted();
      } catch (cause) {
        await end();
        if (signal.aborted) throw signal.reason;
        throw new Error(`Cannot read "${from.partition}" at byte ${offset}: ${because(cause)}`, { cause });
      }
      // What came after `return()` is nobody's.
      if (count === 0 || ended) return await end();
      offset += count;
      arena.filled_bytes = start + count;
      return { done: false, value: { arena, start, end: start + count } };
    },
    return: end,
  };
}
