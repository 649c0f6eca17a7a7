import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { canonicalAggregates, canonicalRecord } from "../../scenarios/answers.ts";
import { eventLines } from "../../scenarios/event-lines.ts";
import { letterLines } from "../../scenarios/letter-lines.ts";
import { readRegions } from "../../scenarios/regions.ts";
import { createWatch } from "../../watch.ts";
import { loadPeer, PEER_NAMES } from "./mod.ts";
import { expect } from "./oracle.ts";
import type { Aggregate, Kind } from "./peer.ts";
import { TRICKY } from "./tricky-lines.ts";

const GENERATED = 3_000;
const root = mkdtempSync(join(tmpdir(), "bench-events-"));
after(() => rmSync(root, { recursive: true }));
const regions = readRegions();

/** A file of generated lines. */
function generated(kind: Kind): string {
  const next = kind === "events" ? eventLines(7) : letterLines(7);
  const lines = Array.from({ length: GENERATED }, () => {
    const { text, brokenAt } = next();
    const bytes = Buffer.from(`${text}\n`);
    if (brokenAt !== undefined) bytes[brokenAt] = 0xff;
    return bytes;
  });
  return write(`${kind}.ndjson`, Buffer.concat(lines));
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(root, name);
  writeFileSync(path, bytes);
  return path;
}

const INPUTS: readonly (readonly [name: string, kind: Kind, input: string])[] = [
  ["generated events", "events", generated("events")],
  ["generated letters", "letters", generated("letters")],
  ...TRICKY.map(({ name, kind, bytes }, index) => [name, kind, write(`tricky-${index}`, bytes)] as const),
];

describe("all peers give the answer that plain JSON.parse gives", () => {
  for (const peer of PEER_NAMES) {
    for (const [name, kind, input] of INPUTS) {
      it(`${peer}: ${name}`, async () => {
        const output = join(root, "output.ndjson");
        const aggregates: Aggregate[] = [];
        const watch = createWatch();
        const run = await loadPeer(peer);
        const result = await run({
          kind,
          input,
          output,
          regions,
          watch,
          onRow: (row) => aggregates.push({ ...row }),
        });
        const expected = expect(kind, input, regions);
        const text = readFileSync(output, "utf8");
        const records = text.split("\n").slice(0, -1);
        assert.deepEqual(
          records.map(canonicalRecord),
          expected.records.map((record) => canonicalRecord(JSON.stringify(record))),
        );
        assert.deepEqual(canonicalAggregates(aggregates), canonicalAggregates(expected.aggregates));
        const starts = aggregates.map(({ start }) => start);
        assert.deepEqual(
          starts,
          starts.toSorted((a, b) => a - b),
        );
        assert.deepEqual({ ...result.rejects }, expected.rejects);
        assert.equal(result.rowsIn, expected.rowsIn);
        const { reads, writes } = watch.trace;
        assert.equal(reads.at(-1) ?? 0, readFileSync(input).length);
        assert.equal(writes.at(-1) ?? 0, Buffer.byteLength(text));
      });
    }
  }
});
