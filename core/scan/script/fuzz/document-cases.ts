import type { MakeScanner, Memory } from "../../scanner.ts";
import { documentDifference, expectedDocument } from "./document-oracle.ts";
import { drive, textBytes } from "./drive.ts";
import { LAYOUTS, record } from "./json-cases.ts";
import { difference } from "./json-oracle.ts";
import { cut, makeRandom, mutate, type Random } from "./random.ts";

const SPACES = [" ", "\n", "\r\n", "\n  ", "\t", "  \n\n"];
const MARK = "\xef\xbb\xbf";

function space(random: Random): string {
  return random.oneIn(4) ? random.pick(SPACES) : "";
}

/** An element on several lines. */
function pretty(random: Random, text: string): string {
  // Most of these commas stand in no string.
  if (random.oneIn(4)) return text.replaceAll(",", ",\n");
  try {
    return JSON.stringify(JSON.parse(text), undefined, random.pick([1, 2, "\t"]));
  } catch {
    return text;
  }
}

/** A block of 64 bytes is what the kernel looks at: strings that reach over several of them. */
function long(random: Random): string {
  const part = random.pick(["x", '\\"', "\\\\", "{", "],", "\\u0041", "\xc3\xa9", "\n", "\\}"]);
  const text = part.repeat(random.below(random.oneIn(9) ? 200 : 40));
  // Without quotes it is wrong, but what it means to the frame counts all the same.
  return random.oneIn(6) ? `{${text}}` : `{"a":"${text}"}`;
}

function element(random: Random): string {
  const text = random.oneIn(6) ? long(random) : record(random);
  const laid = random.oneIn(2) ? pretty(random, text) : text;
  return space(random) + laid + space(random);
}

/** What is wrong between elements, now and then. */
function separator(random: Random): string {
  return random.oneIn(25)
    ? random.pick([",,", "", " ", ", ,", "]", "],[", `,${MARK}`, ",1,", "}", ",\n,"])
    : ",";
}

/** A document, mostly an array; wrong now and then. One character a byte. */
export function randomDocument(random: Random): string {
  if (random.oneIn(6)) return element(random) + (random.oneIn(8) ? element(random) : "");
  let text = random.oneIn(40) ? "" : "[";
  for (let count = random.below(7), i = 0; i < count; i++) {
    text += (i === 0 ? "" : separator(random)) + element(random);
  }
  if (random.oneIn(20)) text += random.pick([",", ", ", ",,", ",\n", " ,,,"]);
  text += space(random);
  if (!random.oneIn(20)) text += "]";
  text += space(random);
  return random.oneIn(25) ? text + random.pick(["]", ",", "x", "[]", '"', "{}", MARK, "\n{}\n"]) : text;
}

/** One case: a document, its cuts and its surroundings. Returns what went wrong, or undefined. */
export function documentCase(
  seed: number,
  make: MakeScanner,
  memory: (size_bytes: number) => Memory,
): string | undefined {
  const random = makeRandom(seed);
  let text = space(random) + randomDocument(random);
  if (random.oneIn(6)) text = mutate(random, text);
  if (random.oneIn(12)) text = MARK.slice(0, 1 + random.below(3)) + text;
  const source = textBytes(text);
  const layout = random.pick(LAYOUTS);
  const expected = expectedDocument(layout, source);
  const poison = random.pick(['"}\n{"a":1}\n', "\x80\xbf", "0", '"', "\n", " ", "]", ","]);
  const options = { capacity: 1 + random.below(4), poison, memory };
  const seen = drive(make, layout, cut(random, source), options);
  const why = difference(seen, expected) ?? documentDifference(seen, source);
  return why === undefined ? undefined : `${why}\ndocument: ${JSON.stringify(text)}`;
}
