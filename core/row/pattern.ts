/** One place of a pattern: which characters may stand there, once or, when it repeats, once and more. */
interface PatternPlace {
  /** By code of an ASCII character, whether it may. */
  readonly ascii: readonly boolean[];
  /** Whether other characters may, but for those that `\s` and `.` treat in their own way. */
  readonly others: boolean;
  readonly repeats: boolean;
}

/** A regular expression that is one sequence of places from its start to its end. */
export interface Pattern {
  readonly places: readonly PatternPlace[];
  /** Characters that `\s` or `.` treat in their own way must be asked about: U+00A0, U+2028 and their like. */
  readonly spaces: boolean;
}

/** Most places: a bit each, with one before them and one to spare. */
const MOST_PLACES = 60;
const ASCII = 128;

type Characters = Pick<PatternPlace, "ascii" | "others"> & { readonly spaces: boolean };

const isDigit = (c: string): boolean => c >= "0" && c <= "9";
const isWord = (c: string): boolean => /^[0-9A-Za-z_]$/.test(c);

function charactersOf(test: (c: string) => boolean, others: boolean, spaces: boolean): Characters {
  return {
    ascii: Array.from({ length: ASCII }, (_, code) => test(String.fromCharCode(code))),
    others,
    spaces,
  };
}

const SETS: Readonly<Record<string, Characters>> = {
  d: charactersOf(isDigit, false, false),
  D: charactersOf((c) => !isDigit(c), true, false),
  w: charactersOf(isWord, false, false),
  W: charactersOf((c) => !isWord(c), true, false),
  s: charactersOf((c) => /\s/.test(c), false, true),
  S: charactersOf((c) => !/\s/.test(c), true, true),
};
const DOT = charactersOf((c) => c !== "\n" && c !== "\r", true, true);
const CONTROLS: Readonly<Record<string, string>> = { t: "\t", n: "\n", v: "\v", f: "\f", r: "\r", "0": "\0" };

/**
 * Reads a regular expression that must match the whole text and is one sequence of characters, classes and `.`, each
 * once, `+`, `{n}` or `{n,}` times: `^[^\s@]+@[^\s@]+\.[a-z]{2,}$`.
 *
 * @param source Of a `RegExp` without flags that the language accepts.
 * @returns `undefined` for any other: groups, alternatives, places that may be absent, more than 60 places.
 */
export function readPattern(source: string): Pattern | undefined {
  const places: PatternPlace[] = [];
  let spaces = false;
  let at = 1;
  const end = source.length - 1;
  if (!source.startsWith("^") || !source.endsWith("$") || end === 0) return undefined;
  const slashes = /\\*$/.exec(source.slice(0, end))?.[0].length ?? 0;
  // The dollar is a character.
  if (slashes % 2 === 1) return undefined;

  /** What an escape at `at` stands for; goes behind it. */
  const readEscape = (): Characters | undefined => {
    const c = source[at + 1] as string;
    at += 2;
    const set = SETS[c];
    if (set !== undefined) return set;
    const control = CONTROLS[c];
    if (control !== undefined && !(c === "0" && isDigit(source[at] ?? ""))) return only(control);
    return isWord(c) || c > "\x7f" ? undefined : only(c);
  };
  /** The class whose bracket stands at `at`; goes behind it. */
  const readClass = (): Characters | undefined => {
    at++;
    const negated = source[at] === "^";
    if (negated) at++;
    const ascii = new Array<boolean>(ASCII).fill(false);
    let others = false;
    let special = false;
    while (source[at] !== "]") {
      if (at >= end) return undefined;
      const item = readItem();
      if (item === undefined) return undefined;
      const isRange = source[at] === "-" && source[at + 1] !== "]";
      if (!isRange) {
        item.ascii.forEach((is, code) => {
          if (is) ascii[code] = true;
        });
        others ||= item.others;
        special ||= item.spaces;
        continue;
      }
      at++;
      const last = readItem();
      if (last === undefined) return undefined;
      const [from, to] = [item, last].map(codeOf) as [number, number];
      if (from < 0 || to < 0) return undefined;
      ascii.fill(true, from, to + 1);
    }
    at++;
    // What is all others with the spaces, less them, is neither: nobody writes that.
    if (special && others && !negated) return undefined;
    return negated
      ? { ascii: ascii.map((is) => !is), others: !others, spaces: special }
      : { ascii, others, spaces: special };
  };
  const readItem = (): Characters | undefined => {
    if (source[at] === "\\") return source[at + 1] === "b" ? undefined : readEscape();
    const c = source[at] as string;
    at++;
    return c > "\x7f" ? undefined : only(c);
  };
  /** How often what was read last must stand there; goes behind it. */
  const readTimes = (): { least: number; repeats: boolean } | undefined => {
    const [text = "", least, comma, most] =
      /^(?:\+|\{(\d+)(?:(,)(\d*))?\})\??/.exec(source.slice(at, end)) ?? [];
    at += text.length;
    if (text === "") return { least: 1, repeats: false };
    if (least === undefined) return { least: 1, repeats: true };
    if (Number(least) === 0 || (most !== undefined && most !== "" && most !== least)) return undefined;
    return { least: Number(least), repeats: comma !== undefined && most === "" };
  };

  while (at < end) {
    const c = source[at] as string;
    let characters: Characters | undefined;
    if (c === "[") characters = readClass();
    else if (c === "\\") characters = readEscape();
    else if (c === ".") {
      characters = DOT;
      at++;
    } else if (!"^$*+?()|{}]".includes(c) && c <= "\x7f") {
      characters = only(c);
      at++;
    }
    const times = characters && readTimes();
    if (characters === undefined || times === undefined || places.length + times.least > MOST_PLACES)
      return undefined;
    const { ascii, others } = characters;
    spaces ||= characters.spaces;
    for (let i = 1; i < times.least; i++) places.push({ ascii, others, repeats: false });
    places.push({ ascii, others, repeats: times.repeats });
  }
  return { places, spaces };
}

/** One character, which is ASCII. */
function only(c: string): Characters {
  return charactersOf((other) => other === c, false, false);
}

/** The code of what is one character; −1 for a set. */
function codeOf({ ascii, others, spaces }: Characters): number {
  const first = ascii.indexOf(true);
  return others || spaces || ascii.lastIndexOf(true) !== first ? -1 : first;
}
