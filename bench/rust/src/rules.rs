//! The pure rules of the scenarios, with the answers that JavaScript gives.
//!
//! Rust's own `str` methods answer a little differently: its white space has U+0085 and lacks U+FEFF, and its
//! `parse::<f64>` takes `inf` and refuses `0x10`.

/// `[^\s@]+` with the white space of JavaScript written out.
macro_rules! part {
    () => {
        r"[^@\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}]+"
    };
}

/// `^[^\s@]+@[^\s@]+\.[^\s@]+$`.
pub const EMAIL_PATTERN: &str = concat!("^", part!(), "@", part!(), r"\.", part!(), "$");

/// A run of ASCII digits.
pub const DIGITS_PATTERN: &str = "[0-9]+";

/// How many characters a type may have.
pub const LONGEST_TYPE: usize = 100;

/// The names of the tiers; [`tier`] gives an index.
pub const TIERS: [&str; 3] = ["gold", "silver", "bronze"];

const HOUR_MS: u64 = 3_600_000;

/// What `\s` and `String.prototype.trim` mean by white space.
#[inline]
pub fn is_space(character: char) -> bool {
    matches!(character,
        '\t'..='\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}'
        | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}')
}

/// `text.trim()`.
#[inline]
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `Number(text)`.
pub fn number_of_text(text: &str) -> f64 {
    let text = trim(text);
    match text {
        "" => return 0.0,
        "Infinity" | "+Infinity" => return f64::INFINITY,
        "-Infinity" => return f64::NEG_INFINITY,
        _ => {}
    }
    if let Some((prefix, digits)) = text.split_at_checked(2) {
        match prefix {
            "0x" | "0X" => return whole_number(digits, 16),
            "0o" | "0O" => return whole_number(digits, 8),
            "0b" | "0B" => return whole_number(digits, 2),
            _ => {}
        }
    }
    let is_decimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(is_decimal) {
        return f64::NAN;
    }
    text.parse().unwrap_or(f64::NAN)
}

/// The digits behind `0x`, `0o` or `0b`. Exact up to 2^53, as far as amounts go.
fn whole_number(digits: &str, radix: u32) -> f64 {
    if digits.is_empty() {
        return f64::NAN;
    }
    digits
        .chars()
        .try_fold(0.0, |value, digit| {
            digit.to_digit(radix).map(|digit| value * f64::from(radix) + f64::from(digit))
        })
        .unwrap_or(f64::NAN)
}

/// The time of an event, when it is a positive integer. (Beyond 2^53, in the year 287,396, windows and hours are no
/// longer those of JavaScript.)
#[inline]
pub fn event_time(number: f64) -> Option<u64> {
    (number > 0.0 && number.fract() == 0.0).then_some(number as u64)
}

/// Whether the type has 1 to 100 characters.
#[inline]
pub fn is_type(text: &str) -> bool {
    !text.is_empty() && (text.len() <= LONGEST_TYPE || text.chars().count() <= LONGEST_TYPE)
}

/// The two letters of a country that matches `^[A-Z]{2}$`.
#[inline]
pub fn country_code(country: &str) -> Option<[u8; 2]> {
    let code: [u8; 2] = country.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

/// Which of [`TIERS`] a user is in: FNV-1a (32 bits) of the name modulo 100.
#[inline]
pub fn tier(user: &[u8]) -> usize {
    let hash =
        user.iter().fold(0x811c_9dc5_u32, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    match hash % 100 {
        0..5 => 0,
        5..25 => 1,
        _ => 2,
    }
}

/// The hour of the day in UTC.
#[inline]
pub fn hour(time_ms: u64) -> u64 {
    time_ms / HOUR_MS % 24
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_javascript_reads_them() {
        for (text, number) in [
            ("129.95", 129.95),
            (" 1e3\n", 1000.0),
            ("", 0.0),
            ("\u{feff}7", 7.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("+5", 5.0),
            ("0x1F", 31.0),
            ("0b101", 5.0),
            ("0o17", 15.0),
            ("007", 7.0),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(number_of_text(text), number, "{text:?}");
        }
        for text in
            ["n/a", "inf", "nan", "1_000", "-0x1", "0x", "0xg", "1 2", ".", "e5", "1e", "\u{85}1", "١"]
        {
            assert!(number_of_text(text).is_nan(), "{text:?}");
        }
    }

    #[test]
    fn white_space_is_that_of_javascript() {
        assert_eq!(trim("\u{feff}\u{a0} a\u{85} \u{3000}"), "a\u{85}");
        let email = regex::Regex::new(EMAIL_PATTERN).unwrap();
        for valid in ["a@b.c", "ünique@exämple.org", "a@.b.c", "a\u{85}@b.c", "a@b.c.", "a@..."] {
            assert!(email.is_match(valid), "{valid:?}");
        }
        for invalid in
            ["", "a@b", "@b.c", "a@.c", "a@b.", "a@@b.c", "a@b@c.d", "a b@c.d", "a\u{feff}@b.c", "a@b.c\n"]
        {
            assert!(!email.is_match(invalid), "{invalid:?}");
        }
    }

    #[test]
    fn times_tiers_and_codes() {
        assert_eq!(event_time(1_761_004_800_123.0), Some(1_761_004_800_123));
        for number in [0.0, -1.0, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(event_time(number), None, "{number}");
        }
        assert_eq!(hour(1_761_004_800_123), 0);
        // FNV-1a of "" is 2166136261, of "a" 3826002220.
        assert_eq!((tier(b""), tier(b"a")), (2, 1));
        assert_eq!(country_code("DE"), Some(*b"DE"));
        assert_eq!(["De", "D", "DEU", "Ä"].map(country_code), [None; 4]);
        assert!(is_type(&"é".repeat(100)) && !is_type(&"é".repeat(101)) && !is_type(""));
    }
}
