import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import type { Arena } from "../memory/arena.ts";
import type { Operator } from "../operator.ts";
import { flatMap } from "../operators/flat-map.ts";
import { fork } from "../operators/fork.ts";
import { map } from "../operators/map.ts";
import { tap } from "../operators/tap.ts";
import { ndjson } from "../scan/ndjson.ts";
import { interleave, memorySink, rechunk } from "../testing/mod.ts";
import type { Fault } from "./fault.ts";
import { from } from "./from.ts";
import { pipe } from "./pipe.ts";
import { type Run, run } from "./run.ts";
import type { Sink } from "./sink.ts";
import type { Batch, Source } from "./source.ts";
import { through } from "./through.ts";
import { to } from "./to.ts";

const Row = type({ n: "number" });
const bytes = new TextEncoder().encode(
  Array.from({ length: 12 }, (_, n) => `{"n":${n}}\n`)
    .join("")
    .concat("broken\n"),
);

/** Runs `fn` with every unhandled rejection counted as a failure. */
async function quietly(fn: () => Promise<void>): Promise<void> {
  const heard: unknown[] = [];
  const onRejection = (reason: unknown) => heard.push(reason);
  process.on("unhandledRejection", onRejection);
  try {
    await fn();
    // Rejections are reported after the microtasks of their turn.
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  } finally {
    process.off("unhandledRejection", onRejection);
  }
  assert.deepEqual(heard, [], "unhandled rejections");
}

/** Everything asynchronous that a run meets calls `step` at its beginning and at its end. */
function world(step: (where: string) => void) {
  const open = new Set<string>();
  const around = async <T>(where: string, work: () => T | Promise<T>): Promise<T> => {
    step(`${where}: begins`);
    await Promise.resolve();
    const result = await work();
    step(`${where}: ends`);
    return result;
  };
  const inner = interleave({ a: rechunk(bytes, 60), b: rechunk(bytes, 100) }, () => 0, { turns: 3 });
  const source: Source = {
    ...inner,
    partitions: (signal) => around("partitions", () => inner.partitions(signal)),
    commit: () => around("commit", () => {}),
    open: (position, signal) => {
      const reader = inner.open(position, signal);
      open.add(`reader ${position.partition}`);
      step("reader open");
      return {
        next: (arena: Arena) => around("read", () => reader.next(arena)),
        return: () =>
          around("return", async () => {
            open.delete(`reader ${position.partition}`);
            return (await reader.return?.()) ?? { done: true, value: undefined };
          }),
      };
    },
  };
  const sink = <Unit>(name: string): Sink<Unit> => ({
    name,
    open: (_context) =>
      around(`${name} open`, () => {
        open.add(name);
        return {
          write: () => around(`${name} write`, () => {}),
          flush: () => around(`${name} flush`, () => {}),
          close: () => around(`${name} close`, () => void open.delete(name)),
          abort: () => around(`${name} abort`, () => void open.delete(name)),
        };
      }),
  });
  function* many(n: number) {
    open.add("iterable");
    try {
      for (let i = 0; i < 3; i++) {
        step("iterable");
        yield n;
      }
    } finally {
      open.delete("iterable");
    }
  }
  const job = pipe(
    from(source, ndjson(Row)),
    tap(() => step("row")),
    flatMap(({ n }) => many(n)),
    fork<number>({
      rows: to(sink<number>("rows")),
      bytes: to(sink<Batch>("bytes"), ndjson()) as Operator<number, never> as never,
      web: pipe(
        through(
          () => new TransformStream<number, number>({ transform: (n, controller) => controller.enqueue(n) }),
        ),
        tap(() => step("row behind a web stream")),
        to(sink<number>("web")),
      ),
    }),
  );
  return { job, open, deadLetter: sink<Batch>("deadLetter") };
}

const options = { verify: true, batch_bytes: 100, record_bytes: 64 } as const;
const leased = (handle: Run) => handle.metrics().pool.holders.filter((holder) => holder.leased > 0);

