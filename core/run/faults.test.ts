import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import type { Arena } from "../memory/arena.ts";
import { operator } from "../operator.ts";
import { filter } from "../operators/filter.ts";
import { flatMap } from "../operators/flat-map.ts";
import { map } from "../operators/map.ts";
import { take } from "../operators/take.ts";
import { tap } from "../operators/tap.ts";
import { validate } from "../operators/validate.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, memorySink, random, rechunkAtRandom } from "../testing/mod.ts";
import { type FaultRecord, faultRecord } from "./dead-letter.ts";
import { type Fault, FaultError } from "./fault.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { run } from "./run.ts";
import type { Sink } from "./sink.ts";
import type { Batch } from "./source.ts";
import { through } from "./through.ts";
import { to } from "./to.ts";

const Row = type({ n: "number" });
const ENCODER = new TextEncoder();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A sink of bytes that keeps the lines it gets. */
function lineSink(): Sink<Batch> & { readonly lines: () => FaultRecord[] } {
  let written = "";
  return {
    name: "lines",
    lines: () =>
      written
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as FaultRecord),
    open: async () => ({
      write: async (batches) => {
        for (const { arena, start, end } of batches)
          written += text((arena as Arena).bytes.subarray(start, end));
      },
      flush: async () => {},
      close: async () => {},
      abort: async () => {},
    }),
  };
}

test("a dead letter gets every fault with its code, bytes, place and operator, whatever the chunks", async () => {
  const lines = [
    '{"n":1}',
    "{broken",
    '{"n":"text"}',
    '{"n":2}',
    "",
    '{"n":-3}',
    '{"n":4}',
    '{"n":5,"x":"\u00e9"}',
    '{"n":12345678901234567890}',
    "[1]",
  ];
  const bytes = ENCODER.encode(lines.join("\n"));
  const offsetOf = (i: number) =>
    ENCODER.encode(
      lines
        .slice(0, i)
        .map((line) => `${line}\n`)
        .join(""),
    ).length;
  const positive = type({ n: "number > 0" });
  const expected = [
    ["json", "ndjson", 1],
    ["schema", "ndjson", 2],
    ["invalid", "validate", 5],
    ["callback", "map", 6],
    ["callback", "tap", 7],
    ["int64", "ndjson", 8],
    ["json", "ndjson", 9],
  ].map(([code, by, i]) => [code, by, "interleaved", "p", offsetOf(i as number), lines[i as number]]);
  const chance = random(5);
  for (let round = 0; round < 30; round++) {
    const faults = memorySink<Fault>();
    const sink = memorySink<number>();
    const source = interleave({ p: rechunkAtRandom(bytes, chance.below(30), chance) }, () => 0);
    const job = pipe(
      from(source, ndjson(Row)),
      validate(positive),
      map(({ n }) => {
        if (n === 4) throw new Error("no four");
        return n;
      }),
      tap((n) => {
        if (n === 5) throw "not an error";
      }),
      to(sink),
    );
    const report = await run(job, { deadLetter: to(faults), verify: true, batch_bytes: 1 + chance.below(40) })
      .done;
    assert.deepEqual(
      faults.rows.map((fault) => [
        fault.code,
        fault.operator,
        fault.source,
        fault.partition,
        fault.offset,
        text(fault.bytes),
      ]),
      expected,
    );
    assert.deepEqual(sink.rows, [1, 2]);
    assert.deepEqual(report.faults, { json: 2, schema: 1, invalid: 1, callback: 2, int64: 1 });
    assert.deepEqual([report.rowsIn, report.rowsOut], [9, 2]);
    assert.match(faults.rows[3]?.message ?? "", /map: a function of the job failed: Error: no four/);
    assert.equal((faults.rows[3]?.cause as Error | undefined)?.message, "no four");
    assert.match(faults.rows[4]?.message ?? "", /not an error/);
  }
});

