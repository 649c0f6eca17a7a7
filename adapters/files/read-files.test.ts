import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { Pool, type Source } from "../../core/mod.ts";
import { type ReadFilesOptions, readFiles } from "./mod.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-read-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

function file(content: Uint8Array | string, name = `${files++}.txt`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Bytes that don't compress away, the same every time. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = 32 + (state >>> 26);
  }
  return bytes;
}

const calm = new AbortController().signal;

/** Reads a partition into arenas of `arena_bytes`, each with `carried_bytes` in it already. */
async function content(
  source: Source,
  partition: string,
  options: { offset?: number; arena_bytes?: number; limit_bytes?: number; carried_bytes?: number } = {},
): Promise<Buffer> {
  const { offset = 0, arena_bytes = 4096, limit_bytes = arena_bytes, carried_bytes = 0 } = options;
  const pool = new Pool({ holders: { read: { arenas: 1, arena_bytes } } });
  const parts: Buffer[] = [];
  const reader = source.open({ partition, offset }, calm);
  for (;;) {
    using arena = await pool.holder("read").acquire();
    arena.limit_bytes = Math.min(limit_bytes, arena.size_bytes);
    arena.filled_bytes = carried_bytes;
    arena.bytes.fill(0xaa);
    const next = await reader.next(arena);
    if (next.done) break;
    const { start, end } = next.value;
    assert.ok(
      end > start && end === arena.filled_bytes && start === carried_bytes && end <= arena.limit_bytes,
    );
    assert.ok(
      arena.bytes.subarray(0, start).every((byte) => byte === 0xaa),
      "what was carried is untouched",
    );
    assert.ok(
      arena.bytes.subarray(arena.limit_bytes).every((byte) => byte === 0xaa),
      "nor what is beyond",
    );
    parts.push(Buffer.from(arena.bytes.slice(start, end)));
  }
  assert.deepEqual(await reader.return?.(), { done: true, value: undefined });
  pool.close();
  return Buffer.concat(parts);
}

async function readAll(path: string, options?: ReadFilesOptions): Promise<Buffer> {
  return await content(readFiles(path, options), path, { arena_bytes: 65_536 });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail("it was not refused"),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof Error);
  return error.message;
}

