import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { count } from "../aggregate/count.ts";
import { filter } from "../operators/filter.ts";
import { flatMap } from "../operators/flat-map.ts";
import { fork } from "../operators/fork.ts";
import { map } from "../operators/map.ts";
import { summarise } from "../operators/summarise.ts";
import { take } from "../operators/take.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, memorySink, type Random, random, rechunkAtRandom } from "../testing/mod.ts";
import type { Fault } from "./fault.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";
import type { Sink } from "./sink.ts";
import type { Batch, Position } from "./source.ts";
import { through } from "./through.ts";
import { to } from "./to.ts";

const Row = type({ p: "string", at: "number", "s?": "string" });
const names = ["a", "b", "c"];

/** Lines of a partition, each of which knows its own offset. */
function partition(name: string, lines: number, chance: Random): Uint8Array {
  let text = "";
  for (let i = 0; i < lines; i++) {
    const filler = chance.chance(0.3) ? `,"s":"${"x".repeat(chance.below(40))}"` : "";
    text += chance.chance(0.05)
      ? `broken ${text.length}\n`
      : `{"p":"${name}","at":${text.length}${filler}}\n`;
  }
  return new TextEncoder().encode(text);
}

type Place = { p: string; at: number };

/** What is durable: by partition, offsets of records. */
class Durable {
  readonly places = new Map<string, Set<number>>(names.map((name) => [name, new Set()]));
  add({ p, at }: Place): void {
    this.places.get(p)?.add(at);
  }
}

/** A sink that makes rows durable at flush only, after random delays. */
function flushing(chance: Random, durable: Durable): Sink<Place> {
  let written: Place[] = [];
  const sink = memorySink<Place>(async () => {
    for (let i = chance.below(30); i > 0; i--) await Promise.resolve();
  });
  return {
    name: "flushing",
    open: async (context) => {
      const writer = await sink.open(context);
      return {
        ...writer,
        write: async (rows) => {
          await writer.write(rows);
          written.push(...rows);
        },
        flush: async () => {
          const these = written;
          written = [];
          await writer.flush();
          for (const row of these) durable.add(row);
        },
      };
    },
  };
}

function flushingBytes(chance: Random, durable: Durable): Sink<Batch> {
  const rows = flushing(chance, durable);
  let text = "";
  return {
    name: "flushingBytes",
    open: async (context) => {
      const writer = await rows.open(context);
      return {
        ...writer,
        write: async (batches) => {
          for (const { arena, start, end } of batches) {
            text += new TextDecoder().decode(arena.bytes.subarray(start, end));
          }
          const lines = text.split("\n");
          text = lines.pop() ?? "";
          await writer.write(lines.map((line) => JSON.parse(line) as Place));
        },
      };
    },
  };
}

type Shape = "rows" | "bytes" | "fork" | "flatMap" | "through";

for (const shape of ["rows", "bytes", "fork", "flatMap", "through"] as Shape[]) {
  test(`commits are contiguous, in order, and never ahead of what is durable (${shape})`, async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const chance = random(seed * 31);
      const bytes = Object.fromEntries(
        names.map((name) => [name, partition(name, 60 + chance.below(60), chance)]),
      );
      const kept = new Durable();
      const extra = new Durable();
      const refused = new Durable();
      const last = new Map<string, number>();
      let under = 0;
      let commits = 0;
      /** Every record before the position must be durable in every sink that gets it. */
      const check = ({ partition: name, offset }: Position) => {
        const before = last.get(name) ?? 0;
        assert.ok(offset > before, `seed ${seed}: ${name} went from ${before} to ${offset}`);
        last.set(name, offset);
        const text = new TextDecoder().decode(bytes[name]).slice(0, offset);
        assert.ok(text.endsWith("\n"), "a position is behind a whole record");
        let at = 0;
        for (const line of text.split("\n").slice(0, -1)) {
          const isBad = line.startsWith("broken");
          const dropped = !isBad && at % 5 === 0;
          const where = `seed ${seed}: ${name} at ${at}, committed ${offset}`;
          if (isBad) assert.ok(refused.places.get(name)?.has(at), `${where}: the fault is not durable`);
          else if (!dropped) {
            assert.ok(kept.places.get(name)?.has(at), `${where}: the row is not durable`);
            if (shape === "fork") assert.ok(extra.places.get(name)?.has(at), `${where}: nor in the fork`);
          }
          at += line.length + 1;
        }
      };
      const source = interleave(
        Object.fromEntries(
          names.map((name) => [name, rechunkAtRandom(bytes[name] as Uint8Array, 12, chance)]),
        ),
        (waiting) => chance.below(waiting.length),
        {
          turns: chance.below(30),
          commit: async (positions) => {
            under += 1;
            assert.equal(under, 1, "two commits at a time");
            commits += 1;
            for (const position of positions) check(position);
            for (let i = chance.below(20); i > 0; i--) await Promise.resolve();
            under -= 1;
          },
        },
      );
      const rows = pipe(
        from(source, ndjson(Row)),
        filter((row) => row.at % 5 !== 0),
      );
      const places = map<Place, Place>(({ p, at }) => ({ p, at }));
      const keep = to(flushing(chance, kept));
      const end =
        shape === "bytes"
          ? to(flushingBytes(chance, kept), ndjson() as never)
          : shape === "fork"
            ? fork<Place>({ keep, extra: pipe(places, to(flushing(chance, extra))) })
            : shape === "flatMap"
              ? pipe(
                  flatMap(({ p, at }: Place) => [
                    { p, at },
                    { p, at },
                  ]),
                  keep,
                )
              : shape === "through"
                ? pipe(
                    through(() => new TransformStream<Place, Place>()),
                    keep,
                  )
                : keep;
      const deadLetter = pipe(
        map((fault: Fault) => ({ p: fault.partition, at: fault.offset })),
        to(flushing(chance, refused)),
      );
      await run(pipe(rows, end as never), {
        deadLetter,
        verify: true,
        batch_bytes: 20 + chance.below(400),
        record_bytes: 128,
      }).done;
      for (const name of names) {
        assert.equal(
          last.get(name),
          bytes[name]?.length,
          `seed ${seed}: ${name} was not committed to its end`,
        );
      }
      assert.ok(commits > 0);
    }
  });
}