test("a dead letter named by a sink of bytes gets lines that say it all", async () => {
  const sink = lineSink();
  const bytes = new Uint8Array([
    ...ENCODER.encode('{"n":1}\n{"s":"'),
    0xff,
    0xfe,
    ...ENCODER.encode('"}\n{"n":true}\n'),
  ]);
  await run(pipe(from([bytes], ndjson(Row)), to(memorySink())), { deadLetter: sink }).done;
  const [utf8, schema] = sink.lines();
  assert.deepEqual(
    [utf8?.reason, utf8?.operator, utf8?.source, utf8?.partition, utf8?.offset],
    ["utf8", "ndjson", "bytes", "0", 8],
  );
  assert.equal(utf8?.record, '{"s":"\ufffd\ufffd"}');
  const raw = Uint8Array.from(atob(utf8?.recordBytes ?? ""), (c) => c.charCodeAt(0));
  assert.deepEqual(raw, bytes.subarray(8, 18));
  assert.deepEqual(
    [schema?.reason, schema?.record, schema?.recordBytes],
    ["schema", '{"n":true}', undefined],
  );
});

test("without a dead letter the first fault stops the run, and nothing behind it passes", async () => {
  const seen: number[] = [];
  const sink = memorySink<unknown>();
  const bytes = ENCODER.encode('{"n":1}\n{"n":"x"}\n{"n":3}\n');
  const job = pipe(
    from([bytes], ndjson(Row)),
    tap(({ n }) => void seen.push(n)),
    to(sink),
  );
  await assert.rejects(run(job).done, (cause) => {
    assert.ok(cause instanceof FaultError);
    assert.match(cause.message, /^0 at 8: n must be .*\(was "x"\) \[schema\]; name a deadLetter to go on$/);
    assert.deepEqual([cause.fault.code, cause.fault.offset], ["schema", 8]);
    return true;
  });
  assert.deepEqual(seen, [1]);
  assert.equal(sink.state, "aborted");
  assert.deepEqual(sink.rows, []);
});

test("a FaultError's cause is what the callback threw", async () => {
  const thrown = new RangeError("the reason");
  const job = pipe(
    from([1]),
    map(() => {
      throw thrown;
    }),
    to(memorySink()),
  );
  await assert.rejects(run(job).done, (cause) => (cause as Error).cause === thrown);
});

test('"drop" only counts', async () => {
  const job = pipe(from([ENCODER.encode('{"n":1}\nx\ny\n{"n":2}')], ndjson(Row)), to(memorySink()));
  const { faults, rowsIn, rowsOut } = await run(job, { deadLetter: "drop" }).done;
  assert.deepEqual([faults, rowsIn, rowsOut], [{ json: 2 }, 4, 2]);
});

test("faults.stopAbove is judged from 1,000 rows on, and at the end", async () => {
  const job = (rows: number, bad: (i: number) => boolean) =>
    pipe(
      from(Array.from({ length: rows }, (_, i) => i)),
      filter((i) => {
        if (bad(i)) throw new Error("bad");
        return true;
      }),
      to(memorySink<number>()),
    );
  const options = (stopAbove: number) => ({ deadLetter: "drop", faults: { stopAbove } }) as const;
  // The first ten rows are bad: too much at first, not at the end.
  assert.deepEqual(
    (
      await run(
        job(5_000, (i) => i < 10),
        options(0.01),
      ).done
    ).faults,
    { callback: 10 },
  );
  let seen = 0;
  const counting = job(100_000, (i) => {
    seen += 1;
    return i % 2 === 0;
  });
  await assert.rejects(run(counting, options(0.2)).done, {
    name: "RangeError",
    message: /^Run stopped: \d+ of \d+ rows are faults, more than faults.stopAbove = 0.2 allows$/,
  });
  assert.ok(seen <= 1_001, `${seen} rows were passed`);
  await assert.rejects(
    run(
      job(10, (i) => i === 3),
      options(0.05),
    ).done,
    /1 of 10 rows are faults/,
  );
  assert.equal(
    (
      await run(
        job(10, (i) => i === 3),
        options(0.1),
      ).done
    ).rowsOut,
    9,
  );
  await assert.rejects(
    run(
      job(10, (i) => i === 3),
      options(0),
    ).done,
    /1 of 10/,
  );
});

