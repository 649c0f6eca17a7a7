//! The five stages over a batch, on two threads.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::io::{self, Write};

use super::codec::Codec;
use super::pipeline::Worker;
use super::records::Scenario;
use super::windows::{Window, Windows};
use crate::answer::{Aggregates, Outcome};
use crate::batches::{Batch, BatchPeer};
use crate::meter::Output;
use crate::regions::Regions;

const THREADS: usize = 2;

/// The threads of `rust-serde-2t`. The reading and writing is done by one of them, which then has one other to wake.
pub fn two_threads() -> io::Result<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(THREADS).build().map_err(io::Error::other)
}

/// `rust-serde-2t`: a batch is cut in two between lines; both halves are worked at the same time and written in order.
pub struct TwoThreads<'r, S, C> {
    halves: [Half<'r, S, C>; THREADS],
    merged: Windows,
    aggregates: Aggregates,
}

struct Half<'r, S, C> {
    worker: Worker<'r, S, C>,
    written: Vec<u8>,
}

impl<'r, S: Scenario, C: Codec> TwoThreads<'r, S, C> {
    pub fn new(regions: &'r Regions) -> Self {
        Self {
            halves: [(); THREADS].map(|()| Half { worker: Worker::new(regions), written: Vec::new() }),
            merged: Windows::default(),
            aggregates: Aggregates::default(),
        }
    }

    /// Merges the halves of windows, and closes what is then final.
    fn close(&mut self, take: impl Fn(&mut Windows) -> Vec<Window>) {
        for half in &mut self.halves {
            take(&mut half.worker.windows).into_iter().for_each(|window| self.merged.absorb(window));
        }
        self.merged.take_all().for_each(|window| window.close(&mut self.aggregates));
    }
}

impl<S: Scenario, C: Codec> BatchPeer for TwoThreads<'_, S, C> {
    fn batch(&mut self, batch: Batch<'_>, output: &mut Output<'_>) -> io::Result<()> {
        let (first, second) = cut(batch.bytes());
        let [one, two] = &mut self.halves;
        rayon::join(|| one.work(first), || two.work(second));
        output.write_all(&one.written)?;
        output.write_all(&two.written)?;
        let newest = one.worker.windows.newest().max(two.worker.windows.newest());
        self.close(|windows| windows.take_final(newest).collect());
        Ok(())
    }

    fn finish(mut self) -> Outcome {
        self.close(|windows| windows.take_all().collect());
        let mut outcome = Outcome { aggregates: self.aggregates, ..Outcome::default() };
        self.halves.iter().for_each(|half| outcome.counts += half.worker.counts);
        outcome
    }
}

impl<S: Scenario, C: Codec> Half<'_, S, C> {
    fn work(&mut self, lines: &[u8]) {
        self.written.clear();
        self.worker.work(lines, &mut self.written);
    }
}

/// Cuts behind the line that stands in the middle.
fn cut(lines: &[u8]) -> (&[u8], &[u8]) {
    let middle = lines.len() / 2;
    let end = memchr::memchr(b'\n', &lines[middle..]).map_or(lines.len(), |end| middle + end + 1);
    lines.split_at(end)
}
