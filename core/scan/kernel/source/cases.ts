/** The other case of U+0100 to U+017F, Latin with signs; −1 for the few whose other case is no neighbour. */
@inline function latinCase(code: i32, upper: bool): i32 {
  if (code === 0x130 || code === 0x131 || code === 0x149 || code === 0x178 || code === 0x17f) return -1;
  if (code === 0x138) return code;
  // Capitals are followed by their small letters; they are even here, and odd there.
  const isEven = code < 0x138 || (code >= 0x14a && code < 0x178);
  const isCapital = ((code & 1) === 0) === isEven;
  if (isCapital !== upper) return upper ? code - 1 : code + 1;
  return code;
}

/** The other case of U+0400 to U+045F, Cyrillic; −1 for what follows, which is of other languages. */
@inline function cyrillicCase(code: i32, upper: bool): i32 {
  if (code >= 0x460) return -1;
  if (upper) return code >= 0x450 ? code - 0x50 : code >= 0x430 ? code - 0x20 : code;
  return code < 0x410 ? code + 0x50 : code < 0x430 ? code + 0x20 : code;
}

/**
 * Changes the case of what is not ASCII: letters of Latin and Cyrillic that keep their length. Others only pass where
 * nothing in their part of Unicode has a case: Indic scripts and Thai, Chinese, Japanese, Korean, pictures.
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
    } else if (c === 0xc4 || c === 0xc5 || c === 0xd0 || c === 0xd1) {
      const code = <i32>(((c & 0x1f) << 6) | (next & 0x3f));
      const other = c < 0xd0 ? latinCase(code, upper) : cyrillicCase(code, upper);
      if (other < 0) return false;
      store<u8>(p, <u8>(0xc0 | (other >> 6)));
      store<u8>(p, <u8>(0x80 | (other & 0x3f)), 1);
      p += 2;
    } else if (c === 0xe0 || (c >= 0xe3 && c <= 0xed && c !== 0xea)) p += 3;
    else if (c === 0xf0 && next === 0x9f) p += 4;
    else return false;
  }
  return true;
}
