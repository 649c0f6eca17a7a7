import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { flatMap } from "../operators/flat-map.ts";
import { map } from "../operators/map.ts";
import { take } from "../operators/take.ts";
import { tap } from "../operators/tap.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, leakTest, memorySink, rechunk } from "../testing/mod.ts";
import { collect } from "./collect.ts";
import type { Fault } from "./fault.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";
import { type TransformPair, through } from "./through.ts";
import { to } from "./to.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const identity = () => new TransformStream<number, number>();
const text = "streams of text, in a fixed amount of memory\n".repeat(300);
const pieces = () => rechunk(new TextEncoder().encode(text), 1_000);

async function join(chunks: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

test("through: the standard streams: compress, decompress, decode", async () => {
  const round = pipe(
    from(pieces()),
    through<Uint8Array, Uint8Array>(
      () => new CompressionStream("gzip") as unknown as TransformPair<Uint8Array, Uint8Array>,
    ),
    through<Uint8Array, Uint8Array>(
      () => new DecompressionStream("gzip") as unknown as TransformPair<Uint8Array, Uint8Array>,
    ),
    through<Uint8Array, string>(
      () => new TextDecoderStream() as unknown as TransformPair<Uint8Array, string>,
    ),
  );
  assert.equal((await collect(round)).join(""), text);
  const packed = pipe(
    from(pieces()),
    through<Uint8Array, Uint8Array>(
      () => new CompressionStream("gzip") as unknown as TransformPair<Uint8Array, Uint8Array>,
    ),
  );
  const size = (await join(await collect(packed))).length;
  assert.ok(size < text.length / 10, `${size} bytes`);
});

test("through: order, counts and the end", async () => {
  const sink = memorySink<number>();
  const job = pipe(
    from(upTo(10_000)),
    through(identity),
    map((n) => n + 1),
    to(sink),
  );
  const report = await run(job).done;
  assert.deepEqual(
    sink.rows,
    upTo(10_000).map((n) => n + 1),
  );
  assert.deepEqual(
    report.operators.map(({ name, rowsIn, rowsOut }) => [name, rowsIn, rowsOut]),
    [
      ["through", 10_000, 10_000],
      ["map", 10_000, 10_000],
      ["memory", 10_000, 10_000],
    ],
  );
});

test("through: what the stream gives at its end, and nothing at all", async () => {
  const buffering = () => {
    const all: number[] = [];
    return new TransformStream<number, number[]>({
      transform: (n) => void all.push(n),
      flush: (controller) => controller.enqueue(all),
    });
  };
  assert.deepEqual(await collect(pipe(from([1, 2, 3]), through(buffering))), [[1, 2, 3]]);
  assert.deepEqual(await collect(pipe(from<number>([]), through(buffering))), [[]]);
  assert.deepEqual(await collect(pipe(from<number>([]), through(identity))), []);
});

test("through: views are copied out of their batch", async () => {
  const bytes = new TextEncoder().encode(
    upTo(100)
      .map((n) => `{"n":${n}}\n`)
      .join(""),
  );
  const source = interleave({ a: rechunk(bytes, 30) }, () => 0);
  type Row = { n: number };
  const late = () => {
    const all: Row[] = [];
    return new TransformStream<Row, Row>({
      transform: (row) => void all.push(row),
      flush: (controller) => {
        for (const row of all) controller.enqueue(row);
      },
    });
  };
  const stream = pipe(from(source, ndjson(type({ n: "number" }))), through(late));
  assert.deepEqual(
    await collect(stream, { verify: true }),
    upTo(100).map((n) => ({ n })),
  );
});

test("through: backpressure: what the stream does not take waits in front, at most 512 rows", async () => {
  let drawn = 0;
  let most = 0;
  let taken = 0;
  function* numbers() {
    for (; drawn < 5_000; ) yield drawn++;
  }
  const slow = () =>
    new TransformStream<number, number>({
      transform: async (n, controller) => {
        most = Math.max(most, drawn - taken);
        taken += 1;
        if (n % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
        controller.enqueue(n);
      },
    });
  assert.equal((await collect(pipe(from(numbers()), through(slow)))).length, 5_000);
  assert.ok(most <= 2 * 256 + 4, `${most} rows waited`);
});

test("through: backpressure: what the sink does not take waits behind", async () => {
  let given = 0;
  let most = 0;
  const counting = () =>
    new TransformStream<number, number>({
      transform: (n, controller) => {
        given += 1;
        controller.enqueue(n);
      },
    });
  const sink = memorySink<number>(async (call) => {
    if (call !== "write") return;
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    most = Math.max(most, given - sink.rows.length);
  });
  await run(pipe(from(upTo(10_000)), through(counting), to(sink))).done;
  assert.equal(sink.rows.length, 10_000);
  assert.ok(most <= 2 * 1_024 + 256 + 4, `${most} rows waited`);
});

test("through: an error in the stream stops the run with it", async () => {
  const reason = new Error("in the transform");
  const places: ((controller: TransformStreamDefaultController<number>) => void)[] = [
    () => {
      throw reason;
    },
    (controller) => controller.error(reason),
  ];
  for (const fails of places) {
    for (const at of [0, 1, 300, 999]) {
      const stream = () =>
        new TransformStream<number, number>({
          transform: (n, controller) => {
            if (n === at) fails(controller as never);
            else controller.enqueue(n);
          },
        });
      const sink = memorySink<number>();
      const handle = run(pipe(from(upTo(1_000)), through(stream), to(sink)));
      await assert.rejects(handle.done, (cause) => cause === reason);
      assert.equal(sink.state, "aborted");
    }
  }
  const atEnd = () =>
    new TransformStream<number, number>({
      flush: () => {
        throw reason;
      },
    });
  await assert.rejects(collect(pipe(from([1]), through(atEnd))), (cause) => cause === reason);
});

test("through: a stream that ends early wants no more", async () => {
  let drawn = 0;
  function* endless() {
    for (;;) yield drawn++;
  }
  const first = () =>
    new TransformStream<number, number>({
      transform: (n, controller) => {
        if (n < 5) controller.enqueue(n);
        else controller.terminate();
      },
    });
  assert.deepEqual(await collect(pipe(from(endless()), through(first))), [0, 1, 2, 3, 4]);
});

test("through: take behind it stops everything before", async () => {
  let drawn = 0;
  let closed = false;
  function* endless() {
    try {
      for (;;) yield drawn++;
    } finally {
      closed = true;
    }
  }
  assert.deepEqual(await collect(pipe(from(endless()), through(identity), take(3))), [0, 1, 2]);
  assert.equal(closed, true);
  assert.ok(drawn < 2_000, `${drawn} rows were drawn for three`);
});

test("through: several, with many rows of one in between", async () => {
  const stream = pipe(
    from(upTo(500)),
    through(identity),
    flatMap((n) => [n, n]),
    through(identity),
    flatMap((n) => [n, n]),
  );
  assert.deepEqual(
    await collect(stream),
    upTo(500).flatMap((n) => [n, n, n, n]),
  );
});

test("through: a fault behind it carries its row, and no partition", async () => {
  const bytes = new TextEncoder().encode('{"n":1}\n{"n":2}\n{"n":3}\n');
  const faults = memorySink<Fault>();
  const double = () =>
    new TransformStream<{ n: number }, { m: number }>({
      transform: ({ n }, controller) => controller.enqueue({ m: n * 2 }),
    });
  const job = pipe(
    from([bytes], ndjson(type({ n: "number" }))),
    through(double),
    tap(({ m }) => {
      if (m === 4) throw new Error("four");
    }),
    to(memorySink()),
  );
  await run(job, { deadLetter: to(faults) }).done;
  assert.deepEqual(
    faults.rows.map(({ operator, partition, offset, bytes: of }) => [
      operator,
      partition,
      offset,
      new TextDecoder().decode(of),
    ]),
    [["tap", "", -1, '{"m":4}']],
  );
});

test("through: a pair that cannot be made fails the run", async () => {
  const broken = () => {
    throw new Error("no such encoding");
  };
  await assert.rejects(collect(pipe(from([1]), through(broken))), /no such encoding/);
});

test("through: nothing is left of many runs", async () => {
  const { calls } = await leakTest(() => collect(pipe(from([1, 2]), through(identity), take(1))), {
    repeats: 20,
  });
  assert.equal(calls, 40);
});

test("through: TextLineStream of @std/streams", async () => {
  // A variable: a static import of what JSR gives aborts a whole test run where JSR is out of reach.
  const specifier = "@std/streams";
  type Lines = { TextLineStream: new () => TransformPair<string, string> };
  let streams: Lines;
  try {
    streams = (await import(specifier)) as Lines;
  } catch (cause) {
    const { message } = cause as Error;
    console.warn(`\n*** NOT TESTED: @std/streams could not be loaded (is JSR out of reach?): ${message}\n`);
    return;
  }
  const { TextLineStream } = streams;
  const lines = pipe(
    from(pieces()),
    through<Uint8Array, string>(
      () => new TextDecoderStream() as unknown as TransformPair<Uint8Array, string>,
    ),
    through(() => new TextLineStream()),
  );
  assert.deepEqual(await collect(lines), text.trimEnd().split("\n"));
});
