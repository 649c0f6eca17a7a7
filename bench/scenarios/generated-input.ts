import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AtomicFile, createAtomicFile } from "../../examples/event-pipeline/atomic-file.ts";
import type { LineMaker } from "./line-maker.ts";

/** Where inputs are kept and outputs are written: git ignores it. */
export const WORK_FOLDER: string = fileURLToPath(new URL("../../data/bench/", import.meta.url));

/** A generated file, and what must become of each of its lines. */
export interface GeneratedInput {
  readonly path: string;
  /** Beside it: for each line its length in bytes with its line feed, negative where the line is refused. */
  readonly fates: string;
}

/** What to generate. */
export interface GenerateOptions {
  readonly name: string;
  /** Raised whenever the same seed gives other lines. */
  readonly version: number;
  readonly seed: number;
  readonly records: number;
  readonly makeLines: (seed: number) => LineMaker;
  /** Told how far it is; see `tell`. */
  readonly tell: (text: string) => void;
  /** Default: {@link WORK_FOLDER}. */
  readonly folder?: string;
}

const BLOCK_bytes = 1 << 20;
/** More than any line takes. */
const LINE_bytes = 4_096;
const LINE_FEED = 0x0a;
/** No UTF-8 has this byte. */
const BROKEN = 0xff;
const TOLD_EVERY = 100_000;

/** Makes an input, or finds it under `data/bench`. */
export async function generateInput(options: GenerateOptions): Promise<GeneratedInput> {
  const { name, version, seed, records, folder = WORK_FOLDER } = options;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-v${version}-s${seed}-${records}.ndjson`);
  const input = { path, fates: `${path}.fates` };
  // The lines are named last, and only when they are whole.
  if (existsSync(path) && statSync(input.fates, { throwIfNoEntry: false })?.size === records * 4)
    return input;
  using lines = createAtomicFile(path);
  using fates = createAtomicFile(input.fates);
  const started_ms = performance.now();
  writeLines(lines, fates, options);
  await fates.commit();
  await lines.commit();
  const seconds = ((performance.now() - started_ms) / 1000).toFixed(1);
  const megabytes = Math.round(lines.size_bytes / 1e6);
  options.tell(`made ${records.toLocaleString("en")} ${name} (${megabytes} MB) in ${seconds} s`);
  return input;
}

/** Reads what `fates` holds. */
export function readFates({ fates }: GeneratedInput): Int32Array {
  const bytes = readFileSync(fates);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Writes the lines in blocks. */
function writeLines(lines: AtomicFile, fates: AtomicFile, options: GenerateOptions): void {
  const { name, seed, records, makeLines, tell } = options;
  const next = makeLines(seed);
  const encoder = new TextEncoder();
  const block = new Uint8Array(BLOCK_bytes);
  const lengths = new Int32Array(records);
  let at = 0;
  for (let index = 0; index < records; index++) {
    if (at + LINE_bytes > BLOCK_bytes) {
      lines.write(block.subarray(0, at));
      at = 0;
    }
    const { text, reject, brokenAt } = next();
    const { read, written } = encoder.encodeInto(text, block.subarray(at, at + LINE_bytes - 1));
    if (read < text.length) throw new Error(`Cannot generate ${name}: a line is longer than ${LINE_bytes}`);
    if (brokenAt !== undefined) block[at + brokenAt] = BROKEN;
    block[at + written] = LINE_FEED;
    at += written + 1;
    lengths[index] = reject === undefined ? written + 1 : -written - 1;
    if ((index + 1) % TOLD_EVERY === 0) {
      tell(`making ${name}: ${(index + 1).toLocaleString("en")} of ${records.toLocaleString("en")} …`);
    }
  }
  lines.write(block.subarray(0, at));
  fates.write(new Uint8Array(lengths.buffer));
}
