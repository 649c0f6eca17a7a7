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

pub const REGIONS: &[u8] = br#"[["DE","eu-west"],["FR","eu-west"],["US","us-east"],["SS","af-east"],["XX","a\"b"]]"#;

/// What a peer makes of an input.
#[derive(Debug)]
pub struct Answer {
    pub counts: Counts,
    /// Start, type, region, count, sum, maximum, users.
    pub rows: Vec<(u64, String, String, u64, f64, f64, u32)>,
    pub records: Vec<Value>,
}

/// Runs one peer.
pub fn answer(peer: Peer, scenario: Scenario, input: &[u8]) -> Answer {
    let folder = Folder::new();
    let (from, to) = (folder.0.join("input.ndjson"), folder.0.join("output.ndjson"));
    fs::write(&from, input).unwrap();
    let regions = Regions::from_json(REGIONS).unwrap();
    let mut meter = Meter::new(Instant::now());
    let outcome = run(peer, scenario, &regions, &from, &to, &mut meter).unwrap();
    let rows = outcome.aggregates.sorted(&regions).into_iter().map(|row| {
        let totals = row.totals;
        (row.start, row.kind.to_owned(), row.region.to_owned(), totals.count, totals.sum, totals.max, row.users)
    });
    let output = fs::read_to_string(&to).unwrap();
    assert!(output.is_empty() || output.ends_with('\n'), "{peer:?}: the last line is not ended");
    Answer {
        counts: outcome.counts,
        rows: rows.collect(),
        records: output.lines().map(|line| by_value(serde_json::from_str(line).unwrap())).collect(),
    }
}

/// Runs all peers; they must agree. Gives what they agree on.
pub fn agreed(scenario: Scenario, input: &[u8]) -> Answer {
    let [first, others @ ..] = PEERS.map(|peer| (peer, answer(peer, scenario, input)));
    for (peer, other) in others {
        let first = &first.1;
        assert_eq!(other.counts, first.counts, "{peer:?}");
        assert_eq!(other.rows.len(), first.rows.len(), "{peer:?}");
        for (row, expected) in other.rows.iter().zip(&first.rows) {
            let names = |row: &(u64, String, String, u64, f64, f64, u32)| {
                (row.0, row.1.clone(), row.2.clone(), row.3, row.5, row.6)
            };
            assert_eq!(names(row), names(expected), "{peer:?}");
            let same = row.4 == expected.4 || (row.4 - expected.4).abs() < 0.005;
            assert!(same, "{peer:?}: {row:?} instead of {expected:?}");
        }
        assert_eq!(other.records.len(), first.records.len(), "{peer:?}");
        for (record, expected) in other.records.iter().zip(&first.records) {
            assert_eq!(record, expected, "{peer:?}");
        }
    }
    first.1
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
