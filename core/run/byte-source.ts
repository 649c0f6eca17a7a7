import type { Arena } from "../memory/arena.ts";
import type { Batch, Source } from "./source.ts";

/** Bytes in pieces, as web streams and `stream/iter` give them. */
export type Bytes =
  | Iterable<Uint8Array | readonly Uint8Array[]>
  | AsyncIterable<Uint8Array | readonly Uint8Array[]>;

async function* piecesOf(bytes: Bytes): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* piece;
  }
}

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
      const pieces = piecesOf(bytes);
      let piece: Uint8Array = new Uint8Array(0);
      const aborted = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      aborted.catch(() => {});
      return {
        next: async (arena: Arena): Promise<IteratorResult<Batch, void>> => {
          while (piece.length === 0) {
            const { done, value } = await Promise.race([pieces.next(), aborted]);
            if (done) return { done: true, value: undefined };
            if (!(value instanceof Uint8Array)) {
              throw new TypeError(`Cannot read ${name}: a piece must be a Uint8Array, got ${typeof value}`);
            }
            piece = value;
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
          // A generator that waits for its own source answers only after that: nobody waits for it.
          pieces.return(undefined).catch(() => {});
          return { done: true, value: undefined };
        },
      };
    },
  };
}
