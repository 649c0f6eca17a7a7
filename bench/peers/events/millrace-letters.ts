import { toStandardJsonSchema } from "@valibot/to-json-schema";
import {
  column,
  count,
  derive,
  distinct,
  field,
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

/** What the stages read of a letter; what is not named here is written as it came. */
const RawLetter = toStandardJsonSchema(
  v.looseObject({
    envelope: v.looseObject({
      kind: v.string(),
      at: v.number(),
      sender: v.looseObject({
        key: v.string(),
        mail: v.string(),
        place: v.looseObject({ nation: v.string() }),
      }),
    }),
    link: v.string(),
    value: v.union([v.number(), v.string()]),
  }),
);
export type RawLetter = InferOutput<typeof RawLetter>;

/** A letter that can be counted. */
const CleanLetter = toStandardJsonSchema(
  v.looseObject({
    envelope: v.looseObject({
      kind: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
      at: v.pipe(v.number(), v.integer(), v.gtValue(0)),
      sender: v.looseObject({ key: v.string() }),
    }),
    price: v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000_000_000)),
    mail: v.pipe(v.string(), v.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/)),
    nation: v.pipe(v.string(), v.regex(/^[A-Z]{2}$/)),
  }),
);

/** Parse → normalise → validate → enrich → aggregate and write. */
export function lettersJob(
  { source, regions, windows, records }: Ends,
  { email, url }: Texts<RawLetter>,
): Job {
  return pipe(
    from(source, ndjson(RawLetter)),
    derive({
      mail: email,
      page: url,
      nation: column("envelope.sender.place.nation", (nation) => nation.toUpperCase()),
      price: column("value", Number),
    }),
    validate(CleanLetter),
    derive({
      region: column("nation", (nation) => regions.get(nation) ?? "other"),
      tier: column("envelope.sender.key", tierOf),
      hour: column("envelope.at", hourOf),
    }),
    fork({
      windows: pipe(
        derive({ type: field("envelope.kind") }),
        window({
          over: tumbling({ minutes: 1 }),
          time: "envelope.at",
          outOfOrder: { seconds: 5 },
          by: ["type", "region"],
          compute: {
            count: count(),
            sum: sum("price"),
            max: max("price"),
            users: distinct("envelope.sender.key"),
          },
        }),
        to(windows),
      ),
      records: to(records, ndjson()),
    }),
  );
}
