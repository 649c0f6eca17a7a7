import { createReadStream, mkdirSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { loadAirports } from "./airports.ts";
import { type AtomicFile, createAtomicFile } from "./atomic-file.ts";
import { DAMAGES, type Damage, type DamageContext } from "./damage.ts";
import { createFileClock, type Fate, judge, LINE_LIMIT_BYTES, type WindowRule } from "./flight-model.ts";
import { createRandom, type Random } from "./random.ts";

/** What {@link makeDirty} needs to know. */
export interface DirtyOptions extends WindowRule {
  /** Clean NDJSON files in time order, each a partition of its own. */
  readonly files: readonly string[];
  /** The same seed damages the same lines in the same way. */
  readonly seed: number;
  /** Folder of the damaged copies, which keep their names; not that of a source. */
  readonly folder: string;
  /** Takes only the first lines of each file. Default: all. */
  readonly linesPerFile?: number | undefined;
  /** Codes that can be looked up. Default: those of `airports.csv`. */
  readonly airports?: { has(code: string): boolean } | undefined;
  /** Stops and removes the copy that was begun. */
  readonly signal?: AbortSignal | undefined;
}

/** What the pipeline must count, row by row. */
export interface DirtyExpectation {
  /** Lines that aren't blank; always faults + late + aggregated. */
  readonly rowsIn: number;
  /** Rejected rows by reason code; codes that don't occur are absent. */
  readonly faults: Readonly<Record<string, number>>;
  readonly late: number;
  readonly aggregated: number;
  /** Blank lines, which are no rows. */
  readonly blank: number;
}

/** The damaged copies. */
export interface DirtyFlights {
  /** Absolute paths, in the order of the sources. */
  readonly files: readonly string[];
  readonly expected: DirtyExpectation;
  /** Lines by what was done to them. */
  readonly damaged: Readonly<Record<string, number>>;
}

/** Blank lines and CRLF line ends, in 100,000 lines each. */
const BLANK_SHARE = 20;
const CRLF_SHARE = 100;
const SHARES = 100_000;

const BLOCK_BYTES = 1 << 20;
const LONG_LINE_BYTES = 2 * LINE_LIMIT_BYTES;
/** More than a clean line has: so a line can be chosen before the lines are counted. */
const LINE_ESTIMATE_BYTES = 128;

type Codes = NonNullable<DirtyOptions["airports"]>;

interface Tally {
  readonly fates: Record<string, number>;
  readonly damaged: Record<string, number>;
}

/**
 * Writes damaged copies of flight files and computes what a right pipeline must count over them.
 *
 * The expectation is the model's of `flight-model.ts`, line by line over what is written; that each
 * damage leads where it was meant to is checked on the way. Every copy holds one line of 2 MiB.
 * What is held is one block read, one block to write and that line.
 *
 * @throws Error when a file can't be read or written or isn't in time order.
 */
export async function makeDirty(options: DirtyOptions): Promise<DirtyFlights> {
  const airports = options.airports ?? (await loadAirports());
  const tally: Tally = { fates: {}, damaged: {} };
  const files: string[] = [];

  mkdirSync(options.folder, { recursive: true });
  for (const [index, source] of options.files.entries()) {
    const path = resolve(options.folder, basename(source));
    if (path === resolve(source) || files.includes(path)) {
      throw new Error(`Cannot damage ${source}: its copy would replace another file`);
    }
    // Each file draws its own numbers, so that it comes out the same whatever goes with it.
    const random = createRandom(options.seed + index * 0x9e37);
    await damageFile(source, path, options, airports, random, tally);
    files.push(path);
  }

  const { blank = 0, late = 0, aggregated = 0, ...faults } = tally.fates;
  const rowsIn = Object.values(faults).reduce((sum, count) => sum + count, late + aggregated);
  return { files, expected: { rowsIn, faults, late, aggregated, blank }, damaged: tally.damaged };
}

async function damageFile(
  source: string,
  path: string,
  options: DirtyOptions,
  airports: Codes,
  random: Random,
  { fates, damaged }: Tally,
): Promise<void> {
  const clock = createFileClock(options);
  const unknownCodes = ["ZZZ", "QQX", "XQW", "QZQ"].filter((code) => !airports.has(code));
  const context: DamageContext = { random, clock, rule: options, unknownCodes };
  const limit = options.linesPerFile ?? Number.POSITIVE_INFINITY;
  const stats = statSync(source);
  if (!stats.isFile()) throw new Error(`Cannot damage ${source}: it must be a plain file`);
  const longAt = random.below(Math.min(limit, Math.floor(stats.size / LINE_ESTIMATE_BYTES)));

  using file = createAtomicFile(path);
  const { write, flush } = blockWriter(file);
  const put = (line: string | Uint8Array, fate: string): void => {
    count(fates, fate);
    write(line);
    write(random.below(SHARES) < CRLF_SHARE ? "\r\n" : "\n");
  };

  let lines = 0;
  for await (const text of readLines(source)) {
    if (lines % 10_000 === 0) options.signal?.throwIfAborted();
    if (random.below(SHARES) < BLANK_SHARE) put("", "blank");
    if (lines === longAt) {
      count(damaged, "2 MB line");
      put(JSON.stringify({ ...JSON.parse(text), padding: "x".repeat(LONG_LINE_BYTES) }), "too-long");
    }

    let verdict = judge(text, airports);
    let line: string | Uint8Array = text;
    const damage = drawDamage(random);
    const made = damage && "time_ms" in verdict ? damage.make(JSON.parse(text), text, context) : undefined;
    if (made !== undefined) {
      line = made;
      verdict = judge(made, airports);
    }
    const fate: Fate = "fault" in verdict ? verdict.fault : clock.take(verdict.time_ms);
    if (damage !== undefined && made !== undefined) {
      if (fate !== damage.fate) {
        throw new Error(`Cannot damage line ${lines + 1} of ${source} (${damage.name}): it is ${fate}`);
      }
      count(damaged, damage.name);
    }
    put(line, fate);
    if (++lines >= limit) break;
  }
  flush();
  await file.commit();
}

function drawDamage(random: Random): Damage | undefined {
  let drawn = random.below(SHARES);
  for (const damage of DAMAGES) {
    if (drawn < damage.share) return damage;
    drawn -= damage.share;
  }
  return undefined;
}

function count(tally: Record<string, number>, name: string): void {
  tally[name] = (tally[name] ?? 0) + 1;
}

async function* readLines(path: string): AsyncGenerator<string> {
  let rest = "";
  for await (const block of createReadStream(path, { encoding: "utf8", highWaterMark: BLOCK_BYTES })) {
    const lines = (rest + block).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function blockWriter(file: AtomicFile): { write(text: string | Uint8Array): void; flush(): void } {
  const block = new Uint8Array(BLOCK_BYTES);
  const encoder = new TextEncoder();
  let length = 0;

  function flush(): void {
    file.write(block.subarray(0, length));
    length = 0;
  }
  function write(text: string | Uint8Array): void {
    // A UTF-16 unit takes at most three bytes.
    if (length + text.length * 3 > block.length) flush();
    if (text.length * 3 > block.length) file.write(typeof text === "string" ? encoder.encode(text) : text);
    else if (typeof text === "string") length += encoder.encodeInto(text, block.subarray(length)).written;
    else {
      block.set(text, length);
      length += text.length;
    }
  }
  return { write, flush };
}
