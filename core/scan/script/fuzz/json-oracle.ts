import {
  Kind,
  type Layout,
  type LayoutNode,
  MAX_DEPTH,
  ScanFault,
  STRING_KINDS,
} from "../../../row/layout.ts";
import { byteText, type Seen, type SeenCell, type SeenRow } from "./drive.ts";

// What a JSON-lines scanner must say, slowly: the verdict and the values are those of TextDecoder and
// JSON.parse; a little parser of text already known to be good adds where each value stands. Values are
// parsed one by one, since V8's JSON.parse gives names with escapes another object's name once it has seen a
// name with a backslash (nodejs/node#63785); without a backslash the whole record is parsed and compared too.

interface Place {
  readonly kind: number;
  readonly from: number;
  readonly to: number;
  readonly members: Map<string, Place>;
  readonly escapedNames: ReadonlySet<string>;
  readonly twice: ReadonlySet<string>;
}

const decoder = new TextDecoder("utf-8", { fatal: true });
const nameDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Places in `text`, good JSON with one character a byte. */
function locate(text: string, bytes: Uint8Array): Place {
  let p = 0;
  const space = () => {
    while (" \t\r\n".includes(text[p] as string)) p++;
  };
  const string = (): boolean => {
    let escaped = false;
    p++;
    while (text[p] !== '"') {
      if (text[p] === "\\") {
        escaped = true;
        p++;
      }
      p++;
    }
    p++;
    return escaped;
  };
  const value = (): Place => {
    const from = p;
    const members = new Map<string, Place>();
    const escapedNames = new Set<string>();
    const twice = new Set<string>();
    const first = text[p] as string;
    let kind: number;
    if (first === "{") {
      kind = Kind.object;
      p++;
      space();
      while (text[p] !== "}") {
        if (text[p] === ",") p++;
        space();
        const nameFrom = p;
        const escaped = string();
        const name = JSON.parse(nameDecoder.decode(bytes.subarray(nameFrom, p))) as string;
        space();
        p++;
        space();
        if (members.has(name)) twice.add(name);
        if (escaped) escapedNames.add(name);
        members.set(name, value());
        space();
      }
      p++;
    } else if (first === "[") {
      kind = Kind.array;
      p++;
      space();
      while (text[p] !== "]") {
        if (text[p] === ",") p++;
        space();
        value();
        space();
      }
      p++;
    } else if (first === '"') {
      const escaped = string();
      const isAscii = bytes.subarray(from, p).every((byte) => byte < 0x80);
      kind = escaped ? Kind.escaped : isAscii ? Kind.ascii : Kind.utf8;
      return { kind, from: from + 1, to: p - 1, members, escapedNames, twice };
    } else {
      while (p < text.length && !" \t\r\n,]}".includes(text[p] as string)) p++;
      kind = { t: Kind.true, f: Kind.false, n: Kind.null }[first] ?? Kind.number;
    }
    return { kind, from, to: p, members, escapedNames, twice };
  };
  return value();
}

