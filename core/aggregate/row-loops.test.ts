import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CHUNK_rows } from "../row/chunk.ts";
import { hasKernel } from "../scan/kernel/kernel.ts";
import { makeKernelMemory } from "../scan/script/fuzz/drive.ts";
import { NumberSets } from "./number-sets.ts";
import { hashOf, RowLoops } from "./row-loops.ts";

const SLOTS = 40;
const SHIFT = 32 - 5;
const TABLE = 7;

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.nat(3),
  fc.integer({ min: -5_000, max: 5_000 }).map((cents) => cents / 100),
  fc.constantFrom(0, -0, 2 ** 53, 1e308, 5e-324, Number.POSITIVE_INFINITY, Number.NaN),
);
const given = fc
  .record({
    rows: fc.uniqueArray(fc.nat(CHUNK_rows - 1), { maxLength: 60 }).map((rows) => rows.sort((a, b) => a - b)),
    slots: fc.array(fc.nat(SLOTS - 1), { minLength: 1, maxLength: 40 }),
    numbers: fc.array(number, { minLength: 1, maxLength: 40 }),
    values: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(3_000) }, fc.constantFrom(-2, -1, 0)), {
      minLength: 1,
      maxLength: 40,
    }),
    full: fc.array(fc.nat(SLOTS - 1), { maxLength: 3 }),
    forgotten: fc.array(fc.nat(60), { maxLength: 2 }),
    largest: fc.boolean(),
    times: fc.tuple(fc.nat(3), fc.oneof(fc.nat(3), number)),
    from: fc.nat(5),
  })
  .filter(({ rows, from }) => from <= rows.length);
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** Has every loop work on the same columns, in the kernel's memory or elsewhere, and gives all that it left there. */
function run(isKernel: boolean, given: Given): unknown[] {
  const loops = new RowLoops(isKernel ? makeKernelMemory(65_536).kernel : undefined);
  const fill = <Of extends Int32Array | Float64Array>(
    column: Of,
    length: number,
    of: readonly number[],
  ): Of => {
    const filled = loops.grown(column, length);
    for (let i = 0; i < length; i++) filled[i] = of[i % of.length] as number;
    return filled;
  };
  const words = new Int32Array(0);
  const doubles = new Float64Array(0);
  const { from, largest } = given;
  const to = given.rows.length;
  const rows = loops.grown(words, CHUNK_rows);
  rows.set(given.rows);
  const slots = fill(words, CHUNK_rows, given.slots);
  const numbers = fill(doubles, CHUNK_rows, given.numbers);
  const values = fill(words, CHUNK_rows, given.values);
  const marks = loops.grown(new Uint8Array(0), SLOTS);
  const seen: unknown[] = [];

  const counts = loops.grown(doubles, SLOTS);
  loops.count(counts, slots, from, to);
  const highs = loops.grown(doubles, SLOTS);
  const lows = loops.grown(doubles, SLOTS);
  for (let i = from; i < to; i++) {
    i = loops.sum(highs, lows, slots, rows, numbers, i, to);
    seen.push(i);
  }
  const best = fill(doubles, SLOTS, [largest ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY]);
  const finite = fill(
    doubles,
    CHUNK_rows,
    given.numbers.map((n) => n || 0),
  );
  loops.extreme(largest, best, marks, 4, slots, rows, finite, from, to);
  seen.push([...counts], [...highs], [...lows], [...best], [...marks]);
  seen.push(loops.within(numbers, rows, from, to, ...given.times));
  seen.push(loops.largest(finite, rows, from, to, given.times[0] || 0));

  const memory = loops.grown(words, 3 * 32);
  for (const id of given.values) memory.set([TABLE, id & 31, id], (hashOf(TABLE, id) >>> SHIFT) * 3);
  for (const id of given.forgotten) memory[(hashOf(TABLE, id) >>> SHIFT) * 3] = TABLE + 1;
  const found = loops.grown(words, CHUNK_rows);
  seen.push(loops.recall(memory, SHIFT, TABLE, values, rows, from, to, found), [...found.subarray(0, to)]);

  const sets = new NumberSets(loops);
  sets.reserve(SLOTS);
  const sizes = loops.grown(words, SLOTS);
  for (const slot of given.full) sizes[slot] = slot % 2 === 0 ? -1 : 1_000;
  for (let round = 0; round < 2; round++) {
    for (let i = from; i < to; i++) {
      i = sets.addRows(slots, rows, values, i, to, sizes, 1_000);
      seen.push(i);
      const value = values[rows[i] as number] as number;
      if (i < to && value > 0) seen.push(sets.add(slots[i] as number, value - 1));
    }
    for (let slot = 0; slot < SLOTS; slot++) seen.push(sets.list(slot));
    seen.push([...sizes]);
    // Their pages are used again.
    for (const slot of given.slots) sets.reset(slot);
  }
  return seen;
}

describe("loops over rows", () => {
  it("are the same in the kernel and in JavaScript", {
    skip: !hasKernel() && "no WebAssembly with SIMD",
  }, () => {
    fc.assert(
      fc.property(given, (given) => {
        assert.deepEqual(run(true, given), run(false, given));
      }),
      { numRuns: 300 },
    );
  });

  it("keep columns that grow large out of the kernel's memory", () => {
    const { kernel } = makeKernelMemory(65_536);
    const loops = new RowLoops(kernel);
    const small = loops.grown(new Int32Array(0), 16);
    assert.equal(small.buffer, (kernel?.u8 ?? small).buffer);
    small[3] = 5;
    const large = loops.grown(small, 200_000);
    assert.notEqual(large.buffer, kernel?.u8.buffer);
    assert.deepEqual([large.length >= 200_000, large[3], large[4]], [true, 5, 0]);
  });

  it("leave most of the kernel's memory to others", () => {
    const { kernel } = makeKernelMemory(65_536);
    const loops = new RowLoops(kernel);
    const columns = Array.from({ length: 1_000 }, () => loops.grown(new Int32Array(0), 16_384));
    const inside = columns.filter(({ buffer }) => buffer === kernel?.u8.buffer).length;
    assert.ok(inside * 65_536 <= (kernel?.heap_bytes ?? 0) / 4, `${inside} columns`);
    assert.ok(kernel === undefined || kernel.allocate(kernel.heap_bytes / 2) > 0);
  });
});
