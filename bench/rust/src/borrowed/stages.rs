//! Normalise, validate and enrich.

use bumpalo::Bump;
use bumpalo::collections::String as BumpString;
use regex::Regex;

use super::object::Amount;
use crate::answer::Reject;
use crate::regions::Regions;
use crate::rules;

/// The fields that the stages read, as they came in.
pub struct Needed<'a> {
    pub kind: &'a str,
    pub time: f64,
    pub user: &'a str,
    pub url: &'a str,
    pub email: &'a str,
    pub country: &'a str,
    pub amount: Amount<'a>,
}

/// A record that passed: normalised, validated, enriched.
pub struct Clean<'a> {
    pub kind: &'a str,
    pub time: u64,
    pub user: &'a str,
    pub url: &'a str,
    pub email: &'a str,
    pub country: &'a str,
    pub amount: f64,
    pub region: u8,
    pub region_name: &'a str,
    pub tier: &'static str,
    pub hour: u64,
}

/// The compiled patterns and the table.
pub struct Stages<'r> {
    email: Regex,
    digits: Regex,
    regions: &'r Regions,
}

impl<'r> Stages<'r> {
    pub fn new(regions: &'r Regions) -> Self {
        let compile = |pattern| Regex::new(pattern).expect("the pattern is well formed");
        Self { email: compile(rules::EMAIL_PATTERN), digits: compile(rules::DIGITS_PATTERN), regions }
    }

    /// Stages 2 to 4. What is checked cheaply is checked first; all faults found here count the same.
    #[inline]
    pub fn clean<'a>(&self, needed: &Needed<'a>, arena: &'a Bump) -> Result<Clean<'a>, Reject>
    where
        'r: 'a,
    {
        let time = rules::event_time(needed.time).ok_or(Reject::Invalid)?;
        let amount = match needed.amount {
            Amount::Number(number) => number,
            Amount::Text(text) => rules::number_of_text(text),
        };
        if !(amount >= 0.0 && rules::is_type(needed.kind)) {
            return Err(Reject::Invalid);
        }
        let country = uppercase(needed.country, arena);
        let code = rules::country_code(country).ok_or(Reject::Invalid)?;
        let email = lowercase(rules::trim(needed.email), arena);
        if !self.email.is_match(email) {
            return Err(Reject::Invalid);
        }
        let region = self.regions.of(code);
        Ok(Clean {
            kind: needed.kind,
            time,
            user: needed.user,
            url: self.page(needed.url, arena),
            email,
            country,
            amount,
            region,
            region_name: self.regions.name(region),
            tier: rules::TIERS[rules::tier(needed.user.as_bytes())],
            hour: rules::hour(time),
        })
    }

    /// What stands before the query, with `:id` for every run of digits.
    #[inline]
    fn page<'a>(&self, url: &'a str, arena: &'a Bump) -> &'a str {
        let path = memchr::memchr(b'?', url.as_bytes()).map_or(url, |end| &url[..end]);
        let mut runs = self.digits.find_iter(path).peekable();
        if runs.peek().is_none() {
            return path;
        }
        let mut page = BumpString::with_capacity_in(path.len(), arena);
        let mut start = 0;
        for run in runs {
            page.push_str(&path[start..run.start()]);
            page.push_str(":id");
            start = run.end();
        }
        page.push_str(&path[start..]);
        page.into_bump_str()
    }
}

/// `text.toLowerCase()`, borrowed when nothing changes.
#[inline]
fn lowercase<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if !text.is_ascii() {
        return lowercase_unicode(text, arena);
    }
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return text;
    }
    let lower = arena.alloc_str(text);
    lower.make_ascii_lowercase();
    lower
}

/// Letter by letter, but for the Greek sigma, whose lower case depends on where it stands.
fn lowercase_unicode<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if text.contains('Σ') {
        return arena.alloc_str(&text.to_lowercase());
    }
    let mut lower = BumpString::with_capacity_in(text.len(), arena);
    for character in text.chars() {
        match character.is_ascii() {
            true => lower.push(character.to_ascii_lowercase()),
            false => lower.extend(character.to_lowercase()),
        }
    }
    lower.into_bump_str()
}

/// `text.toUpperCase()`, borrowed when nothing changes.
#[inline]
fn uppercase<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if !text.is_ascii() {
        return arena.alloc_str(&text.to_uppercase());
    }
    if text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return text;
    }
    let upper = arena.alloc_str(text);
    upper.make_ascii_uppercase();
    upper
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_case_as_javascript_does() {
        let arena = Bump::new();
        for (text, lower) in [("Ab", "ab"), ("ab", "ab"), ("ÜΣ", "üς"), ("İ", "i\u{307}"), ("", "")] {
            assert_eq!(lowercase(text, &arena), lower);
        }
        for (text, upper) in [("dE", "DE"), ("ß", "SS"), ("ﬁ", "FI"), ("ı", "I")] {
            assert_eq!(uppercase(text, &arena), upper);
        }
    }

    #[test]
    fn pages() {
        let regions = Regions::from_json(b"[]").unwrap();
        let (stages, arena) = (Stages::new(&regions), Bump::new());
        for (url, page) in [
            ("https://a/1/b/22?c=3", "https://a/:id/b/:id"),
            ("?1", ""),
            ("12", ":id"),
            ("a٣b", "a٣b"),
            ("a", "a"),
            ("1a2?3?4", ":ida:id"),
        ] {
            assert_eq!(stages.page(url, &arena), page);
        }
    }
}
