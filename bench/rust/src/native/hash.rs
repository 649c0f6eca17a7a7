//! Short byte strings: hashed by words.

/// The first and the last bytes of a string as two words. Up to 16 bytes, words and length say all.
#[inline(always)]
fn words(bytes: &[u8]) -> (u64, u64) {
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    let half = |at: usize| u64::from(u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes")));
    match bytes.len() {
        length @ 8.. => (word(0), word(length - 8)),
        length @ 4.. => (half(0), half(length - 4)),
        length @ 1.. => {
            (u64::from(bytes[0]) | u64::from(bytes[length / 2]) << 8, u64::from(bytes[length - 1]))
        }
        0 => (0, 0),
    }
}

/// A hash for tables of this process. Equal hashes are not trusted: whoever finds one compares the bytes.
#[inline(always)]
pub fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut state = seed ^ (bytes.len() as u64) << 56;
    for chunk in bytes.chunks_exact(16) {
        let (low, high) = words(chunk);
        state = fold(low ^ state ^ 0x9e37_79b9_7f4a_7c15, high ^ 0xd6e8_feb8_6659_fd93);
    }
    let (low, high) = words(&bytes[bytes.len().saturating_sub(16)..]);
    fold(low ^ state ^ 0xa076_1d64_78bd_642f, high ^ 0xe703_7ed1_a0b4_28db)
}

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn strings_of_all_lengths_differ() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut seen = HashSet::new();
        for length in 0..=bytes.len() {
            for changed in 0..length {
                let mut other = bytes[..length].to_vec();
                other[changed] ^= 0x80;
                assert!(seen.insert(hash(&other, 7)), "{length} {changed}");
            }
            assert!(seen.insert(hash(&bytes[..length], 7)), "{length}");
        }
    }
}
