//! Which name stands where: predicted, and searched when the prediction fails.

use super::block::{BLOCK_BYTES, Block};
use super::scan::{self, Content, Malformed, Scan, Span, State};
use super::text::Text;

/// A field that the stages read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    Kind,
    User,
    Url,
    Email,
    Country,
    Time,
    Amount,
}

const FIELDS: usize = 7;
const ALL_FIELDS: u8 = (1 << FIELDS) - 1;

/// What is done with the value of a name.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    Skip,
    Text(Field),
    Time,
    Amount,
    /// The object of this number in the layout.
    Object(usize),
    /// There is no value: the object ends.
    End,
}

/// A name of at most eight bytes, as a word.
pub struct Name {
    word: u64,
    action: Action,
}

impl Name {
    pub const fn new(name: &str, action: Action) -> Self {
        let bytes = name.as_bytes();
        assert!(bytes.len() <= 8, "a name is compared as one word");
        let mut word = 0;
        let mut at = 0;
        while at < bytes.len() {
            word |= (bytes[at] as u64) << (8 * at);
            at += 1;
        }
        Self { word, action }
    }
}

/// The names that matter, object by object; the first object is the record.
pub type Layout = &'static [&'static [Name]];

/// How many members of an object have their names predicted.
const PREDICTED: usize = 32;

/// What stands before a value: the bracket or comma, the name, the colon. Or the bracket that ends an object.
#[derive(Clone, Copy)]
struct Lead {
    bytes: Block,
    mask: u32,
    length: usize,
    action: Action,
}

impl Lead {
    fn end() -> Self {
        Self { bytes: Block::of(b'}'), mask: 1, length: 1, action: Action::End }
    }

    #[inline(always)]
    fn is_at(&self, text: Text<'_>, at: usize) -> bool {
        text.block(at).same(self.bytes) & self.mask == self.mask
    }
}

/// An amount: a number with the place of its digits, or a string.
#[derive(Clone, Copy)]
pub enum Amount {
    Number { value: f64, start: usize, end: usize },
    Text(Span),
}

/// Where the fields of a record stand.
#[derive(Clone, Copy)]
pub struct Record {
    /// The opening bracket.
    pub start: usize,
    /// The closing bracket.
    pub end: usize,
    pub time: f64,
    pub amount: Amount,
    texts: [Span; 5],
    seen: u8,
}

impl Record {
    const EMPTY: Self = {
        let span = Span { start: 0, end: 0, content: Content::Plain };
        Self { start: 0, end: 0, time: 0.0, amount: Amount::Text(span), texts: [span; 5], seen: 0 }
    };

    /// A field that is a string.
    #[inline(always)]
    pub fn text(&self, field: Field) -> Span {
        self.texts[field as usize]
    }

    /// Whether all fields were there, each with its type.
    #[inline(always)]
    pub fn is_complete(&self) -> bool {
        self.seen == ALL_FIELDS
    }
}

/// What stands in a line.
pub enum Line<'s> {
    /// A record, and where the next line begins.
    Record(&'s Record, usize),
    /// Nothing, and where the next line begins.
    Blank(usize),
}

/// Finds the fields of records.
pub struct Scanner {
    layout: Layout,
    /// By object and position: the name that stood there in the record before.
    leads: Vec<[Lead; PREDICTED]>,
    /// By object: the fields that it or an object in it holds.
    fields: Vec<u8>,
    state: State,
    record: Record,
}

