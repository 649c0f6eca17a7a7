import type { Airport } from "../../examples/event-pipeline/airports.ts";

/** A record as it comes. */
export interface RawFlight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

/** A record in the units and the spelling of the pipeline. */
export interface Flight {
  /** Epoch milliseconds; NaN when the date was none. */
  readonly time: number;
  /** Minutes. */
  readonly delay: number;
  readonly distance_km: number;
  /** Upper case, or "" when it was no code. */
  readonly origin: string;
  readonly destination: string;
}

/** A flight with what is known of the place that it left. */
export interface PlacedFlight extends Flight {
  readonly city: string;
  readonly state: string;
}

const KM_PER_MILE = 1.609344;
/** Bound of what is remembered: dirty input must not fill the memory. */
const CODES_MAX = 10_000;
const CODE = /^[A-Z]{3}$/;

/** Whether a parsed line is a JSON object. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a record has the fields of a flight, each of its type. */
export function isRawFlight(value: object): value is RawFlight {
  const raw = value as Partial<RawFlight>;
  return (
    typeof raw.date === "string" &&
    typeof raw.delay === "number" &&
    typeof raw.distance === "number" &&
    typeof raw.origin === "string" &&
    typeof raw.destination === "string"
  );
}

/**
 * Makes the step that trims, upper-cases and matches the codes, makes the date epoch milliseconds and the miles
 * kilometres.
 *
 * It remembers what it made of each code and of the last date, as a hand-written loop can and as `column` does:
 * 20 % less CPU for `json-parse-loop` on Node and Deno, nothing on Bun. (A Map of dates costs what it saves.)
 */
export function createNormaliser(): (raw: RawFlight) => Flight {
  const codes = new Map<string, string>();
  let date = "";
  let date_ms = Number.NaN;

  function code(text: string): string {
    const known = codes.get(text);
    if (known !== undefined) return known;
    const upper = text.trim().toUpperCase();
    const made = CODE.test(upper) ? upper : "";
    if (codes.size < CODES_MAX) codes.set(text, made);
    return made;
  }

  return (raw) => {
    if (raw.date !== date) {
      date = raw.date;
      date_ms = Date.parse(date);
    }
    return {
      time: date_ms,
      delay: raw.delay,
      distance_km: raw.distance * KM_PER_MILE,
      origin: code(raw.origin),
      destination: code(raw.destination),
    };
  };
}

/** Whether a flight's values are possible. By hand: that is faster than calling a schema, and rivals get the best. */
export function isValid(flight: Flight): boolean {
  return (
    !Number.isNaN(flight.time) &&
    Number.isInteger(flight.delay) &&
    flight.delay >= -1440 &&
    flight.delay <= 4320 &&
    flight.distance_km > 0 &&
    flight.origin !== "" &&
    flight.destination !== ""
  );
}

/** Adds the city and the state of the airport that a flight left. */
export function place(flight: Flight, airport: Airport): PlacedFlight {
  return {
    time: flight.time,
    delay: flight.delay,
    distance_km: flight.distance_km,
    origin: flight.origin,
    destination: flight.destination,
    city: airport.city,
    state: airport.state,
  };
}
