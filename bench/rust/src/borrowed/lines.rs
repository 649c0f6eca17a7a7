//! Lines of a batch, with UTF-8 validated for as many lines at once as possible.

/// Calls back with every line that is not blank: its text, or none when it is not UTF-8.
pub fn each_line<'a>(mut bytes: &'a [u8], mut line: impl FnMut(Option<&'a str>)) {
    loop {
        let (text, rest) = match simdutf8::compat::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let fault = error.valid_up_to();
                let start = memchr::memrchr(b'\n', &bytes[..fault]).map_or(0, |end| end + 1);
                let end = memchr::memchr(b'\n', &bytes[fault..]).map_or(bytes.len(), |end| fault + end + 1);
                // SAFETY: what stands before the fault has been found to be UTF-8, and a line feed ends a character.
                let text = unsafe { str::from_utf8_unchecked(&bytes[..start]) };
                (text, Some(&bytes[end..]))
            }
        };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
            let text = &text[start..end];
            start = end + 1;
            if !is_blank(text) {
                line(Some(text));
            }
        }
        match rest {
            Some(rest) => {
                line(None);
                bytes = rest;
            }
            None => return,
        }
    }
}

#[inline]
fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_lines_and_faults_in_order() {
        let mut lines = Vec::new();
        each_line(b"a\n\n \t\r\n\xffb\nc\xc3\xa9\n\xc3\n", |line| lines.push(line.map(str::to_owned)));
        assert_eq!(lines, [Some("a".to_owned()), None, Some("cé".to_owned()), None]);
    }
}
