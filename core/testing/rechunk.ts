import type { Random } from "./random.ts";

/**
 * Cuts bytes into pieces: the same input, as another reader might have got it.
 *
 * @param bytes What to cut. The pieces are parts of it, not copies.
 * @param cuts Offsets at which a piece ends, in any order; those outside are ignored. Or a size: pieces of so many
 *   bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rechunk } from "millrace/testing";
 *
 * const text = (pieces: Uint8Array[]) => pieces.map((piece) => new TextDecoder().decode(piece));
 * const bytes = new TextEncoder().encode("abcde");
 * assert.deepEqual(text(rechunk(bytes, [1, 3])), ["a", "bc", "de"]);
 * assert.deepEqual(text(rechunk(bytes, 2)), ["ab", "cd", "e"]);
 * ```
 */
export function rechunk(bytes: Uint8Array, cuts: readonly number[] | number): Uint8Array[] {
  const ends =
    typeof cuts === "number"
      ? Array.from({ length: Math.floor(bytes.length / cuts) }, (_, i) => (i + 1) * cuts)
      : cuts.filter((cut) => cut > 0 && cut < bytes.length);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const to of [...new Set([...ends, bytes.length])].sort((a, b) => a - b)) {
    if (to > from) pieces.push(bytes.subarray(from, to));
    from = to;
  }
  return pieces;
}

/**
 * Cuts bytes at so many random places.
 *
 * @param bytes What to cut. The pieces are parts of it, not copies.
 * @param count Cuts; some may fall together.
 * @param chance From {@link random}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { random, rechunkAtRandom } from "millrace/testing";
 *
 * const bytes = new TextEncoder().encode("abcdefgh");
 * const pieces = rechunkAtRandom(bytes, 3, random(1));
 * assert.deepEqual(pieces.flatMap((piece) => [...piece]), [...bytes]);
 * ```
 */
export function rechunkAtRandom(bytes: Uint8Array, count: number, chance: Random): Uint8Array[] {
  return rechunk(
    bytes,
    Array.from({ length: count }, () => chance.below(bytes.length + 1)),
  );
}
