import { existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

/** How long a transaction waits for another process's, in milliseconds. The loop stands still meanwhile. */
const BUSY_ms = 5000;

/** An open database file in WAL mode. */
export interface Database {
  readonly db: DatabaseSync;
  /** Runs `work` in one transaction: all of it or nothing. */
  readonly transaction: (work: () => void) => void;
  /** Makes durable every transaction so far. */
  readonly flush: () => Promise<void>;
  /** Closes. When nobody else has it open, one file is left. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a database, which is made when it is not there.
 *
 * @param sync See `sqliteTable`.
 * @throws When the file cannot be opened, or is no database.
 */
export async function openDatabase(file: string, sync: "normal" | "full"): Promise<Database> {
  const folder = dirname(file);
  if (!existsSync(folder)) throw new Error(`its folder must exist, "${folder}" does not`);
  // Only now: it costs start-up time, and a program may name a table that it never opens.
  const sqlite = await import("node:sqlite");
  const db = new sqlite.DatabaseSync(file, { timeout: BUSY_ms });
  let log: FileHandle | undefined;
  try {
    const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
    // Where WAL is not to be had (in memory, on some network drives) SQLite's own default stays: FULL.
    const unsynced = mode === "wal" && sync === "normal";
    if (unsynced) db.exec("PRAGMA synchronous = NORMAL");
    const path = String(db.prepare("PRAGMA database_list").get()?.file ?? "");
    return {
      db,
      transaction: (work) => {
        db.exec("BEGIN IMMEDIATE");
        try {
          work();
          db.exec("COMMIT");
        } catch (cause) {
          // Some errors have ended the transaction already.
          if (db.isTransaction) db.exec("ROLLBACK");
          throw cause;
        }
      },
      // A committed transaction stands in the log, whole. To have it on the disk is all that NORMAL leaves out, and
      // this does it without holding up the loop, which FULL or a checkpoint would. SQLite locks other files than this.
      flush: async () => {
        if (!unsynced) return;
        log ??= await open(`${path}-wal`, "r+");
        await log.datasync();
      },
      close: async () => {
        await log?.close();
        log = undefined;
        if (!db.isOpen) return;
        // Not worth a wait: whoever reads now leaves the log behind, which is as durable.
        db.exec("PRAGMA busy_timeout = 0");
        db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
        db.close();
      },
    };
  } catch (cause) {
    db.close();
    throw cause;
  }
}

/** Quotes a name of SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
