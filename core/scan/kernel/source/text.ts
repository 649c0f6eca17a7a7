// Operations on the texts of a column, with the answers of String's methods. What is not plain enough for that is left
// to JavaScript: texts that JSON must escape, and of those that are not ASCII most of what depends on characters and not
// on bytes.
import { changeOthers } from "./cases";
import { copy, OVERRUN } from "./copy";
import { isAscii, unescapeInto } from "./escapes";
import { putDigits } from "./segments";
import { ASCII, ESCAPED, FALSE, MISSING, NULL, NUMBER, TRUE, UTF8 } from "./memory";

/** One operation: what it does, and the offset and length of its text, or its bounds. */
const OPERATION_BYTES: usize = 16;
const ARGUMENT: usize = 4;
const LENGTH: usize = 8;
/** What a text becomes to which this one is added: ASCII or UTF8. */
const KIND: usize = 12;

const TRIM: i32 = 1;
const LOWER: i32 = 2;
const UPPER: i32 = 3;
const BEFORE: i32 = 4;
const AFTER: i32 = 5;
const SLICE: i32 = 6;
const REPLACE_DIGITS: i32 = 7;
const CONCAT: i32 = 8;
const STARTS_WITH: i32 = 9;
const ENDS_WITH: i32 = 10;
const INCLUDES: i32 = 11;
const EQUALS: i32 = 12;
const NOT: i32 = 13;
const LENGTH_OF: i32 = 14;

/** What the column is made of. */
const TEXT_OPERATIONS: usize = 0;
const TEXT_COUNT: usize = 4;
/** Bytes from the cell that is read to the one that is written. */
const TEXT_TARGET: usize = 8;
/** Memory for the texts of a chunk. */
const TEXT_FROM: usize = 12;
const TEXT_TO: usize = 16;
/** Where the next one begins: also for JavaScript, which goes on there. */
const TEXT_AT: usize = 20;
/** Row numbers that are left to JavaScript. */
const TEXT_LEFT: usize = 24;
/** The words "true" and "false", 8 bytes apart. */
const TEXT_WORDS: usize = 28;

// The text under way: where it stands, and whether that is in memory of ours, where it may be changed.
let at: usize = 0;
let size: i32 = 0;
let own: bool = false;
let kind: i32 = 0;
/** Where the next text of ours begins, and where room ends. */
let free: usize = 0;
let limit: usize = 0;
let truth: bool = false;

/** Offset of the first of the bytes `[text, text + length)` in the text under way, or −1. */
function find(text: usize, length: i32): i32 {
  if (length === 0) return 0;
  const last = size - length;
  const first = i8x16.splat(load<i8>(text));
  const end = i8x16.splat(load<i8>(text + length - 1));
  for (let i = 0; i <= last; i += 16) {
    // Places where the first byte and the last one fit.
    let mask = i8x16.bitmask(
      v128.and(
        i8x16.eq(v128.load(at + i), first),
        i8x16.eq(v128.load(at + i + length - 1), end),
      ),
    );
    while (mask !== 0) {
      const place = i + ctz(mask);
      if (place > last) return -1;
      if (length <= 2 || memory.compare(at + place, text, length) === 0) return place;
      mask &= mask - 1;
    }
  }
  return -1;
}

/** Makes room for a text of ours of at most `length` bytes. */
@inline function hasRoom(length: usize): bool {
  return free + length + OVERRUN <= limit;
}

/** Takes the text into memory of ours. */
function take(): bool {
  if (own) return true;
  if (!hasRoom(size)) return false;
  copy(free, at, size);
  at = free;
  own = true;
  return true;
}

@inline function isSpace(c: u32): bool {
  // Strings of a record hold no other: control characters would be escaped there.
  return c === 0x20;
}

/** Whether a character that is not ASCII and begins so may be a space: U+00A0, U+1680, U+2000 …, U+3000, U+FEFF. */
@inline function mayBeSpace(lead: u32): bool {
  return lead === 0xc2 || (lead >= 0xe1 && lead <= 0xe3) || lead === 0xef;
}

