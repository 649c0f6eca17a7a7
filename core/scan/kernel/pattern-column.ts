import { CHUNK_rows, type Chunk } from "../../row/chunk.ts";
import { byteLane, type Lane } from "../../row/lane.ts";
import { CELL_WORDS, HEADER_WORDS } from "../../row/layout.ts";
import { type Pattern, readPattern } from "../../row/pattern.ts";
import type { TextRule } from "../../row/rule.ts";
import type { Kernel } from "./kernel.ts";
import type { StringSegments } from "./string-segments.ts";

// As in source/pattern.ts.
const SETS = 16 + 16 * 256;
const PATTERN = {
  least: 0,
  most: 4,
  end: 8,
  bytes: 16,
  sets: SETS,
  places: SETS + 4,
  place: SETS + 16,
  set: SETS + 496,
};
const MOST_SETS = 8;
const PATTERN_BYTES = PATTERN.set + (16 + 8) * MOST_SETS;
const UNSURE = 1n << 63n;
const ALWAYS = 1n << 62n;

/** A text fits, whatever else it is. */
export const FITS = 1;
/** The kernel cannot tell. */
export const ASK = 2;

/** By row of the chunk judged last: 0 wrong, {@link FITS}, or {@link ASK}, which is for whatever is no plain text, too. */
interface Verdicts extends Lane<Uint8Array> {
  readonly judge: (chunk: Chunk) => void;
}

/** First bytes of the characters that `\s` and `.` treat in their own way: U+00A0, U+1680, U+2000 …, U+3000, U+FEFF. */
const LEADS = [0xc2, 0xe1, 0xe2, 0xe3, 0xef];

/**
 * Judges the texts of a cell, or strings that a function gave, by a rule.
 *
 * @returns `undefined` where the rule cannot be judged on bytes, or there is no room.
 */
export function patternColumn(
  kernel: Kernel,
  texts: number | StringSegments,
  rule: TextRule,
): Verdicts | undefined {
  const pattern = rule.expression === undefined ? undefined : readPattern(rule.expression.source);
  if (rule.expression !== undefined && pattern === undefined) return undefined;
  const at = kernel.allocate(PATTERN_BYTES);
  const verdicts = byteLane(kernel, CHUNK_rows);
  if (at === 0 || verdicts.at === 0) return undefined;
  const { i32, u8 } = kernel;
  const longest = 2 ** 31 - 1;
  i32[(at + PATTERN.least) >> 2] = Math.min(rule.least, longest);
  i32[(at + PATTERN.most) >> 2] = Math.min(rule.most, longest);
  if (pattern !== undefined) {
    writePattern(new BigUint64Array(u8.buffer, at, PATTERN_BYTES / 8), pattern);
    writeSets(i32, u8, at, pattern);
  }
  if (typeof texts !== "number") {
    return {
      ...verdicts,
      judge: (chunk) => {
        const table = texts.of(chunk);
        if (table === 0) verdicts.values.fill(ASK);
        else kernel.patternSegments(at, table, chunk.rows, verdicts.at);
      },
    };
  }
  const word = HEADER_WORDS + CELL_WORDS * texts;
  return {
    ...verdicts,
    judge: ({ columns, words, rows }) =>
      kernel.patternColumn(at, (columns + word) << 2, words << 2, rows, verdicts.at),
  };
}

function writePattern(words: BigUint64Array, { places, spaces }: Pattern): void {
  words[PATTERN.end / 8] = 1n << BigInt(places.length);
  const others = places.map((place) => place.others);
  // One character of several bytes must not pass for several characters.
  const unsafe = places.some(({ repeats }, i) => others[i] && (!repeats || others[i + 1]));
  for (let byte = 0; byte < 256; byte++) {
    let first = 0n;
    let further = ALWAYS | UNSURE;
    for (const [i, { ascii, repeats }] of places.entries()) {
      if (byte < 128 ? !ascii[byte] : !others[i]) continue;
      const bit = 1n << BigInt(i + 1);
      first |= bit;
      if (repeats) further |= bit;
    }
    if (byte >= 128 && (unsafe || (spaces && LEADS.includes(byte)))) first |= UNSURE;
    words[PATTERN.bytes / 8 + 2 * byte] = first;
    words[PATTERN.bytes / 8 + 2 * byte + 1] = further;
  }
}

/** Writes the sets of characters that the places of a pattern are; nothing when they are too many. */
function writeSets(i32: Int32Array, u8: Uint8Array, at: number, { places }: Pattern): void {
  const names = places.map(({ ascii }) => ascii.map(Number).join(""));
  const sets = [...new Set(names)];
  if (sets.length > MOST_SETS) return;
  i32[(at + PATTERN.sets) >> 2] = sets.length;
  i32[(at + PATTERN.places) >> 2] = places.length;
  for (const [i, { repeats }] of places.entries()) {
    const place = (at + PATTERN.place + 8 * i) >> 2;
    i32[place] = 8 * sets.indexOf(names[i] as string);
    i32[place + 1] = repeats ? 1 : 0;
  }
  for (const [i, set] of sets.entries()) {
    for (let code = 0; code < set.length; code++) {
      const lower = at + PATTERN.set + 16 * i + (code & 15);
      if (set[code] === "1") u8[lower] = (u8[lower] as number) | (1 << (code >> 4));
    }
  }
}
