//! Thirty-two bytes at a time.

/// How many bytes a block has.
pub const BLOCK_BYTES: usize = 32;

pub use implementation::Block;

/// AVX2. Each question is answered by a mask: bit n speaks of byte n.
#[cfg(all(target_arch = "x86_64", target_feature = "avx2"))]
mod implementation {
    use std::arch::x86_64::*;

    #[derive(Clone, Copy)]
    pub struct Block(__m256i);

    impl Block {
        /// # Safety
        /// Thirty-two bytes must be readable at `from`.
        #[inline(always)]
        pub unsafe fn load(from: *const u8) -> Self {
            // SAFETY: as the caller promised; the load may be unaligned.
            Self(unsafe { _mm256_loadu_si256(from.cast()) })
        }

        /// # Safety
        /// Thirty-two bytes must be writable at `to`.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut u8) {
            // SAFETY: as the caller promised; the store may be unaligned.
            unsafe { _mm256_storeu_si256(to.cast(), self.0) }
        }

        /// The same byte everywhere.
        #[inline(always)]
        pub fn of(byte: u8) -> Self {
            Self(unsafe { _mm256_set1_epi8(byte as i8) })
        }

        #[inline(always)]
        pub fn equals(self, byte: u8) -> u32 {
            mask(unsafe { _mm256_cmpeq_epi8(self.0, _mm256_set1_epi8(byte as i8)) })
        }

        #[inline(always)]
        pub fn same(self, other: Self) -> u32 {
            mask(unsafe { _mm256_cmpeq_epi8(self.0, other.0) })
        }

        /// Backslashes, control characters, and bytes that are not ASCII: one signed comparison finds the latter two.
        #[inline(always)]
        pub fn odd(self) -> u32 {
            unsafe {
                let low = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), self.0);
                let backslash = _mm256_cmpeq_epi8(self.0, _mm256_set1_epi8(b'\\' as i8));
                mask(_mm256_or_si256(low, backslash))
            }
        }

        #[inline(always)]
        pub fn control(self) -> u32 {
            mask(unsafe { _mm256_cmpeq_epi8(_mm256_min_epu8(self.0, _mm256_set1_epi8(0x1f)), self.0) })
        }

        #[inline(always)]
        pub fn not_ascii(self) -> u32 {
            mask(self.0)
        }

        #[inline(always)]
        pub fn digits(self) -> u32 {
            unsafe {
                let value = _mm256_sub_epi8(self.0, _mm256_set1_epi8(b'0' as i8));
                mask(_mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value))
            }
        }

        /// With ASCII capitals made small.
        #[inline(always)]
        pub fn lowercase(self) -> Self {
            unsafe {
                let letter = _mm256_sub_epi8(self.0, _mm256_set1_epi8(b'A' as i8));
                let capital = _mm256_cmpeq_epi8(_mm256_min_epu8(letter, _mm256_set1_epi8(25)), letter);
                Self(_mm256_or_si256(self.0, _mm256_and_si256(capital, _mm256_set1_epi8(0x20))))
            }
        }
    }

    #[inline(always)]
    fn mask(bytes: __m256i) -> u32 {
        unsafe { _mm256_movemask_epi8(bytes) as u32 }
    }
}

/// The same in plain Rust, for processors without AVX2.
#[cfg(not(all(target_arch = "x86_64", target_feature = "avx2")))]
mod implementation {
    use super::BLOCK_BYTES;

    #[derive(Clone, Copy)]
    pub struct Block([u8; BLOCK_BYTES]);

    impl Block {
        /// # Safety
        /// Thirty-two bytes must be readable at `from`.
        #[inline(always)]
        pub unsafe fn load(from: *const u8) -> Self {
            // SAFETY: as the caller promised.
            Self(unsafe { from.cast::<[u8; BLOCK_BYTES]>().read() })
        }

        /// # Safety
        /// Thirty-two bytes must be writable at `to`.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut u8) {
            // SAFETY: as the caller promised.
            unsafe { to.cast::<[u8; BLOCK_BYTES]>().write(self.0) }
        }

        #[inline(always)]
        pub fn of(byte: u8) -> Self {
            Self([byte; BLOCK_BYTES])
        }

        #[inline(always)]
        pub fn equals(self, byte: u8) -> u32 {
            self.mask(|other| other == byte)
        }

        #[inline(always)]
        pub fn same(self, other: Self) -> u32 {
            (0..BLOCK_BYTES).fold(0, |mask, at| mask | u32::from(self.0[at] == other.0[at]) << at)
        }

        #[inline(always)]
        pub fn odd(self) -> u32 {
            self.mask(|byte| byte == b'\\' || !(b' '..0x80).contains(&byte))
        }

        #[inline(always)]
        pub fn control(self) -> u32 {
            self.mask(|byte| byte < b' ')
        }

        #[inline(always)]
        pub fn not_ascii(self) -> u32 {
            self.mask(|byte| byte >= 0x80)
        }

        #[inline(always)]
        pub fn digits(self) -> u32 {
            self.mask(|byte| byte.is_ascii_digit())
        }

        #[inline(always)]
        pub fn lowercase(self) -> Self {
            Self(self.0.map(|byte| byte.to_ascii_lowercase()))
        }

        #[inline(always)]
        fn mask(self, test: impl Fn(u8) -> bool) -> u32 {
            (0..BLOCK_BYTES).fold(0, |mask, at| mask | u32::from(test(self.0[at])) << at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_every_byte() {
        for first in (0..=255_u8).step_by(BLOCK_BYTES) {
            let bytes: [u8; BLOCK_BYTES] = std::array::from_fn(|at| first + at as u8);
            // SAFETY: the array has thirty-two bytes.
            let block = unsafe { Block::load(bytes.as_ptr()) };
            let expected = |test: &dyn Fn(u8) -> bool| {
                bytes.iter().enumerate().fold(0, |mask, (at, &byte)| mask | u32::from(test(byte)) << at)
            };
            assert_eq!(block.equals(b'"'), expected(&|byte| byte == b'"'));
            assert_eq!(block.odd(), expected(&|byte| !(0x20..0x80).contains(&byte) || byte == b'\\'));
            assert_eq!(block.control(), expected(&|byte| byte < 0x20));
            assert_eq!(block.not_ascii(), expected(&|byte| byte >= 0x80));
            assert_eq!(block.digits(), expected(&|byte| byte.is_ascii_digit()));
            assert_eq!(block.same(block), u32::MAX);
            let mut lower = [0; BLOCK_BYTES];
            // SAFETY: the array has thirty-two bytes.
            unsafe { block.lowercase().store(lower.as_mut_ptr()) };
            assert_eq!(lower, bytes.map(|byte| byte.to_ascii_lowercase()));
        }
    }
}