impl Scanner {
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            leads: vec![[Lead::end(); PREDICTED]; layout.len()],
            fields: (0..layout.len()).map(|object| fields_of(layout, object)).collect(),
            state: State::default(),
            record: Record::EMPTY,
        }
    }

    /// Scans the line that begins at `at`.
    #[inline(always)]
    pub fn line(&mut self, text: Text<'_>, at: usize) -> Scan<Line<'_>> {
        let start = scan::space(text, at);
        match text.byte(start) {
            b'{' => {}
            b'\n' => return Ok(Line::Blank(start + 1)),
            _ => return Err(Malformed),
        }
        self.record.seen = 0;
        self.state.not_ascii = false;
        let end = self.object(text, start, 0)?;
        let line_feed = scan::space(text, end);
        if text.byte(line_feed) != b'\n' {
            return Err(Malformed);
        }
        if self.state.not_ascii && simdutf8::basic::from_utf8(text.slice(start, end)).is_err() {
            return Err(Malformed);
        }
        (self.record.start, self.record.end) = (start, end - 1);
        Ok(Line::Record(&self.record, line_feed + 1))
    }

    /// Scans an object of the layout; gives its end.
    fn object(&mut self, text: Text<'_>, mut at: usize, object: usize) -> Scan<usize> {
        let mut position = 0;
        loop {
            let lead = &self.leads[object][position.min(PREDICTED - 1)];
            let (action, from) = if lead.is_at(text, at) {
                (lead.action, at + lead.length)
            } else {
                self.other_name(text, at, object, position)?
            };
            let end = match action {
                Action::Skip => scan::value(text, from, &mut self.state)?,
                Action::Text(field) => self.text(text, from, field)?,
                Action::Time => self.time(text, from)?,
                Action::Amount => self.amount(text, from)?,
                Action::Object(inner) => self.inner(text, from, inner)?,
                Action::End => return Ok(from),
            };
            at = scan::space(text, end);
            position += 1;
        }
    }

    #[inline(always)]
    fn text(&mut self, text: Text<'_>, at: usize, field: Field) -> Scan<usize> {
        if text.byte(at) != b'"' {
            return self.wrong_type(text, at, field);
        }
        let span = scan::string(text, at + 1, &mut self.state)?;
        self.record.texts[field as usize] = span;
        self.record.seen |= 1 << field as u8;
        Ok(span.end + 1)
    }

    #[inline(always)]
    fn time(&mut self, text: Text<'_>, at: usize) -> Scan<usize> {
        if !matches!(text.byte(at), b'-' | b'0'..=b'9') {
            return self.wrong_type(text, at, Field::Time);
        }
        let number = scan::number(text, at)?;
        self.record.time = number.value;
        self.record.seen |= 1 << Field::Time as u8;
        Ok(number.end)
    }

    #[inline(always)]
    fn amount(&mut self, text: Text<'_>, at: usize) -> Scan<usize> {
        let (amount, end) = match text.byte(at) {
            b'-' | b'0'..=b'9' => {
                let number = scan::number(text, at)?;
                (Amount::Number { value: number.value, start: at, end: number.end }, number.end)
            }
            b'"' => {
                let span = scan::string(text, at + 1, &mut self.state)?;
                (Amount::Text(span), span.end + 1)
            }
            _ => return self.wrong_type(text, at, Field::Amount),
        };
        self.record.amount = amount;
        self.record.seen |= 1 << Field::Amount as u8;
        Ok(end)
    }

    /// An object within a record. When its name comes twice, the first one's fields don't count.
    fn inner(&mut self, text: Text<'_>, at: usize, object: usize) -> Scan<usize> {
        self.record.seen &= !self.fields[object];
        match text.byte(at) {
            b'{' => self.object(text, at, object),
            _ => scan::value(text, at, &mut self.state),
        }
    }

    /// The record lacks the field, whatever stood there before under the same name.
    #[cold]
    fn wrong_type(&mut self, text: Text<'_>, at: usize, field: Field) -> Scan<usize> {
        self.record.seen &= !(1 << field as u8);
        scan::value(text, at, &mut self.state)
    }

    /// A name that was not predicted: searched, and predicted from now on.
    #[inline(never)]
    fn other_name(&mut self, text: Text<'_>, at: usize, object: usize, position: usize) -> Scan<(Action, usize)> {
        let first = position == 0;
        if !first && text.byte(at) == b'}' {
            self.learn(object, position, Lead::end());
            return Ok((Action::End, at + 1));
        }
        if !first && text.byte(at) != b',' {
            return Err(Malformed);
        }
        let start = scan::space(text, at + 1);
        if first && text.byte(start) == b'}' {
            return Ok((Action::End, start + 1));
        }
        let (span, from) = scan::name(text, start, &mut self.state)?;
        let action = self.action(text, span, object);
        let length = from - at;
        let compact = length == span.end - span.start + 4;
        if compact && length <= BLOCK_BYTES {
            let mask = u32::MAX >> (BLOCK_BYTES - length);
            self.learn(object, position, Lead { bytes: text.block(at), mask, length, action });
        }
        Ok((action, from))
    }

    fn learn(&mut self, object: usize, position: usize, lead: Lead) {
        if position < PREDICTED - 1 {
            self.leads[object][position] = lead;
        }
    }

    /// What a name asks for.
    fn action(&self, text: Text<'_>, name: Span, object: usize) -> Action {
        let word = match name.content {
            Content::Escaped => return self.escaped_action(text.slice(name.start - 1, name.end + 1), object),
            _ => word(text, name),
        };
        let known = self.layout[object].iter().find(|known| Some(known.word) == word);
        known.map_or(Action::Skip, |known| known.action)
    }

    #[cold]
    fn escaped_action(&self, quoted: &[u8], object: usize) -> Action {
        let Ok(name) = serde_json::from_slice::<String>(quoted) else { return Action::Skip };
        if name.len() > 8 || name.contains('\0') {
            return Action::Skip;
        }
        let word = Name::new(&name, Action::Skip).word;
        let known = self.layout[object].iter().find(|known| known.word == word);
        known.map_or(Action::Skip, |known| known.action)
    }
}

/// A name of one to eight bytes as a word.
#[inline(always)]
fn word(text: Text<'_>, name: Span) -> Option<u64> {
    let length = name.end - name.start;
    (1..=8).contains(&length).then(|| text.word(name.start) & (u64::MAX >> (64 - 8 * length)))
}

fn fields_of(layout: Layout, object: usize) -> u8 {
    layout[object].iter().fold(0, |fields, name| {
        fields
            | match name.action {
                Action::Text(field) => 1 << field as u8,
                Action::Time => 1 << Field::Time as u8,
                Action::Amount => 1 << Field::Amount as u8,
                Action::Object(inner) => fields_of(layout, inner),
                Action::Skip | Action::End => 0,
            }
    })
}
