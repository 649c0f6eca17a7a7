//! Numbers, to the double that they are.

use super::scan::{Malformed, Scan};
use super::text::Text;

/// A number and where it ends.
#[derive(Clone, Copy)]
pub struct Number {
    pub value: f64,
    pub end: usize,
}

/// The most digits that a double surely holds, and the powers of ten that are exact as doubles.
const EXACT_DIGITS: usize = 15;
const POWERS_OF_TEN: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A number that begins at `at`.
///
/// Up to 15 digits without an exponent: two integers below 2^53, one division, so rounded once and exact.
#[inline(always)]
pub fn number(text: Text<'_>, at: usize) -> Scan<Number> {
    let start = at + usize::from(text.byte(at) == b'-');
    let digits = text.block(start).digits();
    let whole = digits.trailing_ones() as usize;
    let mut end = start + whole;
    let mut fraction = 0;
    if whole < 31 && text.byte(end) == b'.' {
        fraction = (digits >> (whole + 1)).trailing_ones() as usize;
        end += 1 + fraction;
    }
    let leading_zero = whole > 1 && text.byte(start) == b'0';
    let empty_fraction = end > start + whole && fraction == 0;
    if whole == 0
        || leading_zero
        || empty_fraction
        || whole + fraction > EXACT_DIGITS
        || text.byte(end) | 0x20 == b'e'
    {
        return odd_number(text, at);
    }
    let mut value = decimal(text, start, whole) as f64;
    if fraction > 0 {
        value = (value * POWERS_OF_TEN[fraction] + decimal(text, end - fraction, fraction) as f64)
            / POWERS_OF_TEN[fraction];
    }
    Ok(Number { value: if start > at { -value } else { value }, end })
}

/// A number with many digits or an exponent, or none at all.
#[cold]
fn odd_number(text: Text<'_>, at: usize) -> Scan<Number> {
    let digits = |from: usize| {
        let mut end = from;
        while text.byte(end).is_ascii_digit() {
            end += 1;
        }
        if end > from { Ok(end) } else { Err(Malformed) }
    };
    let start = at + usize::from(text.byte(at) == b'-');
    let mut end = if text.byte(start) == b'0' { start + 1 } else { digits(start)? };
    if text.byte(end) == b'.' {
        end = digits(end + 1)?;
    }
    if text.byte(end) | 0x20 == b'e' {
        let signed = matches!(text.byte(end + 1), b'+' | b'-');
        end = digits(end + 1 + usize::from(signed))?;
    }
    let decimal = std::str::from_utf8(text.slice(at, end)).map_err(|_| Malformed)?;
    Ok(Number { value: decimal.parse().map_err(|_| Malformed)?, end })
}

/// One to sixteen digits.
#[inline(always)]
fn decimal(text: Text<'_>, at: usize, count: usize) -> u64 {
    debug_assert!((1..=16).contains(&count));
    if count <= 8 {
        return eight_digits(text.word(at) << (64 - 8 * count));
    }
    let power = POWERS_OF_TEN[count - 8] as u64;
    eight_digits(text.word(at)) * power + eight_digits(text.word(at + 8) << (64 - 8 * (count - 8)))
}

/// Eight digits in a word, the first one lowest; bytes that are zero count as the digit 0.
#[inline(always)]
fn eight_digits(word: u64) -> u64 {
    let ones = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (ones.wrapping_mul((10 << 8) + 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul((10_000 << 32) + 1) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::text::padded;

    #[test]
    fn numbers_are_exactly_those_of_parse() {
        for digits in [
            "0",
            "-0",
            "1",
            "12",
            "1234567",
            "12345678",
            "123456789",
            "1234567890123456",
            "123456789012345",
            "129.95",
            "0.1",
            "0.3",
            "123456.789012345",
            "1234567.12345678",
            "0.000001",
            "9007199254740993",
            "1e5",
            "1E-7",
            "2.2250738585072011e-308",
            "179769313486231570000000000000000000000000000000000000",
            "1e999",
            "-12.5e+3",
            "0.30000000000000004",
            "99999999999999.9",
            "123456789012.345",
            "1.00000000000000000000000000000001",
        ] {
            let bytes = padded(digits.as_bytes());
            let number = number(Text::new(&bytes), 0).unwrap();
            assert_eq!(number.value.to_bits(), digits.parse::<f64>().unwrap().to_bits(), "{digits}");
            assert_eq!(number.end, digits.len(), "{digits}");
        }
    }
}
