// Texts of a column against a pattern and bounds of length. All places of the pattern that a text may have come to are
// bits of one number: two look-ups and four operations a byte. Baeza-Yates and Gonnet, "A new approach to text searching"
// (1992); repeated places after Wu and Manber, "Fast text searching" (1992).
import { ASCII, UTF8 } from "./memory";

const PATTERN_LEAST: usize = 0;
const PATTERN_MOST: usize = 4;
/** The bit of the end, or 0: any text fits. */
const PATTERN_END: usize = 8;
/** By byte: bits of the places that it may be the first of, and bits of those that it may be a further one of. */
const PATTERN_BYTES: usize = 16;
/** Bit of bytes that JavaScript must be asked about: once met it stays, since the one below is always there. */
const UNSURE: u64 = 1 << 63;
const ALWAYS: u64 = 1 << 62;

const WRONG: u8 = 0;
const RIGHT: u8 = 1;
const ASK: u8 = 2;

@inline function judge(pattern: usize, from: usize, length: i32): u8 {
  const end = load<u64>(pattern, PATTERN_END);
  if (end === 0) return RIGHT;
  const last = from + <usize>length;
  let places: u64 = ALWAYS | 1;
  for (let p = from; p < last; p++) {
    const row = pattern + (<usize>load<u8>(p) << 4);
    places = ((places << 1) & load<u64>(row, PATTERN_BYTES)) | (places & load<u64>(row, PATTERN_BYTES + 8));
  }
  if ((places & UNSURE) !== 0) return ASK;
  return (places & end) !== 0 ? RIGHT : WRONG;
}

/**
 * Judges a cell of rows, `stride` bytes apart: for each a byte in `into`, 1 when it fits, 0 when it doesn't, 2 when
 * JavaScript must be asked.
 */
export function patternColumn(pattern: usize, cell: usize, stride: usize, rows: i32, into: usize): void {
  const least = load<i32>(pattern, PATTERN_LEAST);
  const most = load<i32>(pattern, PATTERN_MOST);
  let at = cell;
  for (let row = 0; row < rows; row++, at += stride) {
    const packed = load<u32>(at, 4);
    const kind = <i32>(packed >>> 24);
    const length = <i32>(packed & 0xffffff);
    let verdict = ASK;
    if (kind === ASCII) {
      verdict = length < least || length > most ? WRONG : judge(pattern, load<u32>(at), length);
    } else if (kind === UTF8 && length <= most && (length + 2) / 3 >= least) {
      // A unit of UTF-16 is one to three bytes.
      verdict = judge(pattern, load<u32>(at), length);
    }
    store<u8>(into + row, verdict);
  }
}
