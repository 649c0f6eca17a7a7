//! One line each: what is refused, for which reason, and what is written.

mod support;

use millrace_bench_rust::Scenario;
use serde_json::{Value, json};
use support::{Row, agreed, by_value};

const UTF8: [u64; 4] = [1, 0, 0, 0];
const JSON: [u64; 4] = [0, 1, 0, 0];
const SCHEMA: [u64; 4] = [0, 0, 1, 0];
const INVALID: [u64; 4] = [0, 0, 0, 1];

fn event() -> Value {
    json!({
        "id": "0b9e", "type": "purchase", "ts": 1761004800123_u64, "userId": "u01234", "session": "9f86",
        "source": "web", "url": "https://shop.example.com/products/48213/reviews/77?utm_source=mail",
        "email": " John.Smith42@Example.COM ",
        "amount": 129.95, "currency": "EUR", "country": "dE", "tags": ["new", "sale"], "ctx": { "ip": "10.1.2.3" },
    })
}

fn letter() -> Value {
    json!({
        "body": { "text": "Привет 日本語", "lang": "ru" }, "link": "https://l.example/123?q",
        "value": 12.5, "uid": "1",
        "envelope": {
            "kind": "open", "at": 1761004800123_u64,
            "sender": {
                "key": "ключ", "mail": " Ünique@Example.ORG ", "place": { "nation": "fr", "city": "Orléans" },
            },
        },
    })
}

/// The event with one field changed.
fn with(name: &str, value: Value) -> String {
    let mut event = event();
    event[name] = value;
    event.to_string()
}

/// The event as text, with one part replaced.
fn replaced(from: &str, to: &str) -> String {
    let line = event().to_string();
    assert!(line.contains(from), "{line} lacks {from}");
    line.replacen(from, to, 1)
}

#[test]
fn reasons_of_refusal() {
    let mut missing = event();
    missing.as_object_mut().unwrap().remove("ts");
    let text = |name: &str, value: &str| (with(name, json!(value)).into_bytes(), INVALID);
    let mut cases = vec![
        (b"\xff".to_vec(), UTF8),
        (b"{\"a\":\"\xc3\x28\"}".to_vec(), UTF8),
        // First the UTF-8, then the JSON, although the fault of the JSON comes first.
        (b"{\"a\":1,, \"\xe6\x97\"".to_vec(), UTF8),
        (b"{\"type\":1,\"\xed\xa0\x80\":2}".to_vec(), UTF8),
        (missing.to_string().into_bytes(), SCHEMA),
        (b"{}".to_vec(), SCHEMA),
        (b" { } ".to_vec(), SCHEMA),
        // First the JSON, then the schema, although the wrong type comes first.
        (b"{\"type\":1,\"ts\":}".to_vec(), JSON),
        (b"{\"type\":null}}".to_vec(), JSON),
        text("email", "none"),
        text("email", ""),
        text("email", "a@b"),
        text("email", "a b@c.de"),
        text("email", "a\u{feff}b@c.de"),
        text("email", "a@b@c.de"),
        text("email", "@c.de"),
        text("email", "a@.de."),
        text("email", &format!("{}@example", "long".repeat(20))),
        text("country", "D"),
        text("country", "DEU"),
        text("country", "D1"),
        text("country", "ä"),
        text("country", ""),
        text("type", ""),
        text("type", &"x".repeat(101)),
        text("type", &"é".repeat(101)),
        text("amount", "n/a"),
        text("amount", "-1"),
        text("amount", "1_000"),
        text("amount", "nan"),
        text("amount", "inf"),
        (with("amount", json!(-0.01)).into_bytes(), INVALID),
        (with("ts", json!(0)).into_bytes(), INVALID),
        (with("ts", json!(-5)).into_bytes(), INVALID),
        (with("ts", json!(1.5)).into_bytes(), INVALID),
    ];
    for field in ["type", "ts", "userId", "url", "email", "amount", "country"] {
        for value in [json!(null), json!(true), json!([]), json!({"a": 1})] {
            cases.push((with(field, value).into_bytes(), SCHEMA));
        }
        let other = if field == "ts" { json!("1") } else { json!(1) };
        if field != "amount" {
            cases.push((with(field, other).into_bytes(), SCHEMA));
        }
    }
    for line in [
        "[]",
        "1",
        "\"a\"",
        "null",
        "{",
        "}",
        "{]",
        "nul",
        "{\"a\":1} x",
        "{\"a\":1}{}",
        "\u{feff}{}",
        "\u{a0}{}",
        "{a:1}",
    ] {
        cases.push((line.into(), JSON));
    }
    let broken = [
        ("129.95", "0129.95"),
        ("129.95", "129."),
        ("129.95", ".5"),
        ("129.95", "+1"),
        ("129.95", "1e"),
        ("129.95", "--1"),
        ("129.95", "NaN"),
        ("129.95", "0x1F"),
        ("129.95", ""),
        ("[\"new\",\"sale\"]", "[\"new\",]"),
        ("[\"new\",\"sale\"]", "[\"new\" \"sale\"]"),
        ("[\"new\",\"sale\"]", "[\"new\",\"sale\""),
        ("\"web\"", "'web'"),
        ("\"web\"", "\"w\\x\""),
        ("\"web\"", "\"w\\u12g4\""),
        ("\"web\"", "\"w\u{1}b\""),
        ("\"web\"", "\"w\tb\""),
        ("\"web\"", "True"),
        ("\"web\"", "nulls"),
        ("{\"ip\":\"10.1.2.3\"}", "{\"ip\":\"10.1.2.3\",}"),
        ("{\"ip\":\"10.1.2.3\"}", "{\"ip\"}"),
        ("{\"ip\":\"10.1.2.3\"}", "{ip:1}"),
        ("\"web\",", "\"web\""),
        ("\"web\",", "\"web\",,"),
        ("\"EUR\"", "-"),
        ("\"EUR\"", "1.e5"),
        ("\"EUR\"", "00"),
        ("\"EUR\"", "\"\\"),
        ("\"EUR\"", "{\"a\":[}"),
        ("\"EUR\"", "\u{b}1"),
    ];
    cases.extend(broken.map(|(from, to)| (replaced(from, to).into_bytes(), JSON)));
    for (line, rejects) in cases {
        let answer = agreed(Scenario::Events, &line);
        assert_eq!(answer.counts.rejects, rejects, "{}", String::from_utf8_lossy(&line));
        assert_eq!(answer.counts.records, 0);
    }
}

