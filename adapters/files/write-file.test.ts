import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Batch } from "../../core/mod.ts";
import { Pool, type SinkWriter } from "../../core/mod.ts";
import { readFiles, type WriteFileOptions, writeFile } from "./mod.ts";

const root = mkdtempSync(join(tmpdir(), "millrace-write-"));
after(() => rmSync(root, { recursive: true }));
let folders = 0;
const newFolder = (): string => {
  const folder = join(root, `ü ${folders++}`);
  mkdirSync(folder);
  return folder;
};

const context = { job: "test", key: undefined, columns: new Map(), signal: new AbortController().signal };
const pool = new Pool({ holders: { output: { arenas: 1, arena_bytes: 2 ** 20 } }, verify: true });

const open = (path: string, options?: WriteFileOptions): Promise<SinkWriter<Batch>> =>
  writeFile(path, options).open(context);

/** Writes as the loop does: from an arena that is used again, and poisoned, as soon as the write is done. */
async function put(writer: SinkWriter<Batch>, content: Uint8Array | string): Promise<void> {
  const bytes = Buffer.from(content);
  using arena = await pool.holder("output").acquire();
  const lead = Math.min(7, arena.size_bytes - bytes.length);
  arena.bytes.set(bytes, lead);
  await writer.write([{ arena, start: lead, end: lead + bytes.length }]);
}

async function finish(writer: SinkWriter<Batch>): Promise<void> {
  await writer.flush();
  await writer.close();
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail("it was not refused"),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof Error);
  return error.message;
}

afterEach(() => {
  pool.close();
  if (!existsSync("/proc/self/fd")) return;
  const left = readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(root) ? [fd] : [];
    } catch {
      return [];
    }
  });
  assert.deepEqual(left, [], "no file stays open");
});

