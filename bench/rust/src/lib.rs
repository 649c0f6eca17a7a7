//! The Rust peers of Millrace's benchmark: the scenarios `events` and `letters` (`bench/scenarios/events.md`) as Rust
//! programmers write them, and a native port of Millrace's own technique.

use std::fs::File;
use std::io;
use std::path::Path;

mod answer;
mod batches;
mod borrowed;
pub mod cli;
mod meter;
mod naive;
mod native;

mod regions;
mod rules;

pub use answer::{Counts, NamedRow, Outcome, Totals};
pub use meter::Meter;
pub use regions::Regions;

use batches::drive;
use borrowed::{Event, Letter, OneThread, SerdeJson, SonicRs, TwoThreads, two_threads};
use native::Native;

/// Which records there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Events,
    Letters,
}

/// Which program works on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    Naive,
    Serde,
    Serde2Threads,
    Sonic,
    Native,
}

/// Runs a peer over an input and writes its output.
pub fn run(
    peer: Peer,
    scenario: Scenario,
    regions: &Regions,
    input: &Path,
    output: &Path,
    meter: &mut Meter,
) -> io::Result<Outcome> {
    let (input, output) = (File::open(input)?, File::create(output)?);
    macro_rules! drive {
        ($peer:expr) => {
            drive($peer, input, output, meter)
        };
    }
    match (peer, scenario) {
        (Peer::Naive, _) => naive::run(scenario, regions, input, output, meter),
        (Peer::Serde, Scenario::Events) => drive!(OneThread::<Event, SerdeJson>::new(regions)),
        (Peer::Serde, Scenario::Letters) => drive!(OneThread::<Letter, SerdeJson>::new(regions)),
        (Peer::Serde2Threads, Scenario::Events) => {
            two_threads()?.install(|| drive!(TwoThreads::<Event, SerdeJson>::new(regions)))
        }
        (Peer::Serde2Threads, Scenario::Letters) => {
            two_threads()?.install(|| drive!(TwoThreads::<Letter, SerdeJson>::new(regions)))
        }
        (Peer::Sonic, Scenario::Events) => drive!(OneThread::<Event, SonicRs>::new(regions)),
        (Peer::Sonic, Scenario::Letters) => drive!(OneThread::<Letter, SonicRs>::new(regions)),
        (Peer::Native, Scenario::Events) => drive!(Native::<native::Events>::new(regions)),
        (Peer::Native, Scenario::Letters) => drive!(Native::<native::Letters>::new(regions)),
    }
}
