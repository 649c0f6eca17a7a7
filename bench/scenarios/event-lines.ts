import { createRandom, type Random } from "../../examples/event-pipeline/random.ts";
import { hex4, type Line, type LineMaker, MALFORMED_EVERY } from "./line-maker.ts";
import { countriesOf, createNames, MAIL_HOSTS, START_ms, textOfCents } from "./made-values.ts";
import { skewed, zipf } from "./skewed.ts";

const TYPES = {
  page_view: 34,
  click: 22,
  search: 11,
  product_view: 9,
  add_to_cart: 6,
  purchase: 4,
  login: 4,
  logout: 3,
  review: 2,
  share: 2,
  signup: 2,
  refund: 1,
} as const;
const USERS = 5_000;
const SOURCES = ["web", "ios", "android", "kiosk", "partner-api"];
const CURRENCIES = ["EUR", "USD", "GBP", "JPY", "INR", "BRL", "PLN", "SEK"];
const SECTIONS = ["products", "categories", "orders", "users", "offers", "stores"];
const PAGES = ["reviews", "items", "images", "related", "history"];
const CAMPAIGNS = ["mail", "search", "social", "affiliate", "none"];
const TAGS = ['["new","sale"]', '["sale"]', "[]", '["new"]', '["vip","beta","new"]', '["beta"]'];
const PLATFORMS = [
  "Windows NT 10.0; x64",
  "Macintosh; Intel",
  "X11; Linux x86_64",
  "Linux; Android 14; Pixel 8",
];
const ENGINES = ["Chrome/131.0 Safari/537.36", "Gecko/20100101 Firefox/133.0", "Version/18.1 Safari/605"];
const EVERY_ms = 4;
const DISORDER_ms = 2_000;

/** Texts of a record that may hold escapes and letters beyond ASCII. */
interface Texts {
  type: string;
  url: string;
  email: string;
  source: string;
  tags: string;
  ua: string;
}

/** Ways to write a record with escapes or non-ASCII text; each still is a valid record. */
const UNUSUAL: readonly ((texts: Texts) => void)[] = [
  (texts) => {
    texts.tags = '["café","日本語"]';
  },
  (texts) => {
    texts.tags = '["caf\\u00e9","\\ud83d\\ude80"]';
  },
  (texts) => {
    texts.ua = `${texts.ua} \\"Zoë\\" \\\\ \\t`;
  },
  (texts) => {
    texts.url = texts.url.replaceAll("/", "\\/");
  },
  (texts) => {
    texts.url = texts.url.replace("/reviews/", "/größen/");
  },
  (texts) => {
    texts.email = texts.email.replace(".", ".Müller-");
  },
  (texts) => {
    texts.email = texts.email.replace("@", "\\u0040");
  },
  (texts) => {
    texts.type = texts.type.replace("e", "\\u0065");
  },
  (texts) => {
    texts.source = "приложение 📱";
  },
];

/** Makes the lines of the scenario `events`. */
export function eventLines(seed: number): LineMaker {
  const random = createRandom(seed);
  const typeOf = skewed(random, Object.keys(TYPES), Object.values(TYPES));
  const countryOf = countriesOf(random);
  const nameOf = createNames(random);
  // Everybody has one address, however it is typed.
  const userOf = zipf(
    random,
    Array.from({ length: USERS }, (_, user) => ({
      id: `u${String((user * 7919) % USERS).padStart(5, "0")}`,
      email: `${nameOf()}${random.below(100)}@${random.pick(MAIL_HOSTS)}`,
    })),
  );
  const agents = PLATFORMS.flatMap((platform) =>
    ENGINES.map((engine) => `Mozilla/5.0 (${platform}) ${engine}`),
  );
  const agentOf = zipf(random, agents);
  const sourceOf = zipf(random, SOURCES);
  let due_ms = START_ms;

  function urlOf(): string {
    const { below, pick } = random;
    let url = `https://shop.example.com/${pick(SECTIONS)}/${below(100_000)}`;
    if (below(10) < 8) url += `/${pick(PAGES)}/${below(1_000)}`;
    if (below(10) < 8) url += `?utm_source=${pick(CAMPAIGNS)}&ref=${hex4(below(65_536))}`;
    return url;
  }

  return () => {
    const { below } = random;
    due_ms += EVERY_ms;
    const ts = due_ms - (below(8) === 0 ? below(DISORDER_ms + 1) : 0);
    const user = userOf();
    const texts: Texts = {
      type: typeOf(),
      url: urlOf(),
      email: padded(random, user.email),
      source: sourceOf(),
      tags: random.pick(TAGS),
      ua: agentOf(),
    };
    const cents = 1 + Math.floor((below(400) * below(400)) / 8);
    let amount = below(10) === 0 ? `"${textOfCents(cents)}"` : String(cents / 100);
    let time = `"ts":${ts},`;
    const wrong = below(MALFORMED_EVERY) === 0 ? 1 + below(5) : 0;
    if (wrong === 0 && below(20) === 0) random.pick(UNUSUAL)(texts);
    if (wrong === 3) time = "";
    if (wrong === 4) texts.email = texts.email.replace("@", " at ");
    if (wrong === 5) amount = '"n/a"';

    const head = `{"id":"${uuid(random)}","type":"${texts.type}",${time}"userId":"${user.id}","session":"`;
    const text =
      `${head}${hex16(random)}","source":"${texts.source}","url":"${texts.url}","email":"${texts.email}",` +
      `"amount":${amount},"currency":"${random.pick(CURRENCIES)}","country":"${countryOf()}","tags":${texts.tags},` +
      `"ctx":{"ip":"10.${below(256)}.${below(256)}.${below(256)}","ua":"${texts.ua}",` +
      `"ver":"3.${below(20)}.${below(6)}"}}`;
    return lineOf(text, wrong, head.length, random);
  };
}

function lineOf(text: string, wrong: number, brokenAt: number, { below }: Random): Line {
  if (wrong === 0) return { text };
  if (wrong === 1) return { text: text.slice(0, 1 + below(text.length - 1)), reject: "json" };
  if (wrong === 2) return { text, reject: "utf8", brokenAt };
  return { text, reject: wrong === 3 ? "schema" : "invalid" };
}

/** As people paste it: blanks before or behind, any case. */
function padded({ below }: Random, email: string): string {
  const cased = below(4) === 0 ? email.toUpperCase() : email;
  return `${below(4) === 0 ? " " : ""}${cased}${below(4) === 0 ? " " : ""}`;
}

function hex16({ below }: Random): string {
  return hex4(below(65_536)) + hex4(below(65_536)) + hex4(below(65_536)) + hex4(below(65_536));
}

function uuid({ below }: Random): string {
  const word = (): string => hex4(below(65_536));
  return `${word()}${word()}-${word()}-4${hex4(below(4096)).slice(1)}-${hex4(0x8000 + below(0x4000))}-${word()}${word()}${word()}`;
}
