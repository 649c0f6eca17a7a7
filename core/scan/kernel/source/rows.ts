// Rows of a chunk with which something must be done: few, nearly always. Only rows are found that go the short way, whose
// mark is 0; their numbers go into a list. ../../../row/finder.ts has the same loops in JavaScript.

@inline function note(list: usize, many: i32, row: i32): i32 {
  store<i32>(list + (<usize>many << 2), row);
  return many + 1;
}

/** Rows whose number is NaN or not within bounds; those that are not there are NaN where they exclude themselves. */
export function findOutside(
  values: usize,
  least: f64,
  most: f64,
  above: f64,
  below: f64,
  integer: bool,
  aside: usize,
  rows: i32,
  list: usize,
): i32 {
  const leasts = f64x2.splat(least);
  const mosts = f64x2.splat(most);
  const aboves = f64x2.splat(above);
  const belows = f64x2.splat(below);
  let many = 0;
  // The columns have room for an even number.
  for (let row = 0; row < rows; row += 2) {
    const v = v128.load(values + (<usize>row << 3));
    let within = v128.and(f64x2.ge(v, leasts), f64x2.le(v, mosts));
    within = v128.andnot(v128.andnot(within, f64x2.le(v, aboves)), f64x2.ge(v, belows));
    if (integer) {
      const finite = f64x2.lt(f64x2.abs(v), f64x2.splat(Infinity));
      within = v128.and(within, v128.and(finite, f64x2.eq(f64x2.trunc(v), v)));
    }
    const good = i64x2.bitmask(within);
    if (good === 3) continue;
    if ((good & 1) === 0 && load<u8>(aside + row) === 0) many = note(list, many, row);
    if ((good & 2) === 0 && row + 1 < rows && load<u8>(aside + row, 1) === 0) many = note(list, many, row + 1);
  }
  return many;
}

/** Rows that have no code, or one without a mark: `known` codes have room for one. */
export function findUnmarked(codes: usize, marks: usize, known: u32, aside: usize, rows: i32, list: usize): i32 {
  let many = 0;
  for (let row = 0; row < rows; row++) {
    const code = load<u32>(codes + (<usize>row << 2));
    if (code < known && load<u8>(marks + code) !== 0) continue;
    if (load<u8>(aside + row) === 0) many = note(list, many, row);
  }
  return many;
}

/** Notes the lanes of a mask from row `first` on. */
@inline function noteLanes(list: usize, before: i32, mask: i32, first: i32, rows: i32): i32 {
  let many = before;
  for (let left = mask; left !== 0; left &= left - 1) {
    const row = first + ctz(left);
    if (row < rows) many = note(list, many, row);
  }
  return many;
}

/** Rows whose byte is not `value`. */
export function findOthers(bytes: usize, value: i32, aside: usize, rows: i32, list: usize): i32 {
  const values = i8x16.splat(<i8>value);
  let many = 0;
  for (let row = 0; row < rows; row += 16) {
    const others = i8x16.ne(v128.load(bytes + row), values);
    const mask = i8x16.bitmask(v128.andnot(others, i8x16.ne(v128.load(aside + row), i8x16.splat(0))));
    if (mask !== 0) many = noteLanes(list, many, mask, row, rows);
  }
  return many;
}

/** Rows that have this mark now, and had none before. */
export function findMarked(before: usize, mark: i32, aside: usize, rows: i32, list: usize): i32 {
  const marks = i8x16.splat(<i8>mark);
  let many = 0;
  for (let row = 0; row < rows; row += 16) {
    const had = i8x16.ne(v128.load(before + row), i8x16.splat(0));
    const fresh = i8x16.bitmask(v128.andnot(i8x16.eq(v128.load(aside + row), marks), had));
    if (fresh !== 0) many = noteLanes(list, many, fresh, row, rows);
  }
  return many;
}

/**
 * Writes by row what a table has for its code, 0 where that has none. Finds the rows of which nothing is known: 0 or −1.
 *
 * @param known Codes that the table has room for.
 */
export function lookUpCodes(
  codes: usize,
  table: usize,
  known: u32,
  aside: usize,
  rows: i32,
  into: usize,
  list: usize,
): i32 {
  let many = 0;
  for (let row = 0; row < rows; row++) {
    const at = <usize>row << 2;
    const code = load<u32>(codes + at);
    const value = code < known ? load<i32>(table + (<usize>code << 2)) : 0;
    store<i32>(into + at, value);
    if (<u32>(value + 1) <= 1 && load<u8>(aside + row) === 0) many = note(list, many, row);
  }
  return many;
}

/** Numbers below 2^16 of two columns, one a word: the second in the upper half. */
export function packHalves(first: usize, second: usize, rows: i32, into: usize): void {
  for (let row = 0; row < rows; row += 4) {
    const at = <usize>row << 2;
    v128.store(into + at, v128.or(v128.load(first + at), i32x4.shl(v128.load(second + at), 16)));
  }
}

/** Marks the rows of a chunk that were refused, and no others. How many there are. */
export function markRefused(flags: usize, stride: usize, rows: i32, mark: i32, aside: usize): i32 {
  let at = flags;
  let many = 0;
  for (let row = 0; row < rows; row++, at += stride) {
    const isRefused = load<u8>(at) !== 0;
    store<u8>(aside + row, isRefused ? <u8>mark : 0);
    many += i32(isRefused);
  }
  return many;
}
