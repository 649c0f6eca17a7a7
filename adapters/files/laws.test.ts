// The laws of all sources and sinks, against real files.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { collect, from, ndjson, type Stream, to } from "../../core/mod.ts";
import { random, type SinkUnderTest, sinkLaws, sourceLaws } from "../../core/testing/mod.ts";
import { readFiles, type WriteFileOptions, writeFile } from "./mod.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-laws-"));
const pipe = join(folder, "pipe");
// Opened for reading too: so it has a writer, who never writes.
const writer = spawnSync("mkfifo", [pipe]).status === 0 ? openSync(pipe, "r+") : undefined;
after(() => {
  if (writer !== undefined) closeSync(writer);
  rmSync(folder, { recursive: true });
});

/**
 * Files of the test's folder that this process has open; where that cannot be known, none. Not the pipe: a read that
 * waits in the system cannot be taken back, and keeps it open until its writer writes or goes.
 */
function opened(): number {
  if (!existsSync("/proc/self/fd")) return 0;
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) && path !== pipe;
    } catch {
      return false;
    }
  }).length;
}

interface Row {
  readonly n: number;
  readonly text: string;
}

/** A file in a folder of its own. */
function fileUnderTest(name: string, options: WriteFileOptions = {}): SinkUnderTest<Row> {
  const own = mkdtempSync(join(folder, "sink-"));
  const path = join(own, name);
  return {
    end: to(writeFile(path, options), ndjson()),
    readBack: async () => {
      if (!existsSync(path)) return undefined;
      // What was appended to nothing is cut back to nothing.
      if (statSync(path).size === 0) return [];
      if (!path.endsWith("zst")) {
        const bytes = path.endsWith("gz") ? gunzipSync(readFileSync(path)) : readFileSync(path);
        assert.equal(bytes.at(-1) ?? 10, 10, "no line is half written");
      }
      return await collect<Row>(from(readFiles(path), ndjson()) as Stream<Row>);
    },
    leftovers: async () => [
      ...readdirSync(own).filter((file) => file !== name),
      ...(opened() > 0 ? ["an open file"] : []),
    ],
  };
}

const row = (n: number): Row => ({ n, text: "é".repeat(n % 50) });
for (const name of ["out.ndjson", "out.ndjson.gz", "out.ndjson.zst"]) {
  sinkLaws(test, `writeFile ${name}`, () => fileUnderTest(name), { row, appears: "whole" });
  sinkLaws(test, `writeFile ${name}, append`, () => fileUnderTest(name, { append: true }), {
    row,
    appears: "grows",
  });
}

const chance = random(1);
const content = Uint8Array.from({ length: 30_000 }, () => 32 + chance.below(64));
const halves = [content.subarray(0, 12_345), content.subarray(12_345)];
const FILES: Readonly<Record<string, readonly [bytes: Uint8Array, holds: Uint8Array]>> = {
  "a.txt": [content, content],
  "b.txt.gz": [Buffer.concat(halves.map((half) => gzipSync(half))), content],
  "c.txt.zst": [Buffer.concat(halves.map((half) => zstdCompressSync(half))), content],
  "d.txt": [new Uint8Array(0), new Uint8Array(0)],
  "e.txt": [content.subarray(0, 10), content.subarray(0, 10)],
};
for (const [name, [bytes]] of Object.entries(FILES)) writeFileSync(join(folder, name), bytes);

// Last: reads that wait for the pipe hold threads of the runtime's pool until its writer goes.
sourceLaws(
  test,
  "readFiles",
  () => readFiles(join(folder, "*.txt*")),
  Object.fromEntries(Object.entries(FILES).map(([name, [, holds]]) => [join(folder, name), holds])),
  {
    resumesAt: [0, 1, 9, 10, 12_345, 12_346, 29_999, 30_000],
    opened,
    ...(writer !== undefined && { silent: () => readFiles(pipe) }),
  },
);
