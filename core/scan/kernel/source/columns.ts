// Loops over a cell of all rows of a chunk.
import { NUMBER } from "./memory";

/** Writes the numbers of a cell by row into `into`, NaN where there is none. */
export function numberColumn(cell: usize, stride: usize, rows: i32, into: usize): void {
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    const value = load<u8>(at, 7) === NUMBER ? load<f64>(at, 8) : NaN;
    store<f64>(into + (<usize>row << 3), value);
  }
}
