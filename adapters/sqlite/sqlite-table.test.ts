import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, test } from "node:test";
import type { ColumnType, SinkContext, SinkWriter } from "../../core/mod.ts";
import { type SqliteTableOptions, sqliteTable } from "./mod.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-sqlite-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${files++}.db`);

const context = (more: Partial<SinkContext> = {}): SinkContext => ({
  job: "test",
  key: undefined,
  columns: new Map(),
  signal: new AbortController().signal,
  ...more,
});

async function open(
  file: string,
  options: SqliteTableOptions = {},
  more: Partial<SinkContext> = {},
): Promise<SinkWriter<object>> {
  return await sqliteTable(file, "t", options).open(context(more));
}

/** One run: every element of `batches` is one write. */
async function put(
  file: string,
  batches: readonly (readonly object[])[],
  options: SqliteTableOptions = {},
  more: Partial<SinkContext> = {},
): Promise<void> {
  const writer = await open(file, options, more);
  try {
    for (const rows of batches) await writer.write(rows);
    await writer.flush();
  } catch (cause) {
    await writer.abort(cause);
    throw cause;
  }
  await writer.close();
}

function query(file: string, sql = "SELECT * FROM t"): Record<string, unknown>[] {
  const db = new DatabaseSync(file);
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

const tableColumns = (file: string): string =>
  query(file, "SELECT name, type, pk FROM pragma_table_info('t')")
    .map(({ name, type, pk }) => `${name} ${type}${pk ? ` key ${pk}` : ""}`)
    .join(", ");

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => assert.fail("it was not refused"),
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof Error);
  return error.message;
}

describe("the table", () => {
  test("its columns stand in the order of the first row's fields, nested ones joined", async () => {
    const file = newFile();
    const row = {
      window: { start: 1, end: 2 },
      state: "TX",
      n: 3n,
      share: 0.5,
      ok: true,
      tags: ["a", { b: 1 }],
    };
    await put(file, [[{ ...row, bytes: new Uint8Array([1, 2]), at: new Date(0), none: null }]]);
    assert.equal(
      tableColumns(file),
      "window_start NUMERIC, window_end NUMERIC, state TEXT, n INTEGER, share NUMERIC, ok INTEGER, tags TEXT, bytes BLOB, at TEXT, none BLOB",
    );
    assert.deepEqual(query(file), [
      {
        window_start: 1,
        window_end: 2,
        state: "TX",
        n: 3,
        share: 0.5,
        ok: 1,
        tags: '["a",{"b":1}]',
        bytes: new Uint8Array([1, 2]),
        at: "1970-01-01T00:00:00.000Z",
        none: null,
      },
    ]);
  });

  test("what the stream knows of its fields gives the types; the key is the stream's", async () => {
    const file = newFile();
    const columns = new Map<string, ColumnType>([
      ["window.start", "integer"],
      ["mean", "number"],
      ["state", "string"],
      ["late", "boolean"],
      ["list", "json"],
    ]);
    const row = { window: { start: 1 }, state: "TX", mean: 2, late: false, list: [1] };
    await put(file, [[row]], {}, { columns, key: ["window.start", "state"] });
    assert.equal(
      tableColumns(file),
      "window_start INTEGER key 1, state TEXT key 2, mean REAL, late INTEGER, list TEXT",
    );
  });

  test("the options' types win, and keep an object whole", async () => {
    const file = newFile();
    const options = { columns: { "a.b": "TEXT", c: "TEXT", d_e: "REAL", later: "INTEGER" } } as const;
    await put(file, [[{ a: { b: 1 }, c: { x: 1 }, d: { e: 1 } }]], options);
    assert.equal(tableColumns(file), "a_b TEXT, c TEXT, d_e REAL, later INTEGER");
    assert.equal(query(file)[0]?.c, '{"x":1}');
  });

  test("a field that only a later row of the first batch has is a column too", async () => {
    const file = newFile();
    await put(file, [
      [{ a: 1 }, { a: undefined, b: "x" }, { b: null, o: { p: 1 } }, { o: null }],
      [{ b: "y" }],
    ]);
    assert.deepEqual(query(file), [
      { a: 1, b: null, o_p: null },
      { a: null, b: "x", o_p: null },
      { a: null, b: null, o_p: 1 },
      { a: null, b: null, o_p: null },
      { a: null, b: "y", o_p: null },
    ]);
  });

  test("objects deeper than four are JSON", async () => {
    const file = newFile();
    await put(file, [[{ a: { b: { c: { d: { e: 1 } } } } }]]);
    assert.deepEqual(query(file), [{ a_b_c_d: '{"e":1}' }]);
  });

  test("any name is a name", async () => {
    const file = newFile();
    const row = { 'a"b': 1, select: 2, "ü n": 3, "a.b": 4, ["__proto__"]: 5, "": 6 };
    const sink = sqliteTable(file, `t"; DROP TABLE x; --`, { key: ["a.b"] });
    for (const value of [4, 4]) {
      const writer = await sink.open(context());
      await writer.write([{ ...row, "a.b": value }]);
      await writer.flush();
      await writer.close();
    }
    assert.deepEqual(query(file, `SELECT * FROM "t""; DROP TABLE x; --"`), [row]);
  });

  test("no rows: an empty table where the columns are known, else none", async () => {
    const [known, unknown] = [newFile(), newFile()];
    await put(known, [], {}, { columns: new Map([["a.b", "integer"]]), key: ["a.b"] });
    assert.equal(tableColumns(known), "a_b INTEGER key 1");
    await put(unknown, [[]]);
    assert.deepEqual(query(unknown, "SELECT name FROM sqlite_master"), []);
  });

  test("two fields that would be one column are refused", async () => {
    const file = newFile();
    for (const row of [
      { a_b: 1, a: { b: 2 } },
      { A: 1, a: 2 },
    ]) {
      assert.match(
        await refusal(put(file, [[row]])),
        /every field must have a column of its own, "a_?.*" and "a/i,
      );
    }
    assert.match(await refusal(put(file, [[{}]])), /a row must have one field or more, got none/);
    assert.deepEqual(query(file, "SELECT name FROM sqlite_master"), []);
  });

  test("a table that is there is used when it fits", async () => {
    const file = newFile();
    const db = new DatabaseSync(file);
    db.exec("CREATE TABLE t (extra TEXT DEFAULT 'x', N INTEGER, k TEXT); CREATE UNIQUE INDEX i ON t (k)");
    db.close();
    await put(file, [[{ k: "a", n: 1 }], [{ k: "a", n: 2 }]], { key: ["k"] });
    assert.deepEqual(query(file), [{ extra: "x", N: 2, k: "a" }]);
    assert.equal(
      await refusal(put(file, [[{ k: "a", m: 1, o: 2 }]])),
      `Cannot write to table "t" of "${file}": the table there must have a column for every field, it lacks "m", "o" (0 rows written, 0 of them flushed)`,
    );
    assert.match(
      await refusal(put(file, [[{ n: 1 }]], { key: ["n"] })),
      /the table there must have the key \("n"\), no primary key or unique index is on these/,
    );
  });
});

