//! The peers that are written for speed, with mimalloc.

use millrace_bench_rust::{Peer, cli};
use std::process::ExitCode;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PEERS: [(&str, Peer); 4] = [
    ("rust-serde", Peer::Serde),
    ("rust-serde-2t", Peer::Serde2Threads),
    ("rust-sonic", Peer::Sonic),
    ("rust-native", Peer::Native),
];

fn main() -> ExitCode {
    let process_start = Instant::now();
    cli::main(&PEERS, process_start)
}
