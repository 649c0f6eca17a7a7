//! The peer `rust-naive`: what one writes first. Owned values, the collections of the standard library, a line at a
//! time.

use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::time::Instant;

use crate::answer::{Aggregates, Counts, OUT_OF_ORDER_MS, Outcome, Reject, Totals, WINDOW_MS};
use crate::meter::{BATCH_BYTES, Meter, Output};
use crate::regions::Regions;
use crate::{Scenario, rules};

/// Reads the input to its end.
///
/// There are no batches: a sample of the latency is the time that 256 KiB of lines took.
pub fn run(
    scenario: Scenario,
    regions: &Regions,
    input: File,
    output: File,
    meter: &mut Meter,
) -> io::Result<Outcome> {
    let mut pipeline = Pipeline::new(scenario, regions);
    let mut writer = BufWriter::new(Output::new(output, meter));
    writer.get_mut().meter().start();
    let (mut since, mut bytes) = (Instant::now(), 0);
    for line in BufReader::new(input).lines() {
        let line = match line {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(Reject::Utf8),
            line => Ok(line?),
        };
        bytes += line.as_ref().map_or(0, String::len);
        if let Some(record) = pipeline.line(line) {
            writeln!(writer, "{record}")?;
        }
        if bytes >= BATCH_BYTES {
            writer.get_mut().meter().batch_done(since);
            (since, bytes) = (Instant::now(), 0);
        }
    }
    writer.flush()?;
    if bytes > 0 {
        writer.get_mut().meter().batch_done(since);
    }
    let outcome = pipeline.finish();
    drop(writer);
    meter.stop();
    Ok(outcome)
}

struct Pipeline<'r> {
    scenario: Scenario,
    regions: &'r Regions,
    email: Regex,
    digits: Regex,
    counts: Counts,
    windows: BTreeMap<u64, HashMap<String, Group>>,
    newest: u64,
    aggregates: Aggregates,
}

struct Group {
    totals: Totals,
    users: HashSet<String>,
}

/// The fields that the stages read.
struct Fields {
    kind: String,
    time: f64,
    user: String,
    url: String,
    email: String,
    country: String,
    amount: f64,
}

impl<'r> Pipeline<'r> {
    fn new(scenario: Scenario, regions: &'r Regions) -> Self {
        Self {
            scenario,
            regions,
            email: Regex::new(rules::EMAIL_PATTERN).unwrap(),
            digits: Regex::new(rules::DIGITS_PATTERN).unwrap(),
            counts: Counts::default(),
            windows: BTreeMap::new(),
            newest: 0,
            aggregates: Aggregates::default(),
        }
    }

    /// What is written for a line.
    fn line(&mut self, line: Result<String, Reject>) -> Option<String> {
        if line.as_ref().is_ok_and(|line| line.trim_matches([' ', '\t', '\r']).is_empty()) {
            return None;
        }
        match line.and_then(|line| self.record(&line)) {
            Ok(record) => {
                self.counts.records += 1;
                Some(record)
            }
            Err(reason) => {
                self.counts.reject(reason);
                None
            }
        }
    }

    fn record(&mut self, line: &str) -> Result<String, Reject> {
        let mut record: Value = serde_json::from_str(line).map_err(|_| Reject::Json)?;
        if !record.is_object() {
            return Err(Reject::Json);
        }
        let fields = self.fields(&record).ok_or(Reject::Schema)?;

        let email = rules::trim(&fields.email).to_lowercase();
        let country = fields.country.to_uppercase();
        let path = fields.url.split('?').next().unwrap_or_default();
        let url = self.digits.replace_all(path, ":id").to_string();

        let time = rules::event_time(fields.time).ok_or(Reject::Invalid)?;
        let code = rules::country_code(&country).ok_or(Reject::Invalid)?;
        let is_valid = rules::is_type(&fields.kind) && fields.amount >= 0.0 && self.email.is_match(&email);
        if !is_valid {
            return Err(Reject::Invalid);
        }

        let region = self.regions.of(code);
        self.add(&fields, time, region);
        self.close(self.newest.saturating_sub(OUT_OF_ORDER_MS));

        let [url_name, email_name, country_name, amount_name] = match self.scenario {
            Scenario::Events => ["url", "email", "country", "amount"],
            Scenario::Letters => ["page", "mail", "nation", "price"],
        };
        record[url_name] = url.into();
        record[email_name] = email.into();
        record[country_name] = country.into();
        record[amount_name] = fields.amount.into();
        record["region"] = self.regions.name(region).into();
        record["tier"] = rules::TIERS[rules::tier(fields.user.as_bytes())].into();
        record["hour"] = rules::hour(time).into();
        Ok(record.to_string())
    }

    /// Copies the fields out of a record; none when one is missing or has the wrong type.
    fn fields(&self, record: &Value) -> Option<Fields> {
        let [kind, time, user, url, email, country, amount] = match self.scenario {
            Scenario::Events => ["/type", "/ts", "/userId", "/url", "/email", "/country", "/amount"],
            Scenario::Letters => [
                "/envelope/kind",
                "/envelope/at",
                "/envelope/sender/key",
                "/link",
                "/envelope/sender/mail",
                "/envelope/sender/place/nation",
                "/value",
            ],
        };
        let text = |path| Some(record.pointer(path)?.as_str()?.to_string());
        Some(Fields {
            kind: text(kind)?,
            time: record.pointer(time)?.as_f64()?,
            user: text(user)?,
            url: text(url)?,
            email: text(email)?,
            country: text(country)?,
            amount: match record.pointer(amount)? {
                Value::String(text) => rules::number_of_text(text),
                number => number.as_f64()?,
            },
        })
    }

    fn add(&mut self, fields: &Fields, time: u64, region: u8) {
        self.newest = self.newest.max(time);
        let window = self.windows.entry(time - time % WINDOW_MS).or_default();
        let group = window
            .entry(format!("{region}|{}", fields.kind))
            .or_insert_with(|| Group { totals: Totals::NONE, users: HashSet::new() });
        group.totals.add(fields.amount);
        group.users.insert(fields.user.clone());
    }

    /// Closes the windows that end at `time` or before.
    fn close(&mut self, time: u64) {
        while let Some(window) = self.windows.first_entry() {
            if window.key() + WINDOW_MS > time {
                return;
            }
            let (start, groups) = window.remove_entry();
            for (key, group) in groups {
                let (region, kind) = key.split_once('|').expect("the key was made of both");
                let region = region.parse().expect("the region is a number");
                self.aggregates.push(start, kind, region, group.totals, group.users.len());
            }
        }
    }

    fn finish(mut self) -> Outcome {
        self.close(u64::MAX);
        Outcome { counts: self.counts, aggregates: self.aggregates }
    }
}
