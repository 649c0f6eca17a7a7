import { Kind, type Layout, ScanFault } from "../../../row/layout.ts";
import { byteText, type Seen, type SeenRow, textBytes } from "./drive.ts";
import { expectedJsonRow } from "./json-oracle.ts";

// What a scanner of JSON documents must say, slowly: a document is cut byte by byte, and what it is cut into is for the
// oracle of lines to judge. `documentDifference` holds the whole against `JSON.parse` besides.

const MARK = "\xef\xbb\xbf";

/** Which bytes stand in strings or behind a backslash, and so mean nothing; one flag a byte. */
function sheltered(text: string): { inString: boolean[]; means: boolean[] } {
  const inString: boolean[] = [];
  const means: boolean[] = [];
  let open = false;
  let escaped = false;
  for (const c of text) {
    const isQuote = c === '"' && !escaped;
    inString.push(open);
    means.push(!open && !escaped && !isQuote);
    if (isQuote) open = !open;
    escaped = c === "\\" && !escaped;
  }
  return { inString, means };
}

/** What stands between commas, and what ends it: a comma, the bracket, or the end of the bytes. */
interface Part {
  readonly text: string;
  readonly end: string;
}

/** Cuts the text behind an opening bracket; gives what follows the closing one too. Line feeds are replaced. */
function cut(text: string): { parts: Part[]; rest: string } {
  const { inString, means } = sheltered(text);
  const parts: Part[] = [];
  let depth = 0;
  let part = "";
  for (let p = 0; p < text.length; p++) {
    const c = text[p] as string;
    if (means[p] && depth === 0 && ",]".includes(c)) {
      parts.push({ text: part, end: c });
      if (c === "]") return { parts, rest: text.slice(p + 1).replaceAll("\n", " ") };
      part = "";
      continue;
    }
    if (means[p] && "[{".includes(c)) depth++;
    if (means[p] && "]}".includes(c) && depth > 0) depth--;
    part += c !== "\n" ? c : inString[p] ? "\r" : " ";
  }
  parts.push({ text: part, end: "" });
  return { parts, rest: "" };
}

function trimmed(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const MISSING = { kind: Kind.missing, offset: -1, length: 0, payload: 0 };

/** The row of bytes that are wrong where they stand. */
function wrong(layout: Layout, text: string): SeenRow {
  const record = trimmed(text);
  let fault: number = ScanFault.json;
  try {
    decoder.decode(textBytes(record));
  } catch {
    fault = ScanFault.utf8;
  }
  return { fault, detail: -1, irregular: false, record, cells: layout.cells.map(() => MISSING) };
}

/** The row of an element: a line but for a byte order mark, which an element may not have. */
function judged(layout: Layout, text: string): SeenRow {
  const row = trimmed(text).startsWith(MARK) ? undefined : expectedJsonRow(layout, textBytes(text));
  return row ?? wrong(layout, text);
}

/** The rows of a document. */
export function expectedDocument(layout: Layout, source: Uint8Array): Seen {
  const all = byteText(source);
  const text = trimmed(all.startsWith(MARK) ? all.slice(3) : all);
  if (text === "") return { rows: [], blank: 0 };
  if (text[0] !== "[") {
    const { inString } = sheltered(text);
    const flat = text.replaceAll("\n", (_, p: number) => (inString[p] ? "\r" : " "));
    return { rows: [judged(layout, flat)], blank: 0 };
  }
  const rows: SeenRow[] = [];
  const { parts, rest } = cut(text.slice(1));
  parts.forEach(({ text: part, end }, i) => {
    const isBlank = trimmed(part) === "";
    const isTrailing = isBlank && i > 0;
    if (end === ",") rows.push(isBlank ? wrong(layout, ",") : judged(layout, part));
    else if (end === "]") {
      if (isTrailing) rows.push(wrong(layout, `]${rest}`));
      else if (!isBlank) rows.push(judged(layout, part));
      if (!isTrailing && trimmed(rest) !== "") rows.push(wrong(layout, rest));
    }
    // A comma with nothing before it that is the last byte of all stands for what is missing behind it, too.
    else if (!isTrailing || rows.at(-1)?.record !== "," || !all.endsWith(",")) rows.push(wrong(layout, part));
  });
  return { rows, blank: 0 };
}

const NOT_JSON: ReadonlySet<number> = new Set([ScanFault.json, ScanFault.utf8, ScanFault.depth]);

/** Why rows are not what `JSON.parse` makes of the whole document, or undefined. */
export function documentDifference({ rows }: Seen, source: Uint8Array): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(source));
  } catch {
    const isSilent = trimmed(byteText(source).replace(/^\xef\xbb\xbf/, "")) !== "";
    return isSilent && !rows.some(({ fault }) => NOT_JSON.has(fault)) ? "a wrong document passes" : undefined;
  }
  const elements = Array.isArray(parsed) ? parsed : [parsed];
  if (rows.length !== elements.length) return `${rows.length} rows, not ${elements.length}`;
  for (const [i, { fault, record }] of rows.entries()) {
    const isObject = typeof elements[i] === "object" && elements[i] !== null && !Array.isArray(elements[i]);
    if (isObject === (fault === ScanFault.json)) return `row ${i}: fault ${fault}`;
    // V8 gives names with escapes another object's name once it has seen one: nodejs/node#63785.
    if (record.includes("\\")) continue;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(textBytes(record));
    if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(elements[i])) return `row ${i} is ${record}`;
  }
  return undefined;
}