test("the dead letter's pace is the run's: 100,000 faults wait in no more than 256 and one write", async () => {
  let passed = 0;
  let most = 0;
  const slow = memorySink<number>(async (call) => {
    if (call !== "write") return;
    most = Math.max(most, passed - slow.rows.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  const job = pipe(
    from(Array.from({ length: 100_000 }, (_, i) => i)),
    map((i) => {
      passed += 1;
      throw i;
    }),
    to(memorySink()),
  );
  const deadLetter = pipe(
    map((fault: Fault) => fault.offset),
    to(slow),
  );
  const report = await run(job, { deadLetter }).done;
  assert.deepEqual(report.faults, { callback: 100_000 });
  assert.deepEqual(
    slow.rows,
    Array.from({ length: 100_000 }, (_, i) => i),
  );
  // 256 in the queue, 1,024 gathered and 1,024 in the write.
  assert.ok(most <= 256 + 2 * 1_024 + 1, `${most} faults waited`);
});

test("the dead letter's queue is bounded by bytes too", async () => {
  const big = `{"n":"${"x".repeat(400_000)}"}\n`;
  let most = 0;
  let passed = 0;
  let written = 0;
  const nothing = async () => {};
  const slow: Sink<Batch> = {
    name: "slow",
    open: async () => ({
      write: async (batches) => {
        most = Math.max(most, passed - written);
        await new Promise((resolve) => setTimeout(resolve, 0));
        for (const { start, end } of batches) written += Math.round((end - start) / 400_000);
      },
      flush: nothing,
      close: nothing,
      abort: nothing,
    }),
  };
  function* many() {
    for (; passed < 60; passed++) yield ENCODER.encode(big);
  }
  await run(pipe(from(many(), ndjson(Row)), to(memorySink())), { deadLetter: slow }).done;
  assert.equal(written, 60);
  // 4 MiB in the queue, three arenas of two lines each, and what is being read.
  assert.ok(most < 30, `${most} faults of 400 KB waited`);
});

test("a fault whose line would not fit is cut, and says so", async () => {
  // Quotes, control characters and invalid bytes grow the most on their way into JSON.
  for (const fill of ['"', "\u0001", "\u00fc", "\u{1f600}"]) {
    const sink = lineSink();
    const record = `{"n":${fill.repeat(20_000)}`;
    const bytes = ENCODER.encode(`{"n":1}\n${record}\n{"n":2}\n`);
    const report = await run(pipe(from([bytes], ndjson(Row)), to(memorySink())), {
      deadLetter: sink,
      record_bytes: 100_000,
    }).done;
    const [fault, ...more] = sink.lines();
    assert.equal(more.length, 0);
    assert.ok(record.startsWith(fault?.record ?? "?"), "what is kept is the record's beginning");
    if (fault?.record !== record) assert.match(fault?.message ?? "", /the first \d+ of \d+ bytes are kept/);
    assert.deepEqual([report.rowsOut, Object.values(report.faults)], [2, [1]]);
  }
});

test("a dead letter fits also where records must be tiny", async () => {
  const sink = lineSink();
  const job = pipe(from([ENCODER.encode('{"n":1}\nbroken\n')], ndjson(Row)), to(memorySink()));
  await run(job, { deadLetter: sink, record_bytes: 16 }).done;
  assert.equal(sink.lines()[0]?.record, "broken");
});

test("faultRecord cuts a record of which the JSON would be longer than 512 KiB", () => {
  const bytes = new Uint8Array(1_000_000).fill(0x22);
  const fault: Fault = {
    code: "json",
    message: "bad",
    operator: "o",
    source: "s",
    partition: "p",
    offset: 0,
    bytes,
  };
  const made = faultRecord(fault);
  assert.ok(JSON.stringify(made).length <= 512 * 1024);
  assert.ok(made.record.length > 100_000);
  assert.match(made.message, /^bad; the first \d+ of 1000000 bytes are kept$/);
});

test("what the dead letter itself refuses stops the run", async () => {
  const bytes = ENCODER.encode("broken\nbroken too\n");
  const job = pipe(from([bytes], ndjson(Row)), to(memorySink()));
  const throws = pipe(
    map((_fault: Fault): number => {
      throw new Error("no words");
    }),
    to(memorySink<number>()),
  );
  await assert.rejects(run(job, { deadLetter: throws }).done, /the dead letter refused a fault: .*no words/);
  const refuses = pipe(validate<Fault, typeof never>(never), to(memorySink()));
  await assert.rejects(run(job, { deadLetter: refuses }).done, /the dead letter refused a fault/);
});
const never = type({ code: "'never'" });

test("a dead letter whose sink fails stops the run with that", async () => {
  for (const at of ["open", "write", "flush", "close"] as const) {
    const sink = memorySink<Fault>((call) => {
      if (call === at) throw new Error(`failed to ${at}`);
    });
    const main = memorySink<unknown>();
    const job = pipe(from([ENCODER.encode('{"n":1}\nbroken\n')], ndjson(Row)), to(main));
    await assert.rejects(run(job, { deadLetter: to(sink) }).done, new RegExp(`failed to ${at}`));
  }
});

test("a dead letter may be any pipeline: with flatMap, take, through", async () => {
  const bytes = ENCODER.encode("broken\n".repeat(2_000));
  const job = () => pipe(from([bytes], ndjson(Row)), to(memorySink()));
  const twice = memorySink<number>();
  await run(job(), {
    deadLetter: pipe(
      flatMap((f: Fault) => [f.offset, f.offset]),
      to(twice),
    ),
  }).done;
  assert.equal(twice.rows.length, 4_000);
  const few = memorySink<Fault>();
  const report = await run(job(), { deadLetter: pipe(take<Fault>(3), to(few)) }).done;
  assert.deepEqual([few.rows.length, report.faults], [3, { json: 2_000 }]);
  const passed = memorySink<number>();
  const over = pipe(
    map((fault: Fault) => fault.offset),
    through(() => new TransformStream<number, number>()),
    to(passed),
  );
  await run(job(), { deadLetter: over }).done;
  assert.equal(passed.rows.length, 2_000);
});

test("a throw that nobody guards is a fault of the pipeline, and counts right", async () => {
  const bad = operator<number, number>("bad", (next) => ({
    row: (row) => {
      if (row === 2) throw new Error("unguarded");
      next.row(row);
    },
  }));
  const faults = memorySink<Fault>();
  const report = await run(pipe(from([1, 2, 3]), bad, to(memorySink<number>())), { deadLetter: to(faults) })
    .done;
  assert.deepEqual([faults.rows[0]?.operator, faults.rows[0]?.code], ["pipeline", "callback"]);
  const bads = report.operators.find(({ name }) => name === "bad");
  assert.deepEqual([bads?.rowsIn, report.rowsOut], [3, 2]);
});

test("a throw while the stream ends is a fault, and the rest still ends", async () => {
  const atEnd = operator<number, number>("atEnd", (next) => ({
    row: next.row,
    end: () => {
      next.row(99);
      next.end();
    },
  }));
  const sink = memorySink<number>();
  const job = pipe(
    from([1, 2]),
    atEnd,
    map((n) => {
      if (n === 99) throw new Error("at the end");
      return n;
    }),
    to(sink),
  );
  const report = await run(job, { deadLetter: "drop" }).done;
  assert.deepEqual([sink.rows, sink.state, report.faults], [[1, 2], "published", { callback: 1 }]);
});

test("a fault of a plain row carries the row as it came, as JSON", async () => {
  const faults = memorySink<Fault>();
  const job = pipe(
    from([{ n: 1 }, { n: 2n }, { n: 3 }] as { n: unknown }[]),
    map(({ n }) => ({ m: n })),
    flatMap(function* (row) {
      yield row;
      if (row.m !== 1) throw new Error("midway");
    }),
    to(memorySink<unknown>()),
  );
  await run(job, { deadLetter: to(faults) }).done;
  assert.deepEqual(
    faults.rows.map((fault) => [text(fault.bytes), fault.offset, fault.partition]),
    [
      ['{"n":2}', 1, "0"],
      ['{"n":3}', 2, "0"],
    ],
  );
});
