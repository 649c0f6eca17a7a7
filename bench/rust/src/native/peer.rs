//! The five stages over a batch.

use std::io::{self, Write};
use std::marker::PhantomData;

use super::additions::Additions;
use super::clean::Clean;
use super::records::Scenario;
use super::scan::Malformed;
use super::shape::{Line, Scanner};
use super::small_letters::SmallLetters;
use super::text::Text;
use super::windows::Windows;
use super::writer::Writer;
use crate::answer::{Aggregates, Counts, Outcome, Reject};
use crate::batches::{Batch, BatchPeer};
use crate::meter::Output;
use crate::regions::Regions;

/// `rust-native`.
pub struct Native<'r, S> {
    regions: &'r Regions,
    additions: Additions,
    letters: SmallLetters,
    scanner: Scanner,
    windows: Windows,
    writer: Writer,
    counts: Counts,
    aggregates: Aggregates,
    odd_email: String,
    scenario: PhantomData<S>,
}

impl<'r, S: Scenario> Native<'r, S> {
    pub fn new(regions: &'r Regions) -> Self {
        Self {
            regions,
            additions: Additions::new(regions),
            letters: SmallLetters::new(),
            scanner: Scanner::new(S::LAYOUT),
            windows: Windows::default(),
            writer: Writer::default(),
            counts: Counts::default(),
            aggregates: Aggregates::default(),
            odd_email: String::new(),
            scenario: PhantomData,
        }
    }

    /// Does a line, and gives where the next one begins.
    #[inline(always)]
    fn line(&mut self, text: Text<'_>, at: usize, lines: &[u8]) -> usize {
        let (record, next) = match self.scanner.line(text, at) {
            Ok(Line::Record(record, next)) => (record, next),
            Ok(Line::Blank(next)) => return next,
            Err(Malformed) => return self.malformed(at, lines),
        };
        let clean = match record.is_complete() {
            true => Clean::new(text, record, self.regions, &self.letters, &mut self.odd_email),
            false => Err(Reject::Schema),
        };
        match clean {
            Ok(clean) => {
                let user = clean.user.as_bytes();
                let place = self.windows.find(clean.time, clean.kind.as_bytes(), clean.region, user);
                S::write(text, record, &clean, &self.letters, &mut self.writer);
                self.additions.write(clean.region, &clean.user, clean.time, &mut self.writer);
                self.windows.add(place, clean.amount, user);
                self.counts.records += 1;
            }
            Err(reason) => self.counts.reject(reason),
        }
        next
    }

    /// Refuses a line: only now its end is searched, and only now it matters whether all of it is UTF-8.
    #[cold]
    fn malformed(&mut self, at: usize, lines: &[u8]) -> usize {
        let end = memchr::memchr(b'\n', &lines[at..]).map_or(lines.len(), |length| at + length);
        let is_utf8 = simdutf8::basic::from_utf8(&lines[at..end]).is_ok();
        self.counts.reject(if is_utf8 { Reject::Json } else { Reject::Utf8 });
        end + 1
    }
}

impl<S: Scenario> BatchPeer for Native<'_, S> {
    fn batch(&mut self, batch: Batch<'_>, output: &mut Output<'_>) -> io::Result<()> {
        let (text, lines) = (Text::new(batch.padded()), batch.bytes());
        self.writer.clear();
        let mut at = 0;
        while at < lines.len() {
            at = self.line(text, at, lines);
        }
        output.write_all(self.writer.bytes())?;
        self.windows.close_final(&mut self.aggregates);
        Ok(())
    }

    fn finish(mut self) -> Outcome {
        self.windows.close_all(&mut self.aggregates);
        Outcome { counts: self.counts, aggregates: self.aggregates }
    }
}
