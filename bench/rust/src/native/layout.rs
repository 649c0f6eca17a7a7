//! Which names matter, and what is done with their values.

use super::record::{Field, FieldSet};
use super::scan::{Content, Span};
use super::text::Text;

/// What is done with the value of a name.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    Skip,
    Text(Field),
    Time,
    Amount,
    /// The object of this number in the layout.
    Object(usize),
    /// There is no value: the object ends.
    End,
}

/// The names that matter, object by object; the first object is the record.
pub type Layout = &'static [&'static [Name]];

const LONGEST_NAME: usize = 8;

/// A name of at most eight bytes, as a word.
pub struct Name {
    word: u64,
    action: Action,
}

impl Name {
    pub const fn new(name: &str, action: Action) -> Self {
        assert!(name.len() <= LONGEST_NAME, "a name is compared as one word");
        Self { word: word_of(name.as_bytes()), action }
    }
}

const fn word_of(name: &[u8]) -> u64 {
    let mut word = 0;
    let mut at = 0;
    while at < name.len() {
        word |= (name[at] as u64) << (8 * at);
        at += 1;
    }
    word
}

/// What a name asks for.
#[inline(always)]
pub fn action(names: &[Name], text: Text<'_>, name: Span) -> Action {
    let length = name.end - name.start;
    if name.content == Content::Escaped {
        return escaped_action(names, text.slice(name.start - 1, name.end + 1));
    }
    if !(1..=LONGEST_NAME).contains(&length) {
        return Action::Skip;
    }
    find(names, text.word(name.start) & (u64::MAX >> (64 - 8 * length)))
}

#[cold]
fn escaped_action(names: &[Name], quoted: &[u8]) -> Action {
    match serde_json::from_slice::<String>(quoted) {
        // A name with a NUL could pass for a shorter one; without escapes no name has any.
        Ok(name) if name.len() <= LONGEST_NAME && !name.contains('\0') => {
            find(names, word_of(name.as_bytes()))
        }
        _ => Action::Skip,
    }
}

#[inline(always)]
fn find(names: &[Name], word: u64) -> Action {
    names.iter().find(|name| name.word == word).map_or(Action::Skip, |name| name.action)
}

/// The fields that an object holds, or an object in it.
pub fn fields_of(layout: Layout, object: usize) -> FieldSet {
    layout[object].iter().fold(FieldSet::NONE, |fields, name| match name.action {
        Action::Text(field) => fields.with(field),
        Action::Time => fields.with(Field::Time),
        Action::Amount => fields.with(Field::Amount),
        Action::Object(inner) => fields.union(fields_of(layout, inner)),
        Action::Skip | Action::End => fields,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::scan::string;
    use crate::native::text::padded;

    #[test]
    fn names_are_found_in_any_spelling() {
        let names = [Name::new("ts", Action::Time), Name::new("envelope", Action::Object(1))];
        for (name, expected) in [
            ("ts", "Time"),
            ("envelope", "Object(1)"),
            (r"\u0074s", "Time"),
            (r"ts\u0000", "Skip"),
            (r"\ud800", "Skip"),
            ("t", "Skip"),
            ("tss", "Skip"),
            ("envelopes", "Skip"),
            ("", "Skip"),
            ("é", "Skip"),
        ] {
            let bytes = padded(format!("\"{name}\"").as_bytes());
            let text = Text::new(&bytes);
            let span = string(text, 1, &mut Default::default()).unwrap();
            assert_eq!(format!("{:?}", action(&names, text, span)), expected, "{name}");
        }
    }
}
