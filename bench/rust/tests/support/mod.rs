//! Inputs that are made from a seed, and the answers of all peers to them.

// Each file of tests is a crate of its own and uses a part of this.
#![allow(dead_code)]

pub mod inputs;

use millrace_bench_rust::{Counts, Meter, Peer, Regions, Scenario, run};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

pub const PEERS: [Peer; 5] = [Peer::Naive, Peer::Serde, Peer::Serde2Threads, Peer::Sonic, Peer::Native];

pub const REGIONS: &[u8] =
    br#"[["DE","eu-west"],["FR","eu-west"],["US","us-east"],["SS","af-east"],["XX","a\"b"]]"#;

/// What a peer makes of an input.
#[derive(Debug)]
pub struct Answer {
    pub counts: Counts,
    pub rows: Vec<Row>,
    pub records: Vec<Value>,
}

/// A row of the aggregates.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub start: u64,
    pub kind: String,
    pub region: String,
    pub count: u64,
    pub sum: f64,
    pub max: f64,
    pub users: u32,
}

/// Runs one peer.
pub fn answer(peer: Peer, scenario: Scenario, input: &[u8]) -> Answer {
    let folder = Folder::new();
    let (from, to) = (folder.0.join("input.ndjson"), folder.0.join("output.ndjson"));
    fs::write(&from, input).unwrap();
    let regions = Regions::from_json(REGIONS).unwrap();
    let mut meter = Meter::new(Instant::now());
    let outcome = run(peer, scenario, &regions, &from, &to, &mut meter).unwrap();
    let rows = outcome.aggregates.sorted(&regions).into_iter().map(|row| Row {
        start: row.start,
        kind: row.kind.to_owned(),
        region: row.region.to_owned(),
        count: row.totals.count,
        sum: row.totals.sum,
        max: row.totals.max,
        users: row.users,
    });
    let output = fs::read_to_string(&to).unwrap();
    assert!(output.is_empty() || output.ends_with('\n'), "{peer:?}: the last line is not ended");
    Answer {
        counts: outcome.counts,
        rows: rows.collect(),
        records: output.lines().map(|line| by_value(parsed(peer, line))).collect(),
    }
}

fn parsed(peer: Peer, line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{peer:?} wrote {line}: {error}"))
}

/// Runs all peers; they must agree on everything. Gives what they agree on.
pub fn agreed(scenario: Scenario, input: &[u8]) -> Answer {
    let [first, others @ ..] = PEERS.map(|peer| (peer, answer(peer, scenario, input)));
    for (peer, other) in others {
        assert_same_records(peer, &other, &first.1);
        assert_same_rows(peer, &other, &first.1);
    }
    first.1
}

/// Runs all peers; they must agree on everything but the windows. (When times are wrong, records come too late, and it
/// depends on the batch whether their window is still open.)
pub fn agreed_on_records(scenario: Scenario, input: &[u8]) -> Answer {
    let [first, others @ ..] = PEERS.map(|peer| (peer, answer(peer, scenario, input)));
    others.iter().for_each(|(peer, other)| assert_same_records(*peer, other, &first.1));
    first.1
}

fn assert_same_records(peer: Peer, answer: &Answer, expected: &Answer) {
    // Records before counts: the first one that differs says more than how many do.
    for (record, expected) in answer.records.iter().zip(&expected.records) {
        assert_eq!(record, expected, "{peer:?}");
    }
    assert_eq!(answer.records.len(), expected.records.len(), "{peer:?}");
    assert_eq!(answer.counts, expected.counts, "{peer:?}");
}

fn assert_same_rows(peer: Peer, answer: &Answer, expected: &Answer) {
    assert_eq!(answer.rows.len(), expected.rows.len(), "{peer:?}");
    for (row, expected) in answer.rows.iter().zip(&expected.rows) {
        let but_for_the_sum = |row: &Row| Row { sum: 0.0, ..row.clone() };
        assert_eq!(but_for_the_sum(row), but_for_the_sum(expected), "{peer:?}");
        let difference = (row.sum - expected.sum).abs();
        let same = row.sum == expected.sum || difference < 0.005_f64.max(expected.sum.abs() * 1e-12);
        assert!(same, "{peer:?}: {row:?} instead of {expected:?}");
    }
}

/// Numbers by value: 5 and 5.0 are the same.
pub fn by_value(value: Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().into(),
        Value::Array(values) => values.into_iter().map(by_value).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, by_value(value))).collect(),
        value => value,
    }
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("millrace-bench-rust-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
