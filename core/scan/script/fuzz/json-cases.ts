import { ANY_KIND, Kind, type Layout, layoutOf, STRING_KINDS } from "../../../row/layout.ts";
import type { MakeScanner, Memory } from "../../scanner.ts";
import { drive, textBytes, utf8Text } from "./drive.ts";
import { difference, expectedJson } from "./json-oracle.ts";
import { cut, makeRandom, mutate, type Random } from "./random.ts";

const NUMBER = 1 << Kind.number;
const OPTIONAL = 1 << Kind.missing;
const NULL = 1 << Kind.null;
const OBJECT = 1 << Kind.object;

/** Layouts under which the cases are scanned. */
export const LAYOUTS: readonly Layout[] = [
  layoutOf({}),
  layoutOf({ a: { accepts: ANY_KIND } }),
  layoutOf(
    new Map([
      ["a", { accepts: ANY_KIND, integers: "double" as const }],
      ["b", { accepts: NUMBER | OPTIONAL | (1 << Kind.int64), integers: "int64" as const }],
      [
        "ctx",
        {
          accepts: OBJECT | OPTIONAL | NULL,
          fields: new Map([
            ["a", { accepts: ANY_KIND, integers: "double" as const }],
            ["b", { accepts: STRING_KINDS }],
            ["ctx", { accepts: ANY_KIND, fields: { a: { accepts: ANY_KIND } } }],
          ]),
        },
      ],
      ["__proto__", { accepts: ANY_KIND }],
      ["then", { accepts: ANY_KIND }],
      ["", { accepts: ANY_KIND }],
      ["é", { accepts: ANY_KIND }],
    ]),
  ),
  layoutOf({
    id: { accepts: NUMBER },
    name: { accepts: STRING_KINDS | NULL },
    on: { accepts: (1 << Kind.true) | (1 << Kind.false) | OPTIONAL },
    ctx: { accepts: OBJECT, fields: { ip: { accepts: STRING_KINDS }, n: { accepts: NUMBER | OPTIONAL } } },
    tags: { accepts: (1 << Kind.array) | OPTIONAL },
  }),
  layoutOf({
    fourteen_bytes: { accepts: ANY_KIND },
    fifteen_bytes__: { accepts: ANY_KIND },
    a_name_of_exactly_30_bytes____: { accepts: ANY_KIND },
    a_name_of_exactly_31_bytes_____: { accepts: ANY_KIND },
    [`${"long_name_".repeat(6)}b`]: { accepts: ANY_KIND, fields: { fourteen_bytes: { accepts: ANY_KIND } } },
    a: { accepts: ANY_KIND },
  }),
  layoutOf(
    new Map([
      ["constructor", { accepts: ANY_KIND, fields: new Map([["toJSON", { accepts: ANY_KIND }]]) }],
      ["\ud800", { accepts: ANY_KIND }],
      ['a"b', { accepts: ANY_KIND }],
      ["a\nb", { accepts: ANY_KIND }],
      ["\ufeff", { accepts: ANY_KIND }],
      ["\ufffd", { accepts: ANY_KIND }],
    ]),
  ),
];

const NUMBERS = [
  ..."0 -0 0.0 -0.0 0e0 -0e-5 1 -1 9 10 99999999 100000000 999999999 1000000000 123456789012345".split(" "),
  ..."1234567890123456 12345678901234567 9007199254740991 9007199254740992 9007199254740993".split(" "),
  ..."-9007199254740991 -9007199254740992 -9007199254740993 18446744073709551616 9007199254740993.0".split(
    " ",
  ),
  ..."5e-324 2.5e-324 2.4e-324 1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308".split(
    " ",
  ),
  ..."1e308 1e309 -1e400 1e-400 2.2250738585072011e-308 2.2250738585072014e-308 1e22 1e23 1e-22 1e-23".split(
    " ",
  ),
  ..."9007199254740992.5 0.1 0.3 33.33 1E5 1e+5 1.5E-5 0.000001 123456789.123456 1234567890.12345".split(" "),
  ..."1e00000000000000000001 1e-99999999999 0e999999999999 0.1e1000000".split(" "),
  ..."01 -01 00 .5 5. 1.e5 -.5 +1 - -- 1e 1e+ 1e- 0x10 NaN Infinity -Infinity 1_000 1.2.3 1e5.5".split(" "),
  `0.${"0".repeat(30)}1`,
  `1${"0".repeat(30)}`,
  `1.${"0".repeat(40)}`,
  `0.${"0".repeat(330)}5e330`,
  "9".repeat(400),
];

