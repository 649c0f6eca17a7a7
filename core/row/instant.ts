import { type Chunk, forEachRow, moveTo } from "./chunk.ts";
import { boundField, type Column } from "./column.ts";
import { CELL_WORDS, HEADER_WORDS, Kind } from "./layout.ts";
import type { MissingOf, PathOf } from "./path.ts";
import { type Field, readPath, type ViewShape } from "./shape.ts";
import { Slot } from "./slot.ts";
import { shown } from "./text-value.ts";

const DAY_ms = 86_400_000;
/** The furthest from 1970 that ECMAScript counts time. */
const LIMIT_ms = 8.64e15;
/** Answer of {@link parseInstant} for a date-time without an offset. */
const LOCAL = Infinity;

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar (Hinnant, "chrono-compatible algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  // A year that begins in March has its leap day last.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Two digits, or NaN. */
function two(u8: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return NaN;
  const tens = u8[at]! - 0x30;
  const ones = u8[at + 1]! - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/**
 * Parses a date or a date-time from its bytes, as `Date.parse` does: a day that the month has not (February 30)
 * counts on into the next, and digits beyond the millisecond are cut off. (Beyond nine decimals `Date.parse` itself is
 * wrong: V8 and Bun read .0009999999 as 9 ms.)
 *
 * @returns Epoch milliseconds; NaN for what is none; +∞ for a date-time without an offset.
 */
export function parseInstant(u8: Uint8Array, from: number, length: number): number {
  const end = from + length;
  let at = from;
  const sign = u8[at] === 0x2b ? 1 : u8[at] === 0x2d ? -1 : 0;
  let year = 0;
  if (sign !== 0) {
    year = two(u8, at + 1, end) * 10_000;
    at += 3;
  }
  year += two(u8, at, end) * 100 + two(u8, at + 2, end);
  at += 4;
  if (sign < 0 && year === 0) return NaN;
  // The three separators and the parts between them; NaN fails every comparison.
  const month = u8[at] === 0x2d ? two(u8, at + 1, end) : NaN;
  const day = u8[at + 3] === 0x2d ? two(u8, at + 4, end) : NaN;
  at += 6;
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return NaN;
  const date_ms = daysFromCivil(sign < 0 ? -year : year, month, day) * DAY_ms;
  if (at === end) return within(date_ms);
  if (u8[at] !== 0x54) return NaN;
  const hour = two(u8, at + 1, end);
  const minute = u8[at + 3] === 0x3a ? two(u8, at + 4, end) : NaN;
  at += 6;
  if (!(hour <= 24 && minute <= 59)) return NaN;
  let second = 0;
  let fraction_ms = 0;
  let finer = 0;
  if (at < end && u8[at] === 0x3a) {
    second = two(u8, at + 1, end);
    at += 3;
    if (!(second <= 59)) return NaN;
    if (at < end && u8[at] === 0x2e) {
      const point = at++;
      for (let scale = 100; at < end; at++) {
        const digit = u8[at]! - 0x30;
        if (digit < 0 || digit > 9) break;
        if (at - point <= 3) {
          fraction_ms += digit * scale;
          scale /= 10;
        } else finer |= digit;
      }
      if (at === point + 1) return NaN;
    }
  }
  if (hour === 24 && (minute | second | fraction_ms | finer) !== 0) return NaN;
  const offset_min = offsetAt(u8, at, end);
  return within(date_ms + ((hour * 60 + minute - offset_min) * 60 + second) * 1000 + fraction_ms);
}

/** Minutes east of UTC; NaN for what is no offset, −∞ when there is none. */
function offsetAt(u8: Uint8Array, at: number, end: number): number {
  if (at === end) return -LOCAL;
  const c = u8[at];
  if (c === 0x5a) return at + 1 === end ? 0 : NaN;
  if ((c !== 0x2b && c !== 0x2d) || at + 6 !== end || u8[at + 3] !== 0x3a) return NaN;
  const hours = two(u8, at + 1, end);
  const minutes = two(u8, at + 4, end);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (c === 0x2b ? 1 : -1) * (hours * 60 + minutes);
}

function within(time_ms: number): number {
  return time_ms === LOCAL || Math.abs(time_ms) <= LIMIT_ms ? time_ms : NaN;
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(128);

function instantOf(value: unknown, path: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") return refuse(path, NaN, value);
  const { read, written } = encoder.encodeInto(value, scratch);
  // Only digits of a fraction can go on for so long.
  const whole = read === value.length;
  const time_ms = whole
    ? parseInstant(scratch, 0, written)
    : parseInstant(encoder.encode(value), 0, value.length);
  return Number.isFinite(time_ms) ? time_ms : refuse(path, time_ms, value);
}

function refuse(path: string, time_ms: number, value: unknown): never {
  const rule =
    time_ms === LOCAL
      ? "must say its offset, as in 2001-01-31T12:00:00Z: without one it means another time on every machine"
      : "must be a date and time as in 2001-01-31T12:00:00.000Z or 2001-01-31T12:00+01:00, or a date";
  throw new RangeError(`${path} ${rule} (was ${shown(value)})`);
}

/**
 * The time that a string says, in epoch milliseconds: ISO 8601 / RFC 3339.
 *
 * Takes `YYYY-MM-DDTHH:MM`, with or without seconds and any number of decimals (cut off at the millisecond), then `Z`
 * or `±HH:MM`; or a plain date, which is its midnight in UTC; years from −271,821 to 275,760 with a sign and six
 * digits. Of these it gives exactly what `Date.parse` gives, up to nine decimals. It reads the bytes of the record: no string is made.
 *
 * @typeParam Row Row type.
 * @param path Dotted path of a field that holds a string.
 * @returns A column for `derive`; `undefined` where the field is missing or null.
 * @throws {RangeError} For anything else, and for a date-time without an offset, whose meaning would depend on the
 *   machine: a fault of that row.
 *
 * @example Event time
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, derive, from, instant, pipe } from "millrace";
 *
 * const rows = pipe(from([{ date: "2001-01-01T00:01:00.000Z" }]), derive({ time: instant("date") }));
 * assert.deepEqual(await collect(rows), [{ date: "2001-01-01T00:01:00.000Z", time: 978307260000 }]);
 * ```
 */
export function instant<Row, const P extends PathOf<Row, string>>(
  path: P,
): Column<Row, number | MissingOf<Row, P>> {
  const read = readPath(path);
  type Value = number | MissingOf<Row, P>;
  return {
    reads: [path],
    value: (row) => instantOf(read(row), path) as Value,
    bind: (shape) => {
      const slot = new Slot(shape.origin.cursor, shape.origin.memory.kernel, "integer");
      const field = boundField(shape, path);
      const compute = instantReader(shape, field, path);
      const { cursor } = shape.origin;
      const common = commonInstants(shape, field.cell);
      return {
        ...slot.field,
        compute: () => slot.set(compute(cursor.base)),
        computeAll: (chunk) => {
          const { numbers } = slot;
          common(chunk, numbers);
          forEachRow(cursor, chunk, (row) => {
            if (!Number.isNaN(numbers[row])) return;
            moveTo(cursor, chunk, row);
            slot.put(row, compute(cursor.base));
          });
        },
      };
    },
  };
}

/** Reads the time of the row whose first word is given, under the cursor. */
function instantReader(
  shape: ViewShape,
  { cell, get }: Field,
  path: string,
): (base: number) => number | undefined {
  const { u8, u32 } = shape.origin.memory;
  if (cell === undefined) return () => instantOf(get(), path);
  const first = HEADER_WORDS + CELL_WORDS * cell;
  const day = { date: -1, time_ms: 0 };
  return (base) => {
    const at = base + first;
    const packed = u32[at + 1]!;
    if (packed >>> 24 !== Kind.ascii) return instantOf(get(), path);
    if (packed === COMMON_24 || packed === COMMON_20) {
      const ofDay_ms = commonInstant(u8, u32[at]!, packed & 0xff_ffff, day);
      if (ofDay_ms >= 0) return day.time_ms + ofDay_ms;
    }
    const time_ms = parseInstant(u8, u32[at]!, packed & 0xff_ffff);
    return Number.isFinite(time_ms) ? time_ms : refuse(path, time_ms, get());
  };
}

/** Makes what reads the times of a chunk that are written in a common form; NaN where one is not. */
function commonInstants(
  { origin }: ViewShape,
  cell: number | undefined,
): (chunk: Chunk, times: Float64Array) => void {
  if (cell === undefined) return (_chunk, times) => times.fill(Number.NaN);
  const { u8, u32 } = origin.memory;
  const first = HEADER_WORDS + CELL_WORDS * cell;
  const day = { date: -1, time_ms: 0 };
  return ({ columns, rows, words, aside }, times) => {
    for (let row = 0, at = columns + first; row < rows; row++, at += words) {
      if (aside[row] !== 0) continue;
      const packed = u32[at + 1]!;
      const isCommon = packed === COMMON_24 || packed === COMMON_20;
      const ofDay_ms = isCommon ? commonInstant(u8, u32[at]!, packed & 0xff_ffff, day) : -1;
      times[row] = ofDay_ms < 0 ? Number.NaN : day.time_ms + ofDay_ms;
    }
  };
}

const COMMON_24 = (Kind.ascii << 24) | 24;
const COMMON_20 = (Kind.ascii << 24) | 20;

/**
 * The forms that programs write, `2001-01-31T12:00:00.000Z` and without the decimals: no loop and no branch a digit,
 * and the day of the last one is remembered (18 against 48 ns on Node).
 *
 * @param seen The last day, as the number YYYYMMDD, and its midnight: set to those of this one.
 * @returns Milliseconds since that midnight: small integers, which engines pass without a box. −1 for whatever is not
 *   quite of that form: `parseInstant` decides.
 */
function commonInstant(
  u8: Uint8Array,
  at: number,
  length: number,
  seen: { date: number; time_ms: number },
): number {
  const separators =
    (u8[at + 4]! ^ 0x2d) |
    (u8[at + 7]! ^ 0x2d) |
    (u8[at + 10]! ^ 0x54) |
    (u8[at + 13]! ^ 0x3a) |
    (u8[at + 16]! ^ 0x3a);
  if ((separators | (u8[at + length - 1]! ^ 0x5a)) !== 0) return -1;
  const y0 = u8[at]! - 48;
  const y1 = u8[at + 1]! - 48;
  const y2 = u8[at + 2]! - 48;
  const y3 = u8[at + 3]! - 48;
  const o0 = u8[at + 5]! - 48;
  const o1 = u8[at + 6]! - 48;
  const d0 = u8[at + 8]! - 48;
  const d1 = u8[at + 9]! - 48;
  const h0 = u8[at + 11]! - 48;
  const h1 = u8[at + 12]! - 48;
  const m0 = u8[at + 14]! - 48;
  const m1 = u8[at + 15]! - 48;
  const s0 = u8[at + 17]! - 48;
  const s1 = u8[at + 18]! - 48;
  // A sign bit appears where one is below 0 or above 9.
  let wrong = y0 | (9 - y0) | y1 | (9 - y1) | y2 | (9 - y2) | y3 | (9 - y3) | o0 | (9 - o0) | o1 | (9 - o1);
  wrong |= d0 | (9 - d0) | d1 | (9 - d1) | h0 | (9 - h0) | h1 | (9 - h1) | m0 | (9 - m0) | m1 | (9 - m1);
  wrong |= s0 | (9 - s0) | s1 | (9 - s1);
  let decimals_ms = 0;
  if (length === 24) {
    const f0 = u8[at + 20]! - 48;
    const f1 = u8[at + 21]! - 48;
    const f2 = u8[at + 22]! - 48;
    wrong |= f0 | (9 - f0) | f1 | (9 - f1) | f2 | (9 - f2) | -(u8[at + 19]! ^ 0x2e);
    decimals_ms = f0 * 100 + f1 * 10 + f2;
  }
  const month = o0 * 10 + o1;
  const day = d0 * 10 + d1;
  const hour = h0 * 10 + h1;
  const minute = m0 * 10 + m1;
  const second = s0 * 10 + s1;
  wrong |= (month - 1) | (12 - month) | (day - 1) | (31 - day) | (23 - hour) | (59 - minute) | (59 - second);
  if (wrong < 0) return -1;
  const year = y0 * 1000 + y1 * 100 + y2 * 10 + y3;
  const date = year * 10_000 + month * 100 + day;
  if (date !== seen.date) {
    seen.date = date;
    seen.time_ms = daysFromCivil(year, month, day) * DAY_ms;
  }
  return ((hour * 60 + minute) * 60 + second) * 1000 + decimals_ms;
}
