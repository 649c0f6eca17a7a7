//! Tumbling windows by type and region.

use hashbrown::{HashMap, HashSet};
use rustc_hash::FxBuildHasher;

use super::stages::Clean;
use crate::answer::{Aggregates, OUT_OF_ORDER_MS, Totals, WINDOW_MS};

/// The windows that are not final yet, in ascending order. There are two of them, seldom three.
#[derive(Default)]
pub struct Windows {
    open: Vec<Window>,
    newest: u64,
}

/// One window: groups by type, and by the number of the region.
pub struct Window {
    start: u64,
    groups: HashMap<String, Vec<Group>, FxBuildHasher>,
}

struct Group {
    totals: Totals,
    users: HashSet<Box<str>, FxBuildHasher>,
}

impl Windows {
    /// The largest time so far.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// Adds a record to its window.
    #[inline]
    pub fn add(&mut self, clean: &Clean<'_>) {
        self.newest = self.newest.max(clean.time);
        let window = self.window(clean.time - clean.time % WINDOW_MS);
        let group = region(window.groups.entry_ref(clean.kind).or_default(), usize::from(clean.region));
        group.totals.add(clean.amount);
        group.users.get_or_insert_with(clean.user, |user| user.into());
    }

    /// The window that begins at `start`.
    fn window(&mut self, start: u64) -> &mut Window {
        let index = self.open.partition_point(|window| window.start < start);
        if self.open.get(index).is_none_or(|window| window.start != start) {
            self.open.insert(index, Window { start, groups: HashMap::default() });
        }
        &mut self.open[index]
    }

    /// Takes out the windows that are final when the largest time is `newest`.
    pub fn take_final(&mut self, newest: u64) -> impl Iterator<Item = Window> {
        let is_final = |window: &Window| newest.saturating_sub(OUT_OF_ORDER_MS) >= window.start + WINDOW_MS;
        let count = self.open.partition_point(is_final);
        self.open.drain(..count)
    }

    /// Takes out all windows: the input has ended.
    pub fn take_all(&mut self) -> impl Iterator<Item = Window> {
        self.open.drain(..)
    }

    /// Adds what another thread has of a window.
    pub fn absorb(&mut self, other: Window) {
        let window = self.window(other.start);
        for (kind, regions) in other.groups {
            let mine = window.groups.entry(kind).or_default();
            for (number, group) in regions.into_iter().enumerate() {
                let mine = region(mine, number);
                mine.totals.absorb(group.totals);
                mine.users.extend(group.users);
            }
        }
    }
}

impl Window {
    /// Appends the rows of a window that is final.
    pub fn close(self, aggregates: &mut Aggregates) {
        for (kind, regions) in &self.groups {
            for (region, group) in regions.iter().enumerate().filter(|(_, group)| group.totals.count > 0) {
                aggregates.push(self.start, kind, region as u8, group.totals, group.users.len());
            }
        }
    }
}

/// The group of a region.
#[inline]
fn region(groups: &mut Vec<Group>, number: usize) -> &mut Group {
    if number >= groups.len() {
        groups.resize_with(number + 1, || Group { totals: Totals::NONE, users: HashSet::default() });
    }
    &mut groups[number]
}
