/** Flight records as NDJSON, gathered in one reused buffer. */
export interface FlightLines {
  /** Bytes gathered since `clear`. */
  readonly length: number;
  /** Appends one record and its line feed. The caller keeps at least `LINE_MAX_BYTES` free. */
  append(date_ms: number, delay: number, distance: number, origin: string, destination: string): void;
  /** The bytes gathered, valid until the next `append` or `clear`. */
  bytes(): Uint8Array;
  /** Forgets the bytes gathered. */
  clear(): void;
}

/** No line of {@link FlightLines} is longer. */
export const LINE_MAX_BYTES = 256;

const CODE_MAX_BYTES = 48;
const DAY_MS = 86_400_000;
const MINUS = 0x2d;
const ZERO = 0x30;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const DATE = ascii('{"date":"');
const DELAY = ascii('","delay":');
const DISTANCE = ascii(',"distance":');
const ORIGIN = ascii(',"origin":');
const DESTINATION = ascii(',"destination":');
const END = ascii("}\n");

/**
 * Makes an empty buffer of flight lines.
 *
 * Three million `JSON.stringify` and `toISOString` take several times as long as writing the
 * digits: the text of a day and of an airport code is made once, the rest is arithmetic.
 *
 * @param capacity_bytes Size of the buffer, fixed.
 */
export function createFlightLines(capacity_bytes: number): FlightLines {
  const buffer = new Uint8Array(capacity_bytes);
  const codes = new Map<string, Uint8Array>();
  let length = 0;
  let day = Number.NaN;
  let dayText: Uint8Array = new Uint8Array(0);

  function copy(bytes: Uint8Array): void {
    // A loop: `set` costs more than it saves on a dozen bytes.
    for (let i = 0; i < bytes.length; i++) buffer[length++] = bytes[i] as number;
  }

  function digits(value: number, count: number): void {
    for (let at = length + count - 1; at >= length; at--) {
      buffer[at] = ZERO + (value % 10);
      value = Math.floor(value / 10);
    }
    length += count;
  }

  function integer(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot write ${value}: not a whole number`);
    if (value < 0) buffer[length++] = MINUS;
    const size = Math.abs(value);
    let count = 1;
    for (let power = 10; power <= size; power *= 10) count++;
    digits(size, count);
  }

  function date(date_ms: number): void {
    const now = Math.floor(date_ms / DAY_MS);
    if (now !== day) {
      dayText = ascii(dayPrefix(now));
      day = now;
    }
    copy(dayText);
    const ms = date_ms - now * DAY_MS;
    digits(Math.floor(ms / 3_600_000), 2);
    buffer[length++] = 0x3a;
    digits(Math.floor(ms / 60_000) % 60, 2);
    buffer[length++] = 0x3a;
    digits(Math.floor(ms / 1000) % 60, 2);
    buffer[length++] = 0x2e;
    digits(ms % 1000, 3);
    buffer[length++] = 0x5a;
  }

  function code(text: string): void {
    let bytes = codes.get(text);
    if (bytes === undefined) {
      bytes = ascii(JSON.stringify(text));
      if (bytes.length > CODE_MAX_BYTES) throw new RangeError(`Cannot write code ${text}: it is too long`);
      codes.set(text, bytes);
    }
    copy(bytes);
  }

  return {
    get length() {
      return length;
    },
    append(date_ms, delay, distance, origin, destination) {
      if (length + LINE_MAX_BYTES > capacity_bytes)
        throw new RangeError("Cannot append a line: no room left");
      copy(DATE);
      date(date_ms);
      copy(DELAY);
      integer(delay);
      copy(DISTANCE);
      integer(distance);
      copy(ORIGIN);
      code(origin);
      copy(DESTINATION);
      code(destination);
      copy(END);
    },
    bytes: () => buffer.subarray(0, length),
    clear() {
      length = 0;
    },
  };
}

/**
 * The text `YYYY-MM-DDT` of a day.
 *
 * Howard Hinnant's `civil_from_days`: years begin in March, so that the leap day comes last.
 *
 * @param day Days since 1970-01-01.
 * @throws RangeError when the year has not four digits.
 */
export function dayPrefix(day: number): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  if (!(year >= 0 && year <= 9999))
    throw new RangeError(`Cannot write day ${day}: its year has not four digits`);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(dayOfMonth)}T`;
}
