import "./light-arktype.ts";
import { type } from "arktype";
import {
  column,
  count,
  derive,
  distinct,
  field,
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

/** What the stages read of a letter; what is not named here is written as it came. */
const RawLetter = type({
  envelope: {
    kind: "string",
    at: "number",
    sender: { key: "string", mail: "string", place: { nation: "string" } },
  },
  link: "string",
  value: "number | string",
});
export type RawLetter = typeof RawLetter.infer;

/** A letter that can be counted. */
const CleanLetter = type({
  envelope: { kind: "1 <= string <= 100", at: "number.integer > 0", sender: { key: "string" } },
  price: "0 <= number <= 1000000000000",
  mail: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  nation: /^[A-Z]{2}$/,
});

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
