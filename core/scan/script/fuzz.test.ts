// Random sources, in plain JavaScript and in the kernel, against slow oracles: verdict, kinds, places and values of every row, however the source is
// cut. A soak is the same with more cases:
//   MILLRACE_CASES=2000000 MILLRACE_SEED=1 node core/scan/script/fuzz.test.ts
import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { scanDocumentOfJson } from "../kernel/json-document.ts";
import { scanLinesOfJson } from "../kernel/json-scanner.ts";
import { csvCase } from "./fuzz/csv-cases.ts";
import { documentCase } from "./fuzz/document-cases.ts";
import { makeKernelMemory, makeMemory } from "./fuzz/drive.ts";
import { jsonCase } from "./fuzz/json-cases.ts";
import { scanJsonDocument } from "./json-document.ts";
import { scanJsonLines } from "./json-scanner.ts";

const { MILLRACE_CASES, MILLRACE_SEED } = process.env;
const first = MILLRACE_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(MILLRACE_SEED);
const cases = Number(MILLRACE_CASES ?? 15_000);
// A busy machine runs fewer, unless it was asked for so many.
const limit_ms = MILLRACE_CASES === undefined ? 6_000 : Number.POSITIVE_INFINITY;

describe("fuzz", () => {
  for (const [name, run] of Object.entries({
    json: (seed: number) => jsonCase(seed, scanJsonLines, makeMemory),
    "json in the kernel": (seed: number) => jsonCase(seed, scanLinesOfJson, makeKernelMemory),
    document: (seed: number) => documentCase(seed, scanJsonDocument, makeMemory),
    "document in the kernel": (seed: number) => documentCase(seed, scanDocumentOfJson, makeKernelMemory),
    csv: csvCase,
  })) {
    it(`${name} agrees with its oracle`, () => {
      const started = performance.now();
      let done = 0;
      while (done < cases && performance.now() - started < limit_ms) {
        const why = run(first + done);
        assert.equal(why, undefined, `MILLRACE_SEED=${first + done} MILLRACE_CASES=1: ${why}`);
        done++;
      }
      if (MILLRACE_CASES !== undefined) console.log(`${name}: ${done} cases from seed ${first}`);
    });
  }
});
