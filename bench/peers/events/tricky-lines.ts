import type { Kind } from "./peer.ts";

/** Hand-made input that a careless peer gets wrong. */
export interface TrickyInput {
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

const TS = 1_761_004_800_123;

/** An event as text; `members` replace or add members, as JSON text, `undefined` leaves one out. */
function event(members: Readonly<Record<string, string | undefined>> = {}): string {
  return objectOf({
    id: '"1"',
    type: '"purchase"',
    ts: String(TS),
    userId: '"u1"',
    url: '"https://a/1?b=2"',
    email: '"A.b@C.de"',
    amount: "1.5",
    country: '"de"',
    ctx: '{"ip":"10.0.0.1"}',
    ...members,
  });
}

interface LetterParts {
  readonly envelope?: Readonly<Record<string, string | undefined>>;
  readonly sender?: Readonly<Record<string, string | undefined>>;
  readonly root?: Readonly<Record<string, string | undefined>>;
}

function letter({ envelope, sender, root }: LetterParts = {}): string {
  return objectOf({
    value: "2.25",
    envelope: objectOf({
      at: String(TS),
      sender: objectOf({ place: '{"nation":"Fr","city":"x"}', mail: '" É@B.fr "', key: '"ключ"', ...sender }),
      kind: '"open"',
      ...envelope,
    }),
    link: '"https://a/22/b3"',
    ...root,
  });
}

function objectOf(members: Readonly<Record<string, string | undefined>>): string {
  const told = Object.entries(members).filter(([, value]) => value !== undefined);
  return `{${told.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
}

const lines = (...all: string[]): Uint8Array => Buffer.from(`${all.join("\n")}\n`);

/** A byte of a line that is replaced. */
function broken(line: string, at: string, byte: number): Buffer {
  const bytes = Buffer.from(line);
  bytes[bytes.indexOf(at)] = byte;
  return bytes;
}

const NOT_OBJECTS = [
  "3",
  "null",
  "[]",
  `[${event()}]`,
  '"x"',
  "{",
  "{}}",
  `${event()}${event()}`,
  event().slice(0, -1),
];
const STRINGS = ["type", "userId", "url", "email", "country"];

/** All inputs; what each must give is the oracle's to say. */
export const TRICKY: readonly TrickyInput[] = [
  { name: "nothing", kind: "events", bytes: new Uint8Array() },
  {
    name: "blank lines, CRLF, no last line feed",
    kind: "events",
    bytes: Buffer.from(`\n\r\n \t\n${event()}\r\n\n${event()}`),
  },
  { name: "a byte order mark", kind: "events", bytes: Buffer.from(`\ufeff${event()}\n${event()}\n`) },
  { name: "what is no object", kind: "events", bytes: lines(...NOT_OBJECTS, event(), "{}") },
  {
    name: "fields of other types",
    kind: "events",
    bytes: lines(
      ...STRINGS.flatMap((name) =>
        ["1", "null", "[]", "true", undefined].map((value) => event({ [name]: value })),
      ),
      ...['"1"', "null", undefined, "[1]"].map((ts) => event({ ts })),
      ...["null", "true", "{}", undefined].map((amount) => event({ amount })),
    ),
  },
  {
    name: "amounts",
    kind: "events",
    bytes: lines(
      ...["0", "-0", "-1", "1e3", "1E-2", "12.345", "1e12", "1000000000000.5", "1e400"].map((amount) =>
        event({ amount }),
      ),
      ...["12.5", " 7 ", "", "-3", "1e2", "n/a", "12,5", "NaN", "Infinity", "0x10", "1_0"].map((text) =>
        event({ amount: `"${text}"` }),
      ),
    ),
  },
  {
    name: "addresses",
    kind: "events",
    bytes: lines(
      ...[
        " A@B.C ",
        "\\tÄ@Ö.Ü\\n",
        "a@b",
        "a b@c.d",
        "a@b@c.d",
        "@b.c",
        "a@.c",
        "a@b.",
        "a@b..c",
        "",
        "\\u0041@B.c",
      ].map((email) => event({ email: `"${email}"` })),
      ...["İ@X.y", "ΑΣ@x.GR", "a\u00a0@b.c", "\u3000a@b.c\ufeff", "🚀@b.c"].map((email) =>
        event({ email: `"${email}"` }),
      ),
    ),
  },
  {
    name: "URLs",
    kind: "events",
    bytes: lines(
      ...["", "?", "1?2?3", "a1b22c333", "٣/4", "http:\\/\\/h\\/7", "\\u0031\\u003f", "x?1", "é1🚀2?"].map(
        (url) => event({ url: `"${url}"` }),
      ),
    ),
  },
  {
    name: "countries",
    kind: "events",
    bytes: lines(
      ...["dE", "DE", "de", "xx", "d", "deu", "", " de", "ß", "ﬁ", "d1", "ДЕ", "\\u0064e"].map((country) =>
        event({ country: `"${country}"` }),
      ),
    ),
  },
  {
    name: "types and times",
    kind: "events",
    bytes: lines(
      ...["", "x".repeat(100), "x".repeat(101), "é", 'a\\"b\\\\', "__proto__", "constructor"].map((type) =>
        event({ type: `"${type}"` }),
      ),
      ...["0", "-1", "1.5", "1761004800123.0", "1.761004800123e12"].map((ts) => event({ ts })),
    ),
  },
  {
    name: "users",
    kind: "events",
    bytes: lines(
      ...["", "u1", "ключ", "日本", "🚀", "a", "b", "u1"].map((userId) => event({ userId: `"${userId}"` })),
    ),
  },
  {
    name: "windows, out of order",
    kind: "events",
    bytes: lines(
      ...[0, 59_877, 59_876, 64_000, 59_000, 60_001, 120_000, 121_000, 118_000, 300_000].map((later, index) =>
        event({ ts: String(TS + later), userId: `"u${index % 3}"`, amount: `${index}.1` }),
      ),
    ),
  },
  {
    name: "names that come twice, are escaped or unknown",
    kind: "events",
    bytes: lines(
      event().replace("{", '{"email":"no","amount":"x",'),
      event().replace('"email"', '"em\\u0061il"'),
      event().replace("{", '{"region":"here","tier":7,"hour":[1],'),
      event({ extra: '{"email":" X@Y.Z ","list":[1,2.50,{"a":null}]}', text: '"é\\u00e9\\ud83d\\ude80\\n"' }),
      event({ "": "1", "10": "2", "2": "3", toJSON: "4" }),
      `  ${event().replaceAll(":", " : ").replaceAll(",", " ,\t").replace("https : ", "https:")}  `,
    ),
  },
  {
    name: "bytes that are no UTF-8",
    kind: "events",
    bytes: Buffer.concat(
      [
        event(),
        broken(event(), "purchase", 0xff),
        broken(event({ é: '"é"' }), "é", 0x80),
        broken("{", "{", 0xc0),
        broken(event(), "}", 0xed),
        event({ type: '"é"' }),
      ].flatMap((line) => [typeof line === "string" ? Buffer.from(line) : line, Buffer.from("\n")]),
    ),
  },
  {
    name: "lines across blocks",
    kind: "events",
    bytes: lines(
      ...Array.from({ length: 40 }, (_, index) =>
        event({ note: `"${"é".repeat(index * 400)}${"x".repeat(index * 900)}"`, userId: `"u${index % 7}"` }),
      ),
      event({ note: `"${"ü".repeat(300_000)}"` }),
      event(),
    ),
  },
  {
    name: "letters, right and wrong",
    kind: "letters",
    bytes: lines(
      letter(),
      letter({ sender: { place: undefined } }),
      letter({ sender: { place: "null" } }),
      letter({ sender: { place: "3" } }),
      letter({ sender: { place: "{}" } }),
      letter({ sender: { key: "1" } }),
      letter({ sender: { mail: '"none"' } }),
      letter({ envelope: { sender: "[]" } }),
      letter({ envelope: { at: undefined } }),
      letter({ envelope: { kind: '""' } }),
      letter({ root: { envelope: "null" } }),
      letter({ root: { envelope: '"x"' } }),
      letter({ root: { value: '"17.25"' } }),
      letter({ root: { value: '"n/a"' } }),
      letter({ root: { mail: '"mine"', price: "3", page: "{}", region: "null" } }),
      letter({ root: { type: '"other"', place: '{"nation":"xx"}' } }),
    ),
  },
];
