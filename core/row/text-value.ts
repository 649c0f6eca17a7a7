import { codesText, LONGEST_codes } from "./codes-text.ts";
import { Kind } from "./layout.ts";

/** How a record writes its values. */
export type Syntax = "json" | "csv";

// ignoreBOM: a string may begin with U+FEFF, which belongs to it. Not fatal: what comes here is valid, and on Deno that
// would take three times as long.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Makes the string that stands in ASCII bytes, whole: never a slice of a larger one, which would keep that alive. */
export function asciiText(u8: Uint8Array, from: number, length: number): string {
  return length > LONGEST_codes ? utf8Text(u8, from, length) : codesText(u8, from, length);
}

/** Decodes valid UTF-8. */
export function utf8Text(u8: Uint8Array, from: number, length: number): string {
  return decoder.decode(u8.subarray(from, from + length));
}

/** Decodes a string cell of any kind. Escapes are resolved as the syntax has them. */
export function cellText(u8: Uint8Array, from: number, length: number, kind: number, syntax: Syntax): string {
  if (kind === Kind.ascii) return asciiText(u8, from, length);
  if (kind === Kind.utf8) return utf8Text(u8, from, length);
  if (syntax === "csv") return utf8Text(u8, from, length).replaceAll('""', '"');
  return JSON.parse(utf8Text(u8, from - 1, length + 2));
}

/** Cuts a text for a message. */
export function shortly(text: string): string {
  if (text.length <= 80) return text;
  // Not through the middle of a pair.
  const end = (text.charCodeAt(79) & 0xfc00) === 0xd800 ? 79 : 80;
  return `${text.slice(0, end)}…`;
}

/** Shows a value in a message: as JSON, cut at 80 characters; `missing` for undefined. */
export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "bigint") return shortly(String(value));
  if (typeof value === "number") return String(value);
  try {
    return shortly(JSON.stringify(value) ?? String(value));
  } catch {
    return shortly(String(value));
  }
}
