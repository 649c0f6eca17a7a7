import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type } from "arktype";
import { collect, derive, from, ndjson, pipe, text, validate } from "../mod.ts";
import { random } from "../testing/mod.ts";
import { readPattern } from "./pattern.ts";

const encoder = new TextEncoder();
const cases = Number(process.env.MILLRACE_CASES ?? 80);
const seed = Number(process.env.MILLRACE_SEED ?? Math.floor(Math.random() * 2 ** 31));

const ATOMS = [
  "a",
  "b",
  "@",
  "\\.",
  ".",
  "\\d",
  "\\D",
  "\\w",
  "\\W",
  "\\s",
  "\\S",
  "[^\\s@]",
  "[a-c]",
  "[^a]",
  "[ab-]",
  "[\\w.]",
  "[^\\W]",
  "[\\s1]",
  "[^]",
  "\\-",
  "\\t",
];
const TIMES = ["", "", "+", "+", "{2}", "{2,}", "+?"];
const CHARACTERS = [
  "a",
  "a",
  "b",
  "c",
  "@",
  ".",
  "1",
  "-",
  " ",
  "é",
  "日",
  "🚀",
  "\u00a0",
  "\u2028",
  "\ufeff",
  "\\",
  '"',
  "\n",
  "\t",
];
const REPEATS = [0, 0, 0, 0, 0, 0, 1, 1, 2, 15, 16, 17, 30, 31, 32, 33, 48, 61, 62, 63, 64];

describe("patterns on bytes", () => {
  it(`say what the regular expression says (seed ${seed})`, async () => {
    const { below } = random(seed);
    const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
    let taken = 0;
    for (let i = 0; i < cases; i++) {
      // More than eight sets of characters are judged in another way; so are texts of more than 63 bytes. Not both: the
      // expressions themselves would take hours.
      const hasMany = below(5) === 0;
      const count = 1 + below(hasMany ? 12 : 4);
      const source = `^${Array.from({ length: count }, () => pick(ATOMS) + pick(TIMES)).join("")}$`;
      if (readPattern(source) !== undefined) taken++;
      const expression = new RegExp(source);
      const texts = Array.from({ length: 60 }, () => {
        const characters = Array.from({ length: below(7) }, () => pick(CHARACTERS));
        if (!hasMany) characters.push(pick(CHARACTERS).repeat(pick(REPEATS)), pick(CHARACTERS));
        return characters.join("");
      });
      const bytes = encoder.encode(texts.map((t) => `${JSON.stringify({ t })}\n`).join(""));
      const expected = texts.filter((t) => expression.test(t));
      const kept = async (kernel: "wasm" | "javascript", by: "scan" | "text" | "call"): Promise<string[]> => {
        const rows = from([bytes], ndjson(type({ t: "string" })));
        const made =
          by === "text"
            ? pipe(rows, derive({ t: text("t", (t) => t.concat("")) }))
            : by === "call"
              ? pipe(rows, derive({ t: ({ t }) => t }))
              : rows;
        const checked = pipe(made, validate(type({ t: expression })));
        return (await collect(checked, { deadLetter: "drop", kernel })).map(({ t }) => t);
      };
      for (const by of ["scan", "text", "call"] as const) {
        assert.deepEqual(await kept("wasm", by), expected, `${source} in the kernel, by ${by}`);
        assert.deepEqual(await kept("javascript", by), expected, `${source} in JavaScript, by ${by}`);
      }
    }
    assert.ok(taken > cases / 2, `only ${taken} of ${cases} patterns are for the kernel`);
  });

  it("find their parts at every place of texts of any length", async () => {
    const address = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/;
    const texts = Array.from({ length: 70 }, (_, length) =>
      Array.from({ length }, (_, at) =>
        [at + 1, at + 2, at + 3, length - 4, length - 3, length - 2, length - 1].map((dot) => {
          const characters = [..."x".repeat(length)];
          characters[at] = "@";
          if (dot >= 0 && dot < length) characters[dot] = ".";
          return characters.join("");
        }),
      ).flat(),
    ).flat();
    const bytes = encoder.encode(texts.map((t) => `${JSON.stringify({ t })}\n`).join(""));
    const rows = from([bytes], ndjson(type({ t: address })));
    const kept = await collect(rows, { deadLetter: "drop" });
    assert.deepEqual(
      kept.map(({ t }) => t),
      texts.filter((t) => address.test(t)),
    );
    assert.ok(kept.length > texts.length / 10);
  });

  it("judges lengths as UTF-16 counts them", async () => {
    const texts = ["", "a", "ab", "abc", "é", "éé", "日本", "🚀", "🚀🚀", "日本語x"];
    const bytes = encoder.encode(texts.map((t) => `${JSON.stringify({ t })}\n`).join(""));
    const rows = from([bytes], ndjson(type({ t: "2 <= string <= 3" })));
    assert.deepEqual(
      (await collect(rows, { deadLetter: "drop" })).map(({ t }) => t),
      texts.filter(({ length }) => length >= 2 && length <= 3),
    );
  });

  it("takes what is missing where it may be", async () => {
    const bytes = encoder.encode('{"t":"ab"}\n{}\n{"t":"a"}\n');
    const rows = from([bytes], ndjson(type({ "t?": "string >= 2" })));
    assert.deepEqual(await collect(rows, { deadLetter: "drop" }), [{ t: "ab" }, {}]);
  });

  it("reads sequences from start to end, and nothing else", () => {
    for (const source of ["^a$", "^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$", "^\\d{4}-\\d{2}$", "^[^]$", "^a\\\\$"]) {
      assert.notEqual(readPattern(source), undefined, source);
    }
    for (const source of [
      "",
      "$",
      "^",
      "a$",
      "^a",
      "^a\\$",
      "^a*$",
      "^a?$",
      "^a{1,2}$",
      "^(a)$",
      "^a|b$",
      "^é$",
      "^[é]$",
    ]) {
      assert.equal(readPattern(source), undefined, source);
    }
    for (const source of [
      "^\\bx$",
      "^[\\b]$",
      "^\\u0041$",
      "^\\1$",
      "^[\\s\\S]$",
      "^a{61}$",
      "^[\\w-x]$",
      "^a{$",
      "^[a$",
    ]) {
      assert.equal(readPattern(source), undefined, source);
    }
  });
});
