//! The distinct users of a window.

use super::hash::hash;
use std::ops::Range;

/// A set of (group, user). One table for all groups of a window: most of its entries are new ones, so what counts is
/// how many bytes lie between a record and its slot. (With 16 bytes a slot the misses were a seventh of all time.)
pub struct Users {
    slots: Vec<Slot>,
    count: usize,
    /// One after the other: group, length, name.
    entries: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// The upper half of the hash.
    tag: u32,
    /// Where the entry stands.
    entry: u32,
}

const EMPTY: Slot = Slot { tag: 0, entry: u32::MAX };
const FIRST_SLOTS: usize = 1024;
const NUMBER_BYTES: usize = size_of::<u32>();

impl Default for Users {
    fn default() -> Self {
        Self { slots: vec![EMPTY; FIRST_SLOTS], count: 0, entries: Vec::new() }
    }
}

impl Users {
    /// Has the slot for a hash fetched from memory.
    #[inline(always)]
    pub fn prefetch(&self, hash: u64) {
        let slot = &self.slots[hash as usize & (self.slots.len() - 1)];
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a prefetch reads nothing that the program sees.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(slot).cast());
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = slot;
    }

    /// Whether the user is new to the group. The hash is of the user, with the group as its seed.
    #[inline(always)]
    pub fn insert(&mut self, hash: u64, group: u32, user: &[u8]) -> bool {
        let tag = (hash >> 32) as u32;
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].entry != EMPTY.entry {
            if self.slots[at].tag == tag && self.entry(self.slots[at].entry) == (group, user) {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = Slot { tag, entry: self.entries.len() as u32 };
        self.entries.extend_from_slice(&group.to_ne_bytes());
        self.entries.extend_from_slice(&(user.len() as u32).to_ne_bytes());
        self.entries.extend_from_slice(user);
        self.count += 1;
        if self.count * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    #[inline(always)]
    fn entry(&self, start: u32) -> (u32, &[u8]) {
        let number =
            |bytes: Range<usize>| u32::from_ne_bytes(self.entries[bytes].try_into().expect("four bytes"));
        let start = start as usize;
        let name = start + 2 * NUMBER_BYTES;
        let length = number(start + NUMBER_BYTES..name) as usize;
        (number(start..start + NUMBER_BYTES), &self.entries[name..name + length])
    }

    #[cold]
    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; mask + 1]);
        for slot in old.into_iter().filter(|slot| slot.entry != EMPTY.entry) {
            let (group, user) = self.entry(slot.entry);
            let mut at = hash(user, u64::from(group)) as usize & mask;
            while self.slots[at].entry != EMPTY.entry {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    /// Forgets all users and keeps the memory.
    pub fn clear(&mut self) {
        self.slots.fill(EMPTY);
        self.count = 0;
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_a_user_once_a_group() {
        let mut users = Users::default();
        for _ in 0..2 {
            for round in 0..2 {
                for number in 0..5_000_u32 {
                    let (group, user) = (number % 7, format!("user {}", number / 7));
                    let hash = hash(user.as_bytes(), u64::from(group));
                    assert_eq!(users.insert(hash, group, user.as_bytes()), round == 0);
                }
            }
            users.clear();
        }
    }

    #[test]
    fn trusts_no_hash() {
        let mut users = Users::default();
        for (group, user) in [(1, "a"), (1, "b"), (2, "a"), (1, "")] {
            assert!(users.insert(7, group, user.as_bytes()));
            assert!(!users.insert(7, group, user.as_bytes()));
        }
    }
}
