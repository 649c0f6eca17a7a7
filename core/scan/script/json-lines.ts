import {
  type CELL_WORDS,
  type HEADER_WORDS,
  type Kind,
  MAX_DEPTH,
  MAX_LENGTH_bytes,
  RowFlag,
  ScanFault,
} from "../../row/layout.ts";
import { clearCells, refusedCell, unsafeInteger, writeFault } from "./cell-tables.ts";
import { findEscapedName, findName, type JsonTables } from "./json-names.ts";
import {
  BACKSLASHES,
  clearTooDeep,
  literalKind,
  plainEnd,
  restKind,
  scanNumber,
  skipContainer,
  stringRest,
  tooDeep,
} from "./json-values.ts";

/** What a scan of lines changes, and the tables that it reads. */
export interface LinesState {
  readonly tables: JsonTables;
  readonly rowWords: number;
  /**
   * Entries of the objects that are open around the present one, and where those begin: one for each node.
   */
  readonly openEntry: Int32Array;
  readonly openStart: Int32Array;
  /** As a signed word. */
  consumed: number;
  blank: number;
}

/** The end of `[from, to)` without the space there. */
function trimmedEnd(u8: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from) {
    const c = u8[end - 1];
    if (c !== 0x20 && c !== 0x0d && c !== 0x09) break;
    end--;
  }
  return end;
}

/**
 * Annotates lines; every one of them ends with a line feed before `to`.
 *
 * The three arrays are one memory. One function with everything in locals: a value costs no call and no
 * allocation. `| 0` on what a call gives keeps offsets plain integers: V8 tags them otherwise (4 %). Values
 * that the layout doesn't name are written too, into "cell −1", which is the header of the row: cheaper than
 * asking every time, and the header comes last.
 *
 * Node 24 / Deno / Bun, ns a record: 97 bytes, five fields of five, 123 / 97 / 77; 396 bytes, 14 fields of
 * 17, 501 / 407 / 332. `JSON.parse` of the same lines, already strings: 379 / 331 / 141, 1,477 / 1,167 / 841.
 */
