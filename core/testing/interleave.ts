import type { Arena } from "../memory/arena.ts";
import type { Batch, Source } from "../run/source.ts";
import { turns } from "./manual-clock.ts";

/** What {@link interleave} may be told. */
export interface InterleaveOptions {
  /** Tell the loop that every partition ends by itself. Default: false. */
  readonly bounded?: boolean;
  /** Makes the source one that can be resumed. */
  readonly commit?: Source["commit"];
  /** Turns of the microtask queue between one answer and the next. Default: 20, enough for a pass in between. */
  readonly turns?: number;
}

/** A source whose reads complete when a test says so. */
export interface InterleavedSource extends Source {
  /** Iterators that were opened and not closed, by partition. */
  readonly open_partitions: readonly string[];
  /** Batches that were given, in order, by partition. */
  readonly answers: readonly string[];
}

interface Waiting {
  readonly partition: string;
  readonly answer: () => void;
}

/**
 * Makes a source of several partitions whose reads complete one by one, in an order that the test chooses: whatever
 * order it is, the answer of a job must be the same.
 *
 * @param partitions By name, the pieces that its reads give: one each, or less where an arena has less room.
 * @param choose Called with the partitions that wait for an answer: says which gets it, by index.
 * @param options What the loop is told of the source.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, ndjson, pipe, collect, summarise, sum } from "millrace";
 * import { interleave, random } from "millrace/testing";
 *
 * const bytes = (text: string) => [new TextEncoder().encode(text)];
 * for (const seed of [1, 2, 3]) {
 *   const { below } = random(seed);
 *   const source = interleave({ a: bytes('{"n":1}\n'), b: bytes('{"n":2}\n') }, (waiting) => below(waiting.length));
 *   const total = pipe(from(source, ndjson()), summarise({ compute: { n: sum((row) => (row as { n: number }).n) } }));
 *   assert.deepEqual(await collect(total), [{ n: 3 }]);
 * }
 * ```
 */
export function interleave(
  partitions: Readonly<Record<string, readonly Uint8Array[]>>,
  choose: (waiting: readonly string[]) => number,
  options: InterleaveOptions = {},
): InterleavedSource {
  const waiting: Waiting[] = [];
  const open: string[] = [];
  const answers: string[] = [];
  let pumping = false;
  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    // Everybody who is going to wait does so before one is chosen.
    await turns(options.turns ?? 20);
    while (waiting.length > 0) {
      const [chosen] = waiting.splice(choose(waiting.map(({ partition }) => partition)), 1);
      chosen?.answer();
      await turns(options.turns ?? 20);
    }
    pumping = false;
  };
  const source: InterleavedSource = {
    name: "interleaved",
    open_partitions: open,
    answers,
    ...(options.bounded !== undefined && { bounded: options.bounded }),
    ...(options.commit !== undefined && { commit: options.commit }),
    partitions: async () => Object.keys(partitions),
    open: ({ partition, offset }, signal) => {
      let pieces = skipBytes(partitions[partition] ?? [], offset);
      let closed = false;
      const give = (arena: Arena): IteratorResult<Batch, void> => {
        const [piece, ...rest] = pieces;
        if (piece === undefined) return { done: true, value: undefined };
        answers.push(partition);
        const { space } = arena;
        const part = piece.subarray(0, space.length);
        const start = arena.filled_bytes;
        space.set(part);
        arena.filled_bytes += part.length;
        pieces = part.length === piece.length ? rest : [piece.subarray(part.length), ...rest];
        return { done: false, value: { arena, start, end: arena.filled_bytes } };
      };
      open.push(partition);
      return {
        next: (arena: Arena) =>
          new Promise((resolve, reject) => {
            if (signal.aborted) {
              reject(signal.reason);
              return;
            }
            const forget = () => {
              signal.removeEventListener("abort", onAbort);
              const at = waiting.indexOf(entry);
              if (at >= 0) waiting.splice(at, 1);
            };
            const onAbort = () => {
              forget();
              reject(signal.reason);
            };
            const entry: Waiting = {
              partition,
              answer: () => {
                forget();
                resolve(give(arena));
              },
            };
            waiting.push(entry);
            signal.addEventListener("abort", onAbort, { once: true });
            void pump();
          }),
        return: async () => {
          if (!closed) open.splice(open.indexOf(partition), 1);
          closed = true;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return source;
}

function skipBytes(pieces: readonly Uint8Array[], offset: number): readonly Uint8Array[] {
  let left = offset;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    if (skipped < piece.length) rest.push(piece.subarray(skipped));
  }
  return rest;
}
