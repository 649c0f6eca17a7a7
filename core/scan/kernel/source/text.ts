// Operations on the texts of a column, with the answers of String's methods. What is not plain enough for that is left
// to JavaScript: texts that JSON must escape, and of those that are not ASCII most of what depends on characters and not
// on bytes.
//
// Each operation runs over all rows before the next one does, and finds and leaves their texts in the cells of the
// result: what it needs stays in registers, and no row asks what to do (email and URL: 85 → 50 ns a record).
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

/** In the cell of a row that is left to JavaScript. */
const LEFT: u32 = 0xff000000;

// The rows under way: their first cell of the result, the bytes between two, and how many.
let cells: usize = 0;
let between: usize = 0;
let last: usize = 0;
/** Where the next text of ours begins, and where room ends. */
let free: usize = 0;
let limit: usize = 0;
/** Row numbers that are left to JavaScript, and how many. */
let list: usize = 0;
let many: i32 = 0;

/** Leaves a row to JavaScript. */
function leave(cell: usize): void {
  store<u32>(list + (<usize>many << 2), <u32>((cell - cells) / between));
  many++;
  store<u32>(cell, LEFT, 4);
}

/** Whether a cell holds a text that further operations take. */
@inline function isText(packed: u32): bool {
  return (packed >>> 24) - ASCII <= <u32>(UTF8 - ASCII);
}

@inline function sizeOf(packed: u32): i32 {
  return <i32>(packed & 0xffffff);
}

@inline function putText(cell: usize, at: usize, size: i32, kind: u32): void {
  store<u32>(cell, <u32>at);
  store<u32>(cell, (kind << 24) | <u32>size, 4);
}

/** Takes a text with escapes into memory of ours, as what they stand for. */
function unescape(from: usize, size: i32, cell: usize): void {
  if (free + <usize>size + OVERRUN > limit) {
    leave(cell);
    return;
  }
  const behind = unescapeInto(from, from + size, free);
  // JSON must escape that too.
  if (behind === 0) {
    leave(cell);
    return;
  }
  putText(cell, free, <i32>(behind - free), isAscii ? ASCII : UTF8);
  free = behind;
}

/** Puts the texts of a field into the cells of the result. */
function begin(source: usize): void {
  let from = source;
  for (let cell = cells; cell < last; cell += between, from += between) {
    const packed = load<u32>(from, 4);
    const kind = <i32>(packed >>> 24);
    store<u64>(cell, 0, 8);
    if (isText(packed)) store<u64>(cell, load<u64>(from));
    else if (kind === MISSING || kind === NULL) store<u64>(cell, 0);
    else if (kind === ESCAPED) unescape(load<u32>(from), sizeOf(packed), cell);
    else leave(cell);
  }
}

/** Whether a character that is not ASCII and begins so may be a space: U+00A0, U+1680, U+2000 …, U+3000, U+FEFF. */
@inline function mayBeSpace(lead: u32): bool {
  return lead === 0xc2 || (lead >= 0xe1 && lead <= 0xe3) || lead === 0xef;
}

/** Bits of the bytes of 16 that are no space. Strings of a record hold no other space that is ASCII. */
@inline function noSpaces(p: usize): i32 {
  return i8x16.bitmask(i8x16.ne(v128.load(p), i8x16.splat(0x20)));
}

function trimAll(): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    let at = <usize>load<u32>(cell);
    let size = sizeOf(packed);
    if (size >= 16) {
      const before = noSpaces(at);
      const behind = noSpaces(at + size - 16);
      if (before !== 0 && behind !== 0) {
        const skipped = ctz(before);
        at += skipped;
        size -= skipped + clz(behind) - 16;
      }
    }
    while (size > 0 && load<u8>(at) === 0x20) {
      at++;
      size--;
    }
    while (size > 0 && load<u8>(at + size - 1) === 0x20) size--;
    putText(cell, at, size, packed >>> 24);
    if (packed >>> 24 === ASCII || size === 0) continue;
    let end = at + size - 1;
    while ((load<u8>(end) & 0xc0) === 0x80) end--;
    if (mayBeSpace(load<u8>(at)) || mayBeSpace(load<u8>(end))) leave(cell);
  }
}

