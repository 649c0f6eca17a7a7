//! Normalise, validate and enrich: on the bytes where they are plain ASCII, on strings where they are not.

use std::borrow::Cow;

use super::email::{is_short, normalise_email, short_email};
use super::number::number;
use super::record::{Amount, Field, Record};
use super::scan::{Content, Span};
use super::small_letters::SmallLetters;
use super::text::Text;
use super::writer::Writer;
use crate::answer::Reject;
use crate::regions::Regions;
use crate::rules;

/// A record that passed. What is normalised is made when it is written, except for an odd email.
pub struct Clean<'a> {
    pub kind: Cow<'a, str>,
    pub user: Cow<'a, str>,
    pub time: u64,
    pub country: [u8; 2],
    pub region: u8,
    pub amount: f64,
    /// Where a number stands that is the amount, also in a string.
    number: Option<(usize, usize)>,
    email: Email<'a>,
    url: Span,
}

/// A valid email.
enum Email<'a> {
    /// Where it stands without the spaces around it, when it is ASCII; capitals are still to be made small.
    Plain(usize, usize),
    /// The same, when it also has letters of two bytes.
    TwoBytes(usize, usize),
    /// Normalised.
    Odd(&'a str),
}

impl<'a> Clean<'a> {
    /// Checks a record whose fields are complete. An email that cannot be changed in its place is made in `odd_email`.
    #[inline(always)]
    pub fn new(
        text: Text<'a>,
        record: &Record,
        regions: &Regions,
        letters: &SmallLetters,
        odd_email: &'a mut String,
    ) -> Result<Self, Reject> {
        // A string that cannot be made is a fault of the JSON, whatever else is wrong: all strings come first.
        let [kind, user, url, email, country] =
            [Field::Kind, Field::User, Field::Url, Field::Email, Field::Country];
        let kind = content(text, record.text(kind))?;
        let user = content(text, record.text(user))?;
        content(text, record.text(url))?;
        let email_content = content(text, record.text(email))?;
        let country_content = content(text, record.text(country))?;
        let (amount, number) = amount(text, record.amount)?;

        let email = checked_email(text, record.text(email), &email_content, letters, odd_email);
        let email = email.ok_or(Reject::Invalid)?;
        let country = country_code(&country_content).ok_or(Reject::Invalid)?;
        let time = rules::event_time(record.time).ok_or(Reject::Invalid)?;
        if !(amount >= 0.0 && rules::is_type(&kind)) {
            return Err(Reject::Invalid);
        }
        let region = regions.of(country);
        Ok(Self { kind, user, time, country, region, amount, number, email, url: record.text(url) })
    }

    /// The normalised email with its quotes.
    #[inline(always)]
    pub fn write_email(&self, text: Text<'_>, letters: &SmallLetters, to: &mut Writer) {
        let (start, end) = match self.email {
            Email::Plain(start, end) | Email::TwoBytes(start, end) => (start, end),
            Email::Odd(email) => return to.json_string(email),
        };
        to.constant(b"\"");
        let copy = to.lowercase(text, start, end);
        if matches!(self.email, Email::TwoBytes(..)) {
            letters.write(text, start, copy);
        }
        to.constant(b"\"");
    }

    /// The normalised URL with its quotes.
    #[inline(always)]
    pub fn write_url(&self, text: Text<'_>, to: &mut Writer) {
        if self.url.content == Content::Escaped {
            return self.write_escaped_url(text, to);
        }
        to.constant(b"\"");
        to.page(text, self.url);
        to.constant(b"\"");
    }

    #[cold]
    fn write_escaped_url(&self, text: Text<'_>, to: &mut Writer) {
        let url = content(text, self.url).expect("it could be made before");
        let mut page = String::new();
        let mut in_run = false;
        for character in url.split('?').next().unwrap_or_default().chars() {
            if !character.is_ascii_digit() {
                page.push(character);
            } else if !in_run {
                page.push_str(":id");
            }
            in_run = character.is_ascii_digit();
        }
        to.json_string(&page);
    }

    /// The country with its quotes.
    #[inline(always)]
    pub fn write_country(&self, to: &mut Writer) {
        to.constant(&[b'"', self.country[0], self.country[1], b'"']);
    }

    /// The amount as a number: the digits that came in, when they are a number in JSON.
    #[inline(always)]
    pub fn write_amount(&self, text: Text<'_>, to: &mut Writer) {
        match self.number {
            Some((start, end)) => to.copy(text, start, end),
            None => to.json_number(self.amount),
        }
    }
}

/// What a string says. One surrogate alone cannot be said in UTF-8: it is refused, as by the other Rust peers.
#[inline(always)]
fn content(text: Text<'_>, span: Span) -> Result<Cow<'_, str>, Reject> {
    match span.content {
        Content::Escaped => unescaped(text, span),
        // SAFETY: the scan has validated the bytes.
        _ => Ok(Cow::Borrowed(unsafe { str::from_utf8_unchecked(text.slice(span.start, span.end)) })),
    }
}

#[cold]
fn unescaped(text: Text<'_>, span: Span) -> Result<Cow<'_, str>, Reject> {
    let quoted = text.slice(span.start - 1, span.end + 1);
    serde_json::from_slice(quoted).map(Cow::Owned).map_err(|_| Reject::Json)
}

#[inline(always)]
fn checked_email<'a>(
    text: Text<'_>,
    span: Span,
    content: &str,
    letters: &SmallLetters,
    odd: &'a mut String,
) -> Option<Email<'a>> {
    if is_short(span) && span.content == Content::Plain {
        return short_email(text, span).map(|(start, end)| Email::Plain(start, end));
    }
    if is_short(span) && span.content == Content::Unicode && letters.can_write(text, span) {
        return short_email(text, span).map(|(start, end)| Email::TwoBytes(start, end));
    }
    normalise_email(content, odd).then_some(Email::Odd(odd))
}

#[inline(always)]
fn country_code(country: &str) -> Option<[u8; 2]> {
    if let &[first, second] = country.as_bytes() {
        let upper = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
        if upper.iter().all(u8::is_ascii_uppercase) {
            return Some(upper);
        }
    }
    odd_country_code(country)
}

/// Not two letters; but the capital of `ß` is `SS`.
#[cold]
fn odd_country_code(country: &str) -> Option<[u8; 2]> {
    rules::country_code(&country.to_uppercase())
}

/// The amount, and where it stands as a number.
#[inline(always)]
fn amount(text: Text<'_>, amount: Amount) -> Result<(f64, Option<(usize, usize)>), Reject> {
    let span = match amount {
        Amount::Number { value, start, end } => return Ok((value, Some((start, end)))),
        Amount::Text(span) => span,
    };
    match number(text, span.start) {
        Ok(digits) if digits.end == span.end => Ok((digits.value, Some((span.start, span.end)))),
        _ => Ok((rules::number_of_text(&content(text, span)?), None)),
    }
}
