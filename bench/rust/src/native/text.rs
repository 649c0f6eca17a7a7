//! Bytes that may be read a block at a time.

use super::block::{BLOCK_BYTES, Block};
use crate::batches::PADDING_BYTES;
use std::marker::PhantomData;

/// Bytes behind which at least [`PADDING_BYTES`] more are readable.
///
/// Reads are not checked in a release build: every scan ends at the line feed that ends its line, and from there on
/// the padding covers what a block, a word or a number may reach beyond it.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    bytes: *const u8,
    length: usize,
    lifetime: PhantomData<&'a [u8]>,
}

impl<'a> Text<'a> {
    /// Of bytes that come with their padding.
    pub fn new(padded: &'a [u8]) -> Self {
        Self { bytes: padded.as_ptr(), length: padded.len(), lifetime: PhantomData }
    }

    /// The byte at a place.
    #[inline(always)]
    pub fn byte(self, at: usize) -> u8 {
        debug_assert!(at < self.length);
        // SAFETY: the caller stays within the bytes and their padding.
        unsafe { *self.bytes.add(at) }
    }

    /// Eight bytes, the first one lowest.
    #[inline(always)]
    pub fn word(self, at: usize) -> u64 {
        debug_assert!(at + 8 <= self.length);
        // SAFETY: the caller stays within the bytes and their padding.
        u64::from_le_bytes(unsafe { self.bytes.add(at).cast::<[u8; 8]>().read() })
    }

    /// Thirty-two bytes.
    #[inline(always)]
    pub fn block(self, at: usize) -> Block {
        debug_assert!(at + BLOCK_BYTES <= self.length);
        // SAFETY: the caller stays within the bytes and their padding.
        unsafe { Block::load(self.bytes.add(at)) }
    }

    /// The bytes from one place to another.
    #[inline(always)]
    pub fn slice(self, from: usize, to: usize) -> &'a [u8] {
        debug_assert!(from <= to && to <= self.length);
        // SAFETY: the caller stays within the bytes and their padding, which live as long as 'a.
        unsafe { std::slice::from_raw_parts(self.bytes.add(from), to - from) }
    }
}

const _: () = assert!(PADDING_BYTES >= 2 * BLOCK_BYTES);

/// A line with its line feed and padding.
#[cfg(test)]
pub fn padded(line: &[u8]) -> Vec<u8> {
    let mut bytes = line.to_vec();
    bytes.push(b'\n');
    // What stands behind a line must not matter: here it is what would matter most.
    bytes.resize(bytes.len() + PADDING_BYTES, b'"');
    bytes
}
