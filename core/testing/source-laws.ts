import { Pool } from "../memory/pool.ts";
import type { Source } from "../run/source.ts";
import type { Register } from "./operator-laws.ts";
import { holds, same } from "./same.ts";

/** What {@link sourceLaws} may be told. */
export interface SourceLawOptions {
  /** Offsets, in every partition that is long enough, at which reading can begin. Default: none but 0. */
  readonly resumesAt?: readonly number[];
  /** How many files, sockets or cursors of this source are open now. Default: not looked at. */
  readonly opened?: () => number | Promise<number>;
}

const CANARY = 0x5a;
const ARENA_bytes = 4096;

/**
 * Registers the laws that hold for every source of bytes: partitions are named, and the same every time; each gives
 * all its bytes, in any arena, however little room it has, and writes nowhere else; it resumes from an offset;
 * `return()` and the signal end it, also in the middle of a read, and leave nothing open.
 *
 * @param test Registers a check.
 * @param name Put before the names of the laws.
 * @param make Makes the source over the same input every time.
 * @param expected What each partition holds.
 *
 * @example
 * ```ts
 * import { interleave, sourceLaws } from "millrace/testing";
 *
 * const checks: (() => Promise<void>)[] = [];
 * const bytes = new TextEncoder().encode("one\ntwo\n");
 * sourceLaws(
 *   (_name, check) => checks.push(check), // or `test` of node:test
 *   "interleave",
 *   () => interleave({ a: [bytes] }, () => 0),
 *   { a: bytes },
 *   { resumesAt: [4] },
 * );
 * for (const check of checks) await check();
 * ```
 */
export function sourceLaws(
  test: Register,
  name: string,
  make: () => Source | Promise<Source>,
  expected: Readonly<Record<string, Uint8Array>>,
  options: SourceLawOptions = {},
): void {
  const { resumesAt = [], opened = () => 0 } = options;
  const names = Object.keys(expected);
  const bytesOf = (partition: string): Uint8Array => expected[partition] as Uint8Array;
  const law = (what: string, check: (source: Source) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const before = await opened();
      await check(await make());
      same(await opened(), before, "what is open at the end");
    });
  };
  const each = async (check: (partition: string) => Promise<void>): Promise<void> => {
    for (const partition of names) await check(partition);
  };

  law("names its partitions, always the same", async (source) => {
    const { signal } = new AbortController();
    same(await source.partitions(signal), names, "partitions");
    same(await source.partitions(signal), names, "partitions asked for again");
  });

  law("reads everything", (source) =>
    each(async (partition) => {
      same(await readAll(source, partition, 0, ARENA_bytes), bytesOf(partition), partition);
    }),
  );

  law("reads into little room", (source) =>
    each(async (partition) => {
      const head = bytesOf(partition).subarray(0, 20_000);
      for (const room of [1, 2, 3, 7, 16, 100]) {
        const most = room < 7 ? 200 : head.length;
        const read = await readAll(source, partition, 0, room, most);
        same(read.subarray(0, most), head.subarray(0, most), `${partition} by ${room} bytes`);
      }
    }),
  );

  law("reads what is there, again and again at the same time", (source) =>
    each(async (partition) => {
      const both = await Promise.all([
        readAll(source, partition, 0, 64, 3_000),
        readAll(source, partition, 0, 1000, 3_000),
      ]);
      for (const read of both) {
        same(read.subarray(0, 3_000), bytesOf(partition).subarray(0, 3_000), partition);
      }
    }),
  );

  if (resumesAt.length > 0) {
    law("resumes from an offset", (source) =>
      each(async (partition) => {
        for (const offset of resumesAt.filter((at) => at <= bytesOf(partition).length)) {
          const read = await readAll(source, partition, offset, ARENA_bytes);
          same(read, bytesOf(partition).subarray(offset), `${partition} from ${offset}`);
        }
      }),
    );
  }

  law("return() closes: before the first read, between reads, and in the middle of one", (source) =>
    each(async (partition) => {
      for (const reads of [0, 1, 2]) {
        for (const under of [false, true]) {
          const { reader, arena, close } = open(source, partition, ARENA_bytes);
          for (let i = 0; i < reads; i++) {
            arena.filled_bytes = 0;
            await reader.next(arena);
          }
          arena.filled_bytes = 0;
          const reading = under ? reader.next(arena) : undefined;
          const returned = await reader.return?.();
          same(returned?.done ?? true, true, "what return() answers");
          await Promise.allSettled([reading]);
          close();
        }
      }
    }),
  );

  law("ends when its signal does: the read under way and every later one rejects with the reason", (source) =>
    each(async (partition) => {
      for (const reads of [0, 1]) {
        const { reader, arena, cancel, close } = open(source, partition, 64);
        for (let i = 0; i < reads; i++) {
          arena.filled_bytes = 0;
          await reader.next(arena);
        }
        arena.filled_bytes = 0;
        const reason = new Error("cancelled");
        const reading = reader.next(arena);
        cancel.abort(reason);
        const [settled] = await Promise.allSettled([reading]);
        if (settled.status === "rejected")
          same(settled.reason, reason, "what the read under way rejects with");
        await reader.return?.();
        close();
      }
      const { reader, arena, cancel, close } = open(source, partition, 64);
      const reason = new Error("cancelled before");
      cancel.abort(reason);
      const [settled] = await Promise.allSettled([reader.next(arena)]);
      same(settled.status === "rejected" && settled.reason, reason, "what a later read rejects with");
      await reader.return?.();
      close();
    }),
  );
}

