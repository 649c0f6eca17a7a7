import { CHUNK_rows } from "../../row/chunk.ts";
import type { Layout } from "../../row/layout.ts";
import type { MakeScanner, Memory, Scanner } from "../scanner.ts";
import { behindLastLine } from "../script/cell-tables.ts";
import { scanJsonLines } from "../script/json-scanner.ts";
import type { Kernel } from "./kernel.ts";
import { SCAN_BLANK, SCAN_CONSUMED, SCAN_PENDING_COUNT, type ScanTables, scanTables } from "./tables.ts";

/**
 * Scans lines of JSON objects in WebAssembly, 16 bytes at a time, where that can be; else in plain JavaScript.
 *
 * Says of every record what {@link scanJsonLines} says: records that the kernel cannot do exactly (too deep ones, names
 * with escapes or that stand twice, numbers of more than 19 digits), and a last one without its line end, are scanned by
 * that.
 */
export const scanLinesOfJson: MakeScanner = (layout, memory) =>
  (memory.kernel && kernelScanner(memory.kernel, layout, memory)) ?? scanJsonLines(layout, memory);

/** The tables of each layout: all partitions of one run share them. */
const tablesIn = new WeakMap<Kernel, WeakMap<Layout, ScanTables>>();

function tablesOf(kernel: Kernel, layout: Layout): ScanTables | undefined {
  const own = tablesIn.get(kernel) ?? new WeakMap<Layout, ScanTables>();
  tablesIn.set(kernel, own);
  const tables = own.get(layout) ?? scanTables(kernel, layout, CHUNK_rows);
  if (tables !== undefined) own.set(layout, tables);
  return tables;
}

/** `undefined` when the kernel's memory has no room for the layout. */
function kernelScanner(kernel: Kernel, layout: Layout, memory: Memory): Scanner | undefined {
  const tables = tablesOf(kernel, layout);
  if (tables === undefined) return undefined;
  const { u8, u32 } = memory;
  const { i32 } = kernel;
  const { scan, pending } = tables;
  const words = scan >> 2;
  const { rowWords } = layout;
  const script = scanJsonLines(layout, memory);
  let consumed = 0;
  let blank = 0;
  return {
    scan(from, to, columns, capacity, final) {
      const most = Math.min(capacity, CHUNK_rows);
      const linesEnd = to > from && u8[to - 1] === 0x0a ? to : behindLastLine(u8, from, to);
      let rows = 0;
      consumed = from;
      if (linesEnd >= 0) {
        i32[words + SCAN_BLANK] = 0;
        rows = kernel.scanLines(scan, from, linesEnd, columns << 2, most);
        consumed = (i32[words + SCAN_CONSUMED] as number) >>> 0;
        blank += i32[words + SCAN_BLANK] as number;
        const left = i32[words + SCAN_PENDING_COUNT] as number;
        for (let i = 0; i < left; i++) {
          const row = columns + (i32[pending + i] as number) * rowWords;
          script.scan(u32[row] as number, u32[row + 1] as number, row, 1, false);
        }
        if (consumed < linesEnd) return rows;
      }
      if (!final || consumed === to || rows === most) return rows;
      rows += script.scan(consumed, to, columns + rows * rowWords, 1, true);
      consumed = script.consumed;
      return rows;
    },
    get consumed() {
      return consumed;
    },
    get blank() {
      return blank + script.blank;
    },
    frame: script.frame,
    skip: script.skip,
  };
}
