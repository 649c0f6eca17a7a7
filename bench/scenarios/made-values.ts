import type { Random } from "../../examples/event-pipeline/random.ts";
import { skewed } from "./skewed.ts";

/** Time of the first record. */
export const START_ms = 1_761_004_800_123;

/** Where people have their mail. */
export const MAIL_HOSTS = [
  "Example.COM",
  "example.org",
  "Mail.Example.net",
  "post.example.de",
  "example.co.uk",
];

const FIRST =
  "John Maria Anna Peter Lena Omar Ivan Mei Sara Paul Nina Tom Eva Max Ida Leo Zoe Kim Ben Ada".split(" ");
const LAST =
  "Smith Jones Garcia Brown Silva Kumar Chen Novak Rossi Haddad Weber Dubois Sato Kowalski Berg".split(" ");
/** The most frequent first; the last ones are in no table of regions. */
const COUNTRIES = (
  "US DE IN BR GB FR JP ES IT PL NL CA MX SE AU TR ID KR ZA EG NG AR CO CH AT BE DK NO FI IE PT CZ RO GR HU UA " +
  "IL AE SA SG MY TH VN PH NZ CL PE KE MA PK BD TW HK"
).split(" ");
const UNKNOWN = ["AQ", "TF", "UM", "XK"];

/** Draws countries in any case; three in two hundred are in no table. */
export function countriesOf(random: Random): () => string {
  const weights = COUNTRIES.map((_, rank) => 1 / (rank + 1));
  const known = weights.reduce((sum, weight) => sum + weight, 0);
  const country = skewed(
    random,
    [...COUNTRIES, ...UNKNOWN],
    [...weights, ...UNKNOWN.map(() => (known * 0.015) / UNKNOWN.length)],
  );
  return () => {
    const code = country();
    const spelling = random.below(20);
    if (spelling < 12) return code;
    if (spelling < 16) return code.toLowerCase();
    if (spelling < 18) return code.charAt(0) + code.charAt(1).toLowerCase();
    return code.charAt(0).toLowerCase() + code.charAt(1);
  };
}

/** Draws names such as `Maria.Chen`. */
export function createNames({ pick }: Random): () => string {
  return () => `${pick(FIRST)}.${pick(LAST)}`;
}

/** An amount with two digits behind the point, as text. */
export function textOfCents(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
