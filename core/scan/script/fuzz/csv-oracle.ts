import { Kind, type Layout, ScanFault, STRING_KINDS } from "../../../row/layout.ts";
import { type Seen, type SeenCell, type SeenRow, textBytes } from "./drive.ts";

// What a CSV scanner must say, one character after the other.

interface Field {
  readonly from: number;
  readonly to: number;
  readonly isQuoted: boolean;
}

interface CsvRecord {
  readonly from: number;
  readonly to: number;
  readonly fields: readonly Field[];
  readonly isWrong: boolean;
}

/** Records of a text with one character a byte; blank lines are records without fields. */
function split(text: string, delimiter: string): CsvRecord[] {
  // A source of nothing but the mark is one blank line.
  const nothing: CsvRecord = { from: 0, to: 0, fields: [], isWrong: false };
  const records: CsvRecord[] = text === "\xef\xbb\xbf" ? [nothing] : [];
  let p = text.startsWith("\xef\xbb\xbf") ? 3 : 0;
  const atLineEnd = () =>
    p >= text.length || text[p] === "\n" || text.startsWith("\r\n", p) || text.slice(p) === "\r";
  while (p < text.length) {
    const from = p;
    const fields: Field[] = [];
    let isWrong = false;
    let goesOn = !atLineEnd();
    while (goesOn) {
      let field: Field | undefined;
      let start = p;
      if (text[p] === '"') {
        start = ++p;
        while (p < text.length && (text[p] !== '"' || text[p + 1] === '"')) p += text[p] === '"' ? 2 : 1;
        if (p >= text.length) {
          isWrong = true;
          // The last line feed of the source is no part of the record.
          if (text.endsWith("\n")) p = text.length - 1;
          break;
        }
        field = { from: start, to: p, isQuoted: true };
        p++;
        if (!atLineEnd() && text[p] !== delimiter) isWrong = true;
      }
      while (!atLineEnd() && text[p] !== delimiter) {
        if (text[p] === '"') isWrong = true;
        p++;
      }
      fields.push(field ?? { from: start, to: p, isQuoted: false });
      goesOn = text[p] === delimiter;
      if (goesOn) p++;
    }
    records.push({ from, to: p, fields, isWrong });
    p += text.startsWith("\r\n", p) ? 2 : 1;
  }
  return records;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(text: string): string | undefined {
  try {
    return strict.decode(textBytes(text));
  } catch {
    return undefined;
  }
}

const MISSING: SeenCell = { kind: Kind.missing, offset: -1, length: 0, payload: 0 };
const NUMBER = /^ *(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?) *$/;

function cellOf(layout: Layout, cell: number, record: CsvRecord, field: Field, text: string): SeenCell {
  const { accepts, integers } = layout.cells[cell] as Layout["cells"][number];
  const may = (kind: number) => ((accepts >> kind) & 1) === 1;
  const at = field.from - record.from;
  const whole = { offset: at, length: text.length, payload: 0 };
  if (text === "" && !field.isQuoted) {
    if (may(Kind.missing)) return MISSING;
    return { ...whole, kind: may(Kind.null) ? Kind.null : Kind.ascii };
  }
  if ((accepts & STRING_KINDS) === 0) {
    const word = text.replace(/^ +| +$/g, "");
    const part = { offset: at + text.indexOf(word), length: word.length, payload: 0 };
    if (may(Kind.number) && NUMBER.test(text)) {
      const value = Number(word);
      const isInt64 = /^-?[0-9]+$/.test(word) && integers !== "double" && !Number.isSafeInteger(value);
      return isInt64 ? { ...part, kind: Kind.int64 } : { ...part, kind: Kind.number, payload: value };
    }
    if (word === "true" && may(Kind.true)) return { ...part, kind: Kind.true };
    if (word === "false" && may(Kind.false)) return { ...part, kind: Kind.false };
  }
  const isAscii = /^[\0-\x7f]*$/.test(text);
  return {
    ...whole,
    kind: field.isQuoted && text.includes('"') ? Kind.escaped : isAscii ? Kind.ascii : Kind.utf8,
  };
}

/** The rows of a whole source, one character a byte. */
export function expectedCsv(layout: Layout, delimiter: string, text: string): Seen {
  const rows: SeenRow[] = [];
  let blank = 0;
  let names: string[] | undefined;
  let everyFault: number = ScanFault.none;
  const empty = layout.cells.map(() => MISSING);
  for (const record of split(text, delimiter)) {
    const bytes = text.slice(record.from, record.to);
    if (bytes === "") {
      blank++;
      continue;
    }
    const ownFault =
      decode(bytes) === undefined ? ScanFault.utf8 : record.isWrong ? ScanFault.csv : ScanFault.none;
    const wrong = (fault: number) =>
      rows.push({ fault, detail: -1, irregular: false, record: bytes, cells: empty });
    if (names === undefined) {
      names = [];
      everyFault = ownFault;
      if (ownFault !== ScanFault.none) wrong(ownFault);
      else
        names = record.fields.map(({ from, to }) =>
          (decode(text.slice(from, to)) as string).replaceAll('""', '"'),
        );
      continue;
    }
    if (ownFault === ScanFault.utf8 || everyFault !== ScanFault.none) {
      wrong(ownFault === ScanFault.utf8 ? ownFault : everyFault);
      continue;
    }
    if (ownFault !== ScanFault.none || record.fields.length !== names.length) {
      wrong(ScanFault.csv);
      continue;
    }
    const cells = [...empty];
    layout.root.names.forEach((name, i) => {
      const column = (names as string[]).lastIndexOf(name);
      const field = record.fields[column];
      if (field === undefined) return;
      const cell = layout.root.cells[i] as number;
      cells[cell] = cellOf(layout, cell, record, field, text.slice(field.from, field.to));
    });
    const unsafe = cells.findIndex(
      ({ kind }, i) => kind === Kind.int64 && layout.cells[i]?.integers === "fault",
    );
    const refused = cells.findIndex(({ kind }, i) => {
      const cell = layout.cells[i] as Layout["cells"][number];
      return cell.parent < 0 && ((cell.accepts >> kind) & 1) === 0;
    });
    rows.push({
      fault: unsafe >= 0 ? ScanFault.int64 : refused >= 0 ? ScanFault.schema : ScanFault.none,
      detail: Math.max(unsafe >= 0 ? unsafe : refused, 0),
      irregular: layout.root.names.some((name) => names?.indexOf(name) !== names?.lastIndexOf(name)),
      record: bytes,
      cells,
    });
  }
  return { rows, blank };
}
