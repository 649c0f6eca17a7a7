import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { flatMap } from "../operators/flat-map.ts";
import { map } from "../operators/map.ts";
import { take } from "../operators/take.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, memorySink, random, rechunk, rechunkAtRandom, sourceLaws } from "../testing/mod.ts";
import { byteSource } from "./byte-source.ts";
import { collect } from "./collect.ts";
import type { Fault } from "./fault.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";
import type { Source } from "./source.ts";
import { to } from "./to.ts";

const ENCODER = new TextEncoder();
const Row = type({ n: "number", "s?": "string" });

async function outcome(source: Source, options: { record_bytes: number; batch_bytes?: number }) {
  const faults = memorySink<Fault>();
  const rows = memorySink<unknown>();
  const job = pipe(
    from(source, ndjson(Row)),
    map((row, { partition, offset }) => [partition, offset, row.n, row.s]),
    to(rows),
  );
  const report = await run(job, { deadLetter: to(faults), verify: true, ...options }).done;
  return { rows: rows.rows, faults: faults.rows, report };
}

test("a too long record is one fault, at every chunk split, and what surrounds it is intact", async () => {
  const long = `{"n":2,"s":"${"y".repeat(50)}"}`;
  const text = `{"n":1}\n${long}\n{"n":3}\n${long}${long}\n${long}\n{"n":4}\n${long}`;
  const bytes = ENCODER.encode(text);
  const at = [...text.matchAll(/\{"n":2/g)].map(({ index }) => index);
  const expectedFaults = [
    [at[0], long.length],
    [at[1], 2 * long.length],
    [at[3], long.length],
    [at[4], long.length],
  ];
  const expectedRows = [1, 3, 4].map((n) => ["p", text.indexOf(`{"n":${n}}`), n, undefined]);
  const check = async (pieces: Uint8Array[], record_bytes: number, batch_bytes: number) => {
    const got = await outcome(
      interleave({ p: pieces }, () => 0, { turns: 4 }),
      { record_bytes, batch_bytes },
    );
    assert.deepEqual(got.rows, expectedRows);
    assert.deepEqual(
      got.faults.map(({ code, operator, partition, offset, message }) => [
        code,
        operator,
        partition,
        offset,
        Number(/must be at most \d+ bytes, was (\d+)/.exec(message)?.[1]),
      ]),
      expectedFaults.map(([offset, length]) => ["too-long", "ndjson", "p", offset, length]),
    );
    for (const fault of got.faults)
      assert.ok(text.startsWith(new TextDecoder().decode(fault.bytes), fault.offset));
    assert.deepEqual([got.report.rowsIn, got.report.partitions[0]?.offset], [7, bytes.length]);
  };
  for (let cut = 1; cut < bytes.length; cut++) await check(rechunk(bytes, [cut]), 20, 1000);
  for (const size of [1, 2, 3, 5, 19, 20, 21, 22]) await check(rechunk(bytes, size), 20, 1 + (size % 4));
  // Up to one byte less than the record.
  for (const record_bytes of [16, 17, 40, long.length - 1]) await check([bytes], record_bytes, 7);
});

test("a record of exactly record_bytes is none too long: in the middle, at the end, with CRLF", async () => {
  const exact = '{"n":1234567890}';
  assert.equal(exact.length, 16);
  const bytes = ENCODER.encode(`${exact}\n${exact}\n{"n":12345678901}\n${exact}`);
  for (let size = 1; size < bytes.length; size++) {
    const got = await outcome(byteSource("b", rechunk(bytes, size)), { record_bytes: 16 });
    assert.equal(got.rows.length, 3);
    assert.deepEqual(
      got.faults.map(({ code, offset }) => [code, offset]),
      [["too-long", 34]],
    );
  }
  const last = await outcome(byteSource("b", [ENCODER.encode('{"n":12345678901}')]), { record_bytes: 16 });
  assert.deepEqual(
    last.faults.map(({ code, offset }) => [code, offset]),
    [["too-long", 0]],
  );
});

test("a partition of nothing but too long records waits for its faults to be taken", async () => {
  let read = 0;
  let most = 0;
  const slow = memorySink<number>(async (call) => {
    if (call === "write") most = Math.max(most, read - slow.rows.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  function* endless() {
    for (; read < 20_000; read++) yield ENCODER.encode(`{"n":1,"s":"${"z".repeat(40)}"}\n`);
  }
  const job = pipe(from(byteSource("b", endless()), ndjson(Row)), to(memorySink()));
  const deadLetter = pipe(
    map((fault: Fault) => fault.offset),
    to(slow),
  );
  const report = await run(job, { record_bytes: 16, deadLetter }).done;
  assert.deepEqual(report.faults, { "too-long": 20_000 });
  assert.ok(most < 256 + 2 * 1_024 + 10, `${most} records were read ahead`);
});

test("records are carried over at every split, by any batch size", async () => {
  const text =
    '\ufeff{"n":1,"s":"\u00fc\u{1f600}"}\r\n\r\n{"n":2,"s":"a\\nb"}\n\n  {"n":3}  \n{"n":4,"s":""}';
  const bytes = ENCODER.encode(text);
  const rows = [{ n: 1, s: "\u00fc\u{1f600}" }, { n: 2, s: "a\nb" }, { n: 3 }, { n: 4, s: "" }];
  const check = async (pieces: readonly Uint8Array[], batch_bytes: number, record_bytes: number) => {
    const stream = from(byteSource("b", pieces), ndjson(Row));
    assert.deepEqual(await collect(stream, { batch_bytes, record_bytes, verify: true }), rows);
  };
  for (let cut = 0; cut <= bytes.length; cut++) {
    await check(rechunk(bytes, [cut]), 1000, 40);
    await check([bytes], 1 + cut, 40);
  }
  const chance = random(11);
  for (let i = 0; i < 100; i++) {
    await check(
      rechunkAtRandom(bytes, chance.below(12), chance),
      1 + chance.below(50),
      32 + chance.below(40),
    );
  }
});

test("an empty input, only line ends, only blanks: no rows and no faults", async () => {
  for (const text of ["", "\n", "\n\n\r\n", "  \n \n", "\ufeff", "\ufeff\n"]) {
    for (const pieces of [[ENCODER.encode(text)], rechunk(ENCODER.encode(text), 1), [new Uint8Array(0)]]) {
      const got = await outcome(byteSource("b", pieces), { record_bytes: 16 });
      assert.deepEqual(
        [got.rows.length, got.faults.length, got.report.rowsIn],
        [0, 0, 0],
        JSON.stringify(text),
      );
    }
  }
});

test("more partitions than may be open: all are read, never more at a time", async () => {
  const names = Array.from({ length: 37 }, (_, i) => `p${i}`);
  const partitions = Object.fromEntries(
    names.map((name, i) => [name, rechunk(ENCODER.encode(`{"n":${i}}\n`.repeat(i)), 9)]),
  );
  for (const openPartitions of [1, 2, 5, 100]) {
    const chance = random(openPartitions);
    let most = 0;
    const source = interleave(partitions, (waiting) => {
      most = Math.max(most, source.open_partitions.length);
      return chance.below(waiting.length);
    });
    const out = await collect(
      pipe(
        from(source, ndjson(Row)),
        map(({ n }) => n),
      ),
      { openPartitions, verify: true },
    );
    assert.deepEqual(
      out.sort((a, b) => a - b),
      names.flatMap((_, i) => Array<number>(i).fill(i)),
    );
    assert.ok(most <= openPartitions, `${most} partitions were open, ${openPartitions} may be`);
    assert.deepEqual(source.open_partitions, []);
  }
});

test("the order within a partition is kept, however partitions interleave", async () => {
  const names = ["a", "b", "c"];
  const bytes = ENCODER.encode(Array.from({ length: 50 }, (_, n) => `{"n":${n}}\n`).join(""));
  const chance = random(3);
  for (let round = 0; round < 30; round++) {
    const partitions = Object.fromEntries(names.map((name) => [name, rechunkAtRandom(bytes, 9, chance)]));
    const bounded = chance.chance(0.5);
    const source = interleave(partitions, (waiting) => chance.below(waiting.length), { bounded });
    const out = await collect(
      pipe(
        from(source, ndjson(Row)),
        map(({ n }, { partition }) => [partition, n] as const),
      ),
    );
    for (const name of names) {
      const own = out.filter(([partition]) => partition === name).map(([, n]) => n);
      assert.deepEqual(
        own,
        Array.from({ length: 50 }, (_, n) => n),
      );
    }
  }
});

test("flatMap and take in the middle of batches close every partition", async () => {
  const bytes = ENCODER.encode(Array.from({ length: 50 }, (_, n) => `{"n":${n}}\n`).join(""));
  for (let many = 0; many < 120; many += 7) {
    const source = interleave({ a: rechunk(bytes, 33), b: rechunk(bytes, 50) }, () => 0);
    const stream = pipe(
      from(source, ndjson(Row)),
      flatMap(({ n }) => [n, n]),
      take(many),
    );
    assert.equal((await collect(stream, { verify: true })).length, many);
    assert.deepEqual(source.open_partitions, []);
  }
});

test("bytes may come as arrays of pieces, empty ones too, and from web streams", async () => {
  const pieces = rechunk(ENCODER.encode('{"n":1}\n{"n":2}\n'), 3);
  const empty = new Uint8Array(0);
  const asArrays = [pieces.slice(0, 2), [], [empty], pieces.slice(2)];
  async function* slowly() {
    for (const piece of asArrays) yield piece;
  }
  const web = ReadableStream.from(pieces) as unknown as AsyncIterable<Uint8Array>;
  for (const bytes of [asArrays, slowly(), web]) {
    assert.deepEqual(await collect(from<unknown>(bytes, ndjson(Row))), [{ n: 1 }, { n: 2 }]);
  }
});

test("bytes that are none stop the run with words", async () => {
  const wrong = [["text"], [[1, 2]], [{}], [undefined]] as unknown as Uint8Array[][];
  for (const bytes of wrong) {
    await assert.rejects(collect(from(bytes, ndjson(Row))), {
      name: "TypeError",
      message: /^Cannot read bytes: a piece must be a Uint8Array, got /,
    });
  }
});

const three = ENCODER.encode("one\ntwo\nthree\n");
sourceLaws(test, "byteSource", () => byteSource("b", rechunk(three, 5)), { "0": three });
sourceLaws(
  test,
  "byteSource, asynchronous",
  () =>
    byteSource("b", {
      async *[Symbol.asyncIterator]() {
        yield* rechunk(three, 4);
      },
    }),
  { "0": three },
);
sourceLaws(
  test,
  "interleave",
  () => interleave({ a: rechunk(three, 5), b: [] }, () => 0),
  { a: three, b: new Uint8Array(0) },
  {
    resumesAt: [0, 4, 8, 14],
  },
);
