import { closeSync, openSync, readSync } from "node:fs";
import type { Latency } from "./pass.ts";
import type { Trace } from "./watch.ts";

const BLOCK_bytes = 1 << 20;
const LINE_FEED = 0x0a;

/**
 * How long a batch takes: from a block being read to the output of its last record being in the file.
 *
 * Worked out afterwards from when bytes were read and written. No peer counts records for it, and so it is the same for
 * all of them: the fates of the lines tell how many records came out of the bytes so far, the output where the last of
 * them ends, and the trace when that was written.
 *
 * @param fates Lengths of the input's lines in bytes, negative for those that are refused.
 * @param output The file that was written.
 * @throws Error when the output holds another number of lines than the fates say.
 */
export function latencyOf({ reads, writes }: Trace, fates: Int32Array, output: string): Latency | null {
  const blocks = recordsByRead(reads, fates);
  const ends = lineEnds(
    output,
    blocks.map(({ records }) => records),
  );
  const times: number[] = [];
  let write = 0;
  let before = 0;
  for (const [index, { records, read_ms }] of blocks.entries()) {
    // A block of which nothing came out has no time.
    if (records === before) continue;
    before = records;
    while (writes[write + 1]! < ends[index]!) write += 2;
    times.push(writes[write]! - read_ms);
  }
  if (times.length === 0) return null;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** For each read, how many records the lines give that had ended by then. */
function recordsByRead(
  reads: readonly number[],
  fates: Int32Array,
): { readonly read_ms: number; readonly records: number }[] {
  const blocks = [];
  let line = 0;
  let records = 0;
  let end = 0;
  for (let at = 0; at < reads.length; at += 2) {
    while (line < fates.length && end + Math.abs(fates[line]!) <= reads[at + 1]!) {
      end += Math.abs(fates[line]!);
      if (fates[line]! > 0) records++;
      line++;
    }
    blocks.push({ read_ms: reads[at]!, records });
  }
  return blocks;
}

/** Where lines end, the first being number 1. @param numbers In ascending order; 0 ends at 0. */
function lineEnds(path: string, numbers: readonly number[]): number[] {
  const descriptor = openSync(path, "r");
  const block = Buffer.allocUnsafe(BLOCK_bytes);
  const ends: number[] = [];
  let lines = 0;
  let offset = 0;
  try {
    while (ends.length < numbers.length && numbers[ends.length] === 0) ends.push(0);
    for (let count = readSync(descriptor, block); count > 0; count = readSync(descriptor, block)) {
      const bytes = block.subarray(0, count);
      for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
        lines++;
        while (ends.length < numbers.length && numbers[ends.length] === lines) ends.push(offset + at + 1);
      }
      offset += count;
    }
  } finally {
    closeSync(descriptor);
  }
  const expected = numbers.at(-1) ?? 0;
  if (lines !== expected) throw new Error(`the output has ${lines} lines, ${expected} are right`);
  return ends;
}