/** Adds 0x20 to letters from `from` on, or takes it away. */
function changeCaseAll(from: i8, by: i8): void {
  const first = i8x16.splat(from);
  const letters = i8x16.splat(26);
  const change = i8x16.splat(by);
  let into = free;
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    const size = sizeOf(packed);
    if (into + <usize>size + OVERRUN > limit) {
      leave(cell);
      continue;
    }
    const at = <usize>load<u32>(cell);
    for (let i = 0; i < size; i += 16) {
      const v = v128.load(at + i);
      const isLetter = i8x16.lt_u(i8x16.sub(v, first), letters);
      v128.store(into + i, i8x16.add(v, v128.and(isLetter, change)));
    }
    if (packed >>> 24 === UTF8 && !changeOthers(into, size, by < 0)) {
      leave(cell);
      continue;
    }
    store<u32>(cell, <u32>into);
    into += size;
  }
  free = into;
}

/** Offset of the first of the bytes `[text, text + length)` in a text, or −1. */
@inline function find(at: usize, size: i32, text: usize, length: i32): i32 {
  if (length === 0) return 0;
  const first = i8x16.splat(load<i8>(text));
  const end = i8x16.splat(load<i8>(text + length - 1));
  const most = size - length;
  for (let i = 0; i <= most; i += 16) {
    // Places where the first byte and the last one fit.
    let mask = i8x16.bitmask(
      v128.and(i8x16.eq(v128.load(at + i), first), i8x16.eq(v128.load(at + i + length - 1), end)),
    );
    while (mask !== 0) {
      const place = i + ctz(mask);
      if (place > most) return -1;
      if (length <= 2 || memory.compare(at + place, text, length) === 0) return place;
      mask &= mask - 1;
    }
  }
  return -1;
}

/** Cuts texts at another one: what is before it, or all; or what is behind it, or nothing. */
function cutAll(text: usize, length: i32, before: bool): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    const at = <usize>load<u32>(cell);
    const size = sizeOf(packed);
    const place = find(at, size, text, length);
    if (before) {
      if (place >= 0) putText(cell, at, place, packed >>> 24);
    } else if (place < 0) putText(cell, at, 0, packed >>> 24);
    else putText(cell, at + place + length, size - place - length, packed >>> 24);
  }
}

function sliceAll(start: i32, end: i32): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    if (packed >>> 24 !== ASCII) {
      leave(cell);
      continue;
    }
    const size = sizeOf(packed);
    const from = start < 0 ? max(size + start, 0) : min(start, size);
    const to = end < 0 ? max(size + end, 0) : min(end, size);
    putText(cell, <usize>load<u32>(cell) + from, max(to - from, 0), ASCII);
  }
}

/** Bits of the bytes of 16 that are digits. */
@inline function digitMask(p: usize): i32 {
  const v = i8x16.sub(v128.load(p), i8x16.splat(0x30));
  return i8x16.bitmask(i8x16.lt_u(v, i8x16.splat(10)));
}

/** Offset of the first digit in a text, or its size or more. */
@inline function firstDigit(at: usize, size: i32): i32 {
  for (let i = 0; i < size; i += 16) {
    const mask = digitMask(at + i);
    if (mask !== 0) return i + ctz(mask);
  }
  return size;
}

/** Every run of digits becomes `text`. */
function replaceDigitsAll(text: usize, length: i32, added: u32): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    const at = <usize>load<u32>(cell);
    const size = sizeOf(packed);
    let i = firstDigit(at, size);
    // Most of what has none needs no copy.
    if (i >= size) continue;
    // Each digit could be a run of its own. In 64 bits: a long text times a long one is more than 32 hold.
    const most = <u64>size * <u64>max(length, 1);
    if (<u64>free + most + <u64>OVERRUN + <u64>OVERRUN > <u64>limit) {
      leave(cell);
      continue;
    }
    copy(free, at, i);
    let out = free + i;
    while (i < size) {
      // At the first digit of a run.
      let run = ctz(~digitMask(at + i));
      i += run;
      while (run === 16 && i < size) {
        run = ctz(~digitMask(at + i));
        i += run;
      }
      copy(out, text, length);
      out += length;
      while (i < size) {
        const plain = min(ctz(digitMask(at + i) | 0x10000), size - i);
        v128.store(out, v128.load(at + i));
        out += plain;
        i += plain;
        if (plain < 16) break;
      }
    }
    putText(cell, free, <i32>(out - free), max(packed >>> 24, added));
    free = out;
  }
}

