// Loops over a cell of all rows of a chunk.
import { codeOf, LONGEST } from "./dictionary";
import { ASCII, NUMBER, UTF8 } from "./memory";

/** Gives codes to a cell of rows that have none; writes them by row into `into`, 0 where there is none. */
export function codeColumn(dictionary: usize, cell: usize, stride: usize, rows: i32, into: usize): void {
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    let known = load<i32>(at, 8);
    const packed = load<u32>(at, 4);
    const kind = packed >>> 24;
    if (kind !== ASCII && kind !== UTF8) known = 1;
    else if (known === 0) {
      const length = <i32>(packed & 0xffffff);
      known = length > LONGEST ? 1 : codeOf(dictionary, load<u32>(at), length, kind === ASCII) + 1;
      store<i32>(at, known, 8);
    }
    store<i32>(into + (<usize>row << 2), known - 1);
  }
}

/** Writes the numbers of a cell by row into `into`, NaN where there is none. */
export function numberColumn(cell: usize, stride: usize, rows: i32, into: usize): void {
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    const value = load<u8>(at, 7) === NUMBER ? load<f64>(at, 8) : NaN;
    store<f64>(into + (<usize>row << 3), value);
  }
}
