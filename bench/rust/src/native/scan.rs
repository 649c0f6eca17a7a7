//! The grammar of JSON, validated in full; nothing is built.
//!
//! A value lies in one line: a line feed ends every scan, inside a string as a control character and elsewhere as a
//! byte that fits nothing. No function looks for the end of the line beforehand.

use super::number::number;
use super::text::Text;

/// The line is not JSON, or not UTF-8: which of the two is asked afterwards, of one line in a hundred.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed;

pub type Scan<T> = Result<T, Malformed>;

/// What stands in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// ASCII without control characters and escapes.
    Plain,
    /// Also other characters, but no escapes.
    Unicode,
    /// Also escapes.
    Escaped,
}

/// What scans keep between values, and say of a line.
#[derive(Default)]
pub struct State {
    /// The closing brackets that are due; kept, so that nesting allocates once.
    open: Vec<u8>,
    /// Whether a string had bytes that are not ASCII. They are validated once, for the line: a call for every string
    /// costs more than the bytes between them.
    pub not_ascii: bool,
}

/// Where a string stands, without its quotes.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub content: Content,
}

/// The next byte that isn't white space. A line feed is none here.
#[inline(always)]
pub fn space(text: Text<'_>, at: usize) -> usize {
    if text.byte(at) > b' ' { at } else { long_space(text, at) }
}

#[cold]
fn long_space(text: Text<'_>, mut at: usize) -> usize {
    while matches!(text.byte(at), b' ' | b'\t' | b'\r') {
        at += 1;
    }
    at
}

/// A string whose opening quote stands just before `start`.
///
/// Clean text pays one comparison for control characters, UTF-8 and escapes together.
#[inline(always)]
pub fn string(text: Text<'_>, start: usize, state: &mut State) -> Scan<Span> {
    let mut at = start;
    loop {
        let block = text.block(at);
        let quotes = block.equals(b'"');
        let before_quote = (quotes & quotes.wrapping_neg()).wrapping_sub(1);
        if block.odd() & before_quote != 0 {
            return odd_string(text, start, at, state);
        }
        if quotes != 0 {
            return Ok(Span { start, end: at + quotes.trailing_zeros() as usize, content: Content::Plain });
        }
        at += 32;
    }
}

/// A string that is clean up to `at`, and not behind.
#[inline(never)]
fn odd_string(text: Text<'_>, start: usize, mut at: usize, state: &mut State) -> Scan<Span> {
    let mut not_ascii = 0;
    let mut escaped = false;
    loop {
        let block = text.block(at);
        let stops = block.equals(b'"') | block.equals(b'\\') | block.control();
        let before_stop = (stops & stops.wrapping_neg()).wrapping_sub(1);
        not_ascii |= block.not_ascii() & before_stop;
        if stops == 0 {
            at += 32;
            continue;
        }
        at += stops.trailing_zeros() as usize;
        match text.byte(at) {
            b'"' => break,
            b'\\' => at = escape(text, at)?,
            _ => return Err(Malformed),
        }
        escaped = true;
    }
    state.not_ascii |= not_ascii != 0;
    Ok(Span { start, end: at, content: if escaped { Content::Escaped } else { Content::Unicode } })
}

/// Where an escape that begins at `at` ends.
fn escape(text: Text<'_>, at: usize) -> Scan<usize> {
    match text.byte(at + 1) {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(at + 2),
        b'u' if (at + 2..at + 6).all(|digit| text.byte(digit).is_ascii_hexdigit()) => Ok(at + 6),
        _ => Err(Malformed),
    }
}

/// Where a value ends.
#[inline(always)]
pub fn value(text: Text<'_>, at: usize, state: &mut State) -> Scan<usize> {
    match text.byte(at) {
        b'"' => Ok(string(text, at + 1, state)?.end + 1),
        b'{' | b'[' => nested(text, at, state),
        _ => scalar(text, at),
    }
}

/// Where a number, `true`, `false` or `null` ends.
#[inline(always)]
fn scalar(text: Text<'_>, at: usize) -> Scan<usize> {
    let literal = |rest: &[u8]| {
        let end = at + 1 + rest.len();
        if text.slice(at + 1, end) == rest { Ok(end) } else { Err(Malformed) }
    };
    match text.byte(at) {
        b'-' | b'0'..=b'9' => number(text, at).map(|number| number.end),
        b't' => literal(b"rue"),
        b'f' => literal(b"alse"),
        b'n' => literal(b"ull"),
        _ => Err(Malformed),
    }
}

