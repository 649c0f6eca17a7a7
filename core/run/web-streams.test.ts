import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { filter } from "../operators/filter.ts";
import { flatMap } from "../operators/flat-map.ts";
import { map } from "../operators/map.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, rechunk } from "../testing/mod.ts";
import { collect } from "./collect.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { rows } from "./rows.ts";
import { fromReadableStream, toReadableStream, toTransformStream } from "./web-streams.ts";

const ENCODER = new TextEncoder();
const Row = type({ n: "number" });
const lines = (count: number) =>
  ENCODER.encode(Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join(""));
const tick = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

test("toReadableStream: all rows in order; begins when it is read", async () => {
  let begun = false;
  function* numbers() {
    begun = true;
    yield* upTo(5_000);
  }
  const stream = toReadableStream(from(numbers()));
  await tick();
  assert.equal(begun, false);
  assert.deepEqual(await Array.fromAsync(stream), upTo(5_000));
});

test("toReadableStream: nobody reads, nothing is read", async () => {
  let drawn = 0;
  function* endless() {
    for (;;) yield drawn++;
  }
  const reader = toReadableStream(from(endless())).getReader();
  assert.deepEqual(await reader.read(), { done: false, value: 0 });
  for (let i = 0; i < 20; i++) await tick();
  assert.ok(drawn <= 3_200, `${drawn} rows were drawn for one`);
  await reader.cancel();
  const before = drawn;
  await tick();
  assert.equal(drawn, before);
});

test("toReadableStream: cancel closes the source, in the middle of a read too", async () => {
  for (const during of [false, true]) {
    const source = interleave({ a: rechunk(lines(100), 10) }, () => 0);
    const reader = toReadableStream(from(source, ndjson(Row))).getReader();
    await reader.read();
    const reading = during ? reader.read() : undefined;
    await reader.cancel("enough");
    await reading;
    assert.deepEqual(source.open_partitions, []);
  }
});

test("toReadableStream: cancel works while the source is silent for ever", async () => {
  let closed = false;
  async function* silent() {
    try {
      yield 1;
      await new Promise(() => {});
    } finally {
      closed = true;
    }
  }
  const reader = toReadableStream(from(silent())).getReader();
  assert.equal((await reader.read()).value, 1);
  const reading = reader.read();
  await tick();
  await reader.cancel();
  assert.deepEqual(await reading, { done: true, value: undefined });
  assert.equal(closed, false);
});

test("toReadableStream: what stops the run errors the stream", async () => {
  const stream = toReadableStream(
    pipe(
      from([1, 2, 3]),
      map((n) => {
        if (n === 2) throw new Error("two");
        return n;
      }),
    ),
  );
  await assert.rejects(Array.fromAsync(stream), /two.*name a deadLetter/);
});

test("fromReadableStream: rows, and bytes through a format, in any chunks", async () => {
  assert.deepEqual(
    await collect(fromReadableStream(ReadableStream.from([1, 2]) as ReadableStream<number>)),
    [1, 2],
  );
  const bytes = lines(200);
  for (const size of [1, 7, 100, 10_000]) {
    const stream = ReadableStream.from(rechunk(bytes, size)) as ReadableStream<Uint8Array>;
    const out = await collect(fromReadableStream(stream, ndjson(Row)));
    assert.deepEqual(
      out.map(({ n }) => n),
      upTo(200),
    );
  }
});

test("fromReadableStream: an error of the stream stops the run; the end of the run cancels the stream", async () => {
  const broken = new ReadableStream<number>({
    pull: (controller) => controller.error(new Error("the socket closed")),
  });
  await assert.rejects(collect(fromReadableStream(broken)), /the socket closed/);
  const brokenBytes = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("the socket closed")),
  });
  await assert.rejects(collect(fromReadableStream(brokenBytes, ndjson(Row))), /the socket closed/);
  let cancelled = 0;
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(ENCODER.encode('{"n":1}\n')),
      cancel: () => void cancelled++,
    });
  for await (const _row of rows(fromReadableStream(endless(), ndjson(Row)))) break;
  assert.equal(cancelled, 1);
});

test("fromReadableStream: reads as rows are wanted", async () => {
  let pulled = 0;
  const source = new ReadableStream<number>(
    {
      pull: (controller) => controller.enqueue(pulled++),
    },
    { highWaterMark: 0 },
  );
  const iterator = rows(fromReadableStream(source))[Symbol.asyncIterator]();
  await iterator.next();
  for (let i = 0; i < 20; i++) await tick();
  assert.ok(pulled <= 5 * 1_024, `${pulled} rows were pulled for one`);
  await iterator.return?.();
});

test("fromReadableStream: a locked stream is refused", async () => {
  const stream = ReadableStream.from([1]) as ReadableStream<number>;
  stream.getReader();
  await assert.rejects(collect(fromReadableStream(stream)), { name: "TypeError" });
});

