import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { TextSet } from "./text-set.ts";

describe("TextSet", () => {
  it("is a Set of strings", () => {
    const text = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom("", "\0", "\ud800", "\ud83d\ude80", "a", "é".repeat(40)),
      fc.string({ unit: "binary", maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(text, { maxLength: 200 }), { maxLength: 3 }), (fillings) => {
        const set = new TextSet();
        for (const texts of fillings) {
          set.clear();
          const model = new Set<string>();
          for (const each of texts) {
            assert.equal(set.add(each), !model.has(each));
            model.add(each);
          }
          assert.deepEqual(set.list(), [...model]);
        }
      }),
    );
  });

  it("holds many and long strings", () => {
    const set = new TextSet();
    const long = "x".repeat(100_000);
    for (let i = 0; i < 20_000; i++) assert.ok(set.add(`value ${i}`));
    assert.ok(set.add(long));
    for (let i = 0; i < 20_000; i++) assert.ok(!set.add(`value ${i}`));
    assert.ok(!set.add(long));
    assert.equal(set.list().length, 20_001);
    assert.equal(set.list().at(-1), long);
  });
});
