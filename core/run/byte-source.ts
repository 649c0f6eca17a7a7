import type { Arena } from "../memory/arena.ts";
import { beginAsync, isAsync } from "./iterate.ts";
import type { Batch, Source } from "./source.ts";

/** Bytes in pieces, as web streams and `stream/iter` give them. */
export type Bytes =
  | Iterable<Uint8Array | readonly Uint8Array[]>
  | AsyncIterable<Uint8Array | readonly Uint8Array[]>;

/**
 * Makes bytes that somebody else iterates a source of one partition, `"0"`. Pieces are copied into arenas; the next
 * one is asked for when the last one has been used up.
 */
export function byteSource(name: string, bytes: Bytes): Source {
  return {
    name,
    partitions: async () => ["0"],
    open: (from, signal) => {
      if (from.offset !== 0)
        throw new RangeError(`Cannot read ${name} from offset ${from.offset}: only from 0`);
      const pieces = isAsync(bytes) ? beginAsync(bytes) : undefined;
      const ready = isAsync(bytes) ? undefined : bytes[Symbol.iterator]();
      let piece: Uint8Array = new Uint8Array(0);
      let more: Iterator<Uint8Array> | undefined;
      let closed = false;
      /** The next piece, one of an array of them too; `undefined` at the end. */
      const advance = async (): Promise<Uint8Array | undefined> => {
        for (;;) {
          const inner = more?.next();
          if (inner !== undefined && !inner.done) return checked(name, inner.value);
          more = undefined;
          const { done, value } = ready?.next() ?? (await Promise.race([pieces!.next(), aborted]));
          if (done) return undefined;
          if (!Array.isArray(value)) return checked(name, value);
          more = value[Symbol.iterator]();
        }
      };
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      aborted.catch(() => {});
      return {
        next: async (arena: Arena): Promise<IteratorResult<Batch, void>> => {
          signal.throwIfAborted();
          while (piece.length === 0) {
            const next = closed ? undefined : await advance();
            if (next === undefined) return { done: true, value: undefined };
            piece = next;
          }
          const { space } = arena;
          const start = arena.filled_bytes;
          const part = piece.subarray(0, space.length);
          space.set(part);
          arena.filled_bytes += part.length;
          piece = piece.subarray(part.length);
          return { done: false, value: { arena, start, end: arena.filled_bytes } };
        },
        return: async () => {
          if (closed) return { done: true, value: undefined };
          closed = true;
          piece = new Uint8Array(0);
          ready?.return?.();
          await pieces?.cancel(signal.reason);
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function checked(name: string, piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  throw new TypeError(`Cannot read ${name}: a piece must be a Uint8Array, got ${typeof piece}`);
}
