import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Arena } from "./arena.ts";
import { Bug } from "./assert.ts";
import { type Holder, Pool, type PoolOptions } from "./pool.ts";

const MiB = 1024 * 1024;

/** Counts the listeners that `acquire` leaves on a signal. */
function counted(controller: AbortController): {
  readonly signal: AbortSignal;
  readonly listeners: () => number;
} {
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  let listeners = 0;
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  return { signal, listeners: () => listeners };
}

function take(holder: Holder): Arena {
  const arena = holder.tryAcquire();
  assert.ok(arena);
  return arena;
}

function refusal(options: PoolOptions): string {
  try {
    new Pool(options);
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
    return error.message;
  }
  throw new Error("the pool opened");
}

for (const plain of [false, true]) {
  const open = (arenas = 2, more: Partial<PoolOptions> = {}) =>
    new Pool({
      holders: { read: { arenas, arena_bytes: 64 }, out: { arenas: 2, arena_bytes: 128 } },
      plain,
      ...more,
    });

  describe(`Pool over ${plain ? "an ArrayBuffer" : "WebAssembly memory"}`, () => {
    test("POOL-01 the size is the sum of the holders, in multiples of 16", () => {
      const pool = new Pool({
        holders: { read: { arenas: 3, arena_bytes: 100 }, out: { arenas: 2, arena_bytes: 1 } },
        plain,
      });
      assert.equal(pool.size_bytes, 3 * 112 + 2 * 16);
      assert.ok(pool.u8.length >= pool.size_bytes);
      assert.equal(pool.u8.buffer instanceof ArrayBuffer, true);
      assert.equal(pool.holder("read").arena_bytes, 112);
      assert.equal(pool.holder("out").arena_bytes, 16);
    });

    test("POOL-01 a sum of exactly the limit opens, one byte less is refused with every holder named", () => {
      const holders = { read: { arenas: 2, arena_bytes: MiB }, out: { arenas: 3, arena_bytes: 1000 } };
      const size_bytes = 2 * MiB + 3 * 1008;
      assert.equal(new Pool({ holders, limit_bytes: size_bytes, plain }).size_bytes, size_bytes);
      assert.equal(
        refusal({ holders, limit_bytes: size_bytes - 1, plain }),
        "Cannot open the pool: its holders need 2100176 bytes (read 2 × 1048576, out 3 × 1008), the limit is 2100175",
      );
    });

    test("POOL-01 more than 2 GiB is refused whatever the limit says", () => {
      const holders = { read: { arenas: 2049, arena_bytes: MiB } };
      assert.match(refusal({ holders, limit_bytes: 2 ** 40, plain }), /the limit is 2147483648$/);
      assert.match(
        refusal({ holders: { all: { arenas: 1, arena_bytes: Infinity } }, plain }),
        /the limit is 2147483648$/,
      );
    });

    test("POOL-01 a limit that is not a number refuses", () => {
      assert.match(
        refusal({ holders: { a: { arenas: 1, arena_bytes: 1 } }, limit_bytes: NaN, plain }),
        /limit is NaN$/,
      );
    });

    test("POOL-01 a share of no arenas, or of no bytes, is refused by its name", () => {
      for (const arenas of [0, -1, 1.5, NaN]) {
        assert.equal(
          refusal({
            holders: { ok: { arenas: 1, arena_bytes: 1 }, bad: { arenas, arena_bytes: 16 } },
            plain,
          }),
          `Cannot open the pool: holder "bad" needs 1 arena or more, got ${arenas}`,
        );
      }
      for (const arena_bytes of [0, -16, 0.5, NaN]) {
        assert.equal(
          refusal({ holders: { bad: { arenas: 1, arena_bytes } }, plain }),
          `Cannot open the pool: holder "bad" needs arenas of 1 byte or more, got ${arena_bytes}`,
        );
      }
    });

    test("POOL-01 a pool of no holders opens, and closes", () => {
      const pool = new Pool({ holders: {}, plain });
      assert.deepEqual(pool.report(), { size_bytes: 0, kernel_bytes: 0, holders: [] });
      pool.close();
    });

    test("POOL-02 leases lie apart, inside the pool, on multiples of 16", () => {
      fc.assert(
        fc.property(
          fc.array(
            fc.record({
              arenas: fc.integer({ min: 1, max: 4 }),
              arena_bytes: fc.integer({ min: 1, max: 300 }),
            }),
            {
              minLength: 1,
              maxLength: 5,
            },
          ),
          (shares) => {
            const pool = new Pool({
              holders: Object.fromEntries(shares.map((share, i) => [`h${i}`, share])),
              plain,
            });
            const out: Arena[] = [];
            for (const [i, share] of shares.entries()) {
              const holder = pool.holder(`h${i}`);
              for (let arena = holder.tryAcquire(); arena; arena = holder.tryAcquire()) {
                assert.ok(arena.size_bytes >= share.arena_bytes);
                out.push(arena);
              }
            }
            out.sort((a, b) => a.start - b.start);
            let end = 0;
            for (const arena of out) {
              assert.equal(arena.start, end);
              assert.equal(arena.start % 16, 0);
              end += arena.size_bytes;
            }
            assert.equal(end, pool.size_bytes);
            for (const arena of out) arena.release();
            pool.close();
          },
        ),
        { numRuns: 50 },
      );
    });

    test("POOL-02 tryAcquire gives undefined when all are out", () => {
      const pool = open(1);
      const holder = pool.holder("read");
      using arena = holder.tryAcquire();
      assert.equal(arena?.leased, true);
      assert.equal(holder.tryAcquire(), undefined);
      assert.equal(holder.free, 0);
    });

    test("POOL-03 acquire on an empty holder waits, first come first served", async () => {
      const pool = open(1);
      const holder = pool.holder("read");
      const order: number[] = [];
      const first = await holder.acquire();
      const waits = [1, 2, 3].map(async (i) => {
        using _ = await holder.acquire();
        order.push(i);
      });
      await Promise.resolve();
      assert.deepEqual(order, []);
      assert.equal(pool.report().holders[0]?.waiting, 3);
      first.release();
      assert.equal(holder.free, 0);
      assert.equal(holder.tryAcquire(), undefined, "a newcomer takes nothing from those who wait");
      await Promise.all(waits);
      assert.deepEqual(order, [1, 2, 3]);
      pool.close();
    });

    test("POOL-03 a wait that ends in a lease leaves no listener on its signal", async () => {
      const holder = open(1).holder("read");
      const { signal, listeners } = counted(new AbortController());
      (await holder.acquire(signal)).release();
      assert.equal(listeners(), 0);
      const arena = take(holder);
      const wait = holder.acquire(signal);
      assert.equal(listeners(), 1);
      arena.release();
      using _ = await wait;
      assert.equal(listeners(), 0);
    });

    test("POOL-04 an aborted wait takes nothing, and those behind it move up", async () => {
      const pool = open(1);
      const holder = pool.holder("read");
      const arena = take(holder);
      const controller = new AbortController();
      const waits = [holder.acquire(), holder.acquire(controller.signal), holder.acquire()] as const;
      const reason = new Error("enough");
      controller.abort(reason);
      assert.equal(pool.report().holders[0]?.waiting, 2, "it has left at once");
      await assert.rejects(waits[1], (error) => error === reason);
      arena.release();
      (await waits[0]).release();
      (await waits[2]).release();
      pool.close();
    });

    test("POOL-04 a signal aborted before takes nothing though an arena is free", async () => {
      const holder = open(1).holder("read");
      const reason = new Error("before");
      await assert.rejects(holder.acquire(AbortSignal.abort(reason)), (error) => error === reason);
      assert.equal(holder.free, 1);
    });

    test("POOL-04 an arena released by an earlier listener of the same signal passes the aborted wait by", async () => {
      const pool = open(1);
      const holder = pool.holder("read");
      const arena = take(holder);
      const controller = new AbortController();
      controller.signal.addEventListener("abort", () => arena.release());
      const aborted = holder.acquire(controller.signal);
      const alive = holder.acquire();
      controller.abort();
      await assert.rejects(aborted, { name: "AbortError" });
      (await alive).release();
      assert.equal(holder.free, 1);
      pool.close();
    });

    test("POOL-04 the same when nobody else waits: the arena is free again", async () => {
      const holder = open(1).holder("read");
      const arena = take(holder);
      const controller = new AbortController();
      controller.signal.addEventListener("abort", () => arena.release());
      const aborted = holder.acquire(controller.signal);
      controller.abort();
      await assert.rejects(aborted, { name: "AbortError" });
      assert.equal(holder.free, 1);
    });

    test("POOL-04 a lease made before the signal fires is the caller's", async () => {
      const pool = open(1);
      const holder = pool.holder("read");
      const arena = take(holder);
      const controller = new AbortController();
      const wait = holder.acquire(controller.signal);
      arena.release();
      controller.abort();
      using given = await wait;
      assert.equal(given.leased, true);
      given.release();
      pool.close();
    });

    test("POOL-05 a holder never takes another's arenas", async () => {
      const pool = open(1);
      const read = pool.holder("read");
      const out = pool.holder("out");
      using _ = take(read);
      let got = false;
      const wait = read.acquire().then((arena) => {
        got = true;
        return arena;
      });
      take(out).release();
      await Promise.resolve();
      assert.equal(got, false, "an arena of another holder came home, and went to nobody");
      assert.equal(out.free, 2);
      assert.equal(read.tryAcquire(), undefined);
      _.release();
      (await wait).release();
      pool.close();
    });

    test("POOL-06 close asserts that all arenas came home, and says who has them", async () => {
      const pool = open(2);
      const holder = pool.holder("read");
      const arenas = [take(holder), take(holder)];
      const wait = holder.acquire();
      assert.throws(
        () => pool.close(),
        (error) =>
          error instanceof Bug &&
          error.message.endsWith("POOL-06 the pool was closed with arenas out: read 2 of 2, 1 waiting"),
      );
      for (const arena of arenas) arena.release();
      (await wait).release();
      pool.close();
    });

    test("the report tells leases, peaks and waits", async () => {
      const pool = open(3);
      const holder = pool.holder("read");
      for (const arena of [take(holder), take(holder)]) arena.release();
      using _ = take(holder);
      assert.deepEqual(pool.report(), {
        size_bytes: 3 * 64 + 2 * 128,
        kernel_bytes: 0,
        holders: [
          { name: "read", arenas: 3, arena_bytes: 64, leased: 1, peak: 2, waiting: 0 },
          { name: "out", arenas: 2, arena_bytes: 128, leased: 0, peak: 0, waiting: 0 },
        ],
      });
    });

    test("a holder that is not there is a bug", () => {
      assert.throws(() => open().holder("sink"), Bug);
    });

    test("POOL-02..06 hold over random acquires, aborts and releases", async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant("acquire" as const), at: fc.nat({ max: 20 }) }),
        fc.record({ do: fc.constant("abort" as const), at: fc.nat({ max: 20 }) }),
        fc.record({ do: fc.constant("release" as const), at: fc.nat({ max: 20 }) }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 3 }),
          fc.array(step, { maxLength: 40 }),
          async (arenas, steps) => {
            const pool = open(arenas, { verify: true });
            const holder = pool.holder("read");
            // The model: who waits, in order, and who has a lease.
            let asked = 0;
            const waiting: { id: number; controller: AbortController }[] = [];
            const expected: number[] = [];
            const got: { id: number; arena: Arena }[] = [];
            const refused: number[] = [];
            const aborted: number[] = [];
            for (const { do: what, at } of steps) {
              if (what === "acquire") {
                const id = asked++;
                const controller = new AbortController();
                if (expected.length < arenas) expected.push(id);
                else waiting.push({ id, controller });
                holder.acquire(controller.signal).then(
                  (arena) => got.push({ id, arena }),
                  () => refused.push(id),
                );
              } else if (what === "abort") {
                const [gone] = waiting.splice(at % (waiting.length || 1), 1);
                if (gone) aborted.push(gone.id);
                gone?.controller.abort();
              } else {
                const [done] = got.splice(at % (got.length || 1), 1);
                if (done === undefined) continue;
                expected.splice(expected.indexOf(done.id), 1);
                const next = waiting.shift();
                if (next) expected.push(next.id);
                done.arena.release();
              }
              // One hop for the promise, one for its `then`.
              await Promise.resolve();
              await Promise.resolve();
              assert.deepEqual(got.map(({ id }) => id).sort(), [...expected].sort());
              assert.deepEqual(refused, aborted);
              assert.equal(new Set(got.map(({ arena }) => arena.start)).size, got.length);
              assert.equal(holder.free, arenas - got.length);
              assert.equal(pool.report().holders[0]?.waiting, waiting.length);
            }
            for (const { controller } of waiting) controller.abort();
            for (const { arena } of got) arena.release();
            pool.close();
          },
        ),
        { numRuns: 100 },
      );
    });
  });
}

test("an absent WebAssembly gives the same pool over an ArrayBuffer", () => {
  const holders = { read: { arenas: 2, arena_bytes: 100 }, out: { arenas: 2, arena_bytes: 70_000 } };
  const [wasm, plain] = [new Pool({ holders }), new Pool({ holders, plain: true })];
  assert.deepEqual(plain.report(), wasm.report());
  for (const view of ["u8", "u32", "f64"] as const) assert.equal(plain[view].length, wasm[view].length);
  assert.equal(take(plain.holder("out")).start, take(wasm.holder("out")).start);
});

test("memory that the machine refuses is told with the holders that need it", () => {
  const real = globalThis.ArrayBuffer;
  // Stands in for an empty machine: no test can exhaust a real one kindly.
  globalThis.ArrayBuffer = class {
    constructor() {
      throw new RangeError("no memory");
    }
  } as unknown as typeof ArrayBuffer;
  try {
    const message = refusal({ holders: { read: { arenas: 1, arena_bytes: 16 } }, plain: true });
    assert.equal(
      message,
      "Cannot open the pool: its holders need 16 bytes (read 1 × 16), the machine has not that much to give",
    );
  } finally {
    globalThis.ArrayBuffer = real;
  }
});
