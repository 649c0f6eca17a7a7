//! The two JSON libraries behind one interface.

use serde::de::{DeserializeSeed, Deserialize, IgnoredAny};
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

/// sonic-rs. Through serde it skips "with full validation", as its source says: escapes, control characters,
/// numbers and nesting are checked (its unchecked skipping belongs to `get_unchecked` and the like).
pub struct SonicRs;

impl Codec for SonicRs {
    type Raw<'a> = sonic_rs::LazyValue<'a>;

    #[inline]
    fn read<'a, S: DeserializeSeed<'a>>(line: &'a str, seed: S) -> Result<S::Value, Fault> {
        let fault = |error: sonic_rs::Error| if error.is_unmatched_type() { Fault::Type } else { Fault::Syntax };
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
