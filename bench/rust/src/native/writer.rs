//! Output: blocks are copied whole, and what was copied too much is written over.

use super::block::BLOCK_BYTES;
use super::scan::Span;
use super::text::Text;
use crate::batches::PADDING_BYTES;
use serde_json::to_writer;

/// The output of a batch.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// A few bytes that are known when this is compiled.
    #[inline(always)]
    pub fn constant<const LENGTH: usize>(&mut self, bytes: &[u8; LENGTH]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes from one place to another.
    #[inline(always)]
    pub fn copy(&mut self, text: Text<'_>, from: usize, to: usize) {
        let length = to - from;
        self.written(length + BLOCK_BYTES, |start| {
            let mut done = 0;
            while done < length {
                // SAFETY: a block begins within `length`, and there is room for a block more.
                unsafe { text.block(from + done).store(start.add(done)) };
                done += BLOCK_BYTES;
            }
            length
        });
    }

    /// Up to 64 bytes, with ASCII capitals made small. Gives the copy.
    #[inline(always)]
    pub fn lowercase(&mut self, text: Text<'_>, from: usize, to: usize) -> &mut [u8] {
        const _: () = assert!(2 * BLOCK_BYTES == PADDING_BYTES);
        debug_assert!(to - from <= 2 * BLOCK_BYTES);
        self.written(2 * BLOCK_BYTES, |start| {
            // SAFETY: there is room for two blocks.
            unsafe {
                text.block(from).lowercase().store(start);
                text.block(from + BLOCK_BYTES).lowercase().store(start.add(BLOCK_BYTES));
            }
            to - from
        });
        let start = self.bytes.len() - (to - from);
        &mut self.bytes[start..]
    }

    /// A URL without its query, and with `:id` for every run of digits.
    ///
    /// At most twice as long as it was: a run of one digit gives three bytes, and between two runs stands a byte.
    #[inline(always)]
    pub fn page(&mut self, text: Text<'_>, url: Span) {
        self.written(2 * (url.end - url.start) + 2 * BLOCK_BYTES, |start| {
            let (mut at, mut length) = (url.start, 0);
            loop {
                let block = text.block(at);
                // SAFETY: `length` is at most twice what was read, and there is room for two blocks more.
                unsafe { block.store(start.add(length)) };
                let plain = (block.digits() | block.equals(b'?')).trailing_zeros() as usize;
                if at + plain >= url.end {
                    return length + (url.end - at);
                }
                at += plain;
                length += plain;
                if plain == BLOCK_BYTES {
                    continue;
                }
                if text.byte(at) == b'?' {
                    return length;
                }
                // SAFETY: as above.
                unsafe { start.add(length).cast::<[u8; 3]>().write(*b":id") };
                length += 3;
                at = digits_end(text, at);
            }
        });
    }

    /// A string with its quotes and whatever escapes it needs.
    pub fn json_string(&mut self, text: &str) {
        to_writer(&mut self.bytes, text).expect("writing to memory cannot fail");
    }

    /// A number; `null` when it is not finite.
    pub fn json_number(&mut self, number: f64) {
        to_writer(&mut self.bytes, &number).expect("writing to memory cannot fail");
    }

    /// Lets `write` fill up to `room` bytes; it says how many stay.
    #[inline(always)]
    fn written(&mut self, room: usize, write: impl FnOnce(*mut u8) -> usize) {
        self.bytes.reserve(room);
        let length = self.bytes.len();
        // SAFETY: there is room for `room` bytes behind `length`, and `write` has initialised those that stay.
        unsafe {
            let kept = write(self.bytes.as_mut_ptr().add(length));
            debug_assert!(kept <= room);
            self.bytes.set_len(length + kept);
        }
    }
}

/// Where a run of digits ends.
#[inline(always)]
fn digits_end(text: Text<'_>, mut at: usize) -> usize {
    loop {
        let run = text.block(at).digits().trailing_ones() as usize;
        at += run;
        if run < BLOCK_BYTES {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::scan;

    #[test]
    fn pages_of_any_length() {
        let long = "a".repeat(70);
        for (url, page) in [
            ("https://a/1/b/22?c=3".to_owned(), "https://a/:id/b/:id".to_owned()),
            ("?1".into(), "".into()),
            ("".into(), "".into()),
            ("12".into(), ":id".into()),
            ("1a2b3c4d5e6f7g8h9".into(), ":ida:idb:idc:idd:ide:idf:idg:idh:id".into()),
            (format!("{long}{}x?", "7".repeat(70)), format!("{long}:idx")),
            (format!("{long}é1"), format!("{long}é:id")),
            ("1".repeat(32), ":id".into()),
            (format!("{}9?", "b".repeat(31)), format!("{}:id", "b".repeat(31))),
        ] {
            let mut bytes = format!("{url}\"9\n").into_bytes();
            bytes.resize(bytes.len() + PADDING_BYTES, b'7');
            let text = Text::new(&bytes);
            let mut writer = Writer::default();
            writer.page(text, scan::string(text, 0, &mut Default::default()).unwrap());
            assert_eq!(String::from_utf8(writer.bytes).unwrap(), page, "{url}");
        }
    }
}