/** Files of the test's folder that this process has open. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(folder) ? [path] : [];
    } catch {
      return [];
    }
  });
}
const noProc = existsSync("/proc/self/fd") ? false : "open files are counted in /proc, which is not here";

describe("paths", () => {
  const at = join(folder, "paths");
  mkdirSync(join(at, "sub"), { recursive: true });
  for (const name of ["b.txt", "a.txt", "ü €.txt", "[x].txt", "sub/c.txt", ".hidden.txt", "a.csv"]) {
    writeFileSync(join(at, name), name);
  }
  symlinkSync(join(at, "a.txt"), join(at, "link.txt"));
  const partitions = async (paths: string | string[]): Promise<string[]> =>
    (await readFiles(paths).partitions(calm)).map((path) => path.replace(`${at}/`, ""));

  test("a glob's files are sorted, without folders and hidden ones", async () => {
    assert.deepEqual(await partitions(`${at}/*`), [
      "[x].txt",
      "a.csv",
      "a.txt",
      "b.txt",
      "link.txt",
      "ü €.txt",
    ]);
    assert.deepEqual(await partitions(`${at}/**/c.txt`), ["sub/c.txt"]);
    assert.deepEqual(await partitions(`${at}/{b,a}.txt`), ["a.txt", "b.txt"]);
  });

  test("paths stay in their order, each file once, by the name it was first given", async () => {
    const paths = [`${at}/b.txt`, `${at}/*.txt`, `${at}/sub/../b.txt`, "-", "-"];
    assert.deepEqual(await partitions(paths), ["b.txt", "[x].txt", "a.txt", "link.txt", "ü €.txt", "-"]);
  });

  test("a name that looks like a glob and is there is a name", async () => {
    assert.deepEqual(await partitions(`${at}/[x].txt`), ["[x].txt"]);
    assert.equal((await readAll(join(at, "ü €.txt"))).toString(), "ü €.txt");
  });

  test("what names nothing is refused by its name", async () => {
    assert.equal(
      await refusal(partitions(`${at}/*.nope`)),
      `Cannot read "${at}/*.nope": it must name one file or more, no file matches`,
    );
    assert.match(await refusal(partitions(`${at}/nope.txt`)), /^Cannot read ".*nope\.txt": .*ENOENT/);
    assert.match(
      await refusal(partitions(`${at}/sub`)),
      /^Cannot read ".*sub": it must be a file, it is a folder$/,
    );
    assert.throws(() => readFiles([]), /one path or more must be named, got none/);
    assert.throws(() => readFiles("a", { expandedLimit_bytes: Number.NaN }), /must be above 0, got NaN/);
  });

  test("only standard input makes it unbounded", () => {
    assert.equal(readFiles(["a", "b*"]).bounded, true);
    assert.equal(readFiles(["a", "-"]).bounded, false);
  });

  test("an aborted run names no partitions", async () => {
    const reason = new Error("enough");
    await assert.rejects(readFiles(`${at}/*`).partitions(AbortSignal.abort(reason)), reason);
  });

  test("sizes are known of plain files", async () => {
    const source = readFiles("-");
    assert.equal(await source.size_bytes(join(at, "b.txt")), 5);
    assert.equal(await source.size_bytes("-"), undefined);
    assert.equal(await source.size_bytes(file(gzipSync("x"), "size.gz")), undefined);
  });
});

describe("plain files", () => {
  const bytes = noise(300_000);
  const path = file(bytes);

  for (const [title, options] of [
    ["larger than an arena", { arena_bytes: 65_536 }],
    ["smaller than an arena", { arena_bytes: 2 ** 20 }],
    ["behind what was carried over", { arena_bytes: 4096, carried_bytes: 4000 }],
    ["no further than the arena's limit", { arena_bytes: 4096, limit_bytes: 1000, carried_bytes: 10 }],
  ] as const) {
    test(title, async () => {
      assert.ok((await content(readFiles(path), path, options)).equals(bytes));
    });
  }

  test("one byte at a time", async () => {
    const small = file("abc");
    assert.equal((await content(readFiles(small), small, { limit_bytes: 1 })).toString(), "abc");
  });

  test("an empty file has no batch", async () => {
    const empty = file("");
    assert.equal((await content(readFiles(empty), empty)).length, 0);
  });

  test("from any offset", async () => {
    for (const offset of [1, 65_536, 299_999, 300_000, 400_000]) {
      const rest = await content(readFiles(path), path, { offset });
      assert.ok(rest.equals(bytes.subarray(offset)), `from ${offset}`);
    }
  });

  test("what ended, or was closed, stays ended", async () => {
    const pool = new Pool({ holders: { read: { arenas: 1, arena_bytes: 64 } } });
    using arena = await pool.holder("read").acquire();
    const reader = readFiles(path).open({ partition: path, offset: 299_990 }, calm);
    assert.equal((await reader.next(arena)).done, false);
    assert.equal(arena.filled_bytes, 10);
    for (let i = 0; i < 2; i++) assert.deepEqual(await reader.next(arena), { done: true, value: undefined });
    const closed = readFiles(path).open({ partition: path, offset: 0 }, calm);
    await closed.return?.();
    assert.equal((await closed.next(arena)).done, true);
  });

  test("an arena without room is refused: it would look like the end", async () => {
    const pool = new Pool({ holders: { read: { arenas: 1, arena_bytes: 64 } } });
    using arena = await pool.holder("read").acquire();
    arena.filled_bytes = 64;
    const reader = readFiles(path).open({ partition: path, offset: 0 }, calm);
    assert.match(await refusal(reader.next(arena)), /the arena has no room left/);
    await reader.return?.();
  });

  test("a file that is gone when it is its turn is an error that names it", async () => {
    assert.match(
      await refusal(readAll(join(folder, "gone.txt"))),
      /^Cannot read ".*gone\.txt" at byte 0: .*ENOENT/,
    );
  });
});

describe("compressed files", () => {
  const bytes = noise(400_000);
  const halves = [bytes.subarray(0, 150_000), bytes.subarray(150_000)];
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const checked = (part: Uint8Array) =>
    zstdCompressSync(part, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const kinds: [string, string, Buffer][] = [
    ["gzip", ".gz", gzipSync(bytes)],
    [
      "gzip of several members",
      ".GZ",
      Buffer.concat([...halves.map((part) => gzipSync(part)), gzipSync("")]),
    ],
    ["gzip, padded with zeros", ".gz", Buffer.concat([gzipSync(bytes), Buffer.alloc(1000)])],
    ["zstd", ".zst", zstdCompressSync(bytes)],
    [
      "zstd of several frames, some without content",
      ".ZST",
      Buffer.concat([skippable, ...halves.map(checked), zstdCompressSync(""), skippable]),
    ],
  ];
  for (const [title, extension, data] of kinds) {
    const path = file(data, `${files++}${extension}`);
    test(title, async () => {
      assert.ok((await readAll(path)).equals(bytes));
      const rest = await content(readFiles(path), path, { offset: 160_001, arena_bytes: 1000 });
      assert.ok(rest.equals(bytes.subarray(160_001)));
    });

    test(`${title}, cut off`, async () => {
      // Into the padding, or between two whole members, is no damage.
      const end = title.includes("padded") ? data.length - 1000 : data.length;
      const tail = title.includes("several") ? 1 : 7;
      const cut = file(data.subarray(0, end - tail), `${files++}${extension}`);
      const kind = title.slice(0, 4);
      const message = await refusal(readAll(cut));
      assert.match(
        message,
        new RegExp(
          `^Cannot read ".*" at byte \\d+: the file must be whole ${kind} data: .* \\(\\d+ bytes of the file gave \\d+\\)$`,
        ),
      );
    });
  }

  test("every cut and every damaged byte of a small archive is an error, or leaves the content right", async () => {
    const small = "one\ntwo\nthree\n".repeat(3);
    for (const [extension, data] of [
      [".gz", gzipSync(small)],
      [".zst", checked(Buffer.from(small))],
    ] as const) {
      for (let at = 0; at < data.length; at++) {
        const cut = file(data.subarray(0, at), `cut${extension}`);
        assert.match(await refusal(readAll(cut)), /the file must be whole/, `${extension} cut at ${at}`);
        const damaged = Buffer.from(data);
        damaged[at] = (damaged[at] ?? 0) ^ 0x55;
        const text = await readAll(file(damaged, `damaged${extension}`)).then(String, () => small);
        assert.equal(text, small, `${extension} damaged at ${at}`);
      }
    }
  });

  test("an archive of nothing has no batch; a file of no bytes is no archive; nor is other data", async () => {
    for (const [extension, nothing] of [
      [".gz", gzipSync("")],
      [".zst", zstdCompressSync("")],
    ] as const) {
      assert.equal((await readAll(file(nothing, `nothing${extension}`))).length, 0);
      assert.match(await refusal(readAll(file("", `empty${extension}`))), /unexpected end of file/);
      assert.match(
        await refusal(readAll(file("plain text, no archive", `text${extension}`))),
        /must be whole/,
      );
      const trailing = Buffer.concat([nothing, Buffer.from("garbage behind it")]);
      assert.match(await refusal(readAll(file(trailing, `trailing${extension}`))), /must be whole/);
    }
  });

  test("no more content than is allowed", async () => {
    for (const [extension, compress] of [
      [".gz", gzipSync],
      [".zst", zstdCompressSync],
    ] as const) {
      const path = file(compress(bytes), `limit${extension}`);
      assert.ok((await readAll(path, { expandedLimit_bytes: 400_000 })).equals(bytes));
      assert.match(
        await refusal(readAll(path, { expandedLimit_bytes: 399_999 })),
        /its content must be at most 399999 bytes \(option expandedLimit_bytes\) \(\d+ bytes of the file gave \d+\)$/,
      );
      const blanks = file(compress(Buffer.alloc(2 ** 24)), `blanks${extension}`);
      assert.equal((await readAll(blanks)).length, 2 ** 24, "a small file of blanks is no attack");
      const bomb = file(compress(Buffer.alloc(256 * 2 ** 20)), `bomb${extension}`);
      if (extension === ".zst") {
        assert.match(
          await refusal(readAll(bomb)),
          /its content must be at most 64 MiB \+ 1000 times its size/,
        );
      }
      assert.equal((await readAll(bomb, { expandedLimit_bytes: 2 ** 30 })).length, 256 * 2 ** 20);
    }
  });
});

describe("closing", { skip: noProc }, () => {
  const bytes = noise(3_000_000);
  const paths = [
    file(bytes, "close.txt"),
    file(gzipSync(bytes, { level: 1 }), "close.txt.gz"),
    file(zstdCompressSync(bytes), "close.txt.zst"),
  ];
  const pool = new Pool({ holders: { read: { arenas: 1, arena_bytes: 10_000 } }, verify: true });

  for (const path of paths) {
    const kind = path.slice(path.lastIndexOf("."));
    test(`abort at any point: the read rejects with the reason, no file stays open (${kind})`, async () => {
      const reason = new Error("enough");
      for (let at = 0; at < 40; at++) {
        const controller = new AbortController();
        const reader = readFiles(path).open({ partition: path, offset: 0 }, controller.signal);
        const arena = await pool.holder("read").acquire();
        for (let i = 0; i < at % 8; i++) {
          arena.filled_bytes = 0;
          await reader.next(arena);
        }
        arena.filled_bytes = 0;
        const wait = reader.next(arena);
        wait.catch(() => {});
        for (let i = 0; i < at; i++) await Promise.resolve();
        if (at % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        controller.abort(reason);
        // A read that was done before the abort may give its batch; none after it does.
        await wait.catch((error) => assert.equal(error, reason));
        arena.filled_bytes = 0;
        await reader.next(arena).then(
          ({ done }) => assert.equal(done, true),
          (error) => assert.equal(error, reason),
        );
        arena.release();
        await reader.return?.();
        assert.deepEqual(openFiles(), [], `aborted after ${at} steps`);
      }
    });

    test(`return in the middle of a read: it ends, and nothing is written to the arena afterwards (${kind})`, async () => {
      for (let at = 0; at < 10; at++) {
        const reader = readFiles(path).open({ partition: path, offset: 0 }, calm);
        const arena = await pool.holder("read").acquire();
        const wait = reader.next(arena);
        for (let i = 0; i < at * 3; i++) await Promise.resolve();
        await reader.return?.();
        await wait;
        arena.release();
        assert.deepEqual(openFiles(), []);
        await reader.return?.();
      }
    });

    test(`a file read to its end is closed before it is returned (${kind})`, async () => {
      const reader = readFiles(path).open({ partition: path, offset: 0 }, calm);
      for (;;) {
        using arena = await pool.holder("read").acquire();
        if ((await reader.next(arena)).done) break;
      }
      assert.deepEqual(openFiles(), []);
    });
  }

  test("a damaged file is closed", async () => {
    const path = file(gzipSync(bytes).subarray(0, 50_000), "damaged-close.gz");
    await refusal(readAll(path));
    assert.deepEqual(openFiles(), []);
  });
});

describe("pipes", () => {
  const fifo = join(folder, "fifo");
  const made = spawnSync("mkfifo", [fifo]).status === 0;
  const noFifo = made ? false : "needs mkfifo";

  test("a named pipe is read to its end, in the pieces that come", { skip: noFifo }, async () => {
    const bytes = noise(500_000);
    const from = file(bytes, "fifo-content");
    const writer = spawn("sh", ["-c", `cat '${from}' > '${fifo}'`]);
    assert.ok((await content(readFiles(fifo), fifo, { offset: 70_000 })).equals(bytes.subarray(70_000)));
    if (writer.exitCode === null) await new Promise((resolve) => writer.once("exit", resolve));
  });

  test("a named pipe whose writer comes late, and pauses", { skip: noFifo }, async () => {
    const late = setTimeout(() => {
      spawn("sh", ["-c", `exec 3> '${fifo}'; printf 'one ' >&3; sleep 0.2; printf 'two' >&3`]);
    }, 200);
    assert.equal((await content(readFiles(fifo), fifo)).toString(), "one two");
    clearTimeout(late);
  });

  test("a wait for a pipe ends at once when it is aborted or closed", { skip: noFifo }, async () => {
    const pool = new Pool({ holders: { read: { arenas: 2, arena_bytes: 64 } }, verify: true });
    const writer = spawn("sh", ["-c", `exec 3> '${fifo}'; sleep 60`], { detached: true });
    const controller = new AbortController();
    const reader = readFiles(fifo).open({ partition: fifo, offset: 0 }, controller.signal);
    const arena = await pool.holder("read").acquire();
    const wait = reader.next(arena);
    wait.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(wait, reason);
    arena.release();
    await reader.return?.();
    process.kill(-(writer.pid ?? 0), "SIGKILL");
    await new Promise((resolve) => writer.once("exit", resolve));
  });

  test("standard input", async () => {
    const script = file(
      `import { readFiles } from ${JSON.stringify(import.meta.resolve("./mod.ts"))};
       import { Pool } from ${JSON.stringify(import.meta.resolve("../../core/mod.ts"))};
       const { signal } = new AbortController();
       const source = readFiles("-");
       const [partition] = await source.partitions(signal);
       const reader = source.open({ partition, offset: 10 }, signal);
       const pool = new Pool({ holders: { read: { arenas: 1, arena_bytes: 50_000 } } });
       let bytes = 0, sum = 0;
       for (;;) {
         using arena = await pool.holder("read").acquire();
         const { done, value } = await reader.next(arena);
         if (done) break;
         for (const byte of arena.bytes.subarray(value.start, value.end)) sum += byte;
         bytes += value.end - value.start;
       }
       console.log(partition, bytes, sum);`,
      "stdin.ts",
    );
    const args = "Deno" in globalThis ? ["run", "-A", "--no-check", script] : [script];
    const input = noise(1_000_000);
    const sum = input.subarray(10).reduce((all, byte) => all + byte, 0);
    const { stdout, stderr } = spawnSync(process.execPath, args, { input, encoding: "utf8" });
    assert.deepEqual([stdout, stderr], [`- 999990 ${sum}\n`, ""]);
  });
});