describe("a file that is there when it is whole", () => {
  test("until then what was there stays, beside a temporary file that no glob of its kind finds", async () => {
    const folder = newFolder();
    const path = join(folder, "out.ndjson");
    writeFileSync(path, "before");
    const writer = await open(path);
    assert.equal(writer.fresh, true);
    await put(writer, "one\n");
    await writer.flush();
    await put(writer, "two\n");
    await writer.flush();
    assert.equal(readFileSync(path, "utf8"), "before");
    const [, temporary = ""] = readdirSync(folder).sort();
    assert.match(temporary, /^out\.ndjson\.\d+-[0-9a-f]{8}\.tmp$/);
    assert.equal(readFileSync(join(folder, temporary), "utf8"), "one\ntwo\n");
    await writer.close();
    assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
    assert.deepEqual(readdirSync(folder), ["out.ndjson"]);
  });

  test("abort at any point leaves what was there, and nothing else", async () => {
    for (let steps = 0; steps < 4; steps++) {
      for (const before of [undefined, "before"]) {
        const folder = newFolder();
        const path = join(folder, "out");
        if (before !== undefined) writeFileSync(path, before);
        const writer = await open(path);
        if (steps > 0) await put(writer, "one");
        if (steps > 1) await writer.flush();
        if (steps > 2) await put(writer, "two");
        await writer.abort(new Error("enough"));
        await writer.abort(new Error("again"));
        assert.deepEqual(readdirSync(folder), before === undefined ? [] : ["out"]);
        if (before !== undefined) assert.equal(readFileSync(path, "utf8"), before);
      }
    }
  });

  test("nothing written is an empty file", async () => {
    const path = join(newFolder(), "out");
    await finish(await open(path));
    assert.equal(readFileSync(path, "utf8"), "");
  });

  test("several at once, and those left by killed processes, are not in each other's way", async () => {
    const folder = newFolder();
    const path = join(folder, "out");
    writeFileSync(`${path}.${process.pid}-00000000.tmp`, "left");
    const [a, b] = [await open(path), await open(path)];
    await put(a, "a");
    await put(b, "b");
    await finish(b);
    await finish(a);
    assert.equal(readFileSync(path, "utf8"), "a");
    assert.deepEqual(readdirSync(folder).sort(), ["out", `out.${process.pid}-00000000.tmp`]);
  });

  test("a symbolic link stays one; permissions stay", async () => {
    const folder = newFolder();
    const [path, link] = [join(folder, "out"), join(folder, "link")];
    writeFileSync(path, "before");
    chmodSync(path, 0o600);
    symlinkSync(path, link);
    const writer = await open(link);
    await put(writer, "after");
    await finish(writer);
    assert.equal(readFileSync(path, "utf8"), "after");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(readlinkSync(link), path);
  });

  test("much, in pieces of any size", async () => {
    const path = join(newFolder(), "out");
    const writer = await open(path);
    const sizes = [1, 0, 2 ** 20, 100, 2 ** 19, 3];
    for (const size of sizes) await put(writer, Buffer.alloc(size, "x"));
    await finish(writer);
    assert.equal(
      statSync(path).size,
      sizes.reduce((sum, size) => sum + size),
    );
  });

  test("a device stays what it is", {
    skip: existsSync("/dev/full") ? false : "needs /dev/full",
  }, async () => {
    const writer = await open("/dev/null");
    await put(writer, "one");
    await finish(writer);
    assert.equal(statSync("/dev/null").isCharacterDevice(), true);
    const full = await open("/dev/full");
    assert.match(
      await refusal(put(full, "one")),
      /^Cannot write "\/dev\/full": .*(ENOSPC|No space left).* \(0 bytes written, 0 of them flushed\)$/,
    );
    await full.abort(new Error("full"));
  });

  test("where no file can be is refused when the run starts", async () => {
    const folder = newFolder();
    const nowhere = join(folder, "nowhere", "out");
    assert.equal(
      await refusal(open(nowhere)),
      `Cannot write "${nowhere}": its folder must exist, "${join(folder, "nowhere")}" does not`,
    );
    assert.match(await refusal(open(nowhere, { append: true })), /its folder must exist/);
    writeFileSync(join(folder, "file"), "");
    assert.match(
      await refusal(open(join(folder, "file", "out"))),
      /its folder must be one, ".*file" is a file$/,
    );
    assert.match(await refusal(open(folder)), /it must be a file, it is a folder$/);
    assert.match(await refusal(open(folder, { append: true })), /it must be a file, it is a folder$/);
    assert.deepEqual(readdirSync(folder), ["file"]);
  });
});

describe("append", () => {
  test("adds to what is there, and says whether there was something", async () => {
    const path = join(newFolder(), "out");
    for (const [round, fresh] of [true, false, false].entries()) {
      const writer = await open(path, { append: true });
      assert.equal(writer.fresh, fresh);
      await put(writer, `${round}\n`);
      await finish(writer);
    }
    assert.equal(readFileSync(path, "utf8"), "0\n1\n2\n");
  });

  test("abort cuts back to the last flush", async () => {
    const path = join(newFolder(), "out");
    writeFileSync(path, "before\n");
    const writer = await open(path, { append: true });
    await put(writer, "flushed\n");
    await writer.flush();
    await put(writer, "not");
    await writer.abort(new Error("enough"));
    await writer.abort(new Error("again"));
    assert.equal(readFileSync(path, "utf8"), "before\nflushed\n");
  });

  test("but not what somebody else has written", async () => {
    const path = join(newFolder(), "out");
    const writer = await open(path, { append: true });
    await put(writer, "mine\n");
    appendFileSync(path, "theirs\n");
    await writer.abort(new Error("enough"));
    assert.equal(readFileSync(path, "utf8"), "mine\ntheirs\n");
  });
});

