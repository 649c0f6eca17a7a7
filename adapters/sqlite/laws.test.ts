// The laws of all sinks, against a real database.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { to } from "../../core/mod.ts";
import { type SinkUnderTest, sinkLaws } from "../../core/testing/mod.ts";
import { type SqliteTableOptions, sqliteTable } from "./mod.ts";

const folder = mkdtempSync(join(tmpdir(), "millrace-sqlite-laws-"));
after(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly n: number;
  readonly text: string;
}

/** A table in a folder of its own. */
function tableUnderTest(options: SqliteTableOptions): SinkUnderTest<Row> {
  const own = mkdtempSync(join(folder, "sink-"));
  const file = join(own, "out.db");
  return {
    end: to(sqliteTable(file, "t", options)),
    readBack: async () => {
      if (!existsSync(file)) return undefined;
      const db = new DatabaseSync(file);
      try {
        assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
        const made = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 't'").get();
        if (made?.n === 0) return undefined;
        return db
          .prepare("SELECT n, text FROM t")
          .all()
          .map(({ n, text }) => ({ n: Number(n), text: String(text) }));
      } finally {
        db.close();
      }
    },
    // When nobody has it open, a database in WAL mode is one file.
    leftovers: async () => readdirSync(own).filter((name) => name !== "out.db"),
  };
}

for (const [name, options] of [
  ["rows are added", { key: [] }],
  ["by key", { key: ["n"] }],
  ["replace", { replace: true }],
] as const) {
  sinkLaws(test, `sqliteTable, ${name}`, () => tableUnderTest(options), {
    row: (n) => ({ n, text: "é".repeat(n % 50) }),
    appears: "grows",
  });
}
