//! Many lines: how they are cut into batches, windows, and peers against each other on random input.

mod support;

use millrace_bench_rust::Scenario;
use support::inputs::{Random, START_MS, record};
use support::{agreed, agreed_on_records};

const SCENARIOS: [Scenario; 2] = [Scenario::Events, Scenario::Letters];

#[test]
fn nothing() {
    for input in ["", "\n", "\n\r\n \t\n", " "] {
        let answer = agreed(Scenario::Events, input.as_bytes());
        assert_eq!((answer.counts.rows_in(), answer.rows.len()), (0, 0), "{input:?}");
    }
}

#[test]
fn line_ends() {
    for scenario in SCENARIOS {
        let mut random = Random::new(1);
        let lines: Vec<String> = (0..20).map(|index| record(scenario, index, &mut random)).collect();
        let expected = agreed(scenario, (lines.join("\n") + "\n").as_bytes());
        assert_eq!(expected.counts.records, 20);
        for input in
            [lines.join("\n"), lines.join("\r\n"), lines.join("\n\n \r\n") + "\n", lines.join(" \n\t")]
        {
            let answer = agreed(scenario, input.as_bytes());
            assert_eq!(
                (answer.counts, answer.records, answer.rows),
                (expected.counts, expected.records.clone(), expected.rows.clone())
            );
        }
    }
}

/// About five batches. Lines cross their borders at all sorts of places; one is longer than a batch.
#[test]
fn lines_across_batches() {
    for scenario in SCENARIOS {
        let mut random = Random::new(2);
        let mut input = Vec::new();
        for index in 0..2_000 {
            input.extend(record(scenario, index, &mut random).bytes());
            input.push(b'\n');
            match index % 500 {
                100 => input.extend(b"\"\xff\n"),
                200 => input.extend(b"{\"cut\n\n"),
                300 => {
                    let long = record(scenario, index, &mut random);
                    let comment =
                        format!(",\"comment\":\"{}\"}}\n", "long é ".repeat(1 + random.below(60_000)));
                    input.extend(long.trim_end().strip_suffix('}').unwrap().bytes());
                    input.extend(comment.bytes());
                }
                _ => {}
            }
        }
        let answer = agreed(scenario, &input);
        assert_eq!((answer.counts.records, answer.counts.rejects), (2_004, [4, 4, 0, 0]));
    }
}

/// Forty minutes, out of order by up to two seconds.
#[test]
fn windows() {
    for scenario in SCENARIOS {
        let mut random = Random::new(3);
        let lines: Vec<String> = (0..1_500).map(|index| record(scenario, index * 40, &mut random)).collect();
        let answer = agreed(scenario, lines.join("\n").as_bytes());
        assert_eq!(answer.counts.records, 1_500);
        assert_eq!(answer.rows.iter().map(|row| row.count).sum::<u64>(), 1_500);
        let mut starts: Vec<u64> = answer.rows.iter().map(|row| row.start).collect();
        assert!(starts.is_sorted());
        starts.dedup();
        assert_eq!(starts.len(), 41);
        assert_eq!(starts[0], START_MS - 60_000);
    }
}

/// Lines with a byte changed, removed or put in, or two: whatever the peers make of them, they make the same.
#[test]
fn broken_at_random() {
    for scenario in SCENARIOS {
        let mut random = Random::new(4);
        let mut input = Vec::new();
        for index in 0..4_000 {
            let mut line = record(scenario, index, &mut random).into_bytes();
            for _ in 0..1 + random.below(2) {
                let at = random.below(line.len());
                let byte = random.of(b"\"\"\\{}[],:: \t-+.0123456789abtnu\x00\x1f\x7f\x80\xc3\xe9\xff");
                match random.below(3) {
                    0 => line[at] = byte,
                    1 => drop(line.remove(at)),
                    _ => line.insert(at, byte),
                }
            }
            // Half a surrogate pair is a text of its own in JavaScript, and none in Rust.
            if !line.windows(3).any(|bytes| bytes == b"\\ud") {
                input.extend(line);
                input.push(b'\n');
            }
        }
        let answer = agreed_on_records(scenario, &input);
        assert!(
            answer.counts.records > 500 && answer.counts.rejects.iter().all(|&count| count > 5),
            "{:?}",
            answer.counts
        );
    }
}
