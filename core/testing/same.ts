/** A law that does not hold: what the checks of this module throw. The message names the place and both values. */
export class LawError extends Error {
  /** Always `"LawError"`. */
  override readonly name = "LawError";
}

/** States what a law demands. @throws {LawError} When it does not hold. */
export function holds(condition: boolean, message: string): asserts condition {
  if (!condition) throw new LawError(message);
}

/**
 * Demands that two values are the same: objects, arrays, maps, sets and bytes by what is in them, errors and all else
 * by `Object.is`. A field that is `undefined` is not the same as none.
 *
 * @throws {LawError} That names the first place where they differ.
 */
export function same(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceOf(actual, expected, "");
  if (difference !== undefined) throw new LawError(`${what}: ${difference}`);
}

/** Whether {@link same} holds. */
export function isSame(actual: unknown, expected: unknown): boolean {
  return differenceOf(actual, expected, "") === undefined;
}

/** Demands that a promise settles in time; gives what it gives. */
export async function settles<Work>(work: Work, what: string, patience_ms: number): Promise<Awaited<Work>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${what}: it did not settle within ${patience_ms} ms`;
    timer = setTimeout(() => reject(new LawError(message)), patience_ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function differenceOf(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  const differ = () => `${path === "" ? "it" : path} must be ${shown(expected)}, was ${shown(actual)}`;
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    return differ();
  }
  // Another error is another error, though nothing of it can be enumerated.
  if (actual instanceof Error || expected instanceof Error) return differ();
  if (actual instanceof Date && expected instanceof Date) {
    return Object.is(actual.getTime(), expected.getTime()) ? undefined : differ();
  }
  const [left, right] = [listOf(actual), listOf(expected)];
  if (left !== undefined || right !== undefined) {
    if (left === undefined || right === undefined) return differ();
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const difference = differenceOf(left[i], right[i], `${path}[${i}]`);
      if (difference !== undefined) return difference;
    }
    if (left.length === right.length) return undefined;
    return `${path === "" ? "it" : path} must have ${right.length} items, has ${left.length}`;
  }
  const [mine, theirs] = [actual as Record<string, unknown>, expected as Record<string, unknown>];
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    if (!Object.hasOwn(mine, name)) return `${path}.${name} is missing`;
    if (!Object.hasOwn(theirs, name)) return `${path}.${name} must not be there, was ${shown(mine[name])}`;
    const difference = differenceOf(mine[name], theirs[name], `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function listOf(value: object): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof Uint8Array || value instanceof Set || value instanceof Map) return [...value];
  return undefined;
}

function shown(value: unknown): string {
  if (value instanceof Error) return String(value);
  const text =
    typeof value === "string" || (typeof value === "object" && value !== null)
      ? JSON.stringify(value, (_name, inner) => (typeof inner === "bigint" ? `${inner}n` : inner))
      : String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
