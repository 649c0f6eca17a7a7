// Loops over a cell of all rows of a chunk.
import { copy64 as copy, OVERRUN64 as OVERRUN } from "./copy";
import { ASCII, NUMBER } from "./memory";
import { numberKind, numberValue, scanNumber } from "./number";

/** Writes the numbers of a cell by row into `into`, NaN where there is none. */
export function numberColumn(cell: usize, stride: usize, rows: i32, into: usize): void {
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    const value = load<u8>(at, 7) === NUMBER ? load<f64>(at, 8) : NaN;
    store<f64>(into + (<usize>row << 3), value);
  }
}

/** The number that a text of a record says as JSON would say it, and so as `Number` reads it; else NaN. */
function numeral(cell: usize): f64 {
  const from = <usize>load<u32>(cell);
  const behind = from + <usize>(load<u32>(cell, 4) & 0xffffff);
  // Behind a text stands its quote, where a number ends.
  if (load<u8>(behind) !== 0x22) return NaN;
  return scanNumber(from, true, true) === behind && numberKind === NUMBER ? numberValue : NaN;
}

/** The same, with the numbers that texts say. */
export function numeralColumn(cell: usize, stride: usize, rows: i32, into: usize): void {
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    const kind = <i32>load<u8>(at, 7);
    const value = kind === NUMBER ? load<f64>(at, 8) : kind === ASCII ? numeral(at) : NaN;
    store<f64>(into + (<usize>row << 3), value);
  }
}

/**
 * Copies the ASCII texts of a cell, one behind the other, into `room` bytes from `into`, and writes where each ends, from
 * there, by row into `ends`. What is no such text is taken for an empty one.
 *
 * @returns How many rows were done: those behind have no room.
 */
export function gatherTexts(cell: usize, stride: usize, rows: i32, into: usize, room: i32, ends: usize): i32 {
  let at = cell;
  let length: usize = 0;
  for (let row = 0; row < rows; row++, at += stride) {
    const packed = load<u32>(at, 4);
    if (packed >>> 24 === ASCII) {
      const more = <usize>(packed & 0xffffff);
      if (length + more + OVERRUN > <usize>room) return row;
      copy(into + length, load<u32>(at), more);
      length += more;
    }
    store<u32>(ends + (<usize>row << 2), <u32>length);
  }
  return rows;
}
