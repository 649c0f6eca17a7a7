import type { Meta, Scope } from "../operator.ts";
import { placedNumber, placeOf, readerOf, type Shape } from "../row/shape.ts";

/** Largest event time, either side of 1970: that of Date. */
export const LARGEST_TIME_ms = 8.64e15;

/**
 * Makes what reads a row's event time and writes it into the row's meta.
 *
 * @returns NaN when it is no number within ±8.64e15: the fault, code `"time"`, has been reported.
 */
export function timeReader(
  scope: Scope,
  shape: Shape,
  time: string | ((row: never) => unknown),
): (row: unknown) => number {
  // Read-only for callbacks.
  const meta = scope.meta as Meta & { time: number };
  const reader = readerOf(shape, time) as (row: unknown, meta: Meta) => unknown;
  const read = typeof time === "function" ? scope.guard(reader) : reader;
  const place = placeOf(shape, time);
  return (row) => {
    if (place !== undefined) {
      const number = placedNumber(place);
      if (number >= -LARGEST_TIME_ms && number <= LARGEST_TIME_ms) {
        meta.time = number;
        return number;
      }
    }
    const value = read(row, meta);
    if (typeof value === "number" && value >= -LARGEST_TIME_ms && value <= LARGEST_TIME_ms) {
      meta.time = value;
      return value;
    }
    const was = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value);
    scope.fault(
      "time",
      `${scope.name}: the time must be a number within ±${LARGEST_TIME_ms}, was ${was}`,
      row,
    );
    return Number.NaN;
  };
}