/// Where an object or an array ends.
fn nested(text: Text<'_>, mut at: usize, state: &mut State) -> Scan<usize> {
    state.open.clear();
    loop {
        let closing = match text.byte(at) {
            b'{' => b'}',
            b'[' => b']',
            _ => 0,
        };
        if closing == 0 {
            at = match text.byte(at) {
                b'"' => string(text, at + 1, state)?.end + 1,
                _ => scalar(text, at)?,
            };
        } else {
            at = space(text, at + 1);
            if text.byte(at) == closing {
                at += 1;
            } else {
                state.open.push(closing);
                at = if closing == b'}' { name(text, at, state)?.1 } else { at };
                continue;
            }
        }
        // Behind a value: brackets close until another value follows.
        loop {
            let Some(&closing) = state.open.last() else { return Ok(at) };
            at = space(text, at);
            let byte = text.byte(at);
            if byte == b',' {
                at = space(text, at + 1);
                at = if closing == b'}' { name(text, at, state)?.1 } else { at };
                break;
            }
            if byte != closing {
                return Err(Malformed);
            }
            at += 1;
            state.open.pop();
        }
    }
}

/// A name and its colon: where the name stands, and where its value begins.
#[inline(always)]
pub fn name(text: Text<'_>, at: usize, state: &mut State) -> Scan<(Span, usize)> {
    if text.byte(at) != b'"' {
        return Err(Malformed);
    }
    let span = string(text, at + 1, state)?;
    let colon = space(text, span.end + 1);
    if text.byte(colon) != b':' {
        return Err(Malformed);
    }
    Ok((span, space(text, colon + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::text::padded;

    #[test]
    fn values_are_those_of_serde_json() {
        for line in [
            "1",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "1e+",
            "-x",
            "+1",
            "true",
            "tru",
            "nullx",
            "\"\"",
            "\"",
            "\"\\\"",
            "\"\\u12g4\"",
            "\"\\ud800\"",
            "\"é\\n日\"",
            "\"\t\"",
            "[]",
            "[ ]",
            "[1,]",
            "[,]",
            "[1 2]",
            "{}",
            "{ }",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\" : [ {\"b\": null } , 2 ] }",
            "[[[[]]]]",
            "[[]",
            "[}",
            "{]",
            "{\"a\":1]",
            "[1,2,\"x\"]",
            "\"\\x\"",
            "\"0123456789012345678901234567890123456789é01234567890123456789012345678\\t9\"",
            "[true,false,null]",
            "{\"a\":1 \"b\":2}",
        ] {
            let bytes = padded(line.as_bytes());
            let text = Text::new(&bytes);
            let is_value = value(text, 0, &mut State::default()).is_ok_and(|end| text.byte(end) == b'\n');
            assert_eq!(is_value, serde_json::from_str::<serde::de::IgnoredAny>(line).is_ok(), "{line}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let bytes = padded(deep.as_bytes());
        assert_eq!(value(Text::new(&bytes), 0, &mut State::default()), Ok(deep.len()));
    }

    #[test]
    fn strings_say_what_is_in_them() {
        for (line, content, not_ascii) in [
            (&b"plain\""[..], Ok(Content::Plain), false),
            ("é\"".as_bytes(), Ok(Content::Unicode), true),
            (b"a\\n\"", Ok(Content::Escaped), false),
            (b"a\\n\xff\"", Ok(Content::Escaped), true),
            (b"0123456789012345678901234567890\xe6\x97\xa5\"", Ok(Content::Unicode), true),
            (b"0123456789012345678901234567890\"\xe6\x97\xa5", Ok(Content::Plain), false),
            (b"\xff", Err(Malformed), false),
        ] {
            let (bytes, mut state) = (padded(line), State::default());
            let span = string(Text::new(&bytes), 0, &mut state);
            assert_eq!(span.map(|span| span.content), content, "{line:?}");
            assert_eq!(state.not_ascii, not_ascii, "{line:?}");
        }
    }
}