/** False where a space that is not ASCII may stand at an end. */
function trim(): bool {
  while (size > 0 && isSpace(load<u8>(at))) {
    at++;
    size--;
  }
  while (size > 0 && isSpace(load<u8>(at + size - 1))) size--;
  if (size === 0) return true;
  let last = at + size - 1;
  while ((load<u8>(last) & 0xc0) === 0x80) last--;
  return !mayBeSpace(load<u8>(at)) && !mayBeSpace(load<u8>(last));
}

/** Adds 0x20 to letters from `from` on, or takes it away. */
function changeCase(from: i8, by: i8): bool {
  if (!own && !hasRoom(size)) return false;
  const into = own ? at : free;
  const first = i8x16.splat(from);
  const letters = i8x16.splat(26);
  const change = i8x16.splat(by);
  for (let i = 0; i < size; i += 16) {
    const v = v128.load(at + i);
    const isLetter = i8x16.lt_u(i8x16.sub(v, first), letters);
    v128.store(into + i, i8x16.add(v, v128.and(isLetter, change)));
  }
  at = into;
  own = true;
  return kind === ASCII || changeOthers(into, size, by < 0);
}

/** Takes a text with escapes into memory of ours, as what they stand for. False where JSON must escape that too. */
function unescape(): bool {
  if (!hasRoom(size)) return false;
  const behind = unescapeInto(at, at + size, free);
  if (behind === 0) return false;
  at = free;
  size = <i32>(behind - free);
  own = true;
  kind = isAscii ? ASCII : UTF8;
  return true;
}

function slice(start: i32, end: i32): bool {
  if (kind !== ASCII) return false;
  const from = start < 0 ? max(size + start, 0) : min(start, size);
  const to = end < 0 ? max(size + end, 0) : min(end, size);
  at += from;
  size = max(to - from, 0);
  return true;
}

@inline function digitMask(p: usize): i32 {
  const v = i8x16.sub(v128.load(p), i8x16.splat(0x30));
  return i8x16.bitmask(i8x16.lt_u(v, i8x16.splat(10)));
}

/** Every run of digits becomes `text`. */
function replaceDigits(text: usize, length: i32, added: i32): bool {
  // Where the first digit stands: most of what has none needs no copy.
  let i = 0;
  while (i < size) {
    const mask = digitMask(at + i);
    if (mask !== 0) {
      i += ctz(mask);
      break;
    }
    i += 16;
  }
  if (i >= size) return true;
  // Each digit could be a run of its own.
  const most = <usize>size * <usize>max(length, 1);
  const into = own ? at + size + OVERRUN : free;
  if (into + most + OVERRUN + OVERRUN > limit) return false;
  copy(into, at, i);
  let out = into + i;
  while (i < size) {
    // At the first digit of a run.
    while (i < size && <u32>load<u8>(at + i) - 0x30 < 10) i++;
    copy(out, text, length);
    out += length;
    while (i < size) {
      const mask = digitMask(at + i);
      const run = min(mask === 0 ? 16 : ctz(mask), size - i);
      v128.store(out, v128.load(at + i));
      out += run;
      i += run;
      if (run < 16) break;
    }
  }
  at = into;
  size = <i32>(out - into);
  own = true;
  kind = max(kind, added);
  return true;
}

function concat(text: usize, length: i32, added: i32): bool {
  if (!take() || at + size + length + OVERRUN > limit) return false;
  copy(at + size, text, length);
  size += length;
  kind = max(kind, added);
  return true;
}

@inline function holdsAt(place: i32, text: usize, length: i32): bool {
  return place >= 0 && place + length <= size && memory.compare(at + place, text, length) === 0;
}

