import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createAtomicFile, removeAbandoned } from "./atomic-file.ts";

test("createAtomicFile: the final name appears at commit, whole", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atomic-"));
  try {
    const path = join(folder, "out");
    using file = createAtomicFile(path);
    file.write(Uint8Array.of(1, 2));
    file.write(Uint8Array.of(3));
    assert.equal(existsSync(path), false);
    assert.equal(file.size_bytes, 3);
    await file.commit();
    assert.deepEqual([...readFileSync(path)], [1, 2, 3]);
    assert.deepEqual(readdirSync(folder), ["out"]);
    assert.throws(() => file.write(Uint8Array.of(4)), /closed/);
    await assert.rejects(file.commit(), /closed/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("createAtomicFile: disposed before commit, nothing is left and an older file stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "atomic-"));
  try {
    const path = join(folder, "out");
    writeFileSync(path, "older");
    {
      using file = createAtomicFile(path);
      file.write(Uint8Array.of(1));
    }
    assert.deepEqual(readdirSync(folder), ["out"]);
    assert.equal(readFileSync(path, "utf8"), "older");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("removeAbandoned: removes what dead processes left, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "atomic-"));
  try {
    // Above the largest process id that Linux, macOS or Windows hand out.
    const dead = "flights-0.ndjson.2000000001.tmp";
    const others = ["flights-0.ndjson", `flights-1.ndjson.${process.pid}.tmp`, "note.tmp"];
    for (const name of [dead, ...others]) writeFileSync(join(folder, name), "");
    removeAbandoned(folder);
    assert.deepEqual(readdirSync(folder).sort(), others.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
