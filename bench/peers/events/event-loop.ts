import { createCountries } from "./countries.ts";
import { isEvent } from "./event-stages.ts";
import type { LineFileSync } from "./line-file-sync.ts";
import { emailOf, hourOf, isPossible, pageOf, tierOf } from "./rules.ts";
import type { Counts } from "./stages.ts";
import type { Windows } from "./windows.ts";

/** What a hand-written loop works on. */
export interface Loop {
  readonly regions: ReadonlyMap<string, string>;
  readonly counts: Counts;
  readonly windows: Windows;
  readonly file: LineFileSync;
}

/** Makes the body of the hand-written loop over `events`: one call a line, nothing between the stages. */
export function createEventLoop({ regions, counts, windows, file }: Loop): (line: string) => void {
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
    if (!isEvent(value)) {
      counts.schema++;
      return;
    }
    const { type, ts, userId } = value;
    const email = emailOf(value.email);
    const { code, region } = countryOf(value.country);
    const amount = Number(value.amount);
    if (!isPossible(type, ts, amount, email, code)) {
      counts.invalid++;
      return;
    }
    value.url = pageOf(value.url);
    value.email = email;
    value.amount = amount;
    value.country = code;
    value.region = region;
    value.tier = tierOf(userId);
    value.hour = hourOf(ts);
    windows.add(ts, type, region, amount, userId);
    file.add(JSON.stringify(value));
  };
}