test("cancelled at every await and every row: all is closed, all memory is home, nothing goes unheard", async () => {
  let steps = 0;
  const whole = world(() => {
    steps += 1;
  });
  await run(whole.job, { ...options, deadLetter: whole.deadLetter }).done;
  assert.deepEqual([...whole.open], []);
  assert.ok(steps > 250, `${steps} positions`);
  await quietly(async () => {
    for (let at = 1; at <= steps; at++) {
      const cancel = new AbortController();
      const reason = new Error(`cancelled at ${at}`);
      let seen = 0;
      let where = "";
      const { job, open, deadLetter } = world((place) => {
        seen += 1;
        if (seen !== at) return;
        where = place;
        cancel.abort(reason);
      });
      const handle = run(job, { ...options, deadLetter, signal: cancel.signal });
      const [settled] = await Promise.allSettled([handle.done]);
      // Web streams do not take the same turns every time: there may have been one await less.
      if (seen < at) continue;
      // Cancelled while the last output was being published, it may have ended well.
      if (settled.status === "rejected") assert.equal(settled.reason, reason, where);
      else assert.match(where, /close|return/, `the run ended well though it was cancelled at: ${where}`);
      assert.deepEqual([...open], [], `cancelled at ${where}`);
      assert.deepEqual(leased(handle), [], `cancelled at ${where}`);
    }
  });
});

test("failing at every await: the run rejects with that, and all is closed", async () => {
  let steps = 0;
  const whole = world(() => {
    steps += 1;
  });
  await run(whole.job, { ...options, deadLetter: whole.deadLetter }).done;
  await quietly(async () => {
    for (let at = 1; at <= steps; at += 3) {
      const reason = new Error(`failed at ${at}`);
      let seen = 0;
      let where = "";
      const { job, open, deadLetter } = world((place) => {
        seen += 1;
        if (seen !== at) return;
        where = place;
        throw reason;
      });
      const handle = run(job, { ...options, deadLetter });
      const [settled] = await Promise.allSettled([handle.done]);
      if (seen < at) continue;
      // What a callback throws is a fault of the row.
      if (/^(row$|row behind|iterable)/.test(where)) assert.equal(settled.status, "fulfilled", where);
      else assert.equal(settled.status === "rejected" && settled.reason, reason, where);
      assert.deepEqual(leased(handle), [], `failed at ${where}`);
      if (!/return|open|close|abort/.test(where)) assert.deepEqual([...open], [], `failed at ${where}`);
    }
  });
});

test("stopped at every await and every row: it ends well, with what came through", async () => {
  let steps = 0;
  const whole = world(() => {
    steps += 1;
  });
  await run(whole.job, { ...options, deadLetter: whole.deadLetter }).done;
  for (let at = 1; at <= steps; at += 2) {
    let seen = 0;
    let handle: Run | undefined;
    const { job, open, deadLetter } = world(() => {
      seen += 1;
      if (seen === at) void handle?.stop();
    });
    handle = run(job, { ...options, deadLetter });
    const report = await handle.done;
    assert.deepEqual([...open], []);
    if (seen < at) continue;
    assert.equal(report.stopped || at === 1, true);
    const [forked] = report.operators.filter(({ name }) => name === "flatMap");
    assert.equal(forked?.rowsOut, (forked?.rowsIn ?? 0) * 3);
    assert.equal(report.rowsOut, 3 * (forked?.rowsOut ?? 0));
  }
});

test("stop() at once: nothing is read, outputs are whole", async () => {
  const source = interleave({ a: [bytes] }, () => 0);
  const sink = memorySink<unknown>();
  const handle = run(pipe(from(source, ndjson(Row)), to(sink)));
  const report = await handle.stop();
  assert.deepEqual([report.stopped, report.rowsIn, sink.state], [true, 0, "published"]);
});