/** A partition opened, with an arena of `room` bytes of space and canaries around them. */
function open(source: Source, partition: string, room: number, offset = 0) {
  const size_bytes = 32 + room + 32;
  const pool = new Pool({ holders: { test: { arenas: 1, arena_bytes: size_bytes } } });
  const arena = pool.holder("test").tryAcquire();
  holds(arena !== undefined, "the pool of this law is empty");
  const cancel = new AbortController();
  const reader = source.open({ partition, offset }, cancel.signal);
  return {
    reader,
    arena,
    cancel,
    close: () => {
      arena.release();
      pool.close();
    },
  };
}

/** Reads a partition to its end, or until `most` bytes are there. Every answer is checked. */
async function readAll(
  source: Source,
  partition: string,
  offset: number,
  room: number,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const { reader, arena, close } = open(source, partition, room, offset);
  const { bytes } = arena;
  let all = new Uint8Array(1024);
  let length = 0;
  while (length < most) {
    // As the loop does: what was carried over lies before, room ends before the arena does.
    const before = length % 32;
    bytes.fill(CANARY);
    arena.filled_bytes = before;
    arena.limit_bytes = before + room;
    const { done, value } = await reader.next(arena);
    const end = arena.filled_bytes;
    const beyond = bytes.findIndex((byte, i) => (i < before || i >= end) && byte !== CANARY);
    holds(
      beyond < 0,
      `${partition}: wrote at ${beyond}, the room was ${before} to ${before + room}, used to ${end}`,
    );
    if (done) {
      same(end, before, `${partition}: bytes added by the last answer`);
      break;
    }
    holds(value.arena === arena, `${partition}: another arena came back`);
    same([value.start, value.end], [before, end], `${partition}: what the answer says was added`);
    holds(end > before, `${partition}: a read gave no bytes`);
    holds(end <= arena.limit_bytes, `${partition}: more was read than there was room for`);
    if (length + end - before > all.length) {
      const more = new Uint8Array(2 * (length + end - before));
      more.set(all.subarray(0, length));
      all = more;
    }
    all.set(bytes.subarray(before, end), length);
    length += end - before;
  }
  await reader.return?.();
  close();
  return all.subarray(0, length);
}
