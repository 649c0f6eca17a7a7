import { emailOf, hourOf, isPossible, pageOf, type Tier, tierOf } from "./rules.ts";
import type { Stages } from "./stages.ts";

/** Fields of an event that the stages read or write; there are others, which are written as they came. */
export interface EventRecord {
  readonly type: string;
  readonly ts: number;
  readonly userId: string;
  url: string;
  email: string;
  country: string;
  /** A number once it is normalised. */
  amount: number | string;
  region?: string;
  tier?: Tier;
  hour?: number;
}

/** The stages of `events`. */
export function eventStages(regions: ReadonlyMap<string, string>): Stages<EventRecord> {
  return {
    fits: isEvent,
    normalise(record) {
      record.email = emailOf(record.email);
      record.country = record.country.toUpperCase();
      record.url = pageOf(record.url);
      record.amount = Number(record.amount);
      return record;
    },
    isValid: ({ type, ts, amount, email, country }) => isPossible(type, ts, amount as number, email, country),
    enrich(record) {
      record.region = regions.get(record.country) ?? "other";
      record.tier = tierOf(record.userId);
      record.hour = hourOf(record.ts);
      return record;
    },
    count({ ts, type, region, amount, userId }, windows) {
      windows.add(ts, type, region as string, amount as number, userId);
    },
  };
}

/** Whether a parsed line has the fields of an event, each of its type. */
export function isEvent(value: object): value is EventRecord {
  const { type, ts, userId, url, email, country, amount } = value as Partial<EventRecord>;
  return (
    typeof type === "string" &&
    typeof ts === "number" &&
    typeof userId === "string" &&
    typeof url === "string" &&
    typeof email === "string" &&
    typeof country === "string" &&
    (typeof amount === "number" || typeof amount === "string")
  );
}
