/** The method by which a view copies itself out. */
export const OWN: unique symbol = Symbol("millrace.own");

/** Deepest nesting that {@link own} looks into. */
const DEEPEST = 128;

interface Ownable {
  readonly [OWN]?: () => object;
}

/**
 * Copies a row out of the batch, so that it can be kept.
 *
 * A row that a callback gets may be a *view*, which is valid during the call only. `own` makes a plain object of it,
 * nested ones included; missing optional fields are left out. Plain objects and arrays are returned as they are,
 * unless a view stands inside them: then they are copied around it. Looks into objects and arrays only, to a depth of
 * 128.
 *
 * @param value A row, or any value that may hold one.
 * @returns A value that stays as it is.
 *
 * @example Keep the last row
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, own, pipe, tap } from "millrace";
 *
 * let last: { n: number } | undefined;
 * await collect(pipe(from([{ n: 1 }, { n: 2 }]), tap((row) => { last = own(row); })));
 * assert.deepEqual(last, { n: 2 });
 * ```
 */
export function own<Value>(value: Value): Value {
  return ownAt(value, 0, undefined) as Value;
}

function ownAt(value: unknown, depth: number, seen: Map<object, unknown> | undefined): unknown {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return value;
  const copyOut = (value as Ownable)[OWN];
  if (copyOut !== undefined) return copyOut();
  const isArray = Array.isArray(value);
  if (!isArray) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return value;
  }
  // A value that is shared many times over, or holds itself, would be walked as many times.
  const met = depth < 8 ? undefined : (seen ?? new Map<object, unknown>());
  const before = met?.get(value);
  if (before !== undefined) return before;
  met?.set(value, value);
  const owned = isArray
    ? ownArray(value, depth, met)
    : ownObject(value as Record<string, unknown>, depth, met);
  met?.set(value, owned);
  return owned;
}

function ownArray(
  value: readonly unknown[],
  depth: number,
  seen: Map<object, unknown> | undefined,
): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    const owned = ownAt(item, depth + 1, seen);
    if (owned !== item) {
      copy ??= [...value];
      copy[i] = owned;
    }
  }
  return copy ?? value;
}

function ownObject(
  value: Record<string, unknown>,
  depth: number,
  seen: Map<object, unknown> | undefined,
): object {
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const item = value[name];
    const owned = ownAt(item, depth + 1, seen);
    if (owned !== item) {
      copy ??= copyOf(value);
      put(copy, name, owned);
    }
  }
  return copy ?? value;
}

function copyOf(value: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(Object.getPrototypeOf(value));
  for (const name of Object.keys(value)) put(copy, name, value[name]);
  return copy;
}

/** Sets a field by any name: `__proto__` too. */
export function put(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") target[name] = value;
  else Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
