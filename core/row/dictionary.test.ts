import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { KernelCodes } from "../scan/kernel/columns.ts";
import { makeKernelMemory } from "../scan/script/fuzz/drive.ts";
import { Dictionary, type DictionaryOptions, LONGEST_bytes } from "./dictionary.ts";

const encoder = new TextEncoder();

/** A dictionary as the tests look at it. */
interface Tested {
  readonly code: (text: string) => number;
  readonly value: (code: number) => string;
  readonly off: () => boolean;
}

function inScript(options?: DictionaryOptions): Tested {
  const dictionary = new Dictionary(options);
  return {
    code: (text) => {
      const bytes = encoder.encode(`<${text}>`);
      return dictionary.code(bytes, 1, bytes.length - 2, bytes.length === text.length + 2);
    },
    value: (code) => dictionary.value(code),
    off: () => dictionary.off,
  };
}

function inKernel(options?: DictionaryOptions): Tested {
  const { kernel, u8 } = makeKernelMemory(65_536, 20 * 2 ** 20);
  const dictionary = KernelCodes.create(kernel!, options);
  assert.ok(dictionary !== undefined);
  let at = 1;
  return {
    code: (text) => {
      const bytes = encoder.encode(`<${text}>`);
      // An odd place each time, and nothing clean behind it.
      at = (at * 7 + 3) % 4_096;
      u8.set(bytes, at);
      return dictionary.code(u8, at + 1, bytes.length - 2, bytes.length === text.length + 2);
    },
    value: (code) => dictionary.value(code),
    off: () => dictionary.off,
  };
}

for (const [where, open] of Object.entries({ "plain JavaScript": inScript, "the kernel": inKernel })) {
  describe(`a dictionary in ${where}`, () => {
    it("gives equal strings equal codes, and different ones different codes", () => {
      const property = fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { maxLength: 300 }),
        (texts) => {
          const dictionary = open();
          const codes = new Map<string, number>();
          for (const text of [...texts, ...texts]) {
            const code = dictionary.code(text);
            if (encoder.encode(text).length > LONGEST_bytes) assert.equal(code, 0);
            else {
              assert.equal(code, codes.get(text) ?? codes.size + 1);
              assert.equal(dictionary.value(code), text);
              codes.set(text, code);
            }
          }
        },
      );
      fc.assert(property);
    });

    it("keeps many, through every growth", () => {
      const dictionary = open();
      // Three looks at each, so that no window is mostly new.
      for (let i = 0; i < 40_000; i++) {
        for (let look = 0; look < 3; look++) assert.equal(dictionary.code(`key-${i}`), i + 1);
      }
      for (let i = 0; i < 40_000; i++) assert.equal(dictionary.code(`key-${i}`), i + 1);
      assert.equal(dictionary.off(), false);
    });

    it("is bounded in codes: what no longer fits has none", () => {
      const dictionary = open({ codes: 3 });
      assert.deepEqual(
        ["a", "b", "c", "d", "a", "d", "c"].map((text) => dictionary.code(text)),
        [1, 2, 3, 0, 1, 0, 3],
      );
    });

    it("is bounded in bytes", () => {
      const dictionary = open({ size_bytes: 5 });
      assert.deepEqual(
        ["abc", "de", "f", "", "abc"].map((text) => dictionary.code(text)),
        [1, 2, 0, 3, 1],
      );
    });

    it("never gives more than 65,535 codes, whatever is asked for", () => {
      const dictionary = open({ codes: 1e9, size_bytes: 2 ** 24 });
      let most = 0;
      for (let i = 0; i < 70_000; i++) {
        for (let look = 0; look < 3; look++) most = Math.max(most, dictionary.code(`k${i}`));
      }
      assert.equal(most, 65_535);
    });

    it("sleeps when strings do not repeat, and holds no more memory for it", () => {
      const dictionary = open();
      let coded = 0;
      let most = 0;
      for (let i = 0; i < 900_000; i++) {
        const code = dictionary.code(`id-${i}`);
        if (code > 0) coded++;
        most = Math.max(most, code);
      }
      assert.ok(dictionary.off());
      // A window at once, one after 65,536 more, then after 131,072, 262,144 …
      assert.ok(coded > 4_000 && coded < 6 * 4_096, String(coded));
      assert.equal(most, coded);
    });

    it("wakes up where strings begin to repeat", () => {
      const dictionary = open();
      for (let i = 0; i < 5_000; i++) dictionary.code(`id-${i}`);
      assert.ok(dictionary.off());
      for (let i = 0; i < 200_000; i++) dictionary.code(`name-${i % 100}`);
      assert.equal(dictionary.off(), false);
      assert.ok(dictionary.code("name-7") > 0);
    });

    it("sleeps when it is full and finds less than half", () => {
      const dictionary = open({ codes: 10 });
      for (let i = 0; i < 5_000; i++) dictionary.code(i % 3 === 0 ? `n${(i / 3) % 10}` : `x${i % 500}`);
      assert.ok(dictionary.off());
    });
  });
}
