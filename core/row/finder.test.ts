import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { hasKernel } from "../scan/kernel/kernel.ts";
import { makeKernelMemory, makeMemory } from "../scan/script/fuzz/drive.ts";
import { CHUNK_rows, Chunk } from "./chunk.ts";
import { byteLane, CodeLane, type Lane, wordLane } from "./lane.ts";

const bound = fc.oneof(
  fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 1.5),
  fc.double(),
);
const range = fc.record({
  least: fc.constantFrom(Number.NEGATIVE_INFINITY, 0, -1.5, 5e-324),
  most: fc.constantFrom(Number.POSITIVE_INFINITY, 0, 2, 1e300),
  above: bound,
  below: bound,
  integer: fc.boolean(),
});
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 2, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);
const columns = fc.record({
  rows: fc.constantFrom(0, 1, 2, 15, 16, 17, 333, CHUNK_rows - 1, CHUNK_rows),
  marks: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 255), { minLength: 1, maxLength: 40 }),
  before: fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: 1, maxLength: 40 }),
  numbers: fc.array(number, { minLength: 1, maxLength: 40 }),
  codes: fc.array(fc.nat(70), { minLength: 1, maxLength: 40 }),
  known: fc.array(fc.tuple(fc.nat(60), fc.constantFrom(1, -1, -2, 7, 65_535)), { maxLength: 30 }),
  value: fc.constantFrom(0, 1, 2, 255),
  range,
});
type Columns = typeof columns extends fc.Arbitrary<infer T> ? T : never;

/** Has every loop of a chunk's finder look at the same columns, in the kernel's memory or elsewhere. */
function look(isKernel: boolean, { rows, marks, before, numbers, codes, known, value, range }: Columns) {
  const memory = isKernel ? makeKernelMemory(65_536) : makeMemory(65_536);
  const { kernel } = memory;
  const chunk = new Chunk(memory);
  chunk.begin(0, 8, rows);
  const { find } = chunk;
  const fill = <Values extends Uint8Array | Int32Array | Float64Array>(
    values: Values,
    from: readonly number[],
  ) => {
    for (let row = 0; row < CHUNK_rows; row++) values[row] = from[row % from.length] as number;
    return values;
  };
  const list = (many: number) => [...find.found.subarray(0, many)];
  const lane = (from: readonly number[]): Lane<Uint8Array> => {
    const made = byteLane(kernel, CHUNK_rows);
    fill(made.values, from);
    return made;
  };
  const at = kernel?.allocate(8 * CHUNK_rows) ?? 0;
  const values = kernel ? kernel.f64.subarray(at >> 3, (at >> 3) + CHUNK_rows) : new Float64Array(CHUNK_rows);
  fill(values, numbers);
  const ofCodes = wordLane(kernel, CHUNK_rows);
  fill(ofCodes.values, codes);
  const byCode = new CodeLane((length) => wordLane(kernel, length));
  const verdicts = new CodeLane((length) => byteLane(kernel, length));
  for (const [code, entry] of known) {
    byCode.set(code, entry);
    verdicts.set(code, entry & 0xff);
  }
  const into = wordLane(kernel, CHUNK_rows);
  const packed = wordLane(kernel, CHUNK_rows);
  fill(find.aside.values, marks);
  const seen: unknown[] = [];
  const numberColumn = { at, of: () => values };
  const codeColumn = { at: ofCodes.at, of: () => ofCodes.values, used: true };
  seen.push(list(find.outside(chunk, numberColumn, values, range)));
  seen.push(list(find.outside(chunk, numberColumn, values)));
  seen.push(list(find.unmarked(chunk, codeColumn, ofCodes.values, verdicts.lane)));
  seen.push(list(find.others(chunk, lane(before), value)));
  seen.push(list(find.marked(chunk, lane(before), value)));
  seen.push(list(find.lookUp(chunk, codeColumn, ofCodes.values, byCode.lane, into)));
  seen.push([...into.values.subarray(0, rows)]);
  find.pack(chunk, ofCodes, ofCodes, packed);
  seen.push([...packed.values.subarray(0, rows)]);
  for (let row = 0; row < rows; row++) memory.u32[8 * row + 2] = marks[row % marks.length] as number;
  seen.push(find.markRefused(chunk, memory.u32, 2, 9), [...chunk.aside.subarray(0, rows)]);
  return seen;
}

describe("finding rows", () => {
  it("is the same in the kernel and in JavaScript", {
    skip: !hasKernel() && "no WebAssembly with SIMD",
  }, () => {
    fc.assert(
      fc.property(columns, (given) => {
        assert.deepEqual(look(true, given), look(false, given));
      }),
      { numRuns: 300 },
    );
  });

  it("finds what is outside, and only on the short way", () => {
    const given: Columns = {
      rows: 6,
      marks: [0, 0, 0, 1, 0, 0],
      before: [0],
      numbers: [1, Number.NaN, 7, 99, 1.5, -1],
      codes: [3, 0, 4, 5, 3, 3],
      known: [[3, 7]],
      value: 0,
      range: { least: 0, most: 5, above: Number.NaN, below: Number.NaN, integer: true },
    };
    const [outside, missing, unmarked] = look(false, given);
    assert.deepEqual(outside, [1, 2, 4, 5]);
    assert.deepEqual(missing, [1]);
    assert.deepEqual(unmarked, [1, 2]);
  });
});
