//! Tumbling windows by type and region. A window that is final is emptied and used again: in the steady state nothing
//! is allocated.

use super::hash::hash;
use super::users::Users;
use crate::answer::{Aggregates, OUT_OF_ORDER_MS, Totals, WINDOW_MS};

/// The windows that are not final yet, in ascending order, and empty ones.
#[derive(Default)]
pub struct Windows {
    open: Vec<Window>,
    empty: Vec<Window>,
    newest: u64,
}

impl Windows {
    /// Finds the group of a record, and has the place of its user fetched from memory while the record is written.
    #[inline(always)]
    pub fn find(&mut self, time: u64, kind: &[u8], region: u8, user: &[u8]) -> Place {
        self.newest = self.newest.max(time);
        let window = self.window(time - time % WINDOW_MS);
        let group = self.open[window].groups.number(kind, region);
        let hash = hash(user, group as u64);
        self.open[window].users.prefetch(hash);
        Place { window, group, hash }
    }

    /// Adds a record to its group.
    #[inline(always)]
    pub fn add(&mut self, place: Place, amount: f64, user: &[u8]) {
        let Window { groups, users, .. } = &mut self.open[place.window];
        let group = &mut groups.groups[place.group];
        group.totals.add(amount);
        group.users += usize::from(users.insert(place.hash, place.group as u32, user));
    }

    #[inline(always)]
    fn window(&mut self, start: u64) -> usize {
        let index = self.open.partition_point(|window| window.start < start);
        if self.open.get(index).is_none_or(|window| window.start != start) {
            let mut window = self.empty.pop().unwrap_or_default();
            window.start = start;
            self.open.insert(index, window);
        }
        index
    }

    /// Closes the windows that are final.
    pub fn close_final(&mut self, aggregates: &mut Aggregates) {
        let time = self.newest.saturating_sub(OUT_OF_ORDER_MS);
        let count = self.open.partition_point(|window| window.start + WINDOW_MS <= time);
        self.close(count, aggregates);
    }

    /// Closes all windows: the input has ended.
    pub fn close_all(&mut self, aggregates: &mut Aggregates) {
        self.close(self.open.len(), aggregates);
    }

    fn close(&mut self, count: usize, aggregates: &mut Aggregates) {
        for mut window in self.open.drain(..count) {
            for group in &window.groups.groups {
                let kind = str::from_utf8(&group.kind).expect("the line was UTF-8");
                aggregates.push(window.start, kind, group.region, group.totals, group.users);
            }
            window.groups.clear();
            window.users.clear();
            self.empty.push(window);
        }
    }
}

/// The place of a record, until another one is found.
pub struct Place {
    window: usize,
    group: usize,
    hash: u64,
}

#[derive(Default)]
struct Window {
    start: u64,
    groups: Groups,
    users: Users,
}

/// The groups of a window: a table of numbers into a dense list.
struct Groups {
    slots: Vec<u32>,
    groups: Vec<Group>,
}

struct Group {
    hash: u64,
    kind: Box<[u8]>,
    region: u8,
    totals: Totals,
    users: usize,
}

const NO_GROUP: u32 = u32::MAX;
const FIRST_SLOTS: usize = 1024;

impl Default for Groups {
    fn default() -> Self {
        Self { slots: vec![NO_GROUP; FIRST_SLOTS], groups: Vec::new() }
    }
}

impl Groups {
    /// The number of a group, which is made when it is new.
    #[inline(always)]
    fn number(&mut self, kind: &[u8], region: u8) -> usize {
        let hash = hash(kind, u64::from(region));
        let mut slot = hash as usize & (self.slots.len() - 1);
        while let Some(group) = self.groups.get(self.slots[slot] as usize) {
            if group.hash == hash && group.region == region && *group.kind == *kind {
                return self.slots[slot] as usize;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.add(slot, Group { hash, kind: kind.into(), region, totals: Totals::NONE, users: 0 })
    }

    #[cold]
    fn add(&mut self, slot: usize, group: Group) -> usize {
        self.slots[slot] = self.groups.len() as u32;
        self.groups.push(group);
        if self.groups.len() * 4 > self.slots.len() {
            self.grow();
        }
        self.groups.len() - 1
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots = vec![NO_GROUP; mask + 1];
        for (number, group) in self.groups.iter().enumerate() {
            let mut slot = group.hash as usize & mask;
            while self.slots[slot] != NO_GROUP {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = number as u32;
        }
    }

    fn clear(&mut self) {
        self.slots.fill(NO_GROUP);
        self.groups.clear();
    }
}
