//! Input in batches of whole lines.

use std::fs::File;
use std::io::{self, Read};
use std::time::Instant;

use crate::answer::Outcome;
use crate::meter::{BATCH_BYTES, Meter, Output};

/// How many readable bytes stand behind every batch, so that a scanner may load a whole block at its last byte.
pub const PADDING_BYTES: usize = 64;

/// A peer that works batch by batch.
pub trait BatchPeer {
    /// Does the five stages for a batch and writes what is valid.
    fn batch(&mut self, batch: Batch<'_>, output: &mut Output<'_>) -> io::Result<()>;

    /// The input has ended: all windows are final.
    fn finish(self) -> Outcome;
}

/// Whole lines, each ended by a line feed.
#[derive(Clone, Copy)]
pub struct Batch<'a> {
    buffer: &'a [u8],
    length: usize,
}

impl<'a> Batch<'a> {
    /// The lines.
    pub fn bytes(self) -> &'a [u8] {
        &self.buffer[..self.length]
    }

    /// The lines and at least [`PADDING_BYTES`] more.
    pub fn padded(self) -> &'a [u8] {
        self.buffer
    }
}

/// Reads the input to its end, one batch after the other.
pub fn drive<P: BatchPeer>(mut peer: P, input: File, output: File, meter: &mut Meter) -> io::Result<Outcome> {
    let mut reader = BatchReader::new(input);
    let mut output = Output::new(output, meter);
    output.meter().start();
    while let Some(batch) = reader.next()? {
        let read = Instant::now();
        peer.batch(batch, &mut output)?;
        output.meter().batch_done(read);
    }
    let outcome = peer.finish();
    drop(output);
    meter.stop();
    Ok(outcome)
}

/// Reads into one buffer; what is left of a cut line is moved to its front before the next read.
struct BatchReader {
    input: File,
    buffer: Vec<u8>,
    /// Where the batch that was handed out ends.
    taken: usize,
    /// How many bytes of the buffer are read.
    filled: usize,
    ended: bool,
}

impl BatchReader {
    fn new(input: File) -> Self {
        Self { input, buffer: vec![0; BATCH_BYTES + PADDING_BYTES], taken: 0, filled: 0, ended: false }
    }

    /// The next batch; none at the end of the input.
    fn next(&mut self) -> io::Result<Option<Batch<'_>>> {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.taken = 0;
        let mut searched = 0;
        loop {
            self.fill()?;
            if let Some(last) = memchr::memrchr(b'\n', &self.buffer[searched..self.filled]) {
                self.taken = searched + last + 1;
                return Ok(Some(Batch { buffer: &self.buffer, length: self.taken }));
            }
            if self.ended {
                return Ok(self.last_line());
            }
            // One line is longer than the buffer.
            searched = self.filled;
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
    }

    /// Reads until the buffer is full or the input has ended.
    fn fill(&mut self) -> io::Result<()> {
        let capacity = self.buffer.len() - PADDING_BYTES;
        while !self.ended && self.filled < capacity {
            match self.input.read(&mut self.buffer[self.filled..capacity]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// What stands behind the last line feed gets one of its own.
    fn last_line(&mut self) -> Option<Batch<'_>> {
        if self.filled == 0 {
            return None;
        }
        self.buffer.push(0);
        self.buffer[self.filled] = b'\n';
        let length = self.filled + 1;
        self.filled = 0;
        Some(Batch { buffer: &self.buffer, length })
    }
}
