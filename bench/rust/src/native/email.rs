//! Emails: trimmed, lower-cased and checked.

use super::block::{BLOCK_BYTES, Block};
use super::scan::Span;
use super::text::Text;
use crate::rules;

/// The longest email that is checked by masks: a bit a byte.
const MASK_BITS: usize = 64;

/// An email without escapes that is not longer than a mask, and whose other characters than ASCII, when it has any,
/// are [`SmallLetters::can_write`]: white space can only be spaces here.
///
/// Gives where the trimmed email begins and ends, when it is valid.
#[inline(always)]
pub fn short_email(text: Text<'_>, span: Span) -> Option<(usize, usize)> {
    let length = span.end - span.start;
    debug_assert!(length <= MASK_BITS);
    let [low, high] = [text.block(span.start), text.block(span.start + BLOCK_BYTES)];
    let where_is = |byte| mask(low, high, byte);
    let inside = u64::MAX.checked_shr((MASK_BITS - length) as u32).unwrap_or(0);
    let visible = inside & !where_is(b' ');
    if visible == 0 {
        return None;
    }
    let (first, last) = (visible.trailing_zeros(), visible.ilog2());
    let trimmed = (u64::MAX << first) & (u64::MAX >> (63 - last));
    let ats = where_is(b'@') & trimmed;
    // A dot with at least one character between it and the at sign, and at least one behind it.
    let after_at = (u64::MAX << ats.trailing_zeros().min(63)) << 2;
    let dots = where_is(b'.') & trimmed & after_at & !(1 << last);
    let valid = visible == trimmed && ats.is_power_of_two() && ats.trailing_zeros() > first && dots != 0;
    valid.then(|| (span.start + first as usize, span.start + last as usize + 1))
}

#[inline(always)]
fn mask(low: Block, high: Block, byte: u8) -> u64 {
    u64::from(low.equals(byte)) | u64::from(high.equals(byte)) << BLOCK_BYTES
}

/// Whether an email fits a mask.
#[inline(always)]
pub fn is_short(span: Span) -> bool {
    span.end - span.start <= MASK_BITS
}

/// Any other email. Writes it, normalised, over `email`, and says whether it is valid.
pub fn normalise_email(text: &str, email: &mut String) -> bool {
    email.clear();
    let text = rules::trim(text);
    // The lower case of the Greek sigma depends on where it stands.
    if text.contains('Σ') {
        email.push_str(&text.to_lowercase());
    } else {
        email.extend(text.chars().flat_map(char::to_lowercase));
    }
    is_email(email)
}

/// [`rules::EMAIL_PATTERN`] by hand.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let inner = domain.as_bytes().get(1..domain.len().saturating_sub(1)).unwrap_or_default();
    !local.is_empty() && inner.contains(&b'.') && !domain.contains('@') && !text.contains(rules::is_space)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batches::PADDING_BYTES;
    use crate::native::scan;
    use regex::Regex;

    #[test]
    fn answers_are_those_of_the_pattern() {
        let pattern = Regex::new(rules::EMAIL_PATTERN).unwrap();
        // All texts of up to seven of these characters: about 80,000, most of them wrong in one of many ways.
        let mut texts = vec![String::new()];
        for length in 0..7 {
            for index in 0..texts.len() {
                if texts[index].chars().count() == length {
                    texts.extend(["A", "@", ".", " ", "é"].map(|character| texts[index].clone() + character));
                }
            }
        }
        for text in texts.iter().filter(|text| text.len() < 70) {
            let normal = rules::trim(text).to_lowercase();
            let mut email = String::new();
            let valid = normalise_email(text, &mut email);
            assert_eq!((valid, &email), (pattern.is_match(&normal), &normal), "{text:?}");
            if text.is_ascii() {
                assert_eq!(plain(text), valid.then_some(rules::trim(text)), "{text:?}");
            }
        }
    }

    #[test]
    fn short_emails_of_all_lengths() {
        for length in 5..=64 {
            let text = format!("A{}@b.c", "x".repeat(length - 5));
            assert_eq!(plain(&text), Some(text.as_str()));
        }
        assert_eq!(plain(&format!("a@b{}", ".".repeat(61))), Some(format!("a@b{}", ".".repeat(61)).as_str()));
        assert_eq!(plain(&format!("{}@", "a".repeat(63))), None);
    }

    fn plain(text: &str) -> Option<&str> {
        let mut bytes = format!("{text}\"@x.y\n").into_bytes();
        bytes.resize(bytes.len() + PADDING_BYTES, b'.');
        let span = scan::string(Text::new(&bytes), 0, &mut Default::default()).unwrap();
        short_email(Text::new(&bytes), span).map(|(start, end)| &text[start..end])
    }
}
