import type { Arena } from "../memory/arena.ts";
import { Pool } from "../memory/pool.ts";
import type { Source } from "../run/source.ts";
import type { Register } from "./operator-laws.ts";
import { holds, same, settles } from "./same.ts";

/** What {@link sourceLaws} may be told. */
export interface SourceLawOptions {
  /** Offsets, in every partition that is long enough, at which reading can begin. Default: none but 0. */
  readonly resumesAt?: readonly number[];
  /** How many files, sockets or cursors of this source are open now. Default: not looked at. */
  readonly opened?: () => number | Promise<number>;
  /** Makes a source whose first partition has no byte to give and does not end. Left out: no wait is tried. */
  readonly silent?: () => Source | Promise<Source>;
  /** How long a promise that must settle may take. Default: 5,000 ms. */
  readonly patience_ms?: number;
}

const CANARY = 0x5a;
const ARENA_bytes = 4096;
/** Reads of a partition in which, and behind which, it is left. */
const READS = 12;

/**
 * Registers the laws that hold for every source of bytes: partitions are named, and the same every time; each gives
 * all its bytes, in any arena, however little room it has, and writes nowhere else, nor later; it resumes from an
 * offset; `return()` and the signal end it, before, in the middle of, and behind any read, and leave nothing open; a
 * wait for what never comes ends when the signal does.
 *
 * @param test Registers a check.
 * @param name Put before the names of the laws.
 * @param make Makes the source over the same input every time.
 * @param expected What each partition holds.
 * @param options From where it can resume, and what it has open.
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
  const { resumesAt = [], opened = () => 0, silent, patience_ms = 5_000 } = options;
  const names = Object.keys(expected);
  const bytesOf = (partition: string): Uint8Array => expected[partition] as Uint8Array;
  /** Demands that nothing is open that was not open before. */
  type Closed = (when: string) => Promise<void>;
  const law = (what: string, check: (source: Source, closed: Closed) => Promise<void>, of = make): void => {
    test(`${name}: ${what}`, async () => {
      const before = await opened();
      const closed = async (when: string) => same(await opened(), before, `what is open ${when}`);
      await check(await of(), closed);
      await closed("at the end");
    });
  };
  const each = async (check: (partition: string) => Promise<void>): Promise<void> => {
    for (const partition of names) await check(partition);
  };
  const soon: Soon = (work, what) => settles(work, what, patience_ms);

  law("names its partitions, always the same", async (source) => {
    const { signal } = new AbortController();
    same(await source.partitions(signal), names, "partitions");
    same(await source.partitions(signal), names, "partitions asked for again");
  });

  law("reads everything", (source) =>
    each(async (partition) => {
      same(await readAll(soon, source, partition, 0, ARENA_bytes), bytesOf(partition), partition);
    }),
  );

  law("reads into little room", (source) =>
    each(async (partition) => {
      const head = bytesOf(partition).subarray(0, 20_000);
      for (const room of [1, 2, 3, 7, 16, 100]) {
        const most = room < 7 ? 200 : head.length;
        const read = await readAll(soon, source, partition, 0, room, most);
        same(read.subarray(0, most), head.subarray(0, most), `${partition} by ${room} bytes`);
      }
    }),
  );

  law("reads what is there, again and again at the same time", (source) =>
    each(async (partition) => {
      const both = await Promise.all([
        readAll(soon, source, partition, 0, 64, 3_000),
        readAll(soon, source, partition, 0, 1000, 3_000),
      ]);
      for (const read of both) {
        same(read.subarray(0, 3_000), bytesOf(partition).subarray(0, 3_000), partition);
      }
    }),
  );

  law("leaves an arena alone once it has answered, however long the next read is in coming", (source) =>
    each(async (partition) => {
      const one = open(soon, source, partition, roomOf(bytesOf(partition)));
      const [first, other] = one.arenas;
      let [arena, last] = [first, other];
      for (let i = 0; i < READS && !(await one.read(arena)); i++) {
        arena.bytes.fill(CANARY);
        await pause();
        [arena, last] = [last, arena];
      }
      await pause();
      untouched(last, partition);
      await soon(one.reader.return?.(), `${partition}: return()`);
      one.close();
    }),
  );

  if (resumesAt.length > 0) {
    law("resumes from an offset", (source) =>
      each(async (partition) => {
        for (const offset of resumesAt.filter((at) => at <= bytesOf(partition).length)) {
          const read = await readAll(soon, source, partition, offset, ARENA_bytes);
          same(read, bytesOf(partition).subarray(offset), `${partition} from ${offset}`);
        }
      }),
    );
  }

  /** Opens partitions to leave them behind no read, behind one, and so on, and looks at what is left of each. */
  const leaves = (source: Source, closed: Closed, under: boolean, leave: Leave): Promise<void> =>
    each(async (partition) => {
      let ended = false;
      for (let reads = 0; reads <= READS && !ended; reads++) {
        const one = open(soon, source, partition, roomOf(bytesOf(partition)));
        const [arena] = one.arenas;
        for (let i = 0; i < reads && !ended; i++) ended = await one.read(arena);
        const when = `${partition}, left ${under ? "in the middle of the read behind" : "behind"} ${reads} reads`;
        const reading = under ? Promise.allSettled([one.read(arena)]) : undefined;
        await leave(one, when, ended, reading);
        arena.bytes.fill(CANARY);
        await closed(`of ${when}`);
        if (under) await pause();
        untouched(arena, when);
        one.close();
      }
    });

  law(
    "return() closes: before the first read, behind every read, and in the middle of each",
    async (source, closed) => {
      for (const under of [false, true]) {
        await leaves(source, closed, under, async ({ reader }, when, _ended, reading) => {
          const returned = await soon(reader.return?.(), `return() of ${when}`);
          same(returned?.done ?? true, true, `what return() answers of ${when}`);
          await soon(reading, `the read of ${when}`);
        });
      }
    },
  );

  law(
    "ends when its signal does: the read under way, or else the next one, rejects with the reason",
    async (source, closed) => {
      for (const under of [false, true]) {
        await leaves(
          source,
          closed,
          under,
          async ({ reader, arenas, cancel, read }, when, ended, reading) => {
            const reason = new Error(`cancelled: ${when}`);
            cancel.abort(reason);
            const [settled] = (await soon(reading, `the read of ${when}`)) ?? [];
            const rejected = settled?.status === "rejected";
            if (rejected) same(settled.reason, reason, `what the read rejects with of ${when}`);
            // What had been read before may still be given, or the end.
            if (!rejected && !ended && settled?.value !== true) {
              const later = await soon(Promise.allSettled([read(arenas[0])]), `a later read of ${when}`);
              same(reasonOf(later[0]), reason, `what a later read rejects with of ${when}`);
            }
            await soon(reader.return?.(), `return() of ${when}`);
          },
        );
      }
      // As the loop closes a partition that nobody wants any more.
      await leaves(source, closed, true, async ({ reader, cancel }, when, _ended, reading) => {
        cancel.abort(new Error(`closed: ${when}`));
        await soon(reader.return?.(), `return() of ${when}`);
        await soon(reading, `the read of ${when}`);
      });
    },
  );

  if (silent !== undefined) {
    law(
      "a wait for what never comes ends when the signal does",
      async (source, closed) => {
        const [partition] = await source.partitions(new AbortController().signal);
        holds(partition !== undefined, "the silent source must name a partition");
        for (const at_once of [false, true]) {
          const { arenas, reader, cancel, read, close } = open(soon, source, partition, 64);
          let waits = true;
          const reading = Promise.allSettled([read(arenas[0])]).finally(() => {
            waits = false;
          });
          for (let i = 0; i < 3; i++) await pause();
          holds(waits, "the silent source must have nothing to give");
          const reason = new Error("cancelled while it waits");
          cancel.abort(reason);
          const returned = at_once ? reader.return?.() : undefined;
          const [settled] = await soon(reading, "the wait");
          // Nobody wants the answer of a partition that is being closed.
          if (!at_once) same(reasonOf(settled), reason, "what the wait rejects with");
          await soon(returned ?? reader.return?.(), "return() behind a wait");
          await closed("behind a wait");
          close();
        }
      },
      silent,
    );
  }
}

