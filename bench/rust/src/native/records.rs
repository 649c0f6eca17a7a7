//! The records of the two scenarios: which names matter, and how a record is written.

use super::clean::Clean;
use super::layout::{Action, Layout, Name};
use super::record::{Amount, Field, Record};
use super::scan::Span;

use super::small_letters::SmallLetters;
use super::text::Text;
use super::writer::Writer;

/// A scenario.
pub trait Scenario {
    const LAYOUT: Layout;

    /// Writes a record up to its closing bracket.
    fn write(text: Text<'_>, record: &Record, clean: &Clean<'_>, letters: &SmallLetters, to: &mut Writer);
}

/// Flat; what is normalised takes the place of what came in.
pub struct Events;

impl Scenario for Events {
    const LAYOUT: Layout = &[&[
        Name::new("type", Action::Text(Field::Kind)),
        Name::new("ts", Action::Time),
        Name::new("userId", Action::Text(Field::User)),
        Name::new("url", Action::Text(Field::Url)),
        Name::new("email", Action::Text(Field::Email)),
        Name::new("amount", Action::Amount),
        Name::new("country", Action::Text(Field::Country)),
    ]];

    /// What lies between two edits is copied as the bytes that it was.
    #[inline(always)]
    fn write(text: Text<'_>, record: &Record, clean: &Clean<'_>, letters: &SmallLetters, to: &mut Writer) {
        let edit = |field| quoted(record.text(field), field);
        let amount = match record.amount {
            // A number stays as it is: an edit of nothing at the end of the record.
            Amount::Number { .. } => (record.end, record.end, Field::Time),
            Amount::Text(span) => quoted(span, Field::Amount),
        };
        let mut edits = [edit(Field::Url), edit(Field::Email), amount, edit(Field::Country)];
        sort(&mut edits);
        let mut from = record.start;
        for (start, end, field) in edits {
            to.copy(text, from, start);
            match field {
                Field::Url => clean.write_url(text, to),
                Field::Email => clean.write_email(text, letters, to),
                Field::Country => clean.write_country(to),
                Field::Amount => clean.write_amount(text, to),
                _ => {}
            }
            from = end;
        }
        to.copy(text, from, record.end);
    }
}

/// A place, quotes included, and the field that is written there.
type Edit = (usize, usize, Field);

#[inline(always)]
fn quoted(span: Span, field: Field) -> Edit {
    (span.start - 1, span.end + 1, field)
}

/// By place. Four edits that are nearly always in order.
#[inline(always)]
fn sort(edits: &mut [Edit; 4]) {
    for end in 1..edits.len() {
        let mut at = end;
        while at > 0 && edits[at - 1].0 > edits[at].0 {
            edits.swap(at - 1, at);
            at -= 1;
        }
    }
}

/// Four levels deep; what came in stays, and what is normalised becomes a member of its own.
pub struct Letters;

impl Scenario for Letters {
    const LAYOUT: Layout = &[
        &[
            Name::new("envelope", Action::Object(1)),
            Name::new("link", Action::Text(Field::Url)),
            Name::new("value", Action::Amount),
        ],
        &[
            Name::new("kind", Action::Text(Field::Kind)),
            Name::new("sender", Action::Object(2)),
            Name::new("at", Action::Time),
        ],
        &[
            Name::new("key", Action::Text(Field::User)),
            Name::new("mail", Action::Text(Field::Email)),
            Name::new("place", Action::Object(3)),
        ],
        &[Name::new("nation", Action::Text(Field::Country))],
    ];

    #[inline(always)]
    fn write(text: Text<'_>, record: &Record, clean: &Clean<'_>, letters: &SmallLetters, to: &mut Writer) {
        to.copy(text, record.start, record.end);
        to.constant(b",\"mail\":");
        clean.write_email(text, letters, to);
        to.constant(b",\"nation\":");
        clean.write_country(to);
        to.constant(b",\"page\":");
        clean.write_url(text, to);
        to.constant(b",\"price\":");
        clean.write_amount(text, to);
    }
}
