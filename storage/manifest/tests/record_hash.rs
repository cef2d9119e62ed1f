//! The canonical bytes of a record, against vectors and against the rules in their documentation.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod vectors;

use proptest::prelude::*;
use serde_json::{Value, json};
use usufruct_manifest::{LogicalHasher, record::RecordEncoder, text::count_tokens};

fn vector(name: &str, values: Value, encode: impl Fn(&mut RecordEncoder)) -> Value {
    let mut encoder = RecordEncoder::new();
    encode(&mut encoder);
    let mut canonical = encoder.as_bytes().to_vec();
    canonical.push(0);
    let record = encoder.finish();
    assert_eq!(record.size_bytes, canonical.len() as u64);
    assert_eq!(record.hash.as_slice(), blake3::hash(&canonical).as_bytes());
    json!({ "name": name, "record": values, "canonical": vectors::hex(canonical), "hash": vectors::hex(record.hash) })
}

#[test]
fn vectors_hold() {
    let records = json!([
        vector("empty", json!({}), |_| {}),
        vector("text", json!({ "text": "caf\u{e9}" }), |e| {
            e.field("text").text("caf\u{e9}");
        }),
        vector("decomposed text is another record", json!({ "text": "cafe\u{301}" }), |e| {
            e.field("text").text("cafe\u{301}");
        }),
        vector(
            "integers",
            json!({ "a": 0, "b": -1, "c": 127, "d": 128, "e": "-9223372036854775808", "f": "18446744073709551615" }),
            |e| {
                let values = [
                    ("a", 0),
                    ("b", -1),
                    ("c", 127),
                    ("d", 128),
                    ("e", i128::from(i64::MIN)),
                    ("f", i128::from(u64::MAX)),
                ];
                values.iter().for_each(|(name, value)| {
                    e.field(name).integer(*value);
                });
            }
        ),
        vector("floats", json!({ "a": "0", "b": "-0", "c": "1.5", "d": "NaN", "e": "-Infinity" }), |e| {
            let values = [
                ("a", 0.0),
                ("b", -0.0),
                ("c", 1.5),
                ("d", f64::from_bits(0xfff8_dead_beef_0001)),
                ("e", f64::NEG_INFINITY),
            ];
            values.iter().for_each(|(name, value)| {
                e.field(name).float(*value);
            });
        }),
        vector("booleans and bytes", json!({ "no": false, "raw": "0x00ff", "yes": true }), |e| {
            e.field("no").boolean(false).field("raw").bytes(&[0, 255]).field("yes").boolean(true);
        }),
        vector("decimals 1.50, 100, 0.00 and -7", json!({ "a": "1.50", "b": "100", "c": "0.00", "d": "-7" }), |e| {
            e.field("a").decimal(word(150), 2);
            e.field("b").decimal(word(100), 0);
            e.field("c").decimal(word(0), 2);
            e.field("d").decimal(word(-7), 0);
        }),
        vector(
            "times",
            json!({ "at": "2026-11-22T10:00:00Z", "clock": "12:34:56.789", "day": "1969-12-31", "local": "2026-11-22T10:00:00" }),
            |e| {
                e.field("at").instant(1_795_341_600_000_000_000);
                e.field("clock").time_of_day(45_296_789_000_000);
                e.field("day").date(-1);
                e.field("local").local_timestamp(1_795_341_600_000_000_000);
            }
        ),
        vector("nested", json!({ "tags": ["x", null, "y"], "who": { "age": 7, "name": "Z" } }), |e| {
            e.field("tags").list(3).text("x").null().text("y");
            e.field("who").structure().field("age").integer(7).field("name").text("Z").end_structure();
        }),
    ]);
    let mut logical = LogicalHasher::new();
    for record in records.as_array().unwrap() {
        logical.add(&record["hash"].as_str().unwrap().parse().unwrap());
    }
    let tokens: Vec<Value> = [
        "",
        " \t\n",
        "It's 3.5 km.",
        "\u{dc}bermut tut selten gut",
        "\u{7528}\u{76ca}\u{7269}\u{6743}",
        "na\u{ef}ve\u{2014}so\u{2026}",
        "\u{1f600}ok",
    ]
    .iter()
    .map(|text| json!({ "text": text, "tokens": count_tokens(text) }))
    .collect();
    let vectors =
        json!({ "records": records, "logical_hash_of_all": vectors::hex(logical.finish()), "tokens": tokens });
    vectors::check("record-hash", &vectors);
}

