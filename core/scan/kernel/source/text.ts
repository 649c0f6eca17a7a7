// Operations on the texts of a column, with the answers of String's methods. What is not plain enough for that is left
// to JavaScript: texts that JSON must escape, and of those that are not ASCII most of what depends on characters and not
// on bytes.
//
// Each operation runs over a block of rows before the next one does, and finds and leaves their texts in the cells of the
// result: what it needs stays in registers, and no row asks what to do (email and URL: half of the time).
import { changeOthers } from "./cases";
import { copy, copy64, OVERRUN, OVERRUN64 } from "./copy";
import { isAscii, unescapeInto } from "./escapes";
import { digits64, find, firstDigit, holdsAt } from "./find";
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

/** Rows of a block: their texts stay in the first cache from one operation to the next (all rows at once: × 1.1). */
const BLOCK: usize = 64;

/** In the cell of a row that is left to JavaScript. */
const LEFT: u32 = 0xff000000;

/** The first row's cell of the result. */
let base: usize = 0;
// The block under way: its first cell of the result, the bytes between two, and where it ends.
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
  store<u32>(list + (<usize>many << 2), <u32>((cell - base) / between));
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
    if (<u64>free + most + <u64>(OVERRUN64 + OVERRUN64) > <u64>limit) {
      leave(cell);
      continue;
    }
    copy64(free, at, i);
    let out = free + i;
    while (i < size) {
      // At the first digit of a run.
      let run = <i32>ctz(~digits64(at + i));
      i += run;
      while (run === 64 && i < size) {
        run = <i32>ctz(~digits64(at + i));
        i += run;
      }
      copy(out, text, length);
      out += length;
      while (i < size) {
        const plain = min(<i32>ctz(digits64(at + i)), size - i);
        copy64(out, at + i, plain);
        out += plain;
        i += plain;
        if (plain < 64) break;
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
  base = cell + load<u32>(column, TEXT_TARGET);
  between = stride;
  const behind = base + <usize>rows * stride;
  free = load<u32>(column, TEXT_FROM);
  limit = load<u32>(column, TEXT_TO);
  list = load<u32>(column, TEXT_LEFT);
  many = 0;
  // Behind what is true or not there is only its contrary.
  let negated = false;
  for (let operation = first; operation < end; operation += OPERATION_BYTES) {
    if (load<i32>(operation) === NOT) negated = !negated;
  }
  let source = cell;
  for (cells = base; cells < behind; cells = last) {
    last = min(cells + BLOCK * stride, behind);
    begin(source);
    source += last - cells;
    for (let operation = first; operation < end; operation += OPERATION_BYTES) {
      run(operation, negated, load<u32>(column, TEXT_WORDS));
    }
  }
  store<u32>(column, <u32>free, TEXT_AT);
  return many;
}
