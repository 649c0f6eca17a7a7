//! The five stages over a batch, on one thread.

use bumpalo::Bump;
use std::io::{self, Write};
use std::marker::PhantomData;

use super::codec::Codec;
use super::lines::each_line;
use super::object::ObjectSeed;
use super::records::{Record, Scenario, Written};
use super::stages::{Clean, Stages};
use super::windows::Windows;
use crate::answer::{Aggregates, Counts, Outcome, Reject};
use crate::batches::{Batch, BatchPeer};
use crate::meter::Output;
use crate::regions::Regions;

/// What one thread works with: it does the five stages over whole lines.
pub struct Worker<'r, S, C> {
    stages: Stages<'r>,
    arena: Bump,
    pub windows: Windows,
    pub counts: Counts,
    scenario: PhantomData<(S, C)>,
}

impl<'r, S: Scenario, C: Codec> Worker<'r, S, C> {
    pub fn new(regions: &'r Regions) -> Self {
        Self {
            stages: Stages::new(regions),
            arena: Bump::new(),
            windows: Windows::default(),
            counts: Counts::default(),
            scenario: PhantomData,
        }
    }

    /// Adds the lines to the windows and the counts, and appends what is written of them.
    pub fn work(&mut self, lines: &[u8], to: &mut Vec<u8>) {
        let Self { stages, arena, windows, counts, .. } = self;
        each_line(lines, |line| match Self::record(stages, arena, line, to) {
            Ok(clean) => {
                windows.add(&clean);
                counts.records += 1;
            }
            Err(reason) => counts.reject(reason),
        });
        arena.reset();
    }

    /// Reads and cleans a record, and appends it as it is written.
    #[inline]
    fn record<'a>(
        stages: &Stages<'a>,
        arena: &'a Bump,
        line: Option<&'a str>,
        to: &mut Vec<u8>,
    ) -> Result<Clean<'a>, Reject> {
        let line = line.ok_or(Reject::Utf8)?;
        let record = C::read(line, ObjectSeed::<S::Record<'a, C>>::new(arena))
            .map_err(|fault| C::reason(line, fault))?;
        let clean = stages.clean(&record.needed().ok_or(Reject::Schema)?, arena)?;
        C::write(&Written { record: &record, clean: &clean }, to);
        to.push(b'\n');
        Ok(clean)
    }
}

/// `rust-serde` and `rust-sonic`.
pub struct OneThread<'r, S, C> {
    worker: Worker<'r, S, C>,
    aggregates: Aggregates,
    written: Vec<u8>,
}

impl<'r, S: Scenario, C: Codec> OneThread<'r, S, C> {
    pub fn new(regions: &'r Regions) -> Self {
        Self { worker: Worker::new(regions), aggregates: Aggregates::default(), written: Vec::new() }
    }
}

impl<S: Scenario, C: Codec> BatchPeer for OneThread<'_, S, C> {
    fn batch(&mut self, batch: Batch<'_>, output: &mut Output<'_>) -> io::Result<()> {
        self.written.clear();
        self.worker.work(batch.bytes(), &mut self.written);
        output.write_all(&self.written)?;
        let newest = self.worker.windows.newest();
        self.worker.windows.take_final(newest).for_each(|window| window.close(&mut self.aggregates));
        Ok(())
    }

    fn finish(mut self) -> Outcome {
        self.worker.windows.take_all().for_each(|window| window.close(&mut self.aggregates));
        Outcome { counts: self.worker.counts, aggregates: self.aggregates }
    }
}