/** Deepest nesting of good JSON. */
function depthOf(text: string): number {
  let deepest = 0;
  let depth = 0;
  let inString = false;
  for (let p = 0; p < text.length; p++) {
    const c = text[p] as string;
    if (inString) {
      if (c === "\\") p++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if ("[{".includes(c)) deepest = Math.max(deepest, ++depth);
    else if ("]}".includes(c)) depth--;
  }
  return deepest;
}

function ownValue(object: unknown, name: string): unknown {
  if (object === undefined) return undefined;
  return Object.getOwnPropertyDescriptor(object, name)?.value;
}

const MISSING: SeenCell = { kind: Kind.missing, offset: -1, length: 0, payload: 0 };

/** The row for one line without its line feed, or undefined for a blank one. */
export function expectedJsonRow(layout: Layout, line: Uint8Array): SeenRow | undefined {
  let from = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0;
  let to = line.length;
  const isSpace = (c: number | undefined) => c === 0x20 || c === 0x09 || c === 0x0d;
  while (from < to && isSpace(line[from])) from++;
  while (to > from && isSpace(line[to - 1])) to--;
  if (from === to) return undefined;
  const bytes = line.subarray(from, to);
  const record = byteText(bytes);
  const cells: SeenCell[] = layout.cells.map(() => MISSING);
  const faultRow = (fault: number): SeenRow => ({ fault, detail: -1, irregular: false, record, cells });
  let decoded: string;
  try {
    decoded = decoder.decode(line);
  } catch {
    return faultRow(ScanFault.utf8);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoded);
  } catch {
    return faultRow(ScanFault.json);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return faultRow(ScanFault.json);
  if (depthOf(record) > MAX_DEPTH) return faultRow(ScanFault.depth);

  const root = locate(record, bytes);
  let irregular = false;
  let unsafe = -1;
  const fill = (node: LayoutNode, place: Place, whole: unknown) => {
    node.names.forEach((name, i) => {
      const inner = place.members.get(name);
      if (inner === undefined) return;
      if (place.twice.has(name) || place.escapedNames.has(name)) irregular = true;
      const cell = node.cells[i] as number;
      let kind = inner.kind;
      const text = record.slice(inner.from, inner.to);
      const isNumber = kind === Kind.number;
      const value = isNumber ? (JSON.parse(text) as number) : 0;
      const wholeValue = record.includes("\\") ? undefined : ownValue(whole, name);
      if (isNumber && wholeValue !== undefined && !Object.is(value, wholeValue)) throw new Error(record);
      if (kind === Kind.number && /^-?[0-9]+$/.test(text) && !Number.isSafeInteger(value)) {
        if (layout.cells[cell]?.integers !== "double") kind = Kind.int64;
        if (layout.cells[cell]?.integers === "fault") unsafe = unsafe < 0 ? cell : Math.min(unsafe, cell);
      }
      const payload = kind === Kind.number ? value : 0;
      cells[cell] = { kind, offset: inner.from, length: inner.to - inner.from, payload };
      const child = node.children[i];
      if (child !== undefined && kind === Kind.object) fill(child, inner, wholeValue);
    });
  };
  fill(layout.root, root, parsed);
  let fault: number = ScanFault.none;
  let detail = 0;
  if (unsafe >= 0) {
    fault = ScanFault.int64;
    detail = unsafe;
  } else {
    const refused = layout.cells.findIndex((cell, i) => {
      if (cell.parent >= 0 && cells[cell.parent]?.kind !== Kind.object) return false;
      return ((cell.accepts >> (cells[i] as SeenCell).kind) & 1) === 0;
    });
    if (refused >= 0) {
      fault = ScanFault.schema;
      detail = refused;
    }
  }
  return { fault, detail, irregular, record, cells };
}

/** The rows of a whole source. */
export function expectedJson(layout: Layout, source: Uint8Array): Seen {
  const rows: SeenRow[] = [];
  let blank = 0;
  for (let from = 0; from < source.length; ) {
    let to = source.indexOf(0x0a, from);
    if (to < 0) to = source.length;
    const row = expectedJsonRow(layout, source.subarray(from, to));
    if (row === undefined) blank++;
    else rows.push(row);
    from = to + 1;
  }
  return { rows, blank };
}

/** What a string cell of `row` reads as: the value of JSON.parse. */
export function cellString(row: SeenRow, cell: number): string | undefined {
  const seen = row.cells[cell] as SeenCell;
  if (((STRING_KINDS >> seen.kind) & 1) === 0) return undefined;
  const bytes = Uint8Array.from(row.record.slice(seen.offset, seen.offset + seen.length), (c) =>
    c.charCodeAt(0),
  );
  const text = nameDecoder.decode(bytes);
  return seen.kind === Kind.escaped ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Why two rows differ, or undefined. A fault of the grammar has no cells, and its place is not compared. */
function rowDifference(seen: SeenRow | undefined, expected: SeenRow | undefined): string | undefined {
  if (seen === undefined || expected === undefined)
    return seen === expected ? undefined : "a row too many or too few";
  if (seen.record !== expected.record) return `record ${seen.record}, not ${expected.record}`;
  if (seen.fault !== expected.fault) {
    // Which of the two comes first is the scanner's to say when the line is bad anyhow.
    const isDeep = (seen.record.match(/[[{]/g)?.length ?? 0) > MAX_DEPTH;
    if (!(isDeep && seen.fault === ScanFault.depth && expected.fault === ScanFault.json)) {
      return `fault ${seen.fault}, not ${expected.fault}`;
    }
  }
  if (expected.detail === -1) {
    return seen.detail > seen.record.length ? `detail ${seen.detail} lies outside the record` : undefined;
  }
  if (seen.detail !== expected.detail) return `detail ${seen.detail}, not ${expected.detail}`;
  if (seen.irregular !== expected.irregular) return `irregular is ${seen.irregular}`;
  for (let i = 0; i < expected.cells.length; i++) {
    const a = seen.cells[i] as SeenCell;
    const b = expected.cells[i] as SeenCell;
    if (
      a.kind !== b.kind ||
      a.offset !== b.offset ||
      a.length !== b.length ||
      !Object.is(a.payload, b.payload)
    ) {
      return `cell ${i}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`;
    }
  }
  return undefined;
}

/** Why two scans differ, or undefined. */
export function difference(seen: Seen, expected: Seen): string | undefined {
  const count = Math.max(seen.rows.length, expected.rows.length);
  for (let i = 0; i < count; i++) {
    const why = rowDifference(seen.rows[i], expected.rows[i]);
    if (why !== undefined) return `row ${i}: ${why}`;
  }
  return seen.blank === expected.blank ? undefined : `${seen.blank} blank lines, not ${expected.blank}`;
}
