// No kind of job leaves anything behind, however it ends; and what does leave something is noticed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type } from "arktype";
import { readFiles, writeFile } from "../../adapters/files/mod.ts";
import { sqliteTable } from "../../adapters/sqlite/mod.ts";
import {
  collect,
  count,
  flatMap,
  fork,
  from,
  type Job,
  map,
  ndjson,
  pipe,
  preview,
  type RunOptions,
  rows,
  run,
  through,
  to,
  toReadableStream,
  tumbling,
  validate,
  window,
} from "../mod.ts";
import { LawError, leakTest } from "./mod.ts";

/** Bun's figures of its heap. */
interface BunHeap {
  readonly heapStats: () => { readonly heapSize: number; readonly extraMemorySize: number };
}

/** The heap after a collection, without the memory of pools: which is there for as long as their garbage is. */
async function heapMeter(): Promise<() => number> {
  const { Bun } = globalThis as { Bun?: { gc: (force: boolean) => void } };
  if (Bun !== undefined) {
    const jsc = "bun:jsc";
    const { heapStats } = (await import(jsc)) as BunHeap;
    return () => {
      Bun.gc(true);
      const { heapSize, extraMemorySize } = heapStats();
      return heapSize - extraMemorySize;
    };
  }
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  return () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
}
const heap_bytes = await heapMeter();
/** 5 KiB a run. */
const noise_bytes = 128 * 1024;

const folder = mkdtempSync(join(tmpdir(), "millrace-leaks-"));
after(() => rmSync(folder, { recursive: true }));

const Event = type({ ts: "number", kind: "string" });
const Row = type({ kind: "string", n: "number" });
const lines = Array.from({ length: 300 }, (_, i) => JSON.stringify({ ts: i * 1_000, kind: `k${i % 7}` }));
const bytes = new TextEncoder().encode(`${lines.join("\n")}\nno event\n`);
const options: RunOptions = { record_bytes: 1_024, deadLetter: "drop" };
const events = () => from([bytes], ndjson(Event));
const windows = () =>
  pipe(
    events(),
    validate(type({ kind: "string > 0" })),
    window({ over: tumbling({ minutes: 1 }), time: "ts", by: ["kind"], compute: { n: count() } }),
  );
const toSinks = (): Job =>
  pipe(
    windows(),
    fork({
      file: to(writeFile(join(folder, "out")), ndjson()),
      table: to(sqliteTable(join(folder, "db"), "t")),
    }),
  );
const identity = () => new TransformStream<Event, Event>();
type Event = typeof Event.infer;

/** A job that fails on its way. */
const broken = <Row>() => map<Row, Row>(() => assert.fail("broken"));

const KINDS: Readonly<Record<string, () => Promise<unknown>>> = {
  "rows that are collected": () => collect(from(lines), options),
  "windows over lines": () => collect(windows(), options),
  "files to a file and a table": async () => {
    await run(pipe(windows(), to(writeFile(join(folder, "in.ndjson")), ndjson())), options).done;
    await run(
      pipe(
        from(readFiles(join(folder, "in.ndjson")), ndjson(Row)),
        flatMap((row) => [row, row]),
        to(sqliteTable(join(folder, "more.db"), "t", { replace: true })),
      ),
      options,
    ).done;
  },
  "two sinks": () => run(toSinks(), options).done,
  "a job that is cancelled": async () => {
    const cancel = new AbortController();
    const handle = run(toSinks(), { ...options, signal: cancel.signal });
    await Promise.resolve();
    cancel.abort(new Error("enough"));
    await handle.done.catch(() => {});
  },
  "a signal that lives on": async () => {
    await collect(events(), { ...options, signal: forEver });
  },
  "a job that fails": () =>
    collect(pipe(events(), broken()), { ...options, faults: { stopAbove: 0.1 } }).catch(() => {}),
  "a web stream between operators, left early": () => preview(pipe(events(), through(identity)), 3, options),
  "rows that are iterated, left early": async () => {
    for await (const _ of rows(events(), options)) break;
  },
  "a web stream of rows, left early": async () => {
    const reader = toReadableStream(events(), options).getReader();
    await reader.read();
    await reader.cancel();
  },
};
const forEver = new AbortController().signal;

for (const [name, job] of Object.entries(KINDS)) {
  test(`nothing stays behind: ${name}`, async () => {
    const { heap } = await leakTest(job, { repeats: 25, heap_bytes, noise_bytes });
    assert.equal(typeof heap, "object");
  });
}

test("what stays behind is noticed", async () => {
  const kept: unknown[] = [];
  const keeps = async () => void kept.push(await collect(events(), options));
  await assert.rejects(leakTest(keeps, { repeats: 25, heap_bytes, noise_bytes }), LawError);
  const steady = await leakTest(() => {}, { repeats: 2, heap_bytes: () => 7 });
  assert.deepEqual(steady, { calls: 4, heap: { growth_bytes: 0 } });
  let heap = 0;
  const grows = leakTest(() => {}, { repeats: 2, heap_bytes: () => ++heap * 1_000, noise_bytes: 999 });
  await assert.rejects(grows, /the heap grew by 1000 bytes in 2 calls, three times in a row; 999 are noise/);
  assert.equal(heap, 4);
});
