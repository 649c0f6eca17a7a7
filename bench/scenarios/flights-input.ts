import { existsSync, mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadAirports } from "../../examples/event-pipeline/airports.ts";
import { type AtomicFile, createAtomicFile } from "../../examples/event-pipeline/atomic-file.ts";
import { prepareFlights } from "../../examples/event-pipeline/prepare.ts";

const BLOCK_bytes = 1 << 20;
const LINE_FEED = 0x0a;
const DATE_PREFIX = Buffer.from('{"date":"');
const DAY_ms = 86_400_000;
/** What the flights span: a copy begins on the day after the last. */
const SPAN_days = 181;

/** Which flights. */
export interface InputOptions {
  /** About how many records of the whole; left out: all. */
  readonly records?: number | undefined;
  /** How many copies in a row, each 181 days later than the one before. */
  readonly copies: number;
}

/** The six files of an input; those that must be made are kept under `data/bench`. */
export async function prepareInput(options: InputOptions): Promise<readonly string[]> {
  const whole = await prepareFlights();
  const share = Math.min(1, (options.records ?? whole.rows) / whole.rows);
  if (share === 1 && options.copies === 1) return whole.files;

  const folder = madeFolder(whole.files);
  const name = `flights-${Math.round(share * whole.rows)}x${options.copies}-of-${whole.size_bytes}`;
  return await Promise.all(
    whole.files.map(async (source, index) => {
      const path = join(folder, `${name}-${index}.ndjson`);
      if (!existsSync(path)) await copyFlights(source, path, share, options.copies);
      return path;
    }),
  );
}

/**
 * Writes the airports as JSON: the example loads them by millrace and arktype, which would then be part of the
 * memory of every rival.
 *
 * @returns The path, for `readAirports`.
 */
export async function prepareAirports(): Promise<string> {
  const { files } = await prepareFlights();
  using file = createAtomicFile(join(madeFolder(files), "airports.json"));
  file.write(new TextEncoder().encode(JSON.stringify([...(await loadAirports())])));
  await file.commit();
  return file.path;
}

function madeFolder(files: readonly string[]): string {
  const folder = join(dirname(files[0]!), "bench");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Writes the first share of a file's lines several times, moving the dates on with each copy.
 *
 * @throws Error when a line doesn't begin with its date.
 */
export async function copyFlights(
  source: string,
  path: string,
  share: number,
  copies: number,
): Promise<void> {
  using out = createAtomicFile(path);
  const file = await open(source);
  try {
    const size_bytes = Math.ceil((await file.stat()).size * share);
    for (let copy = 0; copy < copies; copy++) await copyLines(file, size_bytes, copy * SPAN_days, out);
  } finally {
    await file.close();
  }
  await out.commit();
}

/** Copies whole lines until `size_bytes` are reached. */
async function copyLines(
  file: FileHandle,
  size_bytes: number,
  later_days: number,
  out: AtomicFile,
): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_bytes);
  const move = createDayMover(later_days);
  for (let position = 0; position < size_bytes; ) {
    const { bytesRead } = await file.read(block, 0, block.length, position);
    const wanted = Math.min(bytesRead, size_bytes - position);
    const next = block.indexOf(LINE_FEED, wanted - 1);
    const last = next >= 0 && next < bytesRead ? next : block.lastIndexOf(LINE_FEED, wanted - 1);
    if (last < 0) return;
    for (let at = 0; at <= last; at = block.indexOf(LINE_FEED, at) + 1) move(block, at);
    out.write(block.subarray(0, last + 1));
    position += last + 1;
  }
}

/** Moves the day of a line in place: ten characters give ten. */
function createDayMover(later_days: number): (block: Buffer, line: number) => void {
  const moved = new Map<string, Buffer>();
  return (block, line) => {
    const from = line + DATE_PREFIX.length;
    if (!block.subarray(line, from).equals(DATE_PREFIX))
      throw new Error("Cannot copy flights: a line has no date");
    if (later_days === 0) return;
    const day = block.toString("latin1", from, from + 10);
    let later = moved.get(day);
    if (later === undefined) {
      later = Buffer.from(new Date(Date.parse(day) + later_days * DAY_ms).toISOString().slice(0, 10));
      moved.set(day, later);
    }
    later.copy(block, from);
  };
}
