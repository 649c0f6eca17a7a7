import type { Fate, FileClock, WindowRule } from "./flight-model.ts";
import type { Random } from "./random.ts";

/** A clean record, as it is parsed. */
export interface FlightRecord {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** What a way of damaging may look at. */
export interface DamageContext {
  readonly random: Random;
  readonly clock: FileClock;
  readonly rule: WindowRule;
  /** Well-formed codes that no airport has. */
  readonly unknownCodes: readonly string[];
}

/** One way of damaging a line. */
export interface Damage {
  readonly name: string;
  /** Lines in 100,000 that get it. */
  readonly share: number;
  /** What must become of the line; {@link makeDirty} checks it against the model. */
  readonly fate: Fate;
  /** The line in place of `text`, or `undefined` where it can't be damaged so. */
  make(row: FlightRecord, text: string, context: DamageContext): string | Uint8Array | undefined;
}

const FIELDS = ["date", "delay", "distance", "origin", "destination"] as const;
const PLACES = ["origin", "destination"] as const;

const iso = (time_ms: number): string => new Date(time_ms).toISOString();
const json = (row: object): string => JSON.stringify(row);

/** Each is JSON but for one thing. */
const BAD_JSON: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.slice(0, 1 + random.below(text.length - 1)),
  (text) => `${text}x`,
  (text) => `${text}${text}`,
  (text) => text.replaceAll('"', "'"),
  (text) => text.replaceAll(/"(\w+)":/g, "$1:"),
  (text) => text.replace('"delay":', '"delay":00'),
  (text) => text.replace("}", ",}"),
  (text) => text.replace('"origin":"', '"origin":"\u0001'),
  (text) => text.replace('"origin":"', '"origin":"\\x'),
];

/** Never UTF-8: a lone byte, a lone continuation, an overlong form, a surrogate, beyond the last, cut short. */
const BAD_UTF8: readonly (readonly number[])[] = [
  [0xff],
  [0x80],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
];

const WRONG_TYPES: readonly ((row: FlightRecord) => object)[] = [
  (row) => ({ ...row, delay: String(row.delay) }),
  (row) => ({ ...row, delay: null }),
  (row) => ({ ...row, distance: true }),
  (row) => ({ ...row, distance: [row.distance] }),
  (row) => ({ ...row, origin: 12 }),
  (row) => ({ ...row, destination: { code: row.destination } }),
  (row) => ({ ...row, destination: null }),
  (row) => ({ ...row, date: Date.parse(row.date) }),
];

const INVALID: readonly ((row: FlightRecord) => object)[] = [
  (row) => ({ ...row, delay: 4321 }),
  (row) => ({ ...row, delay: -1441 }),
  (row) => ({ ...row, delay: row.delay + 0.5 }),
  (row) => ({ ...row, distance: 0 }),
  (row) => ({ ...row, distance: -row.distance }),
  (row) => ({ ...row, origin: `${row.origin}X` }),
  (row) => ({ ...row, destination: row.destination.slice(1) }),
];

/** Says the same in other characters: nothing of it may be rejected or change an answer. */
const OTHER_WORDS: readonly ((row: FlightRecord, text: string) => string)[] = [
  (row) => json(Object.fromEntries(Object.entries(row).reverse())),
  (row) => JSON.stringify(row, undefined, 1).replaceAll("\n", " "),
  (_, text) => text.replace('"delay"', '"del\\u0061y"'),
  (_, text) => text.replace(/("delay":-?\d+)/, "$1.0"),
  (row, text) =>
    text.replace(
      `"${row.destination}"`,
      `"\\u00${row.destination.charCodeAt(0).toString(16)}${row.destination.slice(1)}"`,
    ),
  (row) => json({ carrier: "Zoë ✈", ...row, stops: [1, { at: "}" }] }),
];

const UNTIDY: readonly ((code: string) => string)[] = [
  (code) => ` ${code.toLowerCase()} `,
  (code) => code.toLowerCase(),
  (code) => `${code}  `,
  (code) => `\t${code.charAt(0)}${code.slice(1).toLowerCase()}`,
];

/** Every way of damaging a line of flights. */
export const DAMAGES: readonly Damage[] = [
  {
    name: "bad JSON",
    share: 60,
    fate: "json",
    make: (_, text, { random }) => random.pick(BAD_JSON)(text, random),
  },
  {
    name: "missing field",
    share: 40,
    fate: "schema",
    make: (row, _, { random }) => json({ ...row, [random.pick(FIELDS)]: undefined }),
  },
  {
    name: "wrong type",
    share: 40,
    fate: "schema",
    make: (row, _, { random }) => json(random.pick(WRONG_TYPES)(row)),
  },
  {
    name: "invalid UTF-8",
    share: 40,
    fate: "utf8",
    make(_, text, { random }) {
      const at = text.indexOf('":"', text.indexOf(`"${random.pick(PLACES)}"`)) + 3 + random.below(3);
      const [head, tail] = [text.slice(0, at), text.slice(at)].map((part) => new TextEncoder().encode(part));
      return Uint8Array.of(...(head ?? []), ...random.pick(BAD_UTF8), ...(tail ?? []));
    },
  },
  {
    name: "unknown airport",
    share: 40,
    fate: "lookup-missing",
    make: (row, _, { random, unknownCodes }) => json({ ...row, origin: random.pick(unknownCodes) }),
  },
  {
    name: "invalid value",
    share: 40,
    fate: "invalid",
    make: (row, _, { random }) => json(random.pick(INVALID)(row)),
  },
  {
    name: "untidy codes",
    share: 60,
    fate: "aggregated",
    make(row, _, { random }) {
      const field = random.pick(PLACES);
      return json({ ...row, [field]: random.pick(UNTIDY)(row[field]) });
    },
  },
  {
    name: "other words",
    share: 60,
    fate: "aggregated",
    make: (row, text, { random }) => random.pick(OTHER_WORDS)(row, text),
  },
  {
    name: "out of order",
    share: 60,
    fate: "aggregated",
    make: (row, _, { random, rule }) =>
      json({ ...row, date: iso(Date.parse(row.date) - random.below(rule.outOfOrder_ms + 1)) }),
  },
  {
    // The first moment of the oldest window that is still open.
    name: "just in time",
    share: 20,
    fate: "aggregated",
    make(row, _, { clock, rule }) {
      if (clock.largest_ms === Number.NEGATIVE_INFINITY) return undefined;
      return json({ ...row, date: iso(Math.floor(clock.closed_ms / rule.window_ms) * rule.window_ms) });
    },
  },
  {
    // The last moment of the youngest window that has closed, or up to two windows before.
    name: "late",
    share: 40,
    fate: "late",
    make(row, _, { random, clock, rule }) {
      if (clock.largest_ms === Number.NEGATIVE_INFINITY) return undefined;
      const open_ms = Math.floor(clock.closed_ms / rule.window_ms) * rule.window_ms;
      const before_ms = random.below(2) === 0 ? 1 : 1 + random.below(2 * rule.window_ms);
      return json({ ...row, date: iso(open_ms - before_ms) });
    },
  },
];
