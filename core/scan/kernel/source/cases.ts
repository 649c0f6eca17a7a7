/**
 * Changes the case of what is not ASCII: letters of Latin-1, which keep their length. Others only pass where nothing in
 * their part of Unicode has a case: Indic scripts and Thai, Chinese, Japanese, Korean, pictures.
 */
export function changeOthers(text: usize, size: i32, upper: bool): bool {
  const end = text + size;
  let p = text;
  while (p < end) {
    const c = <u32>load<u8>(p);
    if (c < 0x80) {
      p++;
      continue;
    }
    const next = <u32>load<u8>(p, 1);
    if (c === 0xc2) {
      // The micro sign, whose capital is Greek.
      if (upper && next === 0xb5) return false;
      p += 2;
    } else if (c === 0xc3) {
      // À to Þ and à to þ, but for × and ÷; ß and ÿ have capitals elsewhere.
      if (upper) {
        if (next === 0x9f || next === 0xbf) return false;
        if (next >= 0xa0 && next !== 0xb7) store<u8>(p, <u8>(next - 0x20), 1);
      } else if (next <= 0x9e && next !== 0x97) store<u8>(p, <u8>(next + 0x20), 1);
      p += 2;
    } else if (c === 0xe0 || (c >= 0xe3 && c <= 0xed && c !== 0xea)) p += 3;
    else if (c === 0xf0 && next === 0x9f) p += 4;
    else return false;
  }
  return true;
}
