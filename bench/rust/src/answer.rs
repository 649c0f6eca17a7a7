//! What a peer answers: counts and aggregates.

use serde::{Serialize, Serializer, ser::SerializeMap};
use std::collections::HashMap;

use crate::regions::Regions;

/// How long a window is.
pub const WINDOW_MS: u64 = 60_000;
/// How far the newest time must be past a window's end before the window is final.
pub const OUT_OF_ORDER_MS: u64 = 5_000;

/// Why a line is refused. When several reasons hold, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reject {
    /// Not UTF-8.
    Utf8,
    /// Not a JSON object.
    Json,
    /// A field is missing or has the wrong type.
    Schema,
    /// A field has a wrong value.
    Invalid,
}

/// How many lines there were, and what became of them. Blank lines are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines that were written.
    pub records: u64,
    /// Lines that were refused, by [`Reject`].
    pub rejects: [u64; 4],
}

impl Counts {
    /// Counts a line that was refused.
    #[inline]
    pub fn reject(&mut self, reason: Reject) {
        self.rejects[reason as usize] += 1;
    }

    /// All lines.
    pub fn rows_in(&self) -> u64 {
        self.records + self.rejects.iter().sum::<u64>()
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        for (mine, theirs) in self.rejects.iter_mut().zip(other.rejects) {
            *mine += theirs;
        }
    }
}

/// Count, sum and maximum of a group.
#[derive(Clone, Copy, Debug)]
pub struct Totals {
    pub count: u64,
    pub sum: f64,
    pub max: f64,
}

impl Totals {
    /// Of no record.
    pub const NONE: Self = Self { count: 0, sum: 0.0, max: f64::NEG_INFINITY };

    /// Adds a record.
    #[inline]
    pub fn add(&mut self, amount: f64) {
        self.count += 1;
        self.sum += amount;
        self.max = self.max.max(amount);
    }

    /// Adds the totals of other records.
    pub fn absorb(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }
}

/// One group of a final window. The names of types are kept once, in [`Aggregates`].
#[derive(Clone, Copy)]
struct Row {
    start: u64,
    kind: u32,
    region: u8,
    totals: Totals,
    users: u32,
}

/// The rows of the windows that are final.
#[derive(Default)]
pub struct Aggregates {
    rows: Vec<Row>,
    kinds: Vec<String>,
    kind_numbers: HashMap<String, u32>,
}

impl Aggregates {
    /// Adds a group of a window that is final.
    pub fn push(&mut self, start: u64, kind: &str, region: u8, totals: Totals, users: usize) {
        let kind = match self.kind_numbers.get(kind) {
            Some(&number) => number,
            None => {
                let number = self.kinds.len() as u32;
                self.kinds.push(kind.to_owned());
                self.kind_numbers.insert(kind.to_owned(), number);
                number
            }
        };
        self.rows.push(Row { start, kind, region, totals, users: users as u32 });
    }

    /// The rows with their names, sorted by start, type and region.
    pub fn sorted<'a>(&'a self, regions: &'a Regions) -> Vec<NamedRow<'a>> {
        let mut rows: Vec<_> = self.rows.iter().map(|row| self.named(row, regions)).collect();
        rows.sort_by(|a, b| (a.start, a.kind, a.region).cmp(&(b.start, b.kind, b.region)));
        rows
    }

    fn named<'a>(&'a self, row: &Row, regions: &'a Regions) -> NamedRow<'a> {
        NamedRow {
            start: row.start,
            kind: &self.kinds[row.kind as usize],
            region: regions.name(row.region),
            totals: row.totals,
            users: row.users,
        }
    }
}

/// A row of the answer.
#[derive(Debug)]
pub struct NamedRow<'a> {
    pub start: u64,
    pub kind: &'a str,
    pub region: &'a str,
    pub totals: Totals,
    pub users: u32,
}

impl Serialize for NamedRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_map(Some(7))?;
        row.serialize_entry("start", &self.start)?;
        row.serialize_entry("type", self.kind)?;
        row.serialize_entry("region", self.region)?;
        row.serialize_entry("count", &self.totals.count)?;
        row.serialize_entry("sum", &self.totals.sum)?;
        row.serialize_entry("max", &self.totals.max)?;
        row.serialize_entry("users", &self.users)?;
        row.end()
    }
}

/// What a peer hands back when its input is read.
#[derive(Default)]
pub struct Outcome {
    pub counts: Counts,
    pub aggregates: Aggregates,
}
