import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Dictionary, LONGEST_bytes } from "./dictionary.ts";

const encoder = new TextEncoder();

function codeOf(dictionary: Dictionary, text: string): number {
  const bytes = encoder.encode(`<${text}>`);
  return dictionary.code(bytes, 1, bytes.length - 2, bytes.length === text.length + 2);
}

describe("Dictionary", () => {
  it("gives equal strings equal codes, and different ones different codes", () => {
    const property = fc.property(
      fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { maxLength: 300 }),
      (texts) => {
        const dictionary = new Dictionary();
        const codes = new Map<string, number>();
        for (const text of [...texts, ...texts]) {
          const code = codeOf(dictionary, text);
          if (encoder.encode(text).length > LONGEST_bytes) assert.equal(code, 0);
          else {
            assert.equal(code, codes.get(text) ?? codes.size + 1);
            assert.equal(dictionary.values[code], text);
            codes.set(text, code);
          }
        }
      },
    );
    fc.assert(property);
  });

  it("keeps many, through every growth", () => {
    const dictionary = new Dictionary();
    // Three looks at each, so that no window is mostly new.
    for (let i = 0; i < 40_000; i++) {
      for (let look = 0; look < 3; look++) assert.equal(codeOf(dictionary, `key-${i}`), i + 1);
    }
    for (let i = 0; i < 40_000; i++) assert.equal(codeOf(dictionary, `key-${i}`), i + 1);
    assert.equal(dictionary.off, false);
  });

  it("is bounded in codes: what no longer fits has none", () => {
    const dictionary = new Dictionary({ codes: 3 });
    assert.deepEqual(
      ["a", "b", "c", "d", "a", "d", "c"].map((text) => codeOf(dictionary, text)),
      [1, 2, 3, 0, 1, 0, 3],
    );
  });

  it("is bounded in bytes", () => {
    const dictionary = new Dictionary({ size_bytes: 5 });
    assert.deepEqual(
      ["abc", "de", "f", "", "abc"].map((text) => codeOf(dictionary, text)),
      [1, 2, 0, 3, 1],
    );
  });

  it("never gives more than 65,535 codes, whatever is asked for", () => {
    const dictionary = new Dictionary({ codes: 1e9, size_bytes: 2 ** 24 });
    for (let i = 0; i < 70_000; i++) {
      for (let look = 0; look < 3; look++) codeOf(dictionary, `k${i}`);
    }
    assert.equal(dictionary.values.length, 65_536);
  });

  it("sleeps when strings do not repeat, and holds no more memory for it", () => {
    const dictionary = new Dictionary();
    let coded = 0;
    for (let i = 0; i < 900_000; i++) if (codeOf(dictionary, `id-${i}`) > 0) coded++;
    assert.ok(dictionary.off);
    // A window at once, one after 65,536 more, then after 131,072, 262,144 …
    assert.ok(coded > 4_000 && coded < 6 * 4_096, String(coded));
    assert.equal(dictionary.values.length, coded + 1);
  });

  it("wakes up where strings begin to repeat", () => {
    const dictionary = new Dictionary();
    for (let i = 0; i < 5_000; i++) codeOf(dictionary, `id-${i}`);
    assert.ok(dictionary.off);
    for (let i = 0; i < 200_000; i++) codeOf(dictionary, `name-${i % 100}`);
    assert.equal(dictionary.off, false);
    assert.ok(codeOf(dictionary, "name-7") > 0);
  });

  it("sleeps when it is full and finds less than half", () => {
    const dictionary = new Dictionary({ codes: 10 });
    for (let i = 0; i < 5_000; i++) codeOf(dictionary, i % 3 === 0 ? `n${(i / 3) % 10}` : `x${i % 500}`);
    assert.ok(dictionary.off);
  });
});