describe("rows", () => {
  test("a row whose key is there replaces it; without a key rows are added", async () => {
    const [keyed, added] = [newFile(), newFile()];
    const batches = [
      [
        { k: 1, v: "a" },
        { k: 2, v: "b" },
      ],
      [{ k: 1, v: "c" }],
    ];
    await put(keyed, batches, {}, { key: ["k"] });
    await put(keyed, [[{ k: 2, v: "d" }]], { key: ["k"] });
    assert.deepEqual(query(keyed), [
      { k: 1, v: "c" },
      { k: 2, v: "d" },
    ]);
    await put(added, batches, { key: [] }, { key: ["k"] });
    assert.equal(query(added).length, 3);
  });

  test("rows that are all key are kept once", async () => {
    const file = newFile();
    await put(file, [[{ k: 1 }, { k: 1 }]], { key: ["k"] });
    assert.deepEqual(query(file), [{ k: 1 }]);
  });

  test("replace empties the table, in the first transaction and once", async () => {
    const file = newFile();
    await put(file, [[{ v: 1 }, { v: 2 }]]);
    const writer = await open(file, { replace: true });
    assert.equal(query(file).length, 2, "nothing is deleted before there is something to write");
    await writer.write([{ v: 3 }]);
    await writer.write([{ v: 4 }]);
    await writer.flush();
    await writer.close();
    assert.deepEqual(query(file), [{ v: 3 }, { v: 4 }]);
    await put(file, [], { replace: true }, { columns: new Map([["v", "integer"]]) });
    assert.deepEqual(query(file), []);
  });

  test("NaN is NULL, infinities are kept, integers to 64 bits", async () => {
    const file = newFile();
    await put(file, [[{ a: NaN, b: Infinity, c: -Infinity, d: -0, e: 2 ** 53 - 1, f: -(2n ** 63n) }]]);
    assert.deepEqual(query(file, "SELECT a, b, c, d, e, CAST(f AS TEXT) AS f FROM t"), [
      { a: null, b: Infinity, c: -Infinity, d: 0, e: 2 ** 53 - 1, f: "-9223372036854775808" },
    ]);
    assert.match(
      await refusal(put(newFile(), [[{ f: 2n ** 63n }]])),
      /must be an integer of 64 bits, got 9223372036854775808/,
    );
  });

  test("text is stored as it is", async () => {
    const file = newFile();
    const texts = ["", "007", "a\0b", "ü€𝄞", "'; --", "1e3"];
    await put(file, [texts.map((v) => ({ v }))]);
    // As hex: Deno cuts text at a NUL when it reads.
    assert.deepEqual(
      query(file, "SELECT hex(v) AS v FROM t").map(({ v }) => Buffer.from(String(v), "hex").toString()),
      texts,
    );
  });

  test("what has no column, no key or no place in SQLite is refused, and its batch undone", async () => {
    const file = newFile();
    await put(file, [[{ k: 1, o: { p: 1 } }]], { key: ["k"] });
    const cases: [object, RegExp][] = [
      [{ k: 2, q: 1 }, /field "q" must have a column, the table's are "k", "o.p"/],
      [{ k: 2, o: { r: 1 } }, /field "o.r" must have a column/],
      [{ k: 2, o: 7 }, /field "o" must be an object, as in the rows before, got a number/],
      [{ o: { p: 1 } }, /key field "k" must have a value, got none/],
      [{ k: NaN }, /key field "k" must have a value, got none/],
      [{ k: Symbol("x") }, /field "k" must be something that SQLite or JSON can hold, got a symbol/],
      [{ k: new Map() }, /field "k" must be something that SQLite or JSON can hold, got a Map/],
    ];
    for (const [row, message] of cases) {
      const good = { k: 1, o: { p: 1 } };
      assert.match(await refusal(put(file, [[good], [{ k: 9 }, row]], { key: ["k"] })), message);
      assert.deepEqual(query(file), [{ k: 1, o_p: 1 }]);
    }
    assert.match(
      await refusal(put(file, [[{ k: 1 }]], { key: ["nope"] })),
      /the key must be fields of the rows, "nope" is none of "k"/,
    );
  });
});

describe("the file", () => {
  for (const sync of ["normal", "full"] as const) {
    test(`others see a batch when it is written (${sync}); one file is left`, async () => {
      const file = newFile();
      const writer = await open(file, { sync });
      await writer.write([{ v: 1 }]);
      assert.deepEqual(query(file), [{ v: 1 }]);
      await writer.flush();
      assert.equal(existsSync(`${file}-wal`), true);
      await writer.close();
      assert.deepEqual(
        readdirSync(folder).filter((name) => join(folder, name).startsWith(file)),
        [file.slice(folder.length + 1)],
      );
    });
  }

  test("abort keeps the batches before, and leaves one file", async () => {
    const file = newFile();
    const writer = await open(file);
    await writer.write([{ v: 1 }]);
    await writer.abort(new Error("enough"));
    await writer.abort(new Error("again"));
    assert.deepEqual(query(file), [{ v: 1 }]);
    assert.equal(existsSync(`${file}-wal`), false);
  });

  test("two tables of one file at once", async () => {
    const file = newFile();
    const [a, b] = [
      await sqliteTable(file, "a").open(context()),
      await sqliteTable(file, "b").open(context()),
    ];
    for (let v = 0; v < 3; v++) {
      await a.write([{ v }]);
      await b.write([{ v: -v }]);
      await Promise.all([a.flush(), b.flush()]);
    }
    await a.close();
    await b.write([{ v: 9 }]);
    await b.flush();
    await b.close();
    assert.deepEqual(query(file, "SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM b) AS b"), [
      { a: 3, b: 4 },
    ]);
  });

  test("a file that cannot be a database is refused when the run starts", async () => {
    const nowhere = join(folder, "nowhere", "x.db");
    assert.match(
      await refusal(open(nowhere)),
      /^Cannot write to table "t" of ".*x\.db": its folder must exist, ".*nowhere" does not$/,
    );
    const text = newFile();
    writeFileSync(text, "this is not a database\n".repeat(100));
    assert.match(await refusal(open(text)), /file is not a database/);
    assert.throws(() => sqliteTable("a.db", ""), /the table must have a name, got ""/);
  });

  test("killed in the middle, the database opens with whole batches", async () => {
    const file = newFile();
    const script = join(folder, "endless.ts");
    writeFileSync(
      script,
      `import { sqliteTable } from ${JSON.stringify(import.meta.resolve("./mod.ts"))};
       const context = { job: "j", key: undefined, columns: new Map(), signal: new AbortController().signal };
       const writer = await sqliteTable(${JSON.stringify(file)}, "t").open(context);
       for (let n = 0; ; n++) {
         await writer.write(Array.from({ length: 100 }, (_, i) => ({ batch: n, i })));
         if (n % 10 === 0) await writer.flush();
         if (n === 20) console.log("under way");
       }`,
    );
    const args = "Deno" in globalThis ? ["run", "-A", script] : [script];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    assert.deepEqual(query(file, "PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
    const counts = query(file, "SELECT count(*) AS n FROM t GROUP BY batch");
    assert.ok(counts.length > 20);
    assert.ok(counts.every(({ n }) => n === 100));
  });
});
