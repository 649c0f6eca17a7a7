//! Which name stands where: predicted, and searched when the prediction fails.

use super::block::{BLOCK_BYTES, Block};
use super::layout::{Action, Layout, action, fields_of};
use super::number::number;
use super::record::{Amount, Field, FieldSet, Record};
use super::scan::{self, Content, Malformed, Scan, State};
use super::text::Text;

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
    /// By object and position: what stood there in the record before.
    leads: Vec<[Lead; PREDICTED]>,
    /// By object: the fields that it or an object in it holds.
    fields: Vec<FieldSet>,
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
        self.record.lack(FieldSet::ALL);
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

    /// Scans an object of the layout, from its opening bracket; gives its end.
    fn object(&mut self, text: Text<'_>, mut at: usize, object: usize) -> Scan<usize> {
        let mut position = 0;
        loop {
            let lead = &self.leads[object][position.min(PREDICTED - 1)];
            let (action, from) = if lead.is_at(text, at) {
                (lead.action, at + lead.length)
            } else {
                self.other_name(text, at, object, position)?
            };
            if let Action::End = action {
                return Ok(from);
            }
            let from = scan::space(text, from);
            let end = match action {
                Action::Skip | Action::End => scan::value(text, from, &mut self.state)?,
                Action::Text(field) => self.text(text, from, field)?,
                Action::Time => self.time(text, from)?,
                Action::Amount => self.amount(text, from)?,
                Action::Object(inner) => self.inner(text, from, inner)?,
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
        self.record.set_text(field, span);
        Ok(span.end + 1)
    }

    #[inline(always)]
    fn time(&mut self, text: Text<'_>, at: usize) -> Scan<usize> {
        if !matches!(text.byte(at), b'-' | b'0'..=b'9') {
            return self.wrong_type(text, at, Field::Time);
        }
        let time = number(text, at)?;
        self.record.set_time(time.value);
        Ok(time.end)
    }

    #[inline(always)]
    fn amount(&mut self, text: Text<'_>, at: usize) -> Scan<usize> {
        match text.byte(at) {
            b'-' | b'0'..=b'9' => {
                let amount = number(text, at)?;
                self.record.set_amount(Amount::Number { value: amount.value, start: at, end: amount.end });
                Ok(amount.end)
            }
            b'"' => {
                let span = scan::string(text, at + 1, &mut self.state)?;
                self.record.set_amount(Amount::Text(span));
                Ok(span.end + 1)
            }
            _ => self.wrong_type(text, at, Field::Amount),
        }
    }

    /// An object within a record.
    fn inner(&mut self, text: Text<'_>, at: usize, object: usize) -> Scan<usize> {
        self.record.lack(self.fields[object]);
        match text.byte(at) {
            b'{' => self.object(text, at, object),
            _ => scan::value(text, at, &mut self.state),
        }
    }

    #[cold]
    fn wrong_type(&mut self, text: Text<'_>, at: usize, field: Field) -> Scan<usize> {
        self.record.lack(FieldSet::NONE.with(field));
        scan::value(text, at, &mut self.state)
    }

    /// A name that was not predicted: searched, and predicted from now on. Gives what it asks for, and where its value
    /// begins.
    #[inline(never)]
    fn other_name(
        &mut self,
        text: Text<'_>,
        at: usize,
        object: usize,
        position: usize,
    ) -> Scan<(Action, usize)> {
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
        let (name, from) = scan::name(text, start, &mut self.state)?;
        let action = action(self.layout[object], text, name);
        let length = from - at;
        // A name that is not ASCII must be validated every time: the line that it is learnt from may yet be refused.
        let compact = length == name.end - name.start + r#","":"#.len() && name.content == Content::Plain;
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
}