describe("compressed output", () => {
  const text = "one line of many\n".repeat(50_000);
  const read = async (path: string): Promise<string> => {
    const parts: Buffer[] = [];
    const reader = readFiles(path).open({ partition: path, offset: 0 }, context.signal);
    for (;;) {
      using arena = await pool.holder("output").acquire();
      const { done, value } = await reader.next(arena);
      if (done) break;
      parts.push(Buffer.from(arena.bytes.slice(value.start, value.end)));
    }
    return Buffer.concat(parts).toString();
  };

  for (const extension of [".gz", ".zst"]) {
    test(`${extension}: whole members, small ones gathered`, async () => {
      const path = join(newFolder(), `out${extension}`);
      const writer = await open(path);
      for (let i = 0; i < 5; i++) await put(writer, text);
      for (let i = 0; i < 1000; i++) await put(writer, "a line\n");
      await finish(writer);
      assert.equal(await read(path), text.repeat(5) + "a line\n".repeat(1000));
      assert.ok(statSync(path).size < 50_000, `${statSync(path).size} bytes`);
    });

    test(`${extension}: nothing is an archive of nothing`, async () => {
      const path = join(newFolder(), `out${extension}`);
      await finish(await open(path));
      assert.equal(await read(path), "");
      await finish(await open(path, { append: true }));
      assert.equal(await read(path), "");
    });

    test(`${extension}: appended to, and cut back to a whole archive`, async () => {
      const path = join(newFolder(), `out${extension}`);
      for (let round = 0; round < 2; round++) {
        const writer = await open(path, { append: true });
        assert.equal(writer.fresh, round === 0);
        await put(writer, `kept ${round}\n`);
        await writer.flush();
        for (let i = 0; i < 2; i++) await put(writer, text);
        await writer.abort(new Error("enough"));
      }
      assert.equal(await read(path), "kept 0\nkept 1\n");
    });
  }

  test("other programs read it", async () => {
    const path = join(newFolder(), "out.gz");
    const writer = await open(path);
    for (let i = 0; i < 3; i++) await put(writer, text);
    await finish(writer);
    assert.equal(gunzipSync(readFileSync(path)).toString(), text.repeat(3));
  });
});

describe("standard output", () => {
  const script = join(root, "stdout.ts");
  writeFileSync(
    script,
    `import { writeFile } from ${JSON.stringify(import.meta.resolve("./mod.ts"))};
     import { Pool } from ${JSON.stringify(import.meta.resolve("../../core/mod.ts"))};
     const context = { job: "j", key: undefined, columns: new Map(), signal: new AbortController().signal };
     const pool = new Pool({ holders: { output: { arenas: 1, arena_bytes: 100_000 } }, verify: true });
     const writer = await writeFile("-").open(context);
     try {
       for (let i = 0; i < 100; i++) {
         using arena = await pool.holder("output").acquire();
         arena.bytes.fill(65 + (i % 26));
         await writer.write([{ arena, start: 0, end: 100_000 }]);
       }
       await writer.flush();
       await writer.close();
     } catch (cause) {
       await writer.abort(cause);
       process.stderr.write(writer.fresh + " " + cause.message);
     }`,
  );
  const args = "Deno" in globalThis ? ["run", "-A", "--no-check", script] : [script];

  test("all of it, in order", () => {
    const { stdout, stderr } = spawnSync(process.execPath, args, { maxBuffer: 2 ** 26 });
    const bytes = Buffer.from(stdout);
    assert.equal(stderr.toString(), "");
    assert.equal(bytes.length, 10_000_000);
    for (let i = 0; i < 100; i++) {
      const part = bytes.subarray(i * 100_000, (i + 1) * 100_000);
      assert.ok(
        part.every((byte) => byte === 65 + (i % 26)),
        `piece ${i}`,
      );
    }
  });

  test("a reader that has gone is one clear error", () => {
    const line = [process.execPath, ...args].map((part) => `'${part}'`).join(" ");
    const { stderr, stdout } = spawnSync("sh", ["-c", `${line} | head -c 10`], { encoding: "utf8" });
    assert.equal(stdout, "AAAAAAAAAA");
    assert.match(
      stderr,
      /^true Cannot write "-": standard output must stay open, its reader has closed it \(EPIPE\) \(\d+ bytes written, 0 of them flushed\)$/,
    );
  });
});