test("a batch that was not wholly passed is never committed", async () => {
  const chance = random(4);
  const bytes = partition("a", 50, chance);
  const committed: number[] = [];
  const source = interleave({ a: [bytes] }, () => 0, {
    commit: async (positions) => void committed.push(...positions.map(({ offset }) => offset)),
  });
  const cancel = new AbortController();
  let seen = 0;
  const job = pipe(
    from(source, ndjson(Row)),
    filter(() => {
      seen += 1;
      if (seen === 10) cancel.abort(new Error("enough"));
      return true;
    }),
    to(memorySink()),
  );
  await assert.rejects(run(job, { deadLetter: "drop", signal: cancel.signal }).done, /enough/);
  assert.deepEqual(committed, []);
});

test("a sink that fails leaves its batch uncommitted", async () => {
  const committed: Position[] = [];
  const line = '{"p":"a","at":0}\n';
  const pieces = Array.from({ length: 10 }, () => new TextEncoder().encode(line));
  const source = interleave({ a: pieces }, () => 0, { commit: async (more) => void committed.push(...more) });
  let writes = 0;
  const sink = memorySink<unknown>((call) => {
    if (call === "write" && ++writes === 3) throw new Error("full");
  });
  await assert.rejects(run(pipe(from(source, ndjson(Row)), to(sink))).done, /full/);
  assert.ok((committed.at(-1)?.offset ?? 0) <= sink.rows.length * line.length);
  assert.equal(committed.at(-1)?.offset, sink.flushed * line.length);
});

test("a commit that fails stops the run", async () => {
  const source = interleave({ a: [new TextEncoder().encode('{"p":"a","at":0}\n')] }, () => 0, {
    commit: async () => {
      throw new Error("not the leader");
    },
  });
  const sink = memorySink<unknown>();
  await assert.rejects(run(pipe(from(source, ndjson(Row)), to(sink))).done, /not the leader/);
  assert.equal(sink.state, "aborted");
});

test("stop() lets the batch under way go through, and commits it", async () => {
  const line = '{"p":"a","at":0}\n';
  const committed: number[] = [];
  const source = interleave(
    { a: Array.from({ length: 1_000 }, () => new TextEncoder().encode(line.repeat(20))) },
    () => 0,
    {
      commit: async (positions) => void committed.push(...positions.map(({ offset }) => offset)),
    },
  );
  const sink = memorySink<unknown>();
  let seen = 0;
  const job = pipe(
    from(source, ndjson(Row)),
    map((row) => {
      seen += 1;
      if (seen === 50) void handle.stop();
      return row.p;
    }),
    to(sink),
  );
  const handle = run(job);
  const report = await handle.done;
  assert.equal(report.stopped, true);
  assert.equal(sink.rows.length % 20, 0);
  assert.ok(sink.rows.length >= 50 && sink.rows.length <= 60, `${sink.rows.length} rows`);
  assert.equal(committed.at(-1), sink.rows.length * line.length);
  assert.equal(report.partitions[0]?.offset, sink.rows.length * line.length);
  assert.deepEqual(source.open_partitions, []);
});

test("a job that keeps state needs state on a source that can be resumed", async () => {
  const source = interleave({ a: [new TextEncoder().encode('{"p":"a","at":0}\n')] }, () => 0, {
    commit: async () => assert.fail("a stateful job commits by checkpoints only"),
  });
  const rows = from(source, ndjson(Row));
  const sink = memorySink<unknown>();
  for (const job of [
    pipe(rows, take(1), to(sink)),
    pipe(rows, summarise({ compute: { n: count() } }), to(sink)),
    pipe(rows, fork({ a: pipe(take<unknown>(1), to(sink)) })),
  ]) {
    assert.throws(() => run(job), {
      name: "TypeError",
      message: /source "interleaved" can be resumed and the job keeps state/,
    });
    await run(job, { state: "rebuild" }).done;
    assert.equal(sink.rows.length, 1);
  }
});
