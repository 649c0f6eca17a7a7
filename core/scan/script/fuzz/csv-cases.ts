import { ANY_KIND, Kind, type Layout, layoutOf, STRING_KINDS } from "../../../row/layout.ts";
import { scanCsv } from "../csv-scanner.ts";
import { expectedCsv } from "./csv-oracle.ts";
import { drive, textBytes, utf8Text } from "./drive.ts";
import { difference } from "./json-oracle.ts";
import { cut, makeRandom, mutate, type Random } from "./random.ts";

const MISSING = 1 << Kind.missing;
const NUMBER = 1 << Kind.number;
const BOOLEAN = (1 << Kind.true) | (1 << Kind.false);

const LAYOUTS: readonly Layout[] = [
  layoutOf({}),
  layoutOf({ a: { accepts: ANY_KIND } }),
  layoutOf({ a: { accepts: STRING_KINDS }, b: { accepts: NUMBER | MISSING }, n: { accepts: NUMBER } }),
  layoutOf(
    new Map([
      ["n", { accepts: NUMBER | (1 << Kind.null) | BOOLEAN, integers: "double" as const }],
      ["b", { accepts: BOOLEAN | MISSING }],
      ["a", { accepts: STRING_KINDS | (1 << Kind.null) }],
      ["__proto__", { accepts: NUMBER | (1 << Kind.int64) | MISSING, integers: "int64" as const }],
      ["é", { accepts: STRING_KINDS | MISSING }],
      ['q"', { accepts: ANY_KIND }],
      ["ctx", { accepts: ANY_KIND, fields: { ip: { accepts: STRING_KINDS } } }],
    ]),
  ),
];

const NAMES = ["a", "b", "n", "x", "", "__proto__", "ctx", "ip", utf8Text("é"), '"a"', '"q"""', '"b"'];
const NUMBERS = [
  "0",
  "-1",
  "1.5",
  "01",
  "1e3",
  "9007199254740993",
  "-",
  "1e400",
  " 7",
  "8 ",
  " 9 ",
  "0x1",
  "+1",
  "1.",
];
const TEXTS = [
  "",
  "LAS",
  "some text",
  "true",
  "false",
  "True",
  " true ",
  "null",
  utf8Text("日本"),
  "\\",
  "a\rb",
  "\t",
];
const ODD = ["\xff", 'a"b', '"a"b', '"', '"a', "\xc3", '"a""', '""b', ' "a"'];

function field(random: Random, delimiter: string): string {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.pick(NUMBERS);
    case 2:
      return random.oneIn(6) ? random.pick(ODD) : String(random.below(1000));
    case 3: {
      const inside = random.pick([
        ...TEXTS,
        ...NUMBERS,
        '""',
        'a""b',
        '""""',
        "\n",
        "\r\n",
        delimiter,
        "x\n\ny",
      ]);
      return `"${inside}"`;
    }
    default:
      return random.pick(TEXTS);
  }
}

/** One case: a source, its cuts and its surroundings. Returns what went wrong, or undefined. */
export function csvCase(seed: number): string | undefined {
  const random = makeRandom(seed);
  const delimiter = random.pick([",", ",", ",", ";", "\t", "|", " "]);
  const lineEnd = random.pick(["\n", "\r\n"]);
  const columns = 1 + random.below(6);
  const record = (make: () => string, count: number) => Array.from({ length: count }, make).join(delimiter);
  const lines = [record(() => random.pick(NAMES), columns)];
  for (let count = random.below(8); count > 0; count--) {
    lines.push(record(() => field(random, delimiter), random.oneIn(12) ? random.below(8) : columns));
  }
  let text = lines.join(lineEnd) + (random.oneIn(2) ? lineEnd : "");
  if (random.oneIn(3)) text = mutate(random, text);
  if (random.oneIn(6)) text = `\xef\xbb\xbf${text}`;
  const layout = random.pick(LAYOUTS);
  const poison = random.pick(['"', "\n", ",", "\x80\xbf", '"\n', 'a,b\n"', "0"]);
  const pieces = cut(random, textBytes(text));
  const seen = drive(scanCsv({ delimiter }), layout, pieces, { capacity: 1 + random.below(4), poison });
  const why = difference(seen, expectedCsv(layout, delimiter, text));
  return why === undefined ? undefined : `${why}\ndelimiter ${delimiter}, source: ${JSON.stringify(text)}`;
}