function digits(random: Random, count: number): string {
  let text = "";
  for (let i = 0; i < count; i++) text += String(random.below(10));
  return text;
}

const float = new DataView(new ArrayBuffer(8));

function number(random: Random): string {
  const sign = random.oneIn(3) ? "-" : "";
  switch (random.below(8)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return sign + random.below(100);
    case 2:
      return `${sign}${1 + random.below(9)}${digits(random, random.below(22))}`;
    case 3:
      return `${sign}${random.below(10)}.${digits(random, 1 + random.below(20))}`;
    case 4: {
      const fraction = random.oneIn(3) ? "" : `.${digits(random, 1 + random.below(17))}`;
      const whole = `${1 + random.below(9)}${digits(random, fraction === "" ? random.below(15) : 0)}`;
      const exponent = random.oneIn(2) ? 18 + random.below(8) : random.below(330);
      return `${sign}${whole}${fraction}${random.pick(["e", "E"])}${random.pick(["", "+", "-"])}${exponent}`;
    }
    case 5: {
      float.setUint32(0, random.below(2 ** 32));
      float.setUint32(4, random.below(2 ** 32));
      const value = float.getFloat64(0);
      return Number.isFinite(value) ? String(value) : "1";
    }
    case 6: {
      // Halfway between two doubles, and a little beside it.
      const exponent = random.below(40);
      const half = ((2n ** 52n + BigInt(random.below(2 ** 32))) * 2n + 1n) * 2n ** BigInt(exponent);
      const text = String(half + BigInt(random.below(3) - 1));
      return sign + (random.oneIn(2) ? text : `${text}.${digits(random, 1 + random.below(3))}`);
    }
    default: {
      const text = digits(random, 16 + random.below(4)).replace(/^0+/, "") || "0";
      const at = 1 + random.below(text.length);
      const whole = text.slice(0, at);
      return sign + (at === text.length ? whole : `${whole}.${text.slice(at)}`);
    }
  }
}

const STRINGS = [
  "",
  "a",
  "LAS",
  "2001-01-01T00:01:00.000Z",
  "hello, {world}: [1]",
  "\\n",
  '\\"',
  "\\\\",
  "\\/\\b\\f\\r\\t",
  "\\u0041",
  "\\ud800",
  "\\uDC00\\ud800",
  "\\ud83d\\ude00",
  "\\u0000",
  utf8Text("é"),
  utf8Text("日本語のテキスト"),
  utf8Text("😀"),
  utf8Text("\u2028\u2029\ufeff\uffff"),
  utf8Text("\u{10ffff}"),
  "\x7f",
  // Not allowed:
  "\t",
  "\x00",
  "\\x",
  "\\u12",
  "\\u12g4",
  "\\",
  "\xc0\x80",
  "\xed\xa0\x80",
  "\xf4\x90\x80\x80",
  "\xe2\x82",
  "\x80",
  "\xff",
];
const GOOD_STRINGS = STRINGS.slice(0, 20);

function string(random: Random): string {
  let text = "";
  for (let parts = random.below(3); parts >= 0; parts--) {
    text += random.oneIn(60) ? random.pick(STRINGS) : random.pick(GOOD_STRINGS);
    if (random.oneIn(4)) text += "abcdefghijklmnopqrstuvwxyz0123456789".slice(random.below(36));
  }
  return `"${text}"`;
}

const NAMES = [
  ..."a b ctx __proto__ then id name on ip n tags constructor toJSON x unknown".split(" "),
  "",
  "\\u0061",
  "c\\u0074x",
  "i\\u0064",
  utf8Text("é"),
  "\\u00e9",
  "\\ud800",
  'a\\"b',
  "a\\nb",
  "a\\u000ab",
  utf8Text("\ufeff"),
  utf8Text("\ufffd"),
  "\\\\",
  // Around the lengths at which a name needs another block of 16 bytes.
  "fourteen_bytes",
  "fifteen_bytes__",
  "a_name_of_exactly_30_bytes____",
  "a_name_of_exactly_31_bytes_____",
  ..."abc".split("").map((c) => `${"long_name_".repeat(6)}${c}`),
  `${"long_name_".repeat(6)}${utf8Text("éé")}`,
];

