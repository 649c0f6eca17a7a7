import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { type } from "arktype";
import { map } from "../operators/map.ts";
import { encodeOne, encoderOf } from "../row/drive-rows.ts";
import { PLAIN } from "../row/shape.ts";
import { byteSource } from "../run/byte-source.ts";
import { collect } from "../run/collect.ts";
import type { Fault } from "../run/fault.ts";
import { from } from "../run/from.ts";
import type { RunOptions } from "../run/options.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import type { Sink } from "../run/sink.ts";
import type { Batch } from "../run/source.ts";
import { to } from "../run/to.ts";
import { interleave, memorySink, random, rechunk, rechunkAtRandom } from "../testing/mod.ts";
import type { Format } from "./format.ts";
import { json } from "./json.ts";
import { hasKernel } from "./kernel/kernel.ts";
import { ndjson } from "./ndjson.ts";
import { randomDocument } from "./script/fuzz/document-cases.ts";
import { textBytes } from "./script/fuzz/drive.ts";
import { makeRandom } from "./script/fuzz/random.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();
const Row = type({ n: "number", "s?": "string", "in?": { a: "number[]" } });
const KERNELS = hasKernel() ? (["javascript", "wasm"] as const) : (["javascript"] as const);

/** A sink of bytes that keeps the text, and how often it was written to. */
function textSink(fresh = true): Sink<Batch> & { text: string; writes: number } {
  const sink = {
    name: "text",
    text: "",
    writes: 0,
    open: async () => ({
      fresh,
      write: async (batches: readonly Batch[]) => {
        sink.writes += 1;
        for (const { arena, start, end } of batches)
          sink.text += DECODER.decode(arena.bytes.slice(start, end));
      },
      flush: async () => {},
      close: async () => {},
      abort: async () => {},
    }),
  };
  return sink;
}

/** Rows as `[offset, n]`, and faults, of a document that comes in pieces. */
async function outcome(pieces: readonly Uint8Array[], options: RunOptions) {
  const rows = memorySink<unknown>();
  const faults = memorySink<Fault>();
  const job = pipe(
    from(
      interleave({ p: [...pieces] }, () => 0, { turns: 4 }),
      json(Row),
    ),
    map((row, { offset }) => [offset, row.n]),
    to(rows),
  );
  const report = await run(job, { deadLetter: to(faults), verify: true, ...options }).done;
  return { rows: rows.rows, faults: faults.rows, report };
}

function records(count: number): { n: number; s: string; in: { a: number[] } }[] {
  return Array.from({ length: count }, (_, n) => ({
    n,
    s: `${"x".repeat(n % 90)}"],{\\${n % 7 === 0 ? "é\n" : ""}`,
    in: { a: [n, n / 2] },
  }));
}

