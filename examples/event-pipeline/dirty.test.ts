import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadAirports } from "./airports.ts";
import { DAMAGES } from "./damage.ts";
import { type DirtyOptions, makeDirty } from "./dirty.ts";
import { createRandom } from "./random.ts";

const LINES = 30_000;
const RULE = { window_ms: 3_600_000, outOfOrder_ms: 600_000, lateness_ms: 0 };
const airports = await loadAirports();

function clean(seed: number): string {
  const random = createRandom(seed);
  const codes = ["LAS", "PHL", "LAX", "DEN", "ORD", "SEA"];
  let time_ms = Date.UTC(2001, 0, 1);
  let text = "";
  for (let i = 0; i < LINES; i++) {
    time_ms += random.below(5) * 60_000;
    const [origin, destination] = [random.pick(codes), random.pick(codes)];
    const [delay, distance] = [random.below(200) - 20, 1 + random.below(3000)];
    text += `${JSON.stringify({ date: new Date(time_ms).toISOString(), delay, distance, origin, destination })}\n`;
  }
  return text;
}

async function withSources(run: (sources: string[], options: DirtyOptions) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dirty-"));
  try {
    const files = [0, 1].map((i) => join(folder, `flights-${i}.ndjson`));
    for (const [index, file] of files.entries()) writeFileSync(file, clean(index));
    await run(files, { ...RULE, files, seed: 1, folder: join(folder, "dirty"), airports });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("makeDirty: the expectation adds up and every damage occurs", async () => {
  await withSources(async (_, options) => {
    const { files, expected, damaged } = await makeDirty(options);

    const faults = Object.values(expected.faults).reduce((sum, count) => sum + count, 0);
    assert.equal(expected.rowsIn, faults + expected.late + expected.aggregated);
    assert.equal(expected.rowsIn, 2 * LINES + 2);
    assert.deepEqual(Object.keys(damaged).sort(), [...DAMAGES.map(({ name }) => name), "2 MB line"].sort());
    assert.deepEqual(Object.keys(expected.faults).sort(), [
      "invalid",
      "json",
      "lookup-missing",
      "schema",
      "too-long",
      "utf8",
    ]);
    assert.equal(expected.faults["too-long"], 2);
    assert.equal(expected.late, damaged.late);
    assert.ok(expected.blank > 0);

    const bytes = files.map((file) => readFileSync(file));
    const lines = bytes.flatMap((all) => all.toString("latin1").split("\n").slice(0, -1));
    assert.equal(lines.filter((line) => line === "" || line === "\r").length, expected.blank);
    assert.equal(lines.length, expected.rowsIn + expected.blank);
    assert.equal(lines.filter((line) => line.length > 2_000_000).length, 2);
    assert.ok(lines.some((line) => line.endsWith("}\r")));
    assert.deepEqual(readdirSync(options.folder).sort(), ["flights-0.ndjson", "flights-1.ndjson"]);
  });
});

test("makeDirty: the same seed makes the same bytes, another seed others, a file by itself the same", async () => {
  await withSources(async (sources, options) => {
    const [a, b, c, alone] = ["a", "b", "c", "alone"].map((name) => join(options.folder, name));
    const read = (folder = ""): string[] => {
      return readdirSync(folder)
        .sort()
        .map((name) => readFileSync(join(folder, name), "latin1"));
    };
    const first = await makeDirty({ ...options, folder: a ?? "" });
    const second = await makeDirty({ ...options, folder: b ?? "" });
    await makeDirty({ ...options, folder: c ?? "", seed: 2 });
    await makeDirty({ ...options, folder: alone ?? "", files: sources.slice(0, 1) });

    assert.deepEqual(second.expected, first.expected);
    assert.ok(read(a).join() === read(b).join());
    assert.ok(read(a).join() !== read(c).join());
    assert.ok(read(a)[0] === read(alone)[0]);
  });
});

test("makeDirty: takes only the first lines when told so", async () => {
  await withSources(async (_, options) => {
    const { expected } = await makeDirty({ ...options, linesPerFile: 1000 });
    assert.equal(expected.rowsIn, 2 * 1000 + 2);
    assert.equal(expected.faults["too-long"], 2);
  });
});

test("makeDirty: refuses to write over its sources, and leaves nothing when stopped", async () => {
  await withSources(async (sources, options) => {
    await assert.rejects(
      makeDirty({ ...options, folder: join(options.folder, "..") }),
      /would replace another file/,
    );
    const twice = [sources[0] ?? "", sources[0] ?? ""];
    await assert.rejects(makeDirty({ ...options, files: twice }), /would replace another file/);
    rmSync(options.folder, { recursive: true });
    await assert.rejects(makeDirty({ ...options, signal: AbortSignal.abort(new Error("stop")) }), /stop/);
    assert.deepEqual(readdirSync(options.folder), []);
  });
});
