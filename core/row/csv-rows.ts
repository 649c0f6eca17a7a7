import { jsonText, writeText } from "./encode.ts";
import type { WriteRow } from "./json-rows.ts";
import type { Shape } from "./shape.ts";

/** How CSV lines are written. */
export interface CsvWriting {
  readonly delimiter: string;
  /** The names of the columns go before the first row. */
  readonly header: boolean;
}

/**
 * Makes the writer of rows as CSV lines (RFC 4180, but lines end with a line feed). The first row's fields are the
 * columns; a field that a later row lacks is empty, and so are `null`, `undefined` and numbers that are none. An empty
 * string is written `""`. Objects and arrays are written as JSON.
 *
 * @throws {TypeError} From the writer, for a row that is no object or has a field that the first one had not.
 */
export function csvLineWriter(shape: Shape, { delimiter, header }: CsvWriting): WriteRow {
  const needsQuotes = (text: string) =>
    text.includes(delimiter) || text.includes('"') || text.includes("\n") || text.includes("\r");
  const quoted = (text: string) =>
    text === "" || needsQuotes(text) ? `"${text.replaceAll('"', '""')}"` : text;
  // A line that holds nothing at all would be skipped as blank.
  const line = (texts: readonly string[]) => `${texts.join(delimiter) || '""'}\n`;
  let columns: ReadonlySet<string> | undefined;
  return (row, into, from, to) => {
    if (typeof row !== "object" || row === null || Array.isArray(row)) {
      throw new TypeError(
        `Cannot write a row as CSV: it must be an object (was ${row === null ? "null" : typeof row})`,
      );
    }
    const fields = row as Readonly<Record<string, unknown>>;
    const isView = shape.kind === "view" && row === shape.view();
    const names = columns ?? new Set(isView ? shape.fields.keys() : Object.keys(fields));
    if (columns !== undefined && !isView) refuseOthers(fields, names);
    const texts = [...names].map((name) => {
      const text = valueText(Object.hasOwn(fields, name) ? fields[name] : undefined);
      return text === undefined ? "" : quoted(text);
    });
    const head = columns === undefined && header ? line([...names].map(quoted)) : "";
    const end = writeText(head + line(texts), into, from, to);
    if (end >= 0) columns = names;
    return end;
  };
}

function refuseOthers(row: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): void {
  for (const name of Object.keys(row)) {
    if (names.has(name) || row[name] === undefined) continue;
    throw new TypeError(
      `Cannot write a row as CSV: field "${name}" is not among the columns, which the first row set`,
    );
  }
}

/** `undefined`: nothing is written. */
function valueText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== "object") return typeof value === "function" ? undefined : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return jsonText(value);
}
