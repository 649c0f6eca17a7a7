import { Kind } from "./layout.ts";

/** How a record writes its values. */
export type Syntax = "json" | "csv";

// ignoreBOM: a string may begin with U+FEFF, which belongs to it. Not fatal: what comes here is valid, and on Deno that
// would take three times as long.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Makes the string that stands in `length` bytes, whole: never a slice of a larger one, which would keep that alive.
 *
 * Short ASCII is put together from its codes (3 bytes: 20 ns against 95 for a TextDecoder on Node, 285 on Deno, 70
 * on Bun); beyond 16 bytes the decoder wins.
 */
export function asciiText(u8: Uint8Array, from: number, length: number): string {
  if (length > 16) return decoder.decode(u8.subarray(from, from + length));
  let text = "";
  let at = from;
  const end = from + length;
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      u8[at]!,
      u8[at + 1]!,
      u8[at + 2]!,
      u8[at + 3]!,
      u8[at + 4]!,
      u8[at + 5]!,
      u8[at + 6]!,
      u8[at + 7]!,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(u8[at]!);
  return text;
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