fn word(value: i64) -> [u8; 32] {
    let mut word = [if value < 0 { 0xff } else { 0 }; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

fn bytes_of(encode: impl Fn(&mut RecordEncoder)) -> Vec<u8> {
    let mut encoder = RecordEncoder::new();
    encode(&mut encoder);
    encoder.as_bytes().to_vec()
}

#[test]
fn tokens_are_counted_by_the_written_rule() {
    let cases = [
        ("", 0),
        (" \t\r\n\u{a0}\u{3000}", 0),
        ("one two", 2),
        ("It's", 3),
        ("a,b", 3),
        ("\u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, \u{43c}\u{438}\u{440}!", 4),
        ("\u{65e5}\u{672c}", 2),
        ("\u{d55c}\u{ad6d}", 2),
        ("\u{ab}x\u{bb}", 3),
        ("\u{feff}word", 1),
        ("\u{1f600}\u{1f600}", 2),
    ];
    for (text, tokens) in cases {
        assert_eq!(count_tokens(text), tokens, "{text:?}");
    }
}

proptest! {
    /// The shortest two's complement, checked against a slow reading of it.
    #[test]
    fn integers_are_shortest_and_read_back(value in any::<i128>()) {
        let bytes = bytes_of(|e| { e.field("n").integer(value); });
        let payload = &bytes[5..];
        prop_assert_eq!(usize::from(bytes[4]), payload.len());
        let sign = if payload.first().is_some_and(|byte| byte & 0x80 != 0) { 0xff } else { 0 };
        let mut wide = [sign; 16];
        wide[16 - payload.len()..].copy_from_slice(payload);
        prop_assert_eq!(i128::from_be_bytes(wide), value);
        // One byte less would say another number.
        if let [first, rest @ ..] = payload {
            let would_do = match rest.first() {
                Some(next) => (*first == 0 && next & 0x80 == 0) || (*first == 0xff && next & 0x80 != 0),
                None => *first == 0,
            };
            prop_assert!(!would_do);
        }
    }

    #[test]
    fn decimals_of_the_same_value_are_the_same_bytes(value in any::<i64>(), zeros in 0_u32..9) {
        let short = bytes_of(|e| { e.field("d").decimal(word(value / 1_000_000_000), 3); });
        let scaled = value / 1_000_000_000 * 10_i64.pow(zeros);
        let long = bytes_of(|e| { e.field("d").decimal(word(scaled), 3 + zeros as i8); });
        prop_assert_eq!(short, long);
    }

    #[test]
    fn floats_are_their_bits_but_for_nan_and_zero(bits in any::<u64>(), narrow in any::<u32>()) {
        for value in [f64::from_bits(bits), f64::from(f32::from_bits(narrow)), 0.0, -0.0, f64::NAN, -f64::NAN] {
            let bytes = bytes_of(|e| { e.field("f").float(value); });
            let expected = if value != value { 0x7ff8 << 48 } else if value == 0.0 { 0 } else { value.to_bits() };
            prop_assert_eq!(&bytes[3..], [&[0x03][..], &expected.to_be_bytes()].concat());
        }
    }

    /// No two sequences of texts share their bytes: lengths keep them apart.
    #[test]
    fn texts_do_not_run_into_each_other(a in prop::collection::vec(".{0,6}", 0..4), b in prop::collection::vec(".{0,6}", 0..4)) {
        let encode = |texts: &[String]| bytes_of(|e| {
            e.field("l").list(texts.len() as u64);
            texts.iter().for_each(|text| { e.text(text); });
        });
        prop_assert_eq!(encode(&a) == encode(&b), a == b);
    }
}
