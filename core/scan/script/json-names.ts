import type { Layout, LayoutNode } from "../../row/layout.ts";
import { type CellTables, cellTables } from "./cell-tables.ts";

/**
 * A layout as flat arrays. An *entry* is a name at its place in the layout; entry 0 is any name that the
 * layout doesn't have, and each node has one more that stands for its opening brace.
 */
export interface JsonTables extends CellTables {
  /** Cell by entry; −1 for entry 0. */
  readonly cell: Int32Array;
  /** Node of the object's own names by entry, or −1. */
  readonly child: Int32Array;
  /** Where an entry's name begins in `bytes`. */
  readonly name: Int32Array;
  /** Bytes of an entry's name; −1 where no unescaped name can be it. */
  readonly nameLength: Int32Array;
  /** UTF-8 of the names. */
  readonly bytes: Uint8Array;
  /**
   * Names as aligned 32-bit words, to be compared four bytes at a time: for an entry and the low two bits of
   * the place where its name would begin, `words[wordsAt[4 * entry + low]]` is where its list ends, and from
   * the next word on stand pairs of a mask and what is left under it; the closing quote is the last byte.
   */
  readonly words: Int32Array;
  readonly wordsAt: Int32Array;
  /** Next entry of the same hash, or 0. */
  readonly chain: Int32Array;
  /** Entry of a node's opening brace. */
  readonly open: Int32Array;
  /** First bucket of a node. */
  readonly bucketBase: Int32Array;
  /** Buckets of a node − 1. */
  readonly bucketMask: Int32Array;
  readonly buckets: Int32Array;
  /** Which entry came after this one in the last object: the one thing here that a scan changes. */
  readonly follow: Int32Array;
  /** Entries by name and node, for names written with escapes. */
  readonly byName: readonly ReadonlyMap<string, number>[];
}

/** Hash of a name of `length` > 0 bytes at `p`: four bytes tell the names of one object apart well enough. */
function hash(bytes: Uint8Array, p: number, length: number): number {
  return (
    length +
    (bytes[p] as number) * 3 +
    (bytes[p + (length >> 1)] as number) * 7 +
    (bytes[p + length - 1] as number) * 31 +
    (bytes[p + (length >> 2)] as number) * 17
  );
}

/** A name that may stand in a record without escapes; others are found by {@link findEscapedName} only. */
function isPlain(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  return name.isWellFormed() && !/[\u0000-\u001f"\\]/.test(name);
}

/**
 * `words` and `wordsAt` of {@link JsonTables}. Their byte order is little-endian, as that of every runtime we
 * know.
 */
function wordTables(
  bytes: Uint8Array,
  name: readonly number[],
  nameLength: readonly number[],
): { words: Int32Array; wordsAt: Int32Array } {
  const words: number[] = [];
  const wordsAt: number[] = [];
  name.forEach((from, entry) => {
    const length = nameLength[entry] as number;
    for (let low = 0; low < 4; low++) {
      wordsAt.push(words.length);
      if (length < 0) {
        // Nothing under the mask is never 1: this one is never met.
        words.push(words.length + 3, 0, 1);
        continue;
      }
      const count = (low + length + 4) >> 2;
      words.push(words.length + 1 + 2 * count);
      for (let first = -low; first <= length; first += 4) {
        let mask = 0;
        let value = 0;
        for (let lane = 0; lane < 4; lane++) {
          const i = first + lane;
          if (i < 0 || i > length) continue;
          mask |= 0xff << (8 * lane);
          value |= (i === length ? 0x22 : (bytes[from + i] as number)) << (8 * lane);
        }
        words.push(mask, value);
      }
    }
  });
  return { words: Int32Array.from(words), wordsAt: Int32Array.from(wordsAt) };
}

/** Turns a layout into tables, once per scanner. */
export function jsonTables(layout: Layout): JsonTables {
  const encoder = new TextEncoder();
  const cell: number[] = [-1];
  const child: number[] = [-1];
  const name: number[] = [0];
  const nameLength: number[] = [-1];
  const follow: number[] = [0];
  const bytes: number[] = [];
  const nodes: { open: number; entries: number[] }[] = [];
  const byName: Map<string, number>[] = [];

  const addEntry = (ofCell: number): number => {
    cell.push(ofCell);
    child.push(-1);
    name.push(0);
    nameLength.push(-1);
    follow.push(0);
    return cell.length - 1;
  };
  const addNode = (node: LayoutNode): number => {
    const index = nodes.length;
    const entries: number[] = [];
    const names = new Map<string, number>();
    let last = addEntry(-1);
    nodes.push({ open: last, entries });
    byName.push(names);
    node.names.forEach((text, i) => {
      const entry = addEntry(node.cells[i] as number);
      names.set(text, entry);
      entries.push(entry);
      follow[last] = entry;
      last = entry;
      if (isPlain(text)) {
        const encoded = encoder.encode(text);
        name[entry] = bytes.length;
        nameLength[entry] = encoded.length;
        bytes.push(...encoded);
      }
    });
    node.children.forEach((inner, i) => {
      if (inner !== undefined) child[entries[i] as number] = addNode(inner);
    });
    return index;
  };
  addNode(layout.root);

  const nameBytes = Uint8Array.from(bytes);
  const chain = new Int32Array(cell.length);
  const buckets: number[] = [];
  const bucketBase: number[] = [];
  const bucketMask: number[] = [];
  for (const { entries } of nodes) {
    const size = 2 ** Math.ceil(Math.log2(2 * entries.length + 2));
    const base = buckets.length;
    bucketBase.push(base);
    bucketMask.push(size - 1);
    for (let i = 0; i < size; i++) buckets.push(0);
    for (const entry of entries) {
      const length = nameLength[entry] as number;
      if (length < 0) continue;
      const at = base + (length === 0 ? 0 : hash(nameBytes, name[entry] as number, length) & (size - 1));
      chain[entry] = buckets[at] as number;
      buckets[at] = entry;
    }
  }

  return {
    ...cellTables(layout),
    cell: Int32Array.from(cell),
    child: Int32Array.from(child),
    name: Int32Array.from(name),
    nameLength: Int32Array.from(nameLength),
    bytes: nameBytes,
    ...wordTables(nameBytes, name, nameLength),
    chain,
    open: Int32Array.from(nodes, (n) => n.open),
    bucketBase: Int32Array.from(bucketBase),
    bucketMask: Int32Array.from(bucketMask),
    buckets: Int32Array.from(buckets),
    follow: Int32Array.from(follow),
    byName,
  };
}

/** Entry of the unescaped name in `[from, to)` among those of `node`, or 0. */
export function findName(t: JsonTables, u8: Uint8Array, node: number, from: number, to: number): number {
  const length = to - from;
  const bucket = length === 0 ? 0 : hash(u8, from, length) & (t.bucketMask[node] as number);
  let entry = t.buckets[(t.bucketBase[node] as number) + bucket] as number;
  while (entry !== 0) {
    if (t.nameLength[entry] === length) {
      let n = t.name[entry] as number;
      let p = from;
      while (p < to && u8[p] === t.bytes[n]) {
        p++;
        n++;
      }
      if (p === to) return entry;
    }
    entry = t.chain[entry] as number;
  }
  return 0;
}

// ignoreBOM: a U+FEFF at the start of a name is part of the name.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The same for a valid name that holds escapes. */
export function findEscapedName(
  t: JsonTables,
  u8: Uint8Array,
  node: number,
  from: number,
  to: number,
): number {
  const name = JSON.parse(`"${decoder.decode(u8.subarray(from, to))}"`) as string;
  return t.byName[node]?.get(name) ?? 0;
}
