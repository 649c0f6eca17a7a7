/** A country as a record spells it, and what is known of it. */
export interface Country {
  /** In upper case, whether it is a code or not. */
  readonly code: string;
  readonly region: string;
}

/** Bound of what is remembered: dirty input must not fill the memory. */
const SPELLINGS_MAX = 10_000;

/** Makes a reader that upper-cases countries and looks them up, each spelling once. */
export function createCountries(regions: ReadonlyMap<string, string>): (spelling: string) => Country {
  const known = new Map<string, Country>();

  function make(spelling: string): Country {
    const code = spelling.toUpperCase();
    const country = { code, region: regions.get(code) ?? "other" };
    if (known.size < SPELLINGS_MAX) known.set(spelling, country);
    return country;
  }

  return (spelling) => known.get(spelling) ?? make(spelling);
}
