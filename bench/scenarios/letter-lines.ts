import { createRandom, type Random } from "../../examples/event-pipeline/random.ts";
import { hex4, type Line, type LineMaker, MALFORMED_EVERY } from "./line-maker.ts";
import { countriesOf, MAIL_HOSTS, START_ms, textOfCents } from "./made-values.ts";
import { skewed } from "./skewed.ts";

const KINDS = { open: 40, read: 25, reply: 15, forward: 10, archive: 6, report: 3, unsubscribe: 1 } as const;
/** Of one, two, three and four bytes a letter in UTF-8. */
const WORDS = (
  "Привет письмо завтра встреча спасибо пожалуйста 日本語 手紙 明日 会議 ありがとう καλημέρα γράμμα αύριο ευχαριστώ " +
  "größe straße übung señor mañana corazón été déjà 안녕하세요 편지 내일 🚀 📬 🎉 שלום תודה مرحبا رسالة"
).split(" ");
const LOCALS = ["Ünique", "Ольга", "ZOË", "Søren", "Łukasz", "anna", "John", "ÉLODIE"];
const CITIES = ["Köln", "São Paulo", "Łódź", "Αθήνα", "東京", "Zürich", "Đà Nẵng", "Bern"];
const TEXT_bytes = 360;
const EVERY_ms = 4;
const DISORDER_ms = 2_000;

/** A value as JSON text, or members in any order. */
type Members = readonly (readonly [name: string, value: string])[];

/**
 * Makes the lines of the scenario `letters`: what a technique that expects the same names in the same order and strings
 * that come again likes least.
 */
export function letterLines(seed: number): LineMaker {
  const random = createRandom(seed);
  const kindOf = skewed(random, Object.keys(KINDS), Object.values(KINDS));
  const countryOf = countriesOf(random);
  let due_ms = START_ms;
  let count = 0;

  /** Never the same twice: the number of the record is in it. */
  function unique(): string {
    return `${count.toString(36)}-${hex4(random.below(65_536))}${hex4(random.below(65_536))}`;
  }

  return () => {
    const { below, pick } = random;
    count++;
    due_ms += EVERY_ms;
    const at = due_ms - (below(8) === 0 ? below(DISORDER_ms + 1) : 0);
    const wrong = below(MALFORMED_EVERY) === 0 ? 1 + below(5) : 0;
    // A line that is cut or broken somewhere must be cut or broken in ASCII.
    const plain = wrong === 1 || wrong === 2;

    const local = plain ? "plain" : pick(LOCALS);
    const blanks = [below(4) === 0 ? " " : "", below(4) === 0 ? " " : ""] as const;
    const mail = `${blanks[0]}${local}.${unique()}${wrong === 4 ? " at " : "@"}${pick(MAIL_HOSTS)}${blanks[1]}`;
    const cents = 1 + Math.floor((below(400) * below(400)) / 8);
    const value = wrong === 5 ? '"n/a"' : below(10) === 0 ? `"${textOfCents(cents)}"` : String(cents / 100);
    const place = shuffled(random, [
      ["nation", quoted(countryOf())],
      ["city", quoted(`${plain ? "Bern" : pick(CITIES)} ${unique()}`)],
    ]);
    const sender = shuffled(random, [
      ["key", quoted(`k${unique()}`)],
      ["mail", quoted(mail)],
      ["place", place],
    ]);
    const envelope = shuffled(random, [
      ["kind", quoted(kindOf())],
      ["sender", sender],
      ...(wrong === 3 ? [] : [["at", String(at)] as const]),
    ]);
    const body = shuffled(random, [
      ["text", quoted(plain ? unique() : textOf(random, unique()))],
      ["lang", quoted(`x-${unique()}`)],
    ]);
    const page = `https://letters.example.org/${below(100_000)}/box-${below(1_000)}/${unique()}?from=${below(100_000)}`;
    const text = shuffled(random, [
      ["body", body],
      ["envelope", envelope],
      ["link", quoted(page)],
      ["value", value],
      ["uid", quoted(unique())],
    ]);
    return lineOf(text, wrong, random);
  };
}

function lineOf(text: string, wrong: number, { below }: Random): Line {
  if (wrong === 0) return { text };
  if (wrong === 1) return { text: text.slice(0, 1 + below(text.length - 1)), reject: "json" };
  if (wrong === 2) {
    // In a string that is nobody's field.
    return { text, reject: "utf8", brokenAt: text.indexOf('"lang":"') + 8 };
  }
  return { text, reject: wrong === 3 ? "schema" : "invalid" };
}

function quoted(text: string): string {
  return `"${text}"`;
}

function shuffled({ below }: Random, members: Members): string {
  const left = [...members];
  let text = "{";
  while (left.length > 0) {
    const [[name, value]] = left.splice(below(left.length), 1) as [Members[number]];
    text += `"${name}":${value}${left.length > 0 ? "," : "}"}`;
  }
  return text;
}

function textOf({ pick, below }: Random, unique: string): string {
  let text = unique;
  // About two bytes a letter.
  for (let length = below(60); length < TEXT_bytes / 2; ) {
    const word = pick(WORDS);
    text += below(12) === 0 ? `\\n${word}` : ` ${word}`;
    length += word.length + 1;
  }
  return text;
}
