import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Arena } from "./arena.ts";
import { Bug } from "./assert.ts";
import { type Holder, Pool } from "./pool.ts";

function take(holder: Holder): Arena {
  const arena = holder.tryAcquire();
  assert.ok(arena);
  return arena;
}

const rule = (id: string) => (error: unknown) => error instanceof Bug && error.message.includes(id);

for (const plain of [false, true]) {
  const open = (verify = false) =>
    new Pool({
      holders: { first: { arenas: 1, arena_bytes: 48 }, read: { arenas: 1, arena_bytes: 64 } },
      verify,
      plain,
    });

  describe(`Arena over ${plain ? "an ArrayBuffer" : "WebAssembly memory"}`, () => {
    test("is a window on the pool's memory at `start`", () => {
      const pool = open();
      using arena = take(pool.holder("read"));
      assert.equal(arena.start, 48);
      assert.equal(arena.size_bytes, 64);
      assert.equal(arena.bytes.length, 64);
      assert.equal(arena.bytes.byteOffset, 48);
      arena.bytes.set([1, 2, 3]);
      assert.deepEqual([...pool.u8.subarray(48, 51)], [1, 2, 3]);
    });

    test("starts a lease with nothing filled", () => {
      const holder = open().holder("read");
      {
        using arena = take(holder);
        assert.equal(arena.filled_bytes, 0);
        arena.filled_bytes = 10;
      }
      using again = take(holder);
      assert.equal(again.filled_bytes, 0);
    });

    test("ARENA-01 release twice is a bug", () => {
      const pool = open();
      const arena = take(pool.holder("read"));
      arena.release();
      assert.equal(arena.leased, false);
      assert.throws(
        () => arena.release(),
        rule('ARENA-01 an arena was released twice (holder "read", offset 48)'),
      );
      pool.close();
    });

    test("ARENA-01 a stale lease cannot end the lease that came after it", () => {
      const holder = open().holder("read");
      const stale = take(holder);
      stale.release();
      const now = take(holder);
      assert.throws(() => stale.release(), rule("ARENA-01"));
      stale[Symbol.dispose]();
      assert.equal(now.leased, true);
      assert.equal(holder.free, 0);
      now.release();
    });

    test("ARENA-02 bytes after release is a bug", () => {
      const holder = open().holder("read");
      const arena = take(holder);
      arena.release();
      assert.throws(
        () => arena.bytes,
        rule('ARENA-02 the bytes of an arena were used after its release (holder "read"'),
      );
      using now = take(holder);
      assert.equal(now.bytes.length, 64);
      assert.throws(() => arena.bytes, rule("ARENA-02"), "also when its memory is leased again");
    });

    test("ARENA-03 a released arena is poisoned under verify, its neighbours are not", () => {
      const pool = open(true);
      using neighbour = take(pool.holder("first"));
      neighbour.bytes.fill(7);
      const arena = take(pool.holder("read"));
      arena.bytes.fill(9);
      const kept = arena.bytes;
      arena.release();
      assert.ok(kept.every((byte) => byte === 0xdb));
      assert.ok(neighbour.bytes.every((byte) => byte === 7));
    });

    test("ARENA-03 memory handed straight to a waiter is poisoned before", async () => {
      const holder = open(true).holder("read");
      const arena = take(holder);
      const wait = holder.acquire();
      arena.bytes.fill(9);
      arena.release();
      using next = await wait;
      assert.ok(next.bytes.every((byte) => byte === 0xdb));
    });

    test("without verify the bytes stay as they were", () => {
      const holder = open().holder("read");
      const arena = take(holder);
      arena.bytes.fill(9);
      arena.release();
      using next = take(holder);
      assert.ok(next.bytes.every((byte) => byte === 9));
    });

    test("`using` releases at the end of the block, also on a throw, also after a release", () => {
      const pool = open();
      const holder = pool.holder("read");
      let seen: Arena | undefined;
      assert.throws(() => {
        using arena = take(holder);
        seen = arena;
        throw new Error("in the block");
      }, /in the block/);
      assert.equal(seen?.leased, false);
      {
        using arena = take(holder);
        arena.release();
      }
      assert.equal(holder.free, 1);
      pool.close();
    });
  });
}
