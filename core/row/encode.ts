const encoder = new TextEncoder();

/**
 * Writes a text as UTF-8.
 *
 * @returns The offset behind it, or −1 when it does not fit before `to`.
 */
export function writeText(text: string, into: Uint8Array, at: number, to: number): number {
  const { read, written } = encoder.encodeInto(text, into.subarray(at, to));
  return read === text.length ? at + written : -1;
}

/** The JSON of any value: as `JSON.stringify` gives it, and bigints as their digits. `undefined`: it has none. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return withBigints(value, "", 0);
  }
}

const HASTY = 128;

/**
 * Writes the JSON of a value.
 *
 * @returns The offset behind it, or −1 when it does not fit before `to`. A value that JSON has no word for must not be
 *   given: see {@link isJson}.
 */
export function writeValue(value: unknown, into: Uint8Array, at: number, to: number): number {
  if (typeof value === "string") {
    const end = writeClean(value, into, at, to);
    return end === 0 ? writeText(JSON.stringify(value), into, at, to) : end;
  }
  if (typeof value === "number") return writeNumber(value, into, at, to);
  return writeText(jsonText(value) ?? "null", into, at, to);
}

/** Whether a member with this value is written at all: as `JSON.stringify` does. */
export function isJson(value: unknown): boolean {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}

/** A short string of plain ASCII, without a call to the encoder (150 ns). 0: it is not such a string. */
function writeClean(text: string, into: Uint8Array, from: number, to: number): number {
  if (text.length > HASTY) return 0;
  if (from + text.length + 2 > to) return -1;
  let at = from;
  into[at++] = 0x22;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c > 0x7e || c === 0x22 || c === 0x5c) return 0;
    into[at++] = c;
  }
  into[at] = 0x22;
  return at + 1;
}

function writeNumber(value: number, into: Uint8Array, from: number, to: number): number {
  // Small whole numbers need no string. −0 is written as 0.
  if (value >= 0 && value < 1e9 && value === (value | 0)) return writeDigits(value, into, from, to);
  const text = Number.isFinite(value) ? String(value) : "null";
  if (from + text.length > to) return -1;
  for (let i = 0; i < text.length; i++) into[from + i] = text.charCodeAt(i);
  return from + text.length;
}

function writeDigits(value: number, into: Uint8Array, from: number, to: number): number {
  let count = 1;
  for (let power = 10; power <= value; power *= 10) count++;
  if (from + count > to) return -1;
  let left = value | 0;
  for (let at = from + count - 1; at >= from; at--) {
    const rest = (left / 10) | 0;
    into[at] = 0x30 + left - rest * 10;
    left = rest;
  }
  return from + count;
}

/** `JSON.stringify` by its own rules, for values that hold a bigint: it throws at those. */
function withBigints(given: unknown, key: string, depth: number): string | undefined {
  if (depth > 1_000) throw new TypeError("Cannot write a row as JSON: it is nested deeper than 1,000 levels");
  let value = given;
  if (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { toJSON?: unknown }).toJSON === "function"
  ) {
    value = (value as { toJSON: (key: string) => unknown }).toJSON(key);
  }
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => withBigints(item, String(i), depth + 1) ?? "null").join(",")}]`;
  }
  const members = Object.keys(value).flatMap((name) => {
    const text = withBigints((value as Record<string, unknown>)[name], name, depth + 1);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(",")}}`;
}