/** Runs one operation. False: JavaScript must do the row. */
function run(operation: usize): bool {
  const what = load<i32>(operation);
  const text = <usize>load<u32>(operation, ARGUMENT);
  const length = load<i32>(operation, LENGTH);
  switch (what) {
    case TRIM:
      return trim();
    case LOWER:
      return changeCase(0x41, 0x20);
    case UPPER:
      return changeCase(0x61, -0x20);
    case BEFORE: {
      const place = find(text, length);
      if (place >= 0) size = place;
      return true;
    }
    case AFTER: {
      const place = find(text, length);
      if (place < 0) size = 0;
      else {
        at += place + length;
        size -= place + length;
      }
      return true;
    }
    case SLICE:
      return slice(load<i32>(operation, ARGUMENT), length);
    case REPLACE_DIGITS:
      return replaceDigits(text, length, load<i32>(operation, KIND));
    case CONCAT:
      return concat(text, length, load<i32>(operation, KIND));
    case STARTS_WITH:
      truth = holdsAt(0, text, length);
      return true;
    case ENDS_WITH:
      truth = holdsAt(size - length, text, length);
      return true;
    case INCLUDES:
      truth = find(text, length) >= 0;
      return true;
    case EQUALS:
      truth = size === length && holdsAt(0, text, length);
      return true;
    case NOT:
      truth = !truth;
      return true;
    default:
      // A length, in UTF-16 units.
      return kind === ASCII;
  }
}

/**
 * Runs a program over a cell of rows, and writes what it gives into another one.
 *
 * @param cell The cell that is read, in the first row; rows are `stride` bytes apart.
 * @returns How many rows are left to JavaScript.
 */
export function textColumn(column: usize, cell: usize, stride: usize, rows: i32): i32 {
  const first = <usize>load<u32>(column, TEXT_OPERATIONS);
  const count = load<i32>(column, TEXT_COUNT);
  const end = first + <usize>count * OPERATION_BYTES;
  const last = count === 0 ? 0 : load<i32>(end - OPERATION_BYTES);
  const target = <usize>load<u32>(column, TEXT_TARGET);
  const left = <usize>load<u32>(column, TEXT_LEFT);
  const words = <usize>load<u32>(column, TEXT_WORDS);
  let many = 0;
  free = load<u32>(column, TEXT_FROM);
  limit = load<u32>(column, TEXT_TO);
  let from = cell;
  for (let row = 0; row < rows; row++, from += stride) {
    const packed = load<u32>(from, 4);
    const into = from + target;
    kind = <i32>(packed >>> 24);
    if (kind === MISSING || kind === NULL) {
      v128.store(into, i64x2.splat(0));
      continue;
    }
    at = <usize>load<u32>(from);
    size = <i32>(packed & 0xffffff);
    own = false;
    let done = kind === ASCII || kind === UTF8 || (kind === ESCAPED && unescape());
    for (let operation = first; done && operation < end; operation += OPERATION_BYTES) done = run(operation);
    if (!done) {
      store<u32>(left + (<usize>many << 2), row);
      many++;
      continue;
    }
    if (last >= STARTS_WITH && last <= NOT) {
      store<u32>(into, <u32>(truth ? words : words + 8));
      store<u32>(into, truth ? (TRUE << 24) | 4 : (FALSE << 24) | 5, 4);
    } else if (last === LENGTH_OF) {
      if (!hasRoom(10)) {
        store<u32>(left + (<usize>many << 2), row);
        many++;
        continue;
      }
      const behind = putDigits(size, free);
      store<u32>(into, <u32>free);
      store<u32>(into, (NUMBER << 24) | <u32>(behind - free), 4);
      store<f64>(into, <f64>size, 8);
      free = behind;
      continue;
    } else {
      store<u32>(into, <u32>at);
      store<u32>(into, (kind << 24) | size, 4);
      if (own) free = at + size;
    }
    store<u64>(into, 0, 8);
  }
  store<u32>(column, <u32>free, TEXT_AT);
  return many;
}