function concatAll(text: usize, length: i32, added: u32): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    const size = sizeOf(packed);
    if (free + <usize>size + length + OVERRUN > limit) {
      leave(cell);
      continue;
    }
    copy(free, load<u32>(cell), size);
    copy(free + size, text, length);
    putText(cell, free, size + length, max(packed >>> 24, added));
    free += size + length;
  }
}

@inline function holdsAt(at: usize, size: i32, place: i32, text: usize, length: i32): bool {
  return place >= 0 && place + length <= size && memory.compare(at + place, text, length) === 0;
}

/** Says of texts whether something holds; whether it doesn't, where that is `negated`. */
function testAll(what: i32, text: usize, length: i32, negated: bool, words: usize): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    const at = <usize>load<u32>(cell);
    const size = sizeOf(packed);
    let truth = false;
    if (what === STARTS_WITH) truth = holdsAt(at, size, 0, text, length);
    else if (what === ENDS_WITH) truth = holdsAt(at, size, size - length, text, length);
    else if (what === EQUALS) truth = size === length && holdsAt(at, size, 0, text, length);
    else truth = find(at, size, text, length) >= 0;
    if (truth !== negated) putText(cell, words, 4, TRUE);
    else putText(cell, words + 8, 5, FALSE);
  }
}

/** Gives lengths, in UTF-16 units. */
function measureAll(): void {
  for (let cell = cells; cell < last; cell += between) {
    const packed = load<u32>(cell, 4);
    if (!isText(packed)) continue;
    if (packed >>> 24 !== ASCII || free + 10 + OVERRUN > limit) {
      leave(cell);
      continue;
    }
    const size = sizeOf(packed);
    const behind = putDigits(size, free);
    putText(cell, free, <i32>(behind - free), NUMBER);
    store<f64>(cell, <f64>size, 8);
    free = behind;
  }
}

/** Runs one operation over all rows. */
function run(operation: usize, negated: bool, words: usize): void {
  const what = load<i32>(operation);
  const text = <usize>load<u32>(operation, ARGUMENT);
  const length = load<i32>(operation, LENGTH);
  const kind = load<u32>(operation, KIND);
  if (what === TRIM) trimAll();
  else if (what === LOWER) changeCaseAll(0x41, 0x20);
  else if (what === UPPER) changeCaseAll(0x61, -0x20);
  else if (what === BEFORE || what === AFTER) cutAll(text, length, what === BEFORE);
  else if (what === SLICE) sliceAll(load<i32>(operation, ARGUMENT), length);
  else if (what === REPLACE_DIGITS) replaceDigitsAll(text, length, kind);
  else if (what === CONCAT) concatAll(text, length, kind);
  else if (what === LENGTH_OF) measureAll();
  else if (what !== NOT) testAll(what, text, length, negated, words);
}

/**
 * Runs a program over a cell of rows, and writes what it gives into another one.
 *
 * @param cell The cell that is read, in the first row; rows are `stride` bytes apart.
 * @returns How many rows are left to JavaScript.
 */
export function textColumn(column: usize, cell: usize, stride: usize, rows: i32): i32 {
  const first = <usize>load<u32>(column, TEXT_OPERATIONS);
  const end = first + <usize>load<i32>(column, TEXT_COUNT) * OPERATION_BYTES;
  cells = cell + load<u32>(column, TEXT_TARGET);
  between = stride;
  last = cells + <usize>rows * stride;
  free = load<u32>(column, TEXT_FROM);
  limit = load<u32>(column, TEXT_TO);
  list = load<u32>(column, TEXT_LEFT);
  many = 0;
  // Behind what is true or not there is only its contrary.
  let negated = false;
  for (let operation = first; operation < end; operation += OPERATION_BYTES) {
    if (load<i32>(operation) === NOT) negated = !negated;
  }
  begin(cell);
  for (let operation = first; operation < end; operation += OPERATION_BYTES) {
    run(operation, negated, load<u32>(column, TEXT_WORDS));
  }
  store<u32>(column, <u32>free, TEXT_AT);
  return many;
}