test("stop() ends an endless job, also one with a dead letter, and windows close", async () => {
  for (const deadLetter of ["drop", to(memorySink<Fault>())] as const) {
    let drawn = 0;
    async function* endless() {
      for (;;) {
        drawn += 1;
        if (drawn % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
        yield drawn;
      }
    }
    const sink = memorySink<number>();
    const job = pipe(
      from(endless()),
      tap((n) => {
        if (n === 100) void handle.stop();
      }),
      to(sink),
    );
    const handle = run(job, { deadLetter });
    const report = await handle.done;
    assert.equal(report.stopped, true);
    assert.ok(sink.rows.length >= 100 && sink.state === "published");
  }
});

test("await using cancels the run and waits until it has closed", async () => {
  const source = interleave({ a: rechunk(bytes, 10) }, () => 0);
  const sink = memorySink<unknown>(() => new Promise((resolve) => setTimeout(resolve, 1)));
  let rejected: unknown;
  {
    await using handle = run(pipe(from(source, ndjson(Row)), to(sink)), { deadLetter: "drop" });
    handle.done.catch((cause: unknown) => {
      rejected = cause;
    });
    while (sink.rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert.equal((rejected as Error).name, "AbortError");
  assert.equal(sink.state, "aborted");
  assert.deepEqual(source.open_partitions, []);
});

test("await using after the end does nothing", async () => {
  await using handle = run(pipe(from([1]), to(memorySink<number>())));
  assert.equal((await handle.done).rowsOut, 1);
});

test("cancelled before it begins, nothing is opened", async () => {
  const opened: string[] = [];
  const { job } = world((where) => opened.push(where));
  const reason = new Error("never");
  await assert.rejects(
    run(job, { deadLetter: "drop", signal: AbortSignal.abort(reason) }).done,
    (c) => c === reason,
  );
  assert.deepEqual(
    opened.filter((where) => /open/.test(where)),
    [],
  );
});

test("a source that is silent for ever is cancelled all the same: of rows, of bytes, and web streams", async () => {
  const never = () => new Promise<never>(() => {});
  let cancelledWith: unknown[] = [];
  const silent = <T>(first: T) =>
    new ReadableStream<T>({
      start: (controller) => controller.enqueue(first),
      pull: never,
      cancel: (reason) => void cancelledWith.push(reason),
    });
  async function* generator<T>(first: T) {
    yield first;
    await never();
  }
  const line = new TextEncoder().encode('{"n":1}\n');
  const inputs = [
    () => from(generator({ n: 1 })),
    () => from(generator(line), ndjson(Row)),
    () => from<{ n: number }>(silent({ n: 1 }) as never),
    () => from(silent(line) as never, ndjson(Row)),
    () =>
      pipe(
        from(generator({ n: 1 })),
        through(() => new TransformStream<{ n: number }, { n: number }>()),
      ),
  ];
  for (const input of inputs) {
    for (const how of ["cancel", "stop"] as const) {
      cancelledWith = [];
      const sink = memorySink<{ n: number }>();
      const cancel = new AbortController();
      const reason = new Error("enough");
      const handle = run(
        pipe(
          input(),
          map((row) => row),
          to(sink),
        ),
        { signal: cancel.signal },
      );
      while (sink.rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      if (how === "stop") {
        assert.equal((await handle.stop()).rowsOut, 1);
        continue;
      }
      cancel.abort(reason);
      await assert.rejects(handle.done, (cause) => cause === reason);
      assert.ok(cancelledWith.every((with_) => with_ === reason));
    }
  }
});

test("what a source's return rejects with is the run's failure, and never unheard", async () => {
  await quietly(async () => {
    const inner = interleave({ a: [bytes], b: rechunk(bytes, 10) }, () => 0);
    const source: Source = {
      ...inner,
      open: (position, signal) => ({
        ...inner.open(position, signal),
        next: inner.open(position, signal).next,
        return: async () => {
          throw new Error("cannot close");
        },
      }),
    };
    const job = pipe(from(source, ndjson(Row)), to(memorySink()));
    await assert.rejects(run(job, { deadLetter: "drop" }).done, /cannot close/);
    await assert.rejects(run(job).done, /name a deadLetter/);
    async function* stubborn() {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what is tested
        throw new Error("not closed");
      }
    }
    const handle = run(pipe(from(stubborn()), to(memorySink<number>())));
    await new Promise((resolve) => setTimeout(resolve, 0));
    await handle.stop().catch((cause: Error) => assert.equal(cause.message, "not closed"));
  });
});

test("a source that cannot be opened fails the run", async () => {
  const inner = interleave({ a: [bytes] }, () => 0);
  const sink = memorySink<unknown>();
  for (const source of [
    { ...inner, partitions: () => Promise.reject(new Error("no such source")) },
    {
      ...inner,
      open: () => {
        throw new Error("no such source");
      },
    },
    { ...inner, open: () => ({ next: () => Promise.reject(new Error("no such source")) }) },
    {
      ...inner,
      open: () => ({
        next: () => {
          throw new Error("no such source");
        },
      }),
    },
  ] as Source[]) {
    await assert.rejects(run(pipe(from(source, ndjson(Row)), to(sink))).done, /no such source/);
    assert.notEqual(sink.state, "open");
  }
});

test("rows from an iterable that throws: the run rejects with that", async () => {
  function* broken() {
    yield 1;
    yield 2;
    throw new Error("broken");
  }
  async function* brokenLater() {
    yield 1;
    throw new Error("broken");
  }
  const noIterator = {
    [Symbol.iterator]: () => {
      throw new Error("broken");
    },
  };
  for (const rows of [broken(), brokenLater(), noIterator as Iterable<number>]) {
    const sink = memorySink<number>();
    await assert.rejects(run(pipe(from(rows), to(sink)), { deadLetter: "drop" }).done, /broken/);
    assert.notEqual(sink.state, "published");
  }
});
