import "./light-arktype.ts";
import { type } from "arktype";
import {
  column,
  count,
  derive,
  distinct,
  fork,
  from,
  type Job,
  max,
  ndjson,
  pipe,
  sum,
  to,
  tumbling,
  validate,
  window,
} from "millrace";
import type { Ends, Texts } from "./millrace-ends.ts";
import { hourOf, tierOf } from "./rules.ts";

/** What the stages read of an event; what is not named here is written as it came. */
const RawEvent = type({
  type: "string",
  ts: "number",
  userId: "string",
  url: "string",
  email: "string",
  country: "string",
  amount: "number | string",
});
export type RawEvent = typeof RawEvent.infer;

/** An event that can be counted. */
const CleanEvent = type({
  type: "1 <= string <= 100",
  ts: "number.integer > 0",
  amount: "0 <= number <= 1000000000000",
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  country: /^[A-Z]{2}$/,
});

/** Parse → normalise → validate → enrich → aggregate and write. */
export function eventsJob({ source, regions, windows, records }: Ends, { email, url }: Texts<RawEvent>): Job {
  return pipe(
    from(source, ndjson(RawEvent)),
    derive({
      email,
      url,
      country: column("country", (country) => country.toUpperCase()),
      amount: column("amount", Number),
    }),
    validate(CleanEvent),
    derive({
      region: column("country", (country) => regions.get(country) ?? "other"),
      tier: column("userId", tierOf),
      hour: column("ts", hourOf),
    }),
    fork({
      windows: pipe(
        window({
          over: tumbling({ minutes: 1 }),
          time: "ts",
          outOfOrder: { seconds: 5 },
          by: ["type", "region"],
          compute: { count: count(), sum: sum("amount"), max: max("amount"), users: distinct("userId") },
        }),
        to(windows),
      ),
      records: to(records, ndjson()),
    }),
  );
}