/// What was learnt from a line that is refused must not be believed in the next one.
#[test]
fn a_fault_that_comes_again_is_refused_again() {
    let line = event().to_string();
    for (fault, rejects) in [
        (&b"{\"\xff\":1,"[..], UTF8),
        (b"{\"\xc3\":1,", UTF8),
        (b"{\"\\x\":1,", JSON),
        (b"{\"a\t\":1,", JSON),
        (b"{\"a\" 1,", JSON),
        (b"{,", JSON),
    ] {
        let line = [fault, &line.as_bytes()[1..], b"\n"].concat();
        let answer = agreed(Scenario::Events, &line.repeat(3));
        assert_eq!(
            answer.counts.rejects,
            rejects.map(|count| count * 3),
            "{}",
            String::from_utf8_lossy(&line)
        );
    }
}

#[test]
fn every_cut_is_refused() {
    for (scenario, line) in [(Scenario::Events, event()), (Scenario::Letters, letter())] {
        let line = line.to_string();
        let cuts: Vec<u8> =
            (1..line.len()).flat_map(|end| [&line.as_bytes()[..end], b"\n"].concat()).collect();
        let answer = agreed(scenario, &cuts);
        assert_eq!(answer.counts.rows_in(), line.len() as u64 - 1);
        assert_eq!(answer.counts.records, 0);
        let [utf8, json, schema, invalid] = answer.counts.rejects;
        assert_eq!((utf8 > 0, json > 0, schema, invalid), (scenario == Scenario::Letters, true, 0, 0));
    }
}

#[test]
fn what_is_written() {
    let mut expected = event();
    for (name, value) in [
        ("url", json!("https://shop.example.com/products/:id/reviews/:id")),
        ("email", json!("john.smith42@example.com")),
        ("country", json!("DE")),
        ("region", json!("eu-west")),
        ("tier", json!("bronze")),
        ("hour", json!(0)),
    ] {
        expected[name] = value;
    }
    let answer = agreed(Scenario::Events, event().to_string().as_bytes());
    assert_eq!(answer.records, [by_value(expected)]);
    let (kind, region) = ("purchase".to_owned(), "eu-west".to_owned());
    assert_eq!(
        answer.rows,
        [Row { start: 1761004800000, kind, region, count: 1, sum: 129.95, max: 129.95, users: 1 }]
    );

    let mut expected = letter();
    for (name, value) in [
        ("page", json!("https://l.example/:id")),
        ("mail", json!("ünique@example.org")),
        ("nation", json!("FR")),
        ("price", json!(12.5)),
        ("region", json!("eu-west")),
        ("tier", json!("silver")),
        ("hour", json!(0)),
    ] {
        expected[name] = value;
    }
    let answer = agreed(Scenario::Letters, letter().to_string().as_bytes());
    assert_eq!(answer.records, [by_value(expected)]);
}

#[test]
fn odd_values_that_are_valid() {
    let mut lines = vec![
        with("amount", json!("")),
        with("amount", json!("0x1F")),
        with("amount", json!(" 1e2 ")),
        with("amount", json!("Infinity")),
        with("amount", json!("0.30000000000000004")),
        with("country", json!("ß")),
        with("country", json!("xx")),
        with("type", json!("é".repeat(100))),
        with("type", json!("|\"\\\n")),
        with("userId", json!("")),
        with("url", json!("")),
        with("email", json!("ΑΣ@ΑΣ.ΑΣ")),
        with("region", json!("theirs")),
        with("ts", json!(1761004800123.0)),
        with("\u{0}", json!("\u{0}")),
        with("", json!({ "": [] })),
        replaced("\"type\"", "\"t\\u0079pe\""),
        // Of several members of one name the last counts.
        replaced("{", "{\"email\":\"none\",\"amount\":\"n/a\",\"id\":0,"),
        replaced("{", "{\"region\":1,\"tier\":{},\"hour\":[],"),
        replaced("\"ts\"", "\"\\u0074s\""),
        replaced("129.95", "129.950000000000000000000000000000000000001"),
        replaced("129.95", "0.000000000000000000000000000000000000000000000001e48"),
        replaced("129.95", "9007199254740993"),
        replaced("\"web\"", "\"\\ud83d\\ude00 \\/\\b\\f\\n\\r\\t\\\"\\\\\""),
        replaced("1761004800123", "1761004800123e0"),
    ];
    lines.push(replaced("[\"new\",\"sale\"]", &format!("{}{}", "[".repeat(20), "]".repeat(20))));
    for line in lines {
        let answer = agreed(Scenario::Events, line.as_bytes());
        assert_eq!((answer.counts.records, answer.counts.rejects), (1, [0; 4]), "{line}");
    }
}