describe("json", () => {
  it("reads what JSON.parse reads, however it is laid out and cut, with both kernels", async () => {
    const chance = random(5);
    const rows = records(300);
    for (const indent of [undefined, 1, "\t"]) {
      const bytes = ENCODER.encode(`\ufeff${JSON.stringify(rows, undefined, indent)}\n`);
      for (const kernel of KERNELS) {
        for (const format of [json(Row), json()] as Format<unknown, never>[]) {
          for (const count of [0, 1, 40]) {
            const pieces = rechunkAtRandom(bytes, count, chance);
            const options = {
              kernel,
              verify: true,
              batch_bytes: 1 + chance.below(3_000),
              record_bytes: 4_096,
            };
            assert.deepEqual(await collect(from(byteSource("b", pieces), format), options), rows);
          }
        }
      }
    }
  });

  it("reads one object, of a request perhaps", async () => {
    const body = ENCODER.encode('{\n  "n": 1,\n  "in": { "a": [1,\n2] }\n}\n');
    for (const kernel of KERNELS) {
      for (const pieces of [[body], rechunk(body, 1), rechunk(body, 7)]) {
        assert.deepEqual(await collect(from(byteSource("b", pieces), json(Row)), { kernel }), [
          { n: 1, in: { a: [1, 2] } },
        ]);
        assert.deepEqual(await collect(from(byteSource("b", pieces), json()), { kernel }), [
          { n: 1, in: { a: [1, 2] } },
        ]);
      }
    }
    for (const nothing of ["", "\n", "[]", " [\n] "]) {
      assert.deepEqual(await collect(from([ENCODER.encode(nothing)], json(Row))), []);
    }
  });

  it("reads integers as the options say", async () => {
    const bytes = ENCODER.encode('[{"id":9007199254740993},\n{"id":1}]');
    const Id = type({ id: "number" });
    const big = await collect(from([bytes], json(Id, { int64: ["id"] })));
    assert.deepEqual(big, [{ id: 9007199254740993n }, { id: 1n }]);
    const double = await collect(from([bytes], json(Id, { numbers: "double" })));
    assert.deepEqual(double, [{ id: 9007199254740992 }, { id: 1 }]);
    await assert.rejects(collect(from([bytes], json(Id))), /id is an integer beyond/);
  });

  it("says what is wrong between elements, where, and with which bytes", async () => {
    const text = '[{"n":1},,\n {"n":"x"},{"n":2}{"n":3},7,{"n":4},{"n":5},]\n{"n":6}\n';
    const expected = [
      [text.indexOf(",\n"), "json", ",", "a comma has no element before it"],
      [text.indexOf('{"n":"x"}'), "schema", '{"n":"x"}', 'n must be a number (was "x")'],
      [
        text.indexOf('{"n":2}'),
        "json",
        '{"n":2}{"n":3}',
        'the record is not a JSON object: it goes wrong at byte 7: {"n":3}',
      ],
      [text.indexOf("7,"), "json", "7", "the record is not a JSON object: it goes wrong at byte 0: 7"],
      [
        text.indexOf("]"),
        "json",
        ']\n{"n":6}',
        "this follows where the array ends, or a comma stands before its bracket",
      ],
    ];
    const bytes = ENCODER.encode(text);
    for (const kernel of KERNELS) {
      for (let cut = 0; cut < bytes.length; cut++) {
        const { rows, faults, report } = await outcome(rechunk(bytes, [cut]), { kernel });
        assert.deepEqual(
          rows,
          [1, 4, 5].map((n) => [text.indexOf(`{"n":${n}`), n]),
        );
        assert.deepEqual(
          faults.map((fault) => [fault.offset, fault.code, DECODER.decode(fault.bytes), fault.message]),
          expected.map(([offset, code, record, message]) => [
            offset,
            code,
            String(record).replace("\n", " "),
            message,
          ]),
        );
        assert.deepEqual([report.rowsIn, report.partitions[0]?.offset], [8, bytes.length]);
      }
    }
  });

  it("never takes an array that is cut off for a whole one", async () => {
    const text = '[{"n":1},\n{"n":2}]';
    for (const kernel of KERNELS) {
      for (let length = 1; length < text.length; length++) {
        const bytes = ENCODER.encode(text.slice(0, length));
        const { rows, faults } = await outcome([bytes], { kernel });
        assert.deepEqual(rows, length >= text.indexOf(",") + 1 ? [[1, 1]] : []);
        assert.deepEqual(
          faults.map(({ code, message }) => [code, message]),
          [["json", "the document ends before its array is closed"]],
        );
      }
    }
  });

  it("reads past an element that is too long, at every cut, and takes those around it", async () => {
    const long = `{"n":2,"s":"${'],\\\\\\"'.repeat(8)}"}`;
    const text = `[{"n":1}, ${long},\n{"n":3},${long}${long} ,${long},{"n":4},${long}]  `;
    const bytes = ENCODER.encode(text);
    const at = [...text.matchAll(/\{"n":2/g)].map(({ index }) => index);
    const tooLong = [
      [at[0], long.length],
      [at[1], 2 * long.length + 1],
      [at[3], long.length],
      [at[4], long.length],
    ];
    const check = async (pieces: Uint8Array[], options: RunOptions) => {
      const { rows, faults, report } = await outcome(pieces, options);
      assert.deepEqual(
        rows,
        [1, 3, 4].map((n) => [text.indexOf(`{"n":${n}}`), n]),
      );
      assert.deepEqual(
        faults.map(({ offset, message }) => [
          offset,
          Number(/must be at most \d+ bytes, was (\d+)/.exec(message)?.[1]),
        ]),
        tooLong,
      );
      for (const { offset, bytes: kept } of faults) assert.ok(text.startsWith(DECODER.decode(kept), offset));
      assert.deepEqual([report.rowsIn, report.partitions[0]?.offset], [7, bytes.length]);
    };
    for (let cut = 1; cut < bytes.length; cut++) {
      await check(rechunk(bytes, [cut]), { kernel: KERNELS[cut % KERNELS.length]!, record_bytes: 20 });
    }
    for (const kernel of KERNELS) {
      for (const size of [1, 2, 3, 5, 19, 20, 21, 22]) {
        await check(rechunk(bytes, size), { kernel, record_bytes: 20, batch_bytes: 1 + (size % 4) });
      }
      for (const record_bytes of [16, long.length - 1]) await check([bytes], { kernel, record_bytes });
    }
  });

  it("answers the same of any document, however it is cut, where elements are too long", async () => {
    // MILLRACE_SEED=… MILLRACE_CASES=… for a soak.
    const { MILLRACE_CASES, MILLRACE_SEED } = process.env;
    const first = MILLRACE_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(MILLRACE_SEED);
    for (let seed = first; seed < first + Number(MILLRACE_CASES ?? 25); seed++) {
      const chance = makeRandom(seed);
      const bytes = textBytes(randomDocument(chance));
      const record_bytes = 16 + chance.below(100);
      const answer = async (pieces: readonly Uint8Array[], kernel: RunOptions["kernel"]) => {
        const options = { kernel, record_bytes, batch_bytes: 1 + chance.below(200) };
        const { rows, faults, report } = await outcome(pieces as Uint8Array[], options as RunOptions);
        return [
          rows,
          faults.map(({ code, offset, bytes, message }) => [code, offset, bytes, message]),
          report.rowsIn,
        ];
      };
      const expected = await answer([bytes], "javascript");
      for (const kernel of KERNELS) {
        for (const size of [1, 2 + chance.below(70)]) {
          const seen = await answer(rechunk(bytes, size), kernel);
          assert.deepEqual(
            seen,
            expected,
            `MILLRACE_SEED=${seed} MILLRACE_CASES=1: cut by ${size}, ${kernel}`,
          );
        }
      }
    }
  });

  it("takes an element of exactly record_bytes, and white space of any length", async () => {
    const exact = '{"n":1234567890}';
    const space = " \n".repeat(50);
    const good = `${space}[${space}${exact},${space}${exact},${exact}]${space}`;
    const cases: [string, number, string[]][] = [
      [good, 3, []],
      [exact, 1, []],
      [`[${exact} ,${exact}]`, 1, ["too-long"]],
      [`${exact} `, 0, ["too-long"]],
      [`[${exact}`, 0, ["json"]],
      [`[${exact},{"n":12345678901},${exact}]x`, 2, ["too-long", "json"]],
    ];
    for (const [text, count, codes] of cases) {
      const bytes = ENCODER.encode(text);
      for (let size = 1; size <= bytes.length; size += size < 40 ? 1 : 17) {
        const { rows, faults } = await outcome(rechunk(bytes, size), { record_bytes: 16 });
        assert.equal(rows.length, count, text);
        assert.deepEqual(
          faults.map(({ code }) => code),
          codes,
          text,
        );
      }
    }
  });

  it("writes rows of several lines as one line of NDJSON", async () => {
    const rows = records(20);
    const bytes = ENCODER.encode(JSON.stringify(rows, undefined, 2));
    for (const kernel of KERNELS) {
      const sink = textSink();
      await run(pipe(from([bytes], json(Row)), to(sink, ndjson(Row))), { kernel }).done;
      const lines = sink.text.trimEnd().split("\n");
      assert.deepEqual(
        lines.map((line) => JSON.parse(line)),
        rows,
      );
    }
  });
});

describe("json, written", () => {
  it("is one array of all rows, views and plain ones, in arenas of any size", async () => {
    const rows = records(200);
    const source = () => from([ENCODER.encode(JSON.stringify(rows))], json(Row));
    for (const kernel of KERNELS) {
      for (const record_bytes of [1_000, 100_000]) {
        const sinks = [textSink(), textSink()] as const;
        await run(pipe(source(), to(sinks[0], json(Row))), { kernel, record_bytes }).done;
        const plain = pipe(
          source(),
          map((row) => ({ ...row })),
        );
        await run(pipe(plain, to(sinks[1], json())), { kernel, record_bytes }).done;
        for (const { text, writes } of sinks) {
          assert.deepEqual(JSON.parse(text), rows);
          assert.ok(writes > 1 || record_bytes > 1_000);
          assert.ok(text.startsWith("[\n{") && text.endsWith("}\n]\n"));
        }
      }
    }
  });

  it("is an empty array when there are no rows", async () => {
    const sink = textSink();
    await run(pipe(from<{ n: number }>([]), to(sink, json())), {}).done;
    assert.equal(sink.text, "[]\n");
  });

  it("leaves out a row that JSON cannot say", async () => {
    const sink = textSink();
    const job = pipe(from<unknown>([undefined, { n: 1 }, undefined, { n: 2 }]), to(sink, json()));
    await run(job, { deadLetter: "drop" }).done;
    assert.deepEqual(JSON.parse(sink.text), [{ n: 1 }, { n: 2 }]);
  });

  it("is not added to what is there", async () => {
    const job = pipe(from([{ n: 1 }]), to(textSink(false), json()));
    await assert.rejects(run(job, {}).done, /Cannot write json: an array must be the whole output/);
  });

  it("keeps within its room, the bracket at the end included", () => {
    const encoder = encoderOf(json(), PLAIN);
    assert.equal(encodeOne(encoder, { n: 1 }), '[\n{"n":1}');
    const into = new Uint8Array(64);
    assert.equal(encoder.encode({ n: 1 }, into, 0, 11), -1);
    const end = encoder.encode({ n: 1 }, into, 0, 12);
    assert.equal(end, 9);
    assert.equal(encoder.end?.(into, end), 12);
  });
});
