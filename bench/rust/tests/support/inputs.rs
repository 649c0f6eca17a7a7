//! Records from a seed, written in as many ways as JSON has.

use millrace_bench_rust::Scenario;
use serde_json::{Value, json};

pub const START_MS: u64 = 1_761_004_800_000;

const TEXTS: [&str; 8] = [
    "plain",
    "with \"quotes\" and \\ backslashes / slashes",
    "línea\nsecond\tline\u{1}",
    "Привет, мир 日本語 😀",
    "",
    "  spaces  ",
    "a text that is longer than two blocks of thirty-two bytes, without anything odd in it",
    "a text that is longer than two blocks of thirty-two bytes, with é at the end of it: é",
];
const EMAILS: [&str; 12] = [
    "john.smith@example.com",
    " John.Smith42@Example.COM ",
    "Ünique@Example.ORG",
    "\u{a0}Иван@Почта.рф\u{feff}",
    "ΟΔΥΣΣΕΥΣ@Example.ORG",
    "İstanbul@example.org",
    "日本@example.org",
    "\tTab@Example.org\n",
    "a.very.long.address.that.does.not.fit.into.sixty.four.bytes.by.far@mail.example.org",
    "half\u{85}line@example.org",
    "a@b.c",
    "\"quoted\"@Example.org",
];
const COUNTRIES: [&str; 8] = ["DE", "de", "fR", "us", "ß", "ﬁ", "zz", "xX"];
const URLS: [&str; 6] = [
    "https://shop.example.com/products/48213/reviews/77?utm_source=mail&ref=aa31",
    "https://example.com/",
    "?1=2",
    "1/22/333/4444/55555/666666/7777777/88888888/999999999/0123456789012345678901234567890123456789/x",
    "https://l.example/1/путь/22/٣?q",
    "http://a/\"1\"\\2?3",
];
const AMOUNTS: [&str; 12] = [
    "129.95",
    "0",
    "-0",
    "1e2",
    "0.1",
    "12345678901234567890",
    "2.5e-7",
    "\"129.95\"",
    "\" 7 \"",
    "\"\"",
    "\"0x1F\"",
    "\".5\"",
];

/// A generator of numbers (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    pub fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

/// A valid record, written in one of many ways.
pub fn record(scenario: Scenario, index: u64, random: &mut Random) -> String {
    let time = START_MS + index * 40 - random.below(2_000) as u64;
    let kind = random.of(&["purchase", "view", "a type that is longer than sixteen bytes", "é"]);
    let user =
        format!("{}{}", random.of(&["u", "ключ-", "a key of more than sixteen bytes "]), random.below(40));
    let (url, email, country) = (random.of(&URLS), random.of(&EMAILS), random.of(&COUNTRIES));
    let mut amount: Value = serde_json::from_str(random.of(&AMOUNTS)).unwrap();
    if random.below(2) == 0 {
        amount = json!(random.below(100_000) as f64 / 100.0);
    }
    let text = random.of(&TEXTS);
    let value = match scenario {
        Scenario::Events => json!({
            "id": index, "type": kind, "ts": time, "userId": user, "session": text, "source": null, "url": url,
            "email": email, "amount": amount, "currency": "EUR", "country": country, "tags": ["new", text, [], {}],
            "ctx": { "ip": "10.1.2.3", "ua": text, "deep": [[{ "a": [1.5e-7, true, false, null] }]] },
        }),
        Scenario::Letters => json!({
            "body": { "text": text, "lang": text }, "uid": index, "link": url, "value": amount, "extra": [text],
            "envelope": {
                "kind": kind, "at": time, "more": { "at": text },
                "sender": { "key": user, "mail": email, "place": { "nation": country, "city": text }, "x": 1 },
            },
        }),
    };
    let mut line = String::new();
    write(&value, random, &mut line);
    line
}

/// Writes a value with white space, with members in any order, and with strings in any spelling.
fn write(value: &Value, random: &mut Random, to: &mut String) {
    match value {
        Value::String(text) => write_string(text, random, to),
        Value::Array(values) => {
            to.push('[');
            for (index, value) in values.iter().enumerate() {
                to.push_str(if index > 0 { "," } else { "" });
                write_space(random, to);
                write(value, random, to);
            }
            write_space(random, to);
            to.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            to.push('{');
            while !members.is_empty() {
                // Mostly in order, so that predictions of names are met, missed and met again.
                let index = if random.below(4) == 0 { random.below(members.len()) } else { 0 };
                let (name, value) = members.remove(index);
                write_space(random, to);
                write_string(name, random, to);
                write_space(random, to);
                to.push(':');
                write_space(random, to);
                write(value, random, to);
                write_space(random, to);
                to.push_str(if members.is_empty() { "" } else { "," });
            }
            to.push('}');
        }
        value => to.push_str(&value.to_string()),
    }
}

fn write_space(random: &mut Random, to: &mut String) {
    to.push_str(random.of(&["", "", "", "", "", "", "", " ", "\t", "  \r"]));
}

fn write_string(text: &str, random: &mut Random, to: &mut String) {
    if random.below(8) > 0 {
        return to.push_str(&serde_json::to_string(text).unwrap());
    }
    to.push('"');
    for character in text.chars() {
        match character {
            '/' if random.below(2) == 0 => to.push_str("\\/"),
            '"' | '\\' | ..' ' => write_unicode(character, to),
            _ if random.below(4) == 0 => write_unicode(character, to),
            _ => to.push(character),
        }
    }
    to.push('"');
}

fn write_unicode(character: char, to: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        to.push_str(&format!("\\u{unit:04x}"));
    }
}
