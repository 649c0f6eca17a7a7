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

/** `JSON.stringify` by its own rules, for values that hold a bigint: it throws at those. */
function withBigints(given: unknown, key: string, depth: number): string | undefined {
  if (depth > 1_000) throw new TypeError("Cannot write a row as JSON: it is nested deeper than 1,000 levels");
  let value = given;
  if (typeof value === "object" && value !== null && typeof (value as { toJSON?: unknown }).toJSON === "function") {
    value = (value as { toJSON: (key: string) => unknown }).toJSON(key);
  }
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => withBigints(item, String(i), depth + 1) ?? "null").join(",")}]`;
  }
  const members = Object.keys(value).flatMap((name) => {
    const text = withBigints((value as Record<string, unknown>)[name], name, depth + 1);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(",")}}`;
}
