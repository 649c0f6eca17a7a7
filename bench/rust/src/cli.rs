//! The command line: one run, one line of JSON.

use serde_json::{Value, json};
use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use crate::{Meter, Outcome, Peer, Regions, Scenario};

const SCENARIOS: [(&str, Scenario); 2] = [("events", Scenario::Events), ("letters", Scenario::Letters)];

struct Arguments {
    peer: Peer,
    scenario: Scenario,
    regions: PathBuf,
    output: PathBuf,
    input: PathBuf,
    answer: bool,
}

/// Does what the command line says.
///
/// A binary names the peers that it runs, because its allocator is part of what a peer is, and takes the time in the
/// first line of its `main`.
pub fn main(peers: &[(&str, Peer)], process_start: Instant) -> ExitCode {
    let Some(arguments) = parse(peers, env::args().skip(1)) else {
        let names: Vec<_> = peers.iter().map(|(name, _)| *name).collect();
        eprintln!(
            "usage: {} events|letters REGIONS.json OUTPUT.ndjson INPUT.ndjson [--answer]",
            names.join("|")
        );
        return ExitCode::from(2);
    };
    match run(&arguments, process_start) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Cannot run the benchmark: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(peers: &[(&str, Peer)], arguments: impl Iterator<Item = String>) -> Option<Arguments> {
    let (flags, paths): (Vec<_>, Vec<_>) = arguments.partition(|argument| argument.starts_with("--"));
    let [peer, scenario, regions, output, input] = paths.try_into().ok()?;
    Some(Arguments {
        peer: peers.iter().find(|(name, _)| *name == peer)?.1,
        scenario: SCENARIOS.iter().find(|(name, _)| *name == scenario)?.1,
        regions: regions.into(),
        output: output.into(),
        input: input.into(),
        answer: match flags.as_slice() {
            [] => false,
            [flag] if flag == "--answer" => true,
            _ => return None,
        },
    })
}

fn run(arguments: &Arguments, process_start: Instant) -> io::Result<Value> {
    let Arguments { peer, scenario, regions, output, input, answer } = arguments;
    let regions = Regions::from_json(&fs::read(regions)?)?;
    let mut meter = Meter::new(process_start);
    let Outcome { counts, aggregates } = crate::run(*peer, *scenario, &regions, input, output, &mut meter)?;
    let mut report = meter.report()?;
    let [utf8, json, schema, invalid] = counts.rejects;
    report["rowsIn"] = counts.rows_in().into();
    report["rejects"] = json!({ "json": json, "utf8": utf8, "schema": schema, "invalid": invalid });
    report["records"] = counts.records.into();
    if *answer {
        report["aggregates"] = serde_json::to_value(aggregates.sorted(&regions))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_five_names_and_a_flag() {
        let parse = |line: &str| parse(&[("rust-serde", Peer::Serde)], line.split(' ').map(str::to_owned));
        let arguments = parse("rust-serde letters r.json out.ndjson in.ndjson --answer").unwrap();
        assert_eq!(
            (arguments.peer, arguments.scenario, arguments.answer),
            (Peer::Serde, Scenario::Letters, true)
        );
        assert!(!parse("rust-serde events r o i").unwrap().answer);
        for wrong in [
            "",
            "rust-serde events r o",
            "rust-naive events r o i",
            "rust-serde e r o i",
            "rust-serde events r o i --x",
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
