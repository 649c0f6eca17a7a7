//! Where the fields of a record stand.

use super::scan::{Content, Span};

/// A field that the stages read. The strings come first: they are kept by number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    Kind,
    User,
    Url,
    Email,
    Country,
    Time,
    Amount,
}

const STRINGS: usize = 5;

/// Some of the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FieldSet(u8);

impl FieldSet {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self((1 << (Field::Amount as u8 + 1)) - 1);

    #[inline(always)]
    pub fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u8)
    }

    #[inline(always)]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline(always)]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// An amount: a number with the place of its digits, or a string.
#[derive(Clone, Copy)]
pub enum Amount {
    Number { value: f64, start: usize, end: usize },
    Text(Span),
}

/// A record in the text.
pub struct Record {
    /// The opening bracket.
    pub start: usize,
    /// The closing bracket.
    pub end: usize,
    pub time: f64,
    pub amount: Amount,
    strings: [Span; STRINGS],
    seen: FieldSet,
}

impl Record {
    /// With no field seen yet.
    pub const EMPTY: Self = {
        let span = Span { start: 0, end: 0, content: Content::Plain };
        let amount = Amount::Text(span);
        Self { start: 0, end: 0, time: 0.0, amount, strings: [span; STRINGS], seen: FieldSet::NONE }
    };

    /// A field that is a string.
    #[inline(always)]
    pub fn text(&self, field: Field) -> Span {
        self.strings[field as usize]
    }

    /// Whether all fields were there, each with its type.
    #[inline(always)]
    pub fn is_complete(&self) -> bool {
        self.seen == FieldSet::ALL
    }

    #[inline(always)]
    pub fn set_text(&mut self, field: Field, text: Span) {
        self.strings[field as usize] = text;
        self.seen = self.seen.with(field);
    }

    #[inline(always)]
    pub fn set_time(&mut self, time: f64) {
        self.time = time;
        self.seen = self.seen.with(Field::Time);
    }

    #[inline(always)]
    pub fn set_amount(&mut self, amount: Amount) {
        self.amount = amount;
        self.seen = self.seen.with(Field::Amount);
    }

    /// The fields are not there, or no longer: the last of several values counts.
    #[inline(always)]
    pub fn lack(&mut self, fields: FieldSet) {
        self.seen = self.seen.without(fields);
    }
}