/** Waits for what must settle in time. */
type Soon = <Work>(work: Work, what: string) => Promise<Awaited<Work>>;

/** Leaves a partition: `ended` when it has said its end, `reading` when a read is under way. */
type Leave = (
  one: ReturnType<typeof open>,
  when: string,
  ended: boolean,
  reading: Promise<PromiseSettledResult<boolean>[]> | undefined,
) => Promise<void>;

/** Room for a partition in several reads. */
function roomOf({ length }: Uint8Array): number {
  return Math.max(1, Math.min(ARENA_bytes, Math.floor(length / 8)));
}

function reasonOf(settled: PromiseSettledResult<unknown> | undefined): unknown {
  return settled?.status === "rejected" ? settled.reason : `nothing, it gave ${settled?.value}`;
}

/** Lets all go on that is ready: promises, timers, input and output. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Demands that an arena that was filled with canaries still is. */
function untouched({ bytes }: Arena, when: string): void {
  const at = bytes.findIndex((byte) => byte !== CANARY);
  holds(at < 0, `${when}: wrote at ${at} of an arena that it had given back`);
}

/** A partition opened, with two arenas of `room` bytes of space and canaries around them. */
function open(soon: Soon, source: Source, partition: string, room: number, offset = 0) {
  const pool = new Pool({ holders: { test: { arenas: 2, arena_bytes: 32 + room + 32 } } });
  const arenas = [0, 1].map(() => pool.holder("test").tryAcquire()) as [Arena, Arena];
  for (const { bytes } of arenas) bytes.fill(CANARY);
  const cancel = new AbortController();
  const reader = source.open({ partition, offset }, cancel.signal);
  return {
    reader,
    arenas,
    cancel,
    /** One read into an arena, whose space is made empty again. True at the end. */
    read: async (arena: Arena): Promise<boolean> => {
      arena.filled_bytes = 32;
      arena.limit_bytes = 32 + room;
      const { done } = await soon(reader.next(arena), `${partition}: a read`);
      return done === true;
    },
    close: () => {
      for (const arena of arenas) arena.release();
      pool.close();
    },
  };
}

/** Reads a partition to its end, or until `most` bytes are there. Every answer is checked. */
async function readAll(
  soon: Soon,
  source: Source,
  partition: string,
  offset: number,
  room: number,
  most: number = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const {
    reader,
    arenas: [arena],
    close,
  } = open(soon, source, partition, room, offset);
  const { bytes } = arena;
  let all = new Uint8Array(1024);
  let length = 0;
  let reads = 1;
  while (length < most) {
    // As the loop does: what was carried over lies before, room ends before the arena does.
    const before = (reads++ * 11) % 32;
    bytes.fill(CANARY);
    arena.filled_bytes = before;
    arena.limit_bytes = before + room;
    const { done, value } = await soon(reader.next(arena), `${partition}: a read`);
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
  await soon(reader.return?.(), `${partition}: return()`);
  close();
  return all.subarray(0, length);
}
