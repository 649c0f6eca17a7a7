import type { Assigner } from "./assigner.ts";
import { type Duration, duration_ms, durationText } from "./duration.ts";

/** A tumbling window. */
export interface Tumbling extends Assigner {
  /** Tells it from other assigners. */
  readonly kind: "tumbling";
  /** Length of every window, in milliseconds. */
  readonly size_ms: number;
}

/**
 * Cuts event time into windows of one length, one after the other: a row belongs to exactly one.
 *
 * Windows begin at multiples of `size` counted from 1970-01-01T00:00Z, before it too. A row at a boundary belongs to
 * the window that begins there.
 *
 * @param size Length of a window, at least 1 ms.
 * @param options `offset` moves every boundary by this much, for windows that begin at 6 o'clock or in another time
 *   zone; may be negative. Default: 0.
 * @throws {TypeError | RangeError} When a duration is malformed.
 *
 * @example Windows of a quarter of an hour
 * ```ts
 * import assert from "node:assert/strict";
 * import { tumbling } from "millrace";
 *
 * const quarters = tumbling({ minutes: 15 });
 * const start = quarters.start(Date.parse("2001-01-01T00:20:00Z"));
 * assert.equal(new Date(start).toISOString(), "2001-01-01T00:15:00.000Z");
 * ```
 */
export function tumbling(size: Duration, options: { readonly offset?: Duration } = {}): Tumbling {
  const size_ms = duration_ms(size, "tumbling: size", 1);
  const { offset } = options;
  const whole_ms =
    offset === undefined ? 0 : duration_ms(offset, "tumbling: offset", -Number.MAX_SAFE_INTEGER);
  // As a remainder in [0, size): `%` keeps the sign of what it divides.
  const offset_ms = ((whole_ms % size_ms) + size_ms) % size_ms;
  const shift = offset_ms === 0 ? "" : `, offset ${durationText(offset_ms)}`;
  return {
    kind: "tumbling",
    text: `tumbling ${durationText(size_ms)}${shift}`,
    size_ms,
    longest_ms: size_ms,
    start: (time_ms) => {
      // The remainder is exact where a quotient would be rounded up into the next window. The boundary of its own
      // sign is taken off: near that one, where it matters, the difference is exact too.
      const rest_ms = time_ms % size_ms;
      let into_ms = rest_ms - (rest_ms < 0 ? offset_ms - size_ms : offset_ms);
      if (into_ms < 0) into_ms += size_ms;
      // A fraction may have been rounded on the way; a start is a whole millisecond. + 0 turns −0 into 0.
      return Math.round(time_ms - into_ms) + 0;
    },
    end: (start_ms) => start_ms + size_ms,
  };
}
