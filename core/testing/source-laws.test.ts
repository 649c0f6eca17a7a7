// The laws of sources must be able to fail: each of them does, for a source that is broken in the way it forbids.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Arena } from "../memory/arena.ts";
import type { Source } from "../run/source.ts";
import { random } from "./random.ts";
import { sourceLaws } from "./source-laws.ts";

const chance = random(1);
const input = Uint8Array.from({ length: 5_000 }, () => chance.below(256));
const expected = { a: input, b: input.subarray(0, 40), none: input.subarray(0, 0) };
const PATIENCE_ms = 60;

let openCount = 0;

/** One wrong thing that a source can do. */
interface Broken {
  readonly partitions?: (names: readonly string[], asked: number) => readonly string[];
  /** What is read in place of `bytes`. */
  readonly content?: (bytes: Uint8Array, offset: number) => Uint8Array;
  /** Writes a piece to the arena in its own way and says what it added. */
  readonly put?: (arena: Arena, piece: Uint8Array, offset: number) => { start: number; end: number };
  /** Most bytes taken from the input in one read, of which the arena may get fewer. */
  readonly taken?: (space: number) => number;
  readonly shared?: true;
  readonly afterAnswer?: (arena: Arena) => void;
  readonly ignoresSignal?: "when it reads" | "while it waits";
  readonly rejectsWith?: Error;
  readonly onReturn?: (
    reading: boolean,
    aborted: boolean,
    reads: number,
  ) => "leak" | "hang" | "not done" | undefined;
  readonly writesAfterReturn?: true;
  readonly leaksWhenCancelled?: true;
  /** Nothing to give, and no end. */
  readonly silent?: true;
}

