import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { eventLines } from "./event-lines.ts";
import { generateInput, readFates } from "./generated-input.ts";
import { letterLines } from "./letter-lines.ts";
import type { LineMaker } from "./line-maker.ts";

const LINES = 5_000;

function hashOf(next: LineMaker): { hash: string; bytes: number; rejects: Record<string, number> } {
  const hash = createHash("sha256");
  const rejects: Record<string, number> = {};
  let bytes = 0;
  for (let i = 0; i < LINES; i++) {
    const { text, reject, brokenAt } = next();
    hash.update(`${text}\n${reject ?? "record"} ${brokenAt ?? ""}\n`);
    bytes += Buffer.byteLength(text) + 1;
    if (reject !== undefined) rejects[reject] = (rejects[reject] ?? 0) + 1;
    if (brokenAt !== undefined) assert.match(text.slice(0, brokenAt + 1), /^[\x20-\x7e]+$/);
  }
  return { hash: hash.digest("hex"), bytes, rejects };
}

test("events: the same bytes on every runtime and machine, of the shape that events.md tells", () => {
  const { hash, bytes, rejects } = hashOf(eventLines(1));
  assert.equal(hash, "63ebb8bf732c8b9c1b5f26a0dcd04d5fbfca73ad0d6f0853c88baff9e7b47968");
  assert.equal(Math.round(bytes / LINES), 438);
  assert.deepEqual(rejects, { json: 8, utf8: 8, schema: 7, invalid: 27 });
});

test("letters: the same bytes on every runtime and machine", () => {
  const { hash, bytes, rejects } = hashOf(letterLines(1));
  assert.equal(hash, "8cc38a4b258c54ba328b99a68447c77244a8cb39f2d7e3bb5d872d25ef26b8dd");
  assert.equal(Math.round(bytes / LINES), 619);
  assert.deepEqual(rejects, { json: 9, utf8: 8, schema: 10, invalid: 16 });
});

test("generateInput: lines and their fates, made once", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const told: string[] = [];
    const tell = (text: string) => told.push(text);
    const options = {
      name: "events",
      version: 1,
      seed: 1,
      records: LINES,
      makeLines: eventLines,
      tell,
      folder,
    };
    const input = await generateInput(options);
    const bytes = readFileSync(input.path);
    const next = eventLines(1);
    let at = 0;
    for (const fate of readFates(input)) {
      const { text, reject, brokenAt } = next();
      const line = Buffer.from(`${text}\n`);
      if (brokenAt !== undefined) line[brokenAt] = 0xff;
      assert.equal(fate, reject === undefined ? line.length : -line.length);
      assert.ok(bytes.subarray(at, at + line.length).equals(line));
      at += line.length;
    }
    assert.equal(at, bytes.length);
    assert.match(told.join(), /^made 5,000 events \(2 MB\) in \d+\.\d s$/);
    assert.deepEqual(await generateInput(options), input);
    assert.equal(told.length, 1);
    assert.deepEqual(readdirSync(folder).length, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("another seed gives other lines", () => {
  assert.notEqual(hashOf(eventLines(2)).hash, hashOf(eventLines(1)).hash);
});
