import { toStandardJsonSchema } from "@valibot/to-json-schema";
import {
  column,
  count,
  derive,
  distinct,
  fork,
  from,
  type InferOutput,
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
import * as v from "valibot";
import type { Ends, Texts } from "./millrace-ends.ts";
import { hourOf, tierOf } from "./rules.ts";

/** What the stages read of an event; what is not named here is written as it came. */
const RawEvent = toStandardJsonSchema(
  v.looseObject({
    type: v.string(),
    ts: v.number(),
    userId: v.string(),
    url: v.string(),
    email: v.string(),
    country: v.string(),
    amount: v.union([v.number(), v.string()]),
  }),
);
export type RawEvent = InferOutput<typeof RawEvent>;

/** An event that can be counted. */
const CleanEvent = toStandardJsonSchema(
  v.looseObject({
    type: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    ts: v.pipe(v.number(), v.integer(), v.gtValue(0)),
    amount: v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000_000_000)),
    email: v.pipe(v.string(), v.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/)),
    country: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)),
  }),
);

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
