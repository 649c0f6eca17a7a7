//! The two JSON libraries behind one interface.

use serde::de::{Deserialize, DeserializeSeed, IgnoredAny};
use serde::ser::Serialize;
use std::marker::PhantomData;

use crate::answer::Reject;

/// A JSON library.
pub trait Codec: Send + 'static {
    /// A value that is validated, but not read: it is written as the text that it was.
    type Raw<'a>: Deserialize<'a> + Serialize;

    /// Reads a line that is valid UTF-8.
    fn read<'a, S: DeserializeSeed<'a>>(line: &'a str, seed: S) -> Result<S::Value, Fault>;

    /// Appends a value.
    fn write<T: Serialize>(value: &T, to: &mut Vec<u8>);

    /// Why a line that gave a fault is refused.
    ///
    /// A wrong type stops the reading where it stands: whether the rest of the line is JSON is still to be seen.
    #[cold]
    fn reason(line: &str, fault: Fault) -> Reject {
        let is_object = line.trim_start().starts_with('{');
        if fault == Fault::Type && is_object && Self::read(line, PhantomData::<IgnoredAny>).is_ok() {
            Reject::Schema
        } else {
            Reject::Json
        }
    }
}

/// What a library found wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Syntax,
    Type,
}

/// serde_json: values that are skipped are validated in full.
pub struct SerdeJson;

impl Codec for SerdeJson {
    type Raw<'a> = &'a serde_json::value::RawValue;

    #[inline]
    fn read<'a, S: DeserializeSeed<'a>>(line: &'a str, seed: S) -> Result<S::Value, Fault> {
        let fault = |error: serde_json::Error| if error.is_data() { Fault::Type } else { Fault::Syntax };
        let mut reader = serde_json::Deserializer::from_str(line);
        let value = seed.deserialize(&mut reader).map_err(fault)?;
        reader.end().map_err(fault)?;
        Ok(value)
    }

    #[inline]
    fn write<T: Serialize>(value: &T, to: &mut Vec<u8>) {
        serde_json::to_writer(to, value).expect("writing a record to memory cannot fail");
    }
}

/// sonic-rs. Through serde it skips "with full validation", as its source says, and nearly does: control characters,
/// escapes, numbers and nesting are checked (its unchecked skipping belongs to `get_unchecked` and the like), but not
/// the four digits of a `\u`, so these are checked here. And it calls itself for every level: a value of 100,000
/// brackets overflows the stack, which neither serde_json's skipping nor ours does.
pub struct SonicRs;

impl Codec for SonicRs {
    type Raw<'a> = sonic_rs::LazyValue<'a>;

    #[inline]
    fn read<'a, S: DeserializeSeed<'a>>(line: &'a str, seed: S) -> Result<S::Value, Fault> {
        let fault =
            |error: sonic_rs::Error| if error.is_unmatched_type() { Fault::Type } else { Fault::Syntax };
        if !unicode_escapes_have_digits(line.as_bytes()) {
            return Err(Fault::Syntax);
        }
        let mut reader = sonic_rs::Deserializer::from_str(line);
        let value = seed.deserialize(&mut reader).map_err(fault)?;
        reader.end().map_err(fault)?;
        Ok(value)
    }

    #[inline]
    fn write<T: Serialize>(value: &T, to: &mut Vec<u8>) {
        sonic_rs::to_writer(to, value).expect("writing a record to memory cannot fail");
    }
}

/// Whether four hexadecimal digits stand behind every `\u`.
#[inline]
fn unicode_escapes_have_digits(line: &[u8]) -> bool {
    let mut rest = line;
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        rest = match &rest[backslash + 1..] {
            [b'u', a, b, c, d, rest @ ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => {
                rest
            }
            [b'u', ..] => return false,
            [_, rest @ ..] => rest,
            [] => return true,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_unicode_escapes_without_digits() {
        for (line, whole) in [
            (r"", true),
            (r"a\u00e9", true),
            (r"\\u12", true),
            (r"\\\u12", false),
            (r"\u12g4", false),
            (r"\u123", false),
            (r"\u1234\u", false),
            (r"\", true),
            (r"\n\\", true),
            (r"\u0000\\\u0000", true),
        ] {
            assert_eq!(unicode_escapes_have_digits(line.as_bytes()), whole, "{line}");
        }
    }
}
