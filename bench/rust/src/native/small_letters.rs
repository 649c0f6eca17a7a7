//! The small letters of Latin, Greek, Cyrillic and all else that has two bytes in UTF-8.

use super::block::{BLOCK_BYTES, Block};
use super::scan::Span;
use super::text::Text;
use crate::rules;

const FIRST: usize = 0x80;
const LAST: usize = 0x7ff;

/// By character: its small letter in UTF-8. Asked once for a table, the standard library's answer costs a load; asked
/// every time it is a binary search.
pub struct SmallLetters([[u8; 2]; LAST - FIRST + 1]);

/// White space, and what has no small letter of two bytes that is the same wherever it stands.
const NONE: [u8; 2] = [0; 2];

impl SmallLetters {
    pub fn new() -> Self {
        Self(std::array::from_fn(|index| {
            let character = char::from_u32((FIRST + index) as u32).expect("there are no surrogates here");
            let mut small = character.to_lowercase();
            match (small.next(), small.next()) {
                (Some(small), None)
                    if small.len_utf8() == 2 && !rules::is_space(character) && character != 'Σ' =>
                {
                    let mut bytes = NONE;
                    small.encode_utf8(&mut bytes);
                    bytes
                }
                _ => NONE,
            }
        }))
    }

    /// Whether all characters of up to 64 bytes are ASCII or have their small letter here.
    #[inline(always)]
    pub fn can_write(&self, text: Text<'_>, span: Span) -> bool {
        let mut can = true;
        each_letter(text, span.start, span.end, |at| can &= self.of(text, at) != NONE);
        can
    }

    /// Writes the small letters over a copy of up to 64 bytes that begin at `from`.
    #[inline(always)]
    pub fn write(&self, text: Text<'_>, from: usize, copy: &mut [u8]) {
        each_letter(text, from, from + copy.len(), |at| {
            copy[at - from..][..2].copy_from_slice(&self.of(text, at))
        });
    }

    #[inline(always)]
    fn of(&self, text: Text<'_>, at: usize) -> [u8; 2] {
        let [first, second] = [text.byte(at), text.byte(at + 1)].map(usize::from);
        match first {
            0xc2..=0xdf => self.0[((first & 0x1f) << 6 | second & 0x3f) - FIRST],
            _ => NONE,
        }
    }
}

/// Calls back with the place of every second byte that isn't ASCII: the first bytes of characters, as long as all of
/// them have two.
#[inline(always)]
fn each_letter(text: Text<'_>, from: usize, to: usize, mut letter: impl FnMut(usize)) {
    let blocks: [Block; 2] = [text.block(from), text.block(from + BLOCK_BYTES)];
    let mut left = u64::from(blocks[0].not_ascii()) | u64::from(blocks[1].not_ascii()) << BLOCK_BYTES;
    left &= u64::MAX.checked_shr((2 * BLOCK_BYTES - (to - from)) as u32).unwrap_or(0);
    while left != 0 {
        letter(from + left.trailing_zeros() as usize);
        left &= left - 1;
        left &= left.wrapping_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batches::PADDING_BYTES;
    use crate::native::scan;

    #[test]
    fn small_letters_are_those_of_the_standard_library() {
        let letters = SmallLetters::new();
        for (string, can) in [
            ("Ünique@Example.ORG", true),
            ("ИВАН Ñandú ΑΒΓ", true),
            ("", true),
            ("plain", true),
            ("ΣΑΣ", false),
            ("a\u{a0}", false),
            ("İ", false),
            ("Ⱥ", false),
            ("日本", false),
            ("é😀", false),
            ("ÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜäöüßÄÖÜä", true),
        ] {
            let mut bytes = format!("{string}\"日\n").into_bytes();
            bytes.resize(bytes.len() + PADDING_BYTES, 0xff);
            let text = Text::new(&bytes);
            let span = scan::string(text, 0, &mut Default::default()).unwrap();
            assert_eq!(letters.can_write(text, span), can, "{string}");
            if can {
                let mut copy = string.to_ascii_lowercase().into_bytes();
                letters.write(text, 0, &mut copy);
                assert_eq!(String::from_utf8(copy).unwrap(), string.to_lowercase());
            }
        }
    }
}
