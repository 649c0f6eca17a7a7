import { type } from "arktype";
import {
  column,
  count,
  derive,
  distinct,
  field,
  from,
  instant,
  lookup,
  max,
  mean,
  ndjson,
  pipe,
  type Source,
  type Stream,
  type Table,
  take,
  tumbling,
  validate,
  window,
} from "millrace";
import type { Airport } from "./airports.ts";

/** A flight as an upstream sends it. */
const RawFlight = type({
  date: "string",
  delay: "number",
  distance: "number",
  origin: "string",
  destination: "string",
});

/** A flight that can be counted. */
const Flight = type({
  delay: "-1440 <= number.integer <= 4320",
  km: "number > 0",
  origin: /^[A-Z]{3}$/,
  destination: /^[A-Z]{3}$/,
});

/** One hour, or another window, of one state. Its natural key is `window.start` and `state`. */
export interface Departures {
  readonly window: { readonly start: number; readonly end: number };
  readonly state: string;
  readonly flights: number;
  /** Minutes. `undefined` is for groups without a delay, which `validate` rules out; so for the next two. */
  readonly mean_delay: number | undefined;
  /** Minutes. */
  readonly max_delay: number | undefined;
  /** Share of flights that left more than 15 minutes late. */
  readonly delayed_share: number | undefined;
  /** Different airports flown to. */
  readonly destinations: number;
}

const KM_PER_MILE = 1.609344;
const DELAYED_minutes = 15;
/** How far behind the largest time of its file a flight may stand. */
export const OUT_OF_ORDER = { minutes: 10 };

const code = (text: string): string => text.trim().toUpperCase();

/** What the pipeline is told. */
export interface DepartureOptions {
  /** Length of the windows, which are aligned to the epoch. */
  readonly window_ms: number;
  /** Flights to take. Default: all. */
  readonly limit?: number | undefined;
}

/**
 * Ingest → normalise → validate → enrich → aggregate.
 *
 * @param upstreams Files of flights, each in time order and a partition of its own.
 * @param airports By code.
 */
export function departures(
  upstreams: Source,
  airports: Table<Airport>,
  { window_ms, limit }: DepartureOptions,
): Stream<Departures> {
  const flights = from(upstreams, ndjson(RawFlight));
  return pipe(
    limit === undefined ? flights : pipe(flights, take(limit)),
    derive({
      time: instant("date"),
      km: column("distance", (miles) => miles * KM_PER_MILE),
      delayed: column("delay", (minutes) => (minutes > DELAYED_minutes ? 1 : 0)),
      origin: column("origin", code),
      destination: column("destination", code),
    }),
    validate(Flight),
    lookup(airports, { key: "origin", as: "airport", missing: "fault" }),
    derive({ city: field("airport.city"), state: field("airport.state") }),
    window({
      over: tumbling({ milliseconds: window_ms }),
      time: "time",
      outOfOrder: OUT_OF_ORDER,
      by: ["state"],
      compute: {
        flights: count(),
        mean_delay: mean("delay"),
        max_delay: max("delay"),
        delayed_share: mean("delayed"),
        destinations: distinct("destination"),
      },
    }),
  );
}
