import { type FileHandle, open } from "node:fs/promises";
import { DepartureWindows } from "./departure-windows.ts";
import { OUT_OF_ORDER_ms, type PeerOptions, type PeerResult } from "./peer.ts";
import { createNormaliser, isObject, isRawFlight, isValid, place } from "./stages.ts";

const BLOCK_bytes = 256 * 1024;
const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = 0xfeff;

/** One file: its block is text up to the last line end, the rest waits for the next read. */
interface Partition {
  readonly file: FileHandle;
  block: Buffer;
  /** Bytes of an unfinished line at the start of the block. */
  rest_bytes: number;
  /** Nothing was decoded yet: a byte order mark may come. */
  fresh: boolean;
}

/**
 * The pipeline as one hand-written loop over blocks, with `JSON.parse`, objects and Maps.
 *
 * The next block comes from the file whose clock is behind, so that few windows are open at a time.
 */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const { files, window_ms, airports } = options;
  const windows = new DepartureWindows(files.length, window_ms, OUT_OF_ORDER_ms, options.onRow);
  const faults = { json: 0, schema: 0, invalid: 0, "lookup-missing": 0 };
  const normalise = createNormaliser();
  let rowsIn = 0;

  function take(partition: number, line: string): void {
    rowsIn++;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      faults.json++;
      return;
    }
    if (!isObject(value)) {
      faults.json++;
      return;
    }
    if (!isRawFlight(value)) {
      faults.schema++;
      return;
    }
    const flight = normalise(value);
    if (!isValid(flight)) {
      faults.invalid++;
      return;
    }
    const airport = airports.get(flight.origin);
    if (airport === undefined) {
      faults["lookup-missing"]++;
      return;
    }
    windows.add(partition, place(flight, airport));
  }

  /** Decodes once, then cuts the text: a decode for every line costs more. */
  function takeLines(index: number, partition: Partition, to: number): void {
    const text = partition.block.toString("utf8", 0, to);
    let start = partition.fresh && text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
    partition.fresh = false;
    while (start < text.length) {
      let end = text.indexOf("\n", start);
      if (end < 0) end = text.length;
      if (!isBlank(text, start, end)) take(index, text.slice(start, end));
      start = end + 1;
    }
  }

  const partitions: Partition[] = [];
  try {
    for (const path of files) {
      const file = await open(path);
      partitions.push({ file, block: Buffer.allocUnsafe(BLOCK_bytes), rest_bytes: 0, fresh: true });
    }
    for (;;) {
      const slowest_ms = windows.slowest_ms();
      if (slowest_ms === Infinity) break;
      const index = windows.clock_ms.indexOf(slowest_ms);
      const partition = partitions[index]!;
      const { block, rest_bytes } = partition;
      const { bytesRead } = await partition.file.read(block, rest_bytes, block.length - rest_bytes, null);
      const filled_bytes = rest_bytes + bytesRead;
      if (bytesRead === 0) {
        takeLines(index, partition, filled_bytes);
        windows.end(index);
      } else {
        const to = block.lastIndexOf(LINE_FEED, filled_bytes - 1) + 1;
        if (to > 0) takeLines(index, partition, to);
        keepRest(partition, to, filled_bytes);
      }
      windows.close();
    }
  } finally {
    await Promise.all(partitions.map(({ file }) => file.close()));
  }
  return { rowsIn, faults, late: windows.late };
}

/** Moves an unfinished line to the start, in a larger block if it fills this one. */
function keepRest(partition: Partition, from: number, to: number): void {
  const { block } = partition;
  if (from === 0 && to === block.length) {
    partition.block = Buffer.allocUnsafe(block.length * 2);
    block.copy(partition.block);
  } else {
    block.copyWithin(0, from, to);
  }
  partition.rest_bytes = to - from;
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x09 && code !== 0x0d) return false;
  }
  return true;
}
