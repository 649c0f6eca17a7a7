import type { Layout } from "../../row/layout.ts";
import type { MakeScanner, Memory, Scanner } from "../scanner.ts";
import { behindLastLine, type ScanPart, scanUnended } from "./cell-tables.ts";
import { type LinesState, scanLines } from "./json-lines.ts";
import { jsonTables } from "./json-names.ts";

/**
 * Scans lines of JSON objects (JSON Lines, NDJSON) in plain JavaScript.
 *
 * Says of each line what `JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line))` says, and
 * stores what it answers for the names of the layout: the last of a name that stands twice, numbers to the
 * bit. Values without a place in the layout are checked as strictly. It asks three things more: an object, at
 * most {@link MAX_DEPTH} deep, and no integer literal (digits only: `1e20` is none) beyond ±(2^53 − 1) where
 * the schema says `integers: "fault"`. A byte order mark at the start of a line is dropped, as the decoder
 * does, so that no answer depends on how a source was cut.
 *
 * Of several faults in a line this order decides: `utf8`, then whichever of `json` and `depth` comes first,
 * then `int64`, then `schema`.
 */
export const scanJsonLines: MakeScanner = (layout: Layout, memory: Memory): Scanner => {
  const { u8, u32, f64 } = memory;
  // Offsets are below 2^31: signed words spare the engines a case.
  const i32 = new Int32Array(u32.buffer, u32.byteOffset, u32.length);
  const tables = jsonTables(layout);
  const nodes = tables.open.length;
  const state: LinesState = {
    tables,
    rowWords: layout.rowWords,
    openEntry: new Int32Array(nodes),
    openStart: new Int32Array(nodes),
    consumed: 0,
    blank: 0,
  };

  return {
    scan(from, to, columns, capacity, final) {
      const linesEnd = to > from && u8[to - 1] === 0x0a ? to : behindLastLine(u8, from, to);
      let rows = 0;
      state.consumed = from;
      if (linesEnd >= 0) {
        rows = scanLines(state, u8, i32, f64, from, linesEnd, columns, capacity);
        state.consumed >>>= 0;
        if (state.consumed < linesEnd) return rows;
      }
      const text = state.consumed;
      if (!final || text === to || rows === capacity) return rows;
      const part: ScanPart = (...memoryAndPart) => scanLines(state, ...memoryAndPart, 1);
      const at = columns + rows * layout.rowWords;
      rows += scanUnended(part, layout.rowWords, u8, i32, text, to, at);
      state.consumed = to;
      return rows;
    },
    get consumed() {
      return state.consumed;
    },
    get blank() {
      return state.blank;
    },
    frame: (from, to) => behindLastLine(u8, from, to),
    skip: (from, to) => {
      for (let p = from; p < to; p++) {
        if (u8[p] === 0x0a) return p + 1;
      }
      return -1;
    },
  };
};
