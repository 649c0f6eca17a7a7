import { createCountries } from "./countries.ts";
import type { Loop } from "./event-loop.ts";
import { isLetter } from "./letter-stages.ts";
import { emailOf, hourOf, isPossible, pageOf, tierOf } from "./rules.ts";

/** Makes the body of the hand-written loop over `letters`: one call a line, nothing between the stages. */
export function createLetterLoop({ regions, counts, windows, file }: Loop): (line: string) => void {
  const countryOf = createCountries(regions);
  return (line) => {
    counts.rowsIn++;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      counts.json++;
      return;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      counts.json++;
      return;
    }
    if (!isLetter(value)) {
      counts.schema++;
      return;
    }
    const { kind, at, sender } = value.envelope;
    const mail = emailOf(sender.mail);
    const { code, region } = countryOf(sender.place.nation);
    const price = Number(value.value);
    if (!isPossible(kind, at, price, mail, code)) {
      counts.invalid++;
      return;
    }
    value.mail = mail;
    value.nation = code;
    value.page = pageOf(value.link);
    value.price = price;
    value.region = region;
    value.tier = tierOf(sender.key);
    value.hour = hourOf(at);
    windows.add(at, kind, region, price, sender.key);
    file.add(JSON.stringify(value));
  };
}
