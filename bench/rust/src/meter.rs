//! What a run cost: time, processor time, memory, and how long batches took.

use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, Write};
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

/// The bytes of input that one sample of the latency stands for.
pub const BATCH_BYTES: usize = 256 * 1024;

/// Measures one run. The time before `main` (about a millisecond) is not seen.
pub struct Meter {
    process_start: Instant,
    start: Instant,
    start_cpu: Duration,
    elapsed: Duration,
    cpu: Duration,
    first_row: Option<Duration>,
    latencies: Vec<Duration>,
}

impl Meter {
    /// `process_start` is taken in the first line of `main`.
    pub fn new(process_start: Instant) -> Self {
        Self {
            process_start,
            start: process_start,
            start_cpu: Duration::ZERO,
            elapsed: Duration::ZERO,
            cpu: Duration::ZERO,
            first_row: None,
            latencies: Vec::new(),
        }
    }

    /// The first read is about to begin.
    pub fn start(&mut self) {
        self.start_cpu = processor_time();
        self.start = Instant::now();
    }

    /// The output of a batch, which had been read at `read`, has been handed to the file.
    pub fn batch_done(&mut self, read: Instant) {
        self.latencies.push(read.elapsed());
    }

    /// All output is written, all aggregates are final.
    pub fn stop(&mut self) {
        self.elapsed = self.start.elapsed();
        self.cpu = processor_time() - self.start_cpu;
    }

    /// The figures, as the report names them.
    pub fn report(mut self) -> io::Result<Value> {
        self.latencies.sort_unstable();
        let latency_ms = |share: f64| {
            let last = self.latencies.len().checked_sub(1)?;
            Some(milliseconds(self.latencies[(last as f64 * share).round() as usize]))
        };
        Ok(json!({
            "elapsed_ms": milliseconds(self.elapsed),
            "cpu_us": self.cpu.as_micros() as u64,
            "peakRss_bytes": peak_resident_bytes()?,
            "latency_ms": { "p50": latency_ms(0.50), "p95": latency_ms(0.95), "p99": latency_ms(0.99) },
            "firstRow_ms": self.first_row.map(milliseconds),
        }))
    }
}

/// The output file of a run, which tells the meter of its first bytes.
pub struct Output<'a> {
    file: File,
    meter: &'a mut Meter,
}

impl<'a> Output<'a> {
    pub fn new(file: File, meter: &'a mut Meter) -> Self {
        Self { file, meter }
    }

    pub fn meter(&mut self) -> &mut Meter {
        self.meter
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        if self.meter.first_row.is_none() && written > 0 {
            self.meter.first_row = Some(self.meter.process_start.elapsed());
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What this process, all threads together, has had of the processors.
fn processor_time() -> Duration {
    let mut usage = MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: getrusage fills the struct when it returns 0, which it does for RUSAGE_SELF and a valid pointer.
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()), 0);
        usage.assume_init()
    };
    let time =
        |of: libc::timeval| Duration::from_secs(of.tv_sec as u64) + Duration::from_micros(of.tv_usec as u64);
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// The most memory that this process has had resident.
fn peak_resident_bytes() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kilobytes
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| io::Error::other("no VmHWM in /proc/self/status"))
}
