import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkAnswers, type Measured, runRounds } from "./rounds.ts";
import { findRuntime } from "./runtimes.ts";
import { eventLines } from "./scenarios/event-lines.ts";
import { events } from "./scenarios/generated.ts";
import { generateInput, readFates, WORK_FOLDER } from "./scenarios/generated-input.ts";
import { REGIONS_PATH } from "./scenarios/regions.ts";
import type { Input } from "./scenarios/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "bench-"));
after(() => rmSync(folder, { recursive: true }));
const runtime = findRuntime("node");
const made = await generateInput({
  name: "events",
  version: 1,
  seed: 3,
  records: 2_000,
  makeLines: eventLines,
  tell: () => {},
  folder,
});

function input(path: string): Input {
  const args = (output: string): string[] => [REGIONS_PATH, output, path];
  return { files: [path], copies: 1, settings: {}, args, fates: readFates(made) };
}

function measured(peer: string, path = made.path): Measured {
  return { scenario: events, runtime, peer, input: input(path), warm: false, passes: [] };
}

test("checkAnswers: all the same, and nothing is left behind", async () => {
  const told: string[] = [];
  await checkAnswers([measured("json-parse-loop"), measured("rxjs")], (text) => told.push(text));
  assert.deepEqual(told, ["check 1/2: json-parse-loop on node", "check 2/2: rxjs on node"]);
  assert.equal(existsSync(join(WORK_FOLDER, `check-${process.pid}.ndjson`)), false);
  assert.equal(existsSync(join(WORK_FOLDER, `reference-${process.pid}.ndjson`)), false);
});

test("checkAnswers: names the peer that answers otherwise, and the first record", async () => {
  const next = eventLines(3);
  const lines = Array.from({ length: 2_000 }, () => next());
  const good = lines.filter(({ reject }) => reject === undefined).map(({ text }) => text);
  const [right, wrong] = [join(folder, "right"), join(folder, "wrong")];
  writeFileSync(right, good.join("\n"));
  writeFileSync(wrong, good.with(6, good[6]!.replace('"ip":"10.', '"ip":"11.')).join("\n"));
  await assert.rejects(
    checkAnswers([measured("json-parse-loop", right), measured("rxjs", wrong)], () => {}),
    /^Error: rxjs on node gives another answer than json-parse-loop on node: record 7 is \{.*"ip":"11\..* instead of \{.*"ip":"10\./,
  );
});

test("runRounds: every pass tells all there is to know", async () => {
  const cases = [measured("json-parse-loop"), measured("millrace")];
  const idle = await runRounds(cases, [runtime], 1, () => {});
  assert.ok(idle.get("node")![0]! > 1e6);
  const [loop, ours] = cases.map(({ passes }) => passes[0]!);
  for (const pass of [loop!, ours!]) {
    assert.equal(pass.rowsIn, 2_000);
    assert.ok(pass.elapsed_ms > 0 && pass.cpu_us > 0);
    assert.ok(pass.peakRss_bytes >= pass.loadedRss_bytes! && pass.loadedRss_bytes! > 1e6);
    const { p50, p95, p99 } = pass.latency_ms!;
    assert.ok(p50 > 0 && p50 <= p95 && p95 <= p99);
    assert.ok(pass.firstRow_ms! > 0 && pass.firstRow_ms! < 60_000);
  }
  assert.deepEqual(loop!.answer, ours!.answer);
  assert.deepEqual([loop!.pool_bytes, ours!.pool_bytes! > 1e6], [null, true]);
});
