/** A length of time, as Temporal writes it. Fields add up; a day is 24 hours. */
export interface Duration {
  /** Of 24 hours each. */
  readonly days?: number;
  /** Of 60 minutes each. */
  readonly hours?: number;
  /** Of 60 seconds each. */
  readonly minutes?: number;
  /** Of 1000 milliseconds each. */
  readonly seconds?: number;
  /** The smallest unit there is. */
  readonly milliseconds?: number;
}

const UNITS: readonly (readonly [keyof Duration, string, number])[] = [
  ["days", "d", 86_400_000],
  ["hours", "h", 3_600_000],
  ["minutes", "min", 60_000],
  ["seconds", "s", 1000],
  ["milliseconds", "ms", 1],
];
const CALENDAR = ["years", "months", "weeks"];

/**
 * Turns a duration into milliseconds.
 *
 * @param duration Whole numbers; a Temporal.Duration without years, months and weeks will do.
 * @param what What the duration is for, as errors call it: `"tumbling: size"`.
 * @param least Smallest length allowed, in milliseconds. Default: 0.
 * @throws {TypeError} When it is no object, names no unit, or one that is not known.
 * @throws {RangeError} When a field is not a safe integer, or the sum is below `least` or beyond 2^53 − 1.
 */
export function duration_ms(duration: Duration, what: string, least = 0): number {
  if (typeof duration !== "object" || duration === null) {
    throw new TypeError(`${what} must be a duration such as { minutes: 1 }, was ${String(duration)}`);
  }
  const fields = duration as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(fields)) {
    if (!UNITS.some(([unit]) => unit === name)) {
      throw new TypeError(`${what} must use ${UNITS.map(([unit]) => unit).join(", ")}, not '${name}'`);
    }
  }
  for (const name of CALENDAR) {
    if (fields[name]) throw new TypeError(`${what} must not use ${name}: their length varies`);
  }
  let sum_ms = 0;
  let named = false;
  for (const [unit, , length_ms] of UNITS) {
    const value = fields[unit];
    if (value === undefined) continue;
    named = true;
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`${what}: ${unit} must be a whole number, was ${String(value)}`);
    }
    sum_ms += (value as number) * length_ms;
  }
  if (!named) throw new TypeError(`${what} must name a unit, such as { minutes: 1 }`);
  if (!Number.isSafeInteger(sum_ms)) throw new RangeError(`${what} must be at most 2^53 − 1 ms`);
  if (sum_ms < least) throw new RangeError(`${what} must be at least ${least} ms, was ${sum_ms} ms`);
  // −0 comes of { minutes: -0 }.
  return sum_ms + 0;
}

/** Writes a length of time for people, in the largest unit that divides it: `"1 h"`, `"90 s"`. */
export function durationText(length_ms: number): string {
  for (const [, symbol, unit_ms] of UNITS) {
    if (length_ms % unit_ms === 0 && (length_ms !== 0 || unit_ms === 1))
      return `${length_ms / unit_ms} ${symbol}`;
  }
  return `${length_ms} ms`;
}