const FEW_NAMES = ["a", "b", "ctx", "ip"];

function space(random: Random): string {
  return random.oneIn(6) ? random.pick([" ", "  ", "\t", "\r", " \r \t"]) : "";
}

function value(random: Random, depth: number): string {
  switch (random.below(depth > 4 ? 5 : 8)) {
    case 0:
    case 1:
      return string(random);
    case 2:
    case 3:
      return number(random);
    case 4:
      return random.oneIn(20)
        ? random.pick(["tru", "nulL", "False", "undefined", "truex", "nul", ""])
        : random.pick(["true", "false", "null"]);
    case 5: {
      const items: string[] = [];
      for (let count = random.below(4); count > 0; count--) {
        items.push(space(random) + value(random, depth + 1) + space(random));
      }
      return `[${space(random)}${items.join(",")}]`;
    }
    case 6:
      if (random.oneIn(40)) {
        const levels = 120 + random.below(15);
        return random.oneIn(2)
          ? "[".repeat(levels) + "]".repeat(levels)
          : `${'{"ctx":'.repeat(levels)}1${"}".repeat(levels)}`;
      }
      return object(random, depth + 1);
    default:
      return object(random, depth + 1);
  }
}

function object(random: Random, depth: number): string {
  const members: string[] = [];
  for (let count = random.below(7); count > 0; count--) {
    const name = `${space(random)}"${random.pick(random.oneIn(2) ? FEW_NAMES : NAMES)}"${space(random)}`;
    members.push(`${name}:${space(random)}${value(random, depth)}${space(random)}`);
  }
  return `{${space(random)}${members.join(",")}}`;
}

/** Fields of the strict layout, mostly as it wants them: rows that pass. */
function regular(random: Random): string {
  const members = [
    `"id":${random.oneIn(3) ? number(random) : random.below(1000)}`,
    `"name":${random.oneIn(9) ? "null" : string(random)}`,
    `"on":${random.pick(["true", "false"])}`,
    `"ctx":{"ip":${string(random)}${random.oneIn(2) ? "" : `,"n":${number(random)}`}}`,
    `"tags":[${random.oneIn(2) ? "" : string(random)}]`,
  ];
  if (random.oneIn(3)) members.splice(random.below(5), 1);
  if (random.oneIn(3)) members.splice(random.below(5), 0, `"x":${value(random, 1)}`);
  const separator = random.pick([",", ", ", " , "]);
  return `{${members.join(separator)}}`;
}

/** A record, good or bad, of no or more lines' text: none of it is a line feed unless something was damaged. */
export function record(random: Random): string {
  let text: string;
  if (random.oneIn(12)) text = value(random, 0);
  else text = random.oneIn(2) ? regular(random) : object(random, 0);
  if (random.oneIn(4)) text = mutate(random, text);
  if (random.oneIn(10)) text = space(random) + text + space(random);
  if (random.oneIn(40)) text = `\xef\xbb\xbf${text}`;
  if (random.oneIn(30))
    text = random.pick(["", " ", "\r", "\xef\xbb\xbf", "{", "}", "{}", "[]", "\xff", "\u0000"]);
  return text + (random.oneIn(4) ? "\r" : "");
}

/** One case: a source, its cuts and its surroundings. Returns what went wrong, or undefined. */
export function jsonCase(
  seed: number,
  make: MakeScanner,
  memory: (size_bytes: number) => Memory,
): string | undefined {
  const random = makeRandom(seed);
  const lines: string[] = [];
  for (let count = 1 + random.below(6); count > 0; count--) lines.push(record(random));
  const text = lines.join("\n") + (random.oneIn(2) ? "\n" : "");
  const source = textBytes(text);
  const layout = random.pick(LAYOUTS);
  const expected = expectedJson(layout, source);
  const pieces = cut(random, source);
  const poison = random.pick(['"}\n{"a":1}\n', "\x80\xbf", "0", '"', "\n", " ", '\\"', "e9"]);
  const seen = drive(make, layout, pieces, { capacity: 1 + random.below(4), poison, memory });
  const why = difference(seen, expected);
  return why === undefined ? undefined : `${why}\nsource: ${JSON.stringify(text)}`;
}
