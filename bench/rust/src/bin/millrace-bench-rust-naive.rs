//! The naive peer, with the allocator of the system: what a program has when nobody chose one.

use millrace_bench_rust::{Peer, cli};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let process_start = Instant::now();
    cli::main(&[("rust-naive", Peer::Naive)], process_start)
}