test("toTransformStream: rows through any operators", async () => {
  const operator = pipe(
    filter((n: number) => n % 2 === 0),
    flatMap((n) => [n, -n]),
  );
  const out = await Array.fromAsync(
    (ReadableStream.from(upTo(1_000)) as ReadableStream<number>).pipeThrough(toTransformStream(operator)),
  );
  assert.deepEqual(
    out,
    upTo(1_000)
      .filter((n) => n % 2 === 0)
      .flatMap((n) => [n, -n]),
  );
});

test("toTransformStream: a write waits while nobody reads", async () => {
  const { readable, writable } = toTransformStream(map((n: number) => n));
  const writer = writable.getWriter();
  let written = 0;
  const writing = (async () => {
    for (let n = 0; n < 20_000; n++) {
      await writer.ready;
      await writer.write(n);
      written += 1;
    }
    await writer.close();
  })();
  for (let i = 0; i < 20; i++) await tick();
  assert.ok(written <= 1, `${written} were written before anybody read`);
  const reader = readable.getReader();
  await reader.read();
  for (let i = 0; i < 50; i++) await tick();
  assert.ok(written <= 4 * 1_024, `${written} were written for one that was read`);
  let read = 1;
  while (!(await reader.read()).done) read += 1;
  await writing;
  assert.deepEqual([read, written], [20_000, 20_000]);
});

test("toTransformStream: errors reach both sides, from either", async () => {
  const fails = toTransformStream(
    map((n: number) => {
      if (n === 1) throw new Error("one");
      return n;
    }),
  );
  const writer = fails.writable.getWriter();
  writer.closed.catch(() => {});
  const reader = fails.readable.getReader();
  const reading = (async () => {
    for (;;) await reader.read();
  })();
  writer.write(0).catch(() => {});
  writer.write(1).catch(() => {});
  await assert.rejects(reading, /one/);
  await assert.rejects(async () => {
    for (let i = 0; i < 5; i++) await writer.write(2);
  });

  const aborted = toTransformStream(map((n: number) => n));
  const input = aborted.writable.getWriter();
  input.closed.catch(() => {});
  const output = aborted.readable.getReader();
  const pending = output.read();
  await tick();
  await input.abort(new Error("given up"));
  await assert.rejects(pending, /given up/);
});

test("toTransformStream: who cancels what comes out stops what goes in", async () => {
  const { readable, writable } = toTransformStream(map((n: number) => n));
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  const reader = readable.getReader();
  writer.write(1).catch(() => {});
  assert.equal((await reader.read()).value, 1);
  const reading = reader.read();
  await reader.cancel();
  await reading;
  await assert.rejects(async () => {
    for (let i = 0; i < 5; i++) await writer.write(2);
  });
});

test("rows: leaving the loop closes the source", async () => {
  const source = interleave({ a: rechunk(lines(100), 10) }, () => 0);
  for await (const { n } of rows(from(source, ndjson(Row)))) if (n === 5) break;
  assert.deepEqual(source.open_partitions, []);
  await assert.rejects(async () => {
    for await (const { n } of rows(from(source, ndjson(Row)))) if (n === 5) throw new Error("mine");
  }, /mine/);
  assert.deepEqual(source.open_partitions, []);
});

test("rows: return() before, during and after", async () => {
  const stream = from([1, 2]);
  const before = rows(stream)[Symbol.asyncIterator]();
  assert.deepEqual(await before.return?.(), { done: true, value: undefined });
  assert.deepEqual(await before.next(), { done: true, value: undefined });
  const during = rows(stream)[Symbol.asyncIterator]();
  const [first, returned] = await Promise.all([during.next(), during.return?.()]);
  assert.ok(first.done || first.value === 1);
  assert.equal(returned?.done, true);
  const after = rows(stream)[Symbol.asyncIterator]();
  const all = await Promise.all([after.next(), after.next(), after.next(), after.next()]);
  assert.deepEqual(
    all.map(({ value }) => value),
    [1, 2, undefined, undefined],
  );
  assert.equal((await after.return?.())?.done, true);
});

test("rows: an error comes after the rows before it, once", async () => {
  function* broken() {
    yield* [1, 2];
    throw new Error("broken");
  }
  const iterator = rows(from(broken()))[Symbol.asyncIterator]();
  const seen: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    await iterator.next().then(
      ({ done, value }) => seen.push(done ? "end" : value),
      (cause: Error) => seen.push(cause.message),
    );
  }
  assert.equal(seen.filter((one) => one === "broken").length, 1);
  assert.equal(seen.at(-1), "end");
});

test("rows: can be iterated again, a run each", async () => {
  const iterable = rows(from([1, 2]));
  assert.deepEqual(await Array.fromAsync(iterable), [1, 2]);
  assert.deepEqual(await Array.fromAsync(iterable), [1, 2]);
});