export function scanLines(
  state: LinesState,
  u8: Uint8Array,
  i32: Int32Array,
  f64: Float64Array,
  from: number,
  to: number,
  columns: number,
  capacity: number,
): number {
  // Copies as literals, checked by their types: V8 loads what a module imports again and again (6 %).
  const HEADER: typeof HEADER_WORDS = 4;
  const CELL: typeof CELL_WORDS = 4;
  const FALSE: typeof Kind.false = 2;
  const NUMBER: typeof Kind.number = 4;
  const INT64: typeof Kind.int64 = 5;
  const ASCII: typeof Kind.ascii = 6;
  const ESCAPED: typeof Kind.escaped = 8;
  const OBJECT: typeof Kind.object = 9;
  const ARRAY: typeof Kind.array = 10;
  const t = state.tables;
  const rowWords = state.rowWords | 0;
  const cellCount = t.cellCount | 0;
  const accepts = t.accepts;
  const entryCell = t.cell;
  const entryChild = t.child;
  const nameLength = t.nameLength;
  const nameWords = t.words;
  const nameWordsAt = t.wordsAt;
  const follow = t.follow;
  const openEntry = state.openEntry;
  const openStart = state.openStart;
  const rootOpen = t.open[0] as number;
  // 2^31, where the largest pool ends, is −2^31 as a signed word; so the line ends below wrap, and the loop
  // asks for equality.
  const limit = to | 0;
  let rows = 0;
  let row = columns | 0;
  let p = from | 0;

  while (p !== limit) {
    const line = p;
    let c = u8[p] as number;
    // The decoder of the oracle drops a mark at the start of whatever it is given.
    if (c === 0xef && u8[p + 1] === 0xbb && u8[p + 2] === 0xbf) {
      p += 3;
      c = u8[p] as number;
    }
    if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
    if (c === 0x0a) {
      state.blank++;
      p = (p + 1) | 0;
      continue;
    }
    if (rows === capacity) {
      p = line;
      break;
    }
    const start = p;
    const cells = row + HEADER;
    const cellsEnd = row + rowWords;
    for (let at = cells >> 1; at < cellsEnd >> 1; at++) f64[at] = 0;

    let flags = 0;
    let hasInt64 = false;
    // Cells that hold what their schema allows.
    let good = 0;
    let depth = 0;
    let node = 0;
    let objectStart = p;
    let last = rootOpen;
    let expected = follow[last] as number;
    // Where the record went wrong, or −1.
    let wrong = -1;

    // biome-ignore lint/suspicious/noConfusingLabels: the one way out of two loops that costs nothing.
    record: {
      if (c !== 0x7b) {
        wrong = p;
        break record;
      }
      c = u8[++p] as number;
      if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
      // A comma must not be taken for the end of a member that isn't there.
      let member = c !== 0x7d;
      for (;;) {
        if (member) {
          if (c !== 0x22) {
            wrong = p;
            break record;
          }
          p++;
          // Records of one source name their fields in one order: try the name that came here the last time.
          let n = nameWordsAt[(expected << 2) | (p & 3)] as number;
          const nameEnd = nameWords[n++] as number;
          let w = p >> 2;
          while (n < nameEnd && ((i32[w] as number) & (nameWords[n] as number)) === nameWords[n + 1]) {
            n += 2;
            w++;
          }
          let entry = expected;
          if (n === nameEnd) {
            p += (nameLength[expected] as number) + 1;
          } else {
            let q = plainEnd(i32, p, BACKSLASHES) | 0;
            if (u8[q] === 0x22) {
              entry = findName(t, u8, node, p, q) | 0;
            } else {
              q = stringRest(u8, q) | 0;
              if (q < 0) {
                wrong = ~q;
                break record;
              }
              if (restKind === ESCAPED) {
                entry = findEscapedName(t, u8, node, p, q) | 0;
                if (entry !== 0) flags = RowFlag.irregular;
              } else entry = findName(t, u8, node, p, q) | 0;
            }
            p = q + 1;
            if (entry !== 0) follow[last] = entry;
          }
          if (entry !== 0) {
            last = entry;
            expected = follow[entry] as number;
          }
          c = u8[p] as number;
          if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
          if (c !== 0x3a) {
            wrong = p;
            break record;
          }
          c = u8[++p] as number;
          if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;

          const cell = entryCell[entry] as number;
          const at = cells + CELL * cell;
          if (i32[at + 1] !== 0 && cell >= 0) {
            // The last one of a name counts, with all that is inside it.
            clearCells(i32, at, cells + CELL * (t.subtreeEnd[cell] as number));
            flags = RowFlag.irregular;
          }
          if (c === 0x22) {
            const text = ++p;
            p = plainEnd(i32, p, BACKSLASHES) | 0;
            let kind: number = ASCII;
            if (u8[p] !== 0x22) {
              p = stringRest(u8, p) | 0;
              if (p < 0) {
                wrong = ~p;
                break record;
              }
              kind = restKind | 0;
            }
            i32[at] = text;
            i32[at + 1] = (kind << 24) | (p - text);
            good += ((accepts[cell + 1] as number) >>> kind) & 1;
            p++;
          } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
            let q = c === 0x2d ? p + 1 : p;
            const digits = q;
            let digit = (u8[q] as number) - 0x30;
            let value = 0;
            while (digit >= 0 && digit <= 9) {
              value = (Math.imul(value, 10) + digit) | 0;
              digit = (u8[++q] as number) - 0x30;
            }
            // Left for the long way: `.` (−2), `e`, `E`, more digits than fit, leading zeros, no digits, −0.
            if (
              digit !== -2 &&
              (digit | 0x20) !== 0x35 &&
              q - digits <= 9 &&
              u8[digits] !== 0x30 &&
              q !== digits
            ) {
              i32[at] = p;
              i32[at + 1] = (NUMBER << 24) | (q - p);
              good += ((accepts[cell + 1] as number) >>> NUMBER) & 1;
              f64[(at >> 1) + 1] = c === 0x2d ? -value : value;
              p = q;
            } else {
              const number = p;
              p = scanNumber(u8, i32, f64, number, at, t.integers[cell + 1] as number) | 0;
              if (p < 0) {
                wrong = ~p;
                break record;
              }
              const kind = (i32[at + 1] as number) >>> 24;
              good += ((accepts[cell + 1] as number) >>> kind) & 1;
              if (kind === INT64) hasInt64 = true;
            }
          } else if (c === 0x7b && (entryChild[entry] as number) >= 0) {
            if (depth + 2 > MAX_DEPTH) {
              // The brace is where the search for what is wrong with it stops: it is too deep.
              p = skipContainer(u8, i32, p, MAX_DEPTH) | 0;
              wrong = ~p;
              break record;
            }
            openEntry[depth] = entry;
            openStart[depth] = objectStart;
            depth++;
            objectStart = p;
            node = entryChild[entry] as number;
            last = t.open[node] as number;
            expected = follow[last] as number;
            c = u8[++p] as number;
            if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
            member = c !== 0x7d;
            continue;
          } else if (c === 0x7b || c === 0x5b) {
            const open = p;
            p = skipContainer(u8, i32, p, depth + 1) | 0;
            if (p < 0) {
              wrong = ~p;
              break record;
            }
            const kind = c === 0x7b ? OBJECT : ARRAY;
            i32[at] = open;
            i32[at + 1] = (kind << 24) | (p - open);
            good += ((accepts[cell + 1] as number) >>> kind) & 1;
          } else {
            const kind = literalKind(u8, p) | 0;
            if (kind === 0) {
              wrong = p;
              break record;
            }
            const length = kind === FALSE ? 5 : 4;
            i32[at] = p;
            i32[at + 1] = (kind << 24) | length;
            good += ((accepts[cell + 1] as number) >>> kind) & 1;
            p += length;
          }
          c = u8[p] as number;
          if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
          if (c === 0x2c) {
            c = u8[++p] as number;
            if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
            continue;
          }
        }
        if (c !== 0x7d) {
          wrong = p;
          break record;
        }
        p++;
        if (depth === 0) break;
        depth--;
        last = openEntry[depth] as number;
        const cell = entryCell[last] as number;
        const at = cells + CELL * cell;
        i32[at] = objectStart;
        i32[at + 1] = (OBJECT << 24) | (p - objectStart);
        good += ((accepts[cell + 1] as number) >>> OBJECT) & 1;
        objectStart = openStart[depth] as number;
        expected = follow[last] as number;
        node = depth === 0 ? 0 : (entryChild[openEntry[depth - 1] as number] as number);
        c = u8[p] as number;
        if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
        member = c === 0x2c;
        if (member) {
          c = u8[++p] as number;
          if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
        }
      }
      const end = p;
      c = u8[p] as number;
      if (c <= 0x20) while (c === 0x20 || c === 0x0d || c === 0x09) c = u8[++p] as number;
      if (c !== 0x0a) {
        wrong = p;
        break record;
      }
      p = (p + 1) | 0;
      let detail = 0;
      if (end - start > MAX_LENGTH_bytes) {
        flags = ScanFault.tooLong;
        clearCells(i32, cells, cellsEnd);
      } else if (hasInt64 && unsafeInteger(t, i32, cells) >= 0) {
        flags |= ScanFault.int64;
        detail = unsafeInteger(t, i32, cells);
      } else if (good !== cellCount || flags !== 0) {
        detail = refusedCell(t, i32, cells);
        if (detail < 0) detail = 0;
        else flags |= ScanFault.schema;
      }
      i32[row] = start;
      i32[row + 1] = end;
      i32[row + 2] = flags;
      i32[row + 3] = detail;
    }
    if (wrong >= 0) {
      p = wrong;
      while (u8[p] !== 0x0a) p++;
      clearCells(i32, cells, cellsEnd);
      const fault = tooDeep ? ScanFault.depth : ScanFault.json;
      clearTooDeep();
      writeFault(u8, i32, row, start, trimmedEnd(u8, start, p), fault, wrong);
      p = (p + 1) | 0;
    }
    row += rowWords;
    rows++;
  }
  // Signed: V8 deoptimises this function again and again for a `>>> 0` behind its loop (100 times in 3 M records).
  state.consumed = p;
  return rows;
}