/** A right source over memory, but for what is asked. */
function source(broken: Broken = {}): Source {
  let asked = 0;
  let together: number | undefined;
  return {
    name: "memory",
    partitions: async () => broken.partitions?.(Object.keys(expected), asked++) ?? Object.keys(expected),
    open: ({ partition, offset }, signal) => {
      const whole = expected[partition as keyof typeof expected];
      const bytes = broken.content?.(whole, offset) ?? whole.subarray(offset);
      let at = 0;
      let isOpen = false;
      let under = 0;
      let reads = 0;
      let last: Arena | undefined;
      const close = () => {
        if (isOpen) openCount -= 1;
        isOpen = false;
      };
      const check = (when: "when it reads" | "while it waits") => {
        if (signal.aborted && broken.ignoresSignal !== when) throw broken.rejectsWith ?? signal.reason;
      };
      const wait = () =>
        new Promise<void>((_, reject) => {
          if (broken.ignoresSignal === "while it waits") return;
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      const read = async (
        arena: Arena,
      ): Promise<IteratorResult<{ arena: Arena; start: number; end: number }, void>> => {
        check("when it reads");
        if (!isOpen) openCount += 1;
        isOpen = true;
        last = arena;
        if (broken.silent) await wait();
        await Promise.resolve();
        check("when it reads");
        if (broken.shared) at = together ?? at;
        const { space } = arena;
        const most = broken.taken?.(space.length) ?? space.length;
        const piece = bytes.subarray(at, at + most);
        at += piece.length;
        if (broken.shared) together = at;
        if (piece.length === 0) {
          close();
          return { done: true, value: undefined };
        }
        if (broken.put !== undefined)
          return { done: false, value: { arena, ...broken.put(arena, piece, at) } };
        const start = arena.filled_bytes;
        space.set(piece.subarray(0, space.length));
        arena.filled_bytes += Math.min(piece.length, space.length);
        broken.afterAnswer?.(arena);
        return { done: false, value: { arena, start, end: arena.filled_bytes } };
      };
      return {
        next: async (arena: Arena) => {
          under += 1;
          reads += 1;
          try {
            return await read(arena);
          } catch (cause) {
            if (!broken.leaksWhenCancelled) close();
            throw cause;
          } finally {
            under -= 1;
          }
        },
        return: async () => {
          const wrong = broken.onReturn?.(under > 0, signal.aborted, reads);
          while (under > 0 && !broken.silent) await Promise.resolve();
          if (wrong === "hang") await new Promise(() => {});
          if (wrong !== "leak") close();
          if (broken.writesAfterReturn && last !== undefined) setTimeout(late(last), 0);
          return wrong === "not done" ? ({ done: false } as never) : { done: true, value: undefined };
        },
      };
    },
  };
}

const late = (arena: Arena) => () => {
  if (arena.leased) arena.bytes[40] = 1;
};

/** Laws that do not hold, of those whose names begin so, and all that there are. */
async function failures(broken: Broken, law = "") {
  const laws = new Map<string, () => Promise<void>>();
  sourceLaws(
    (name, check) => laws.set(name, check),
    "it",
    () => source(broken),
    expected,
    {
      resumesAt: [1, 40, 4_999, 5_000],
      opened: () => openCount,
      silent: () => source({ ...broken, silent: true }),
      patience_ms: PATIENCE_ms,
    },
  );
  const failed: string[] = [];
  for (const [name, check] of laws) {
    if (!name.startsWith(`it: ${law}`)) continue;
    openCount = 0;
    await check().catch(() => failed.push(name));
  }
  return { failed, all: [...laws.keys()] };
}

/** Which laws a source breaks that is wrong in one way; the first is the one that forbids it. */
const WRONG: Readonly<Record<string, readonly [law: string, broken: Broken]>> = {
  "a partition that nobody expects": ["names its", { partitions: (names) => [...names, "c"] }],
  "other names the second time": [
    "names its",
    { partitions: (names, asked) => (asked > 0 ? names.toReversed() : names) },
  ],
  "the last byte is lost": ["reads everything", { content: (bytes, at) => bytes.subarray(at, -1) }],
  "one byte is another": [
    "reads everything",
    { content: (bytes, at) => bytes.slice(at).map((byte, i) => (i === 4_000 - at ? byte ^ 1 : byte)) },
  ],
  "one read too many": [
    "reads everything",
    { content: (bytes, at) => Uint8Array.of(...bytes.subarray(at), ...bytes.subarray(-1)) },
  ],
  "what was carried over is overwritten": [
    "reads everything",
    {
      put: (arena, piece) => {
        arena.bytes.set(piece);
        arena.filled_bytes += piece.length;
        return { start: arena.filled_bytes - piece.length, end: arena.filled_bytes };
      },
    },
  ],
  "the room's end is overrun": [
    "reads everything",
    {
      put: (arena, piece) => {
        const start = arena.filled_bytes;
        arena.space.set(piece);
        arena.bytes[arena.limit_bytes] = 1;
        arena.filled_bytes += piece.length;
        return { start, end: arena.filled_bytes };
      },
    },
  ],
  "it says that it added more than it did": [
    "reads everything",
    {
      put: (arena, piece) => {
        const start = arena.filled_bytes;
        arena.space.set(piece);
        arena.filled_bytes += piece.length;
        return { start, end: arena.filled_bytes + 1 };
      },
    },
  ],
  "a read that gives nothing, and no end": [
    "reads everything",
    { put: (arena) => ({ start: arena.filled_bytes, end: arena.filled_bytes }) },
  ],
  "what does not fit is lost": ["reads into little room", { taken: () => 4_096 }],
  "two readers share a position": ["reads what is there", { shared: true }],
  "it writes to an arena later": [
    "leaves an arena alone",
    { afterAnswer: (arena) => void setTimeout(late(arena), 0) },
  ],
  "it writes after return()": ["return() closes", { writesAfterReturn: true }],
  "an offset is ignored": ["resumes from", { content: (bytes) => bytes }],
  "an offset is passed by": [
    "resumes from",
    { content: (bytes, at) => bytes.subarray(at === 0 ? 0 : at + 1) },
  ],
  "return() behind a read leaves it open": [
    "return() closes",
    { onReturn: (under, aborted) => (!under && !aborted ? "leak" : undefined) },
  ],
  "return() in a read leaves it open": [
    "return() closes",
    { onReturn: (under, aborted) => (under && !aborted ? "leak" : undefined) },
  ],
  "return() behind the fifth read leaves it open": [
    "return() closes",
    { onReturn: (under, aborted, reads) => (!under && !aborted && reads === 5 ? "leak" : undefined) },
  ],
  "return() never answers": [
    "return() closes",
    { onReturn: (_under, aborted) => (aborted ? undefined : "hang") },
  ],
  "return() says that there is more": ["return() closes", { onReturn: () => "not done" }],
  "what is cancelled stays open": [
    "ends when its signal does",
    { leaksWhenCancelled: true, onReturn: (_under, aborted) => (aborted ? "leak" : undefined) },
  ],
  "return() hangs when cancelled": [
    "ends when its signal does",
    { onReturn: (_under, aborted) => (aborted ? "hang" : undefined) },
  ],
  "the signal is ignored": ["ends when its signal does", { ignoresSignal: "when it reads" }],
  "another reason": ["ends when its signal does", { rejectsWith: new Error("something else") }],
  "the signal is ignored while it waits": [
    "a wait for what never comes",
    { ignoresSignal: "while it waits" },
  ],
};

const tried = new Set<string>();
const broken = new Set<string>();

test("a right source keeps all laws", async () => {
  const { failed, all } = await failures({});
  assert.deepEqual(failed, []);
  for (const name of all) tried.add(name);
});

for (const [wrong, [law, how]] of Object.entries(WRONG)) {
  test(`wrong: ${wrong}`, async () => {
    const { failed } = await failures(how, law);
    for (const name of failed) broken.add(name);
    assert.notDeepEqual(failed, [], `"${law}" must fail`);
  });
}

test("there is no law that nothing breaks", () => {
  assert.deepEqual(
    [...tried].filter((name) => !broken.has(name)),
    [],
  );
});
