//! Sign-in messages as wallets and libraries write them, and as attackers would.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use alloy::signers::{SignerSync as _, local::PrivateKeySigner};
use usufruct_attestation::{
    SignatureError,
    siwe::{CheckError, Expected, Message, ParseError, Timestamp, VerifyError, verify},
};

const NOW: u64 = 1_795_341_600; // 2026-11-22T10:00:00Z

fn signer() -> PrivateKeySigner {
    "0x4646464646464646464646464646464646464646464646464646464646464646".parse().unwrap()
}

fn text() -> String {
    format!(
        "\
usufruct.example wants you to sign in with your Ethereum account:
{}

Read licensed shards.

URI: https://usufruct.example/login
Version: 1
Chain ID: 31337
Nonce: x7Fq3aPz1L
Issued At: 2026-11-22T09:59:00.000Z",
        signer().address()
    )
}

const EXPECTED: Expected<'static> = Expected {
    domain: "usufruct.example",
    nonce: "x7Fq3aPz1L",
    chain_id: 31_337,
    max_age_seconds: 600,
    clock_skew_seconds: 30,
};

fn sign(text: &str) -> [u8; 65] {
    signer().sign_message_sync(text.as_bytes()).unwrap().as_bytes()
}

#[test]
fn signed_message_signs_its_account_in() {
    let message = verify(&text(), &sign(&text()), &EXPECTED, NOW).unwrap();
    assert_eq!(message.address, signer().address());
    assert_eq!(message.statement.as_deref(), Some("Read licensed shards."));
    assert_eq!(message.issued_at.unix_seconds(), NOW - 60);
}

#[test]
fn message_with_every_field_prints_as_it_was_read() {
    let full = format!(
        "https://{}\nExpiration Time: 2026-11-22T11:00:00+01:00\nNot Before: 2026-11-22T09:00:00Z\nRequest ID: a b/c\nResources:\n- ipfs://bafy/\n- https://usufruct.example/d/1?x=%20#y",
        text().replacen("usufruct.example ", "usufruct.example:8443 ", 1)
    );
    let message = Message::parse(&full).unwrap();
    assert_eq!(message.scheme.as_deref(), Some("https"));
    assert_eq!(message.domain, "usufruct.example:8443");
    assert_eq!(message.request_id.as_deref(), Some("a b/c"));
    assert_eq!(message.resources.len(), 2);
    assert_eq!(message.to_string(), full);
}

#[test]
fn message_without_a_statement_has_two_empty_lines() {
    let bare = text().replace("Read licensed shards.\n\n", "\n");
    let message = Message::parse(&bare).unwrap();
    assert_eq!(message.statement, None);
    assert_eq!(message.to_string(), bare);
    // One empty line is what some old libraries wrote; the grammar has two.
    assert!(Message::parse(&text().replace("Read licensed shards.\n\n", "")).is_err());
}

#[test]
fn whatever_parses_prints_to_the_same_bytes() {
    // Every text with one byte changed: none may panic, none may have a second reading.
    let text = text();
    let mut read = 0;
    for position in 0..text.len() {
        for byte in [b'\n', b' ', b'0', b'9', b'A', b'a', b':', b'-', b'\t', 0x7f, b'\r'] {
            let mut changed = text.clone().into_bytes();
            changed[position] = byte;
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(message) = Message::parse(&changed) {
                assert_eq!(message.to_string(), changed);
                read += 1;
            }
        }
    }
    assert!(read > 500, "{read}");
    for length in 0..text.len() {
        if let Ok(message) = Message::parse(&text[..length]) {
            assert_eq!(message.to_string(), text[..length]);
        }
    }
}

#[test]
fn what_the_grammar_does_not_have_is_refused_with_its_line() {
    let check = |from: &str, to: &str, line: usize| {
        let changed = text().replacen(from, to, 1);
        assert_ne!(changed, text(), "{from}");
        let error = Message::parse(&changed).expect_err(to);
        assert!(matches!(error, ParseError::Line { line: found, .. } if found == line), "{to}: {error:?}");
    };
    check("usufruct.example wants", " wants", 1);
    check("usufruct.example wants", "good@usufruct.example wants", 1);
    check("usufruct.example wants", "usufruct.example/path wants", 1);
    check("usufruct.example wants", "usufruct.example  wants", 1);
    check("usufruct.example wants", "1http://usufruct.example wants", 1);
    check("Ethereum account:", "Ethereum account: ", 1);
    check("\n\nRead", "\nRead", 3);
    check("shards.\n\n", "shards.\nAnd more.\n\n", 5);
    check("URI: https", "URI : https", 6);
    check("URI: https://usufruct.example/login", "URI: /login", 6);
    check("URI: https", "URI: ht tps", 6);
    check("Version: 1", "Version: 2", 7);
    check("Chain ID: 31337", "Chain ID: 031337", 8);
    check("Chain ID: 31337", "Chain ID: +31337", 8);
    check("Chain ID: 31337", "Chain ID: 18446744073709551616", 8);
    check("Chain ID: 31337", "Chain ID: ", 8);
    check("x7Fq3aPz1L", "x7Fq3aP", 9);
    check("x7Fq3aPz1L", "x7Fq3aPz1L-", 9);
    check("09:59:00.000Z", "09:59:00.000Z\n", 11);
    check("09:59:00.000Z", "09:59:00.000Z\nResources:", 11);
    check("09:59:00.000Z", "09:59:00.000Z\nResources:\nhttps://x.example", 12);
    check("09:59:00.000Z", "09:59:00.000Z\nRequest ID: 1\nNot Before: 2026-11-22T09:00:00Z", 12);
}

#[test]
fn addresses_need_their_checksum() {
    let lower = text().replace(&signer().address().to_string(), &format!("{:?}", signer().address()).to_lowercase());
    assert_eq!(Message::parse(&lower), Err(ParseError::Address));
    let short = text().replace(&signer().address().to_string(), "0x12");
    assert_eq!(Message::parse(&short), Err(ParseError::Address));
}

#[test]
fn sizes_and_letters_are_limited() {
    let long = text().replace("Read", &"Read ".repeat(1_000));
    assert_eq!(Message::parse(&long), Err(ParseError::TooLong(long.len())));
    for letter in ["é", "\t", "\r\n", "\u{202e}", "\0"] {
        assert_eq!(Message::parse(&text().replace("Read", letter)), Err(ParseError::NotAscii), "{letter:?}");
    }
    let resources = |count: usize| format!("{}\nResources:{}", text(), "\n- urn:x:1".repeat(count));
    assert_eq!(Message::parse(&resources(16)).unwrap().resources.len(), 16);
    assert_eq!(Message::parse(&resources(17)), Err(ParseError::TooManyResources));
}

#[test]
fn times_that_are_none_name_their_line() {
    let error = Message::parse(&text().replace("2026-11-22", "2026-02-30")).expect_err("no such day");
    assert!(matches!(error, ParseError::Time { line: 10, .. }), "{error:?}");
}

#[test]
fn message_must_answer_the_request() {
    let check = |expected: Expected<'_>, now, error: CheckError| {
        assert_eq!(Message::parse(&text()).unwrap().check(&expected, now), Err(error));
    };
    let other = CheckError::Domain { expected: "evil.example".into(), found: "usufruct.example".into() };
    check(Expected { domain: "evil.example", ..EXPECTED }, NOW, other);
    check(Expected { nonce: "x7Fq3aPz1l", ..EXPECTED }, NOW, CheckError::Nonce);
    check(Expected { chain_id: 1, ..EXPECTED }, NOW, CheckError::Chain { expected: 1, found: 31_337 });
    check(EXPECTED, NOW - 91, CheckError::NotYet { from: NOW - 60, now: NOW - 91 });
    assert_eq!(Message::parse(&text()).unwrap().check(&EXPECTED, NOW - 90), Ok(()), "clocks may differ by 30 s");
    check(EXPECTED, NOW + 540, CheckError::Expired { until: NOW + 540, now: NOW + 540 });
    assert_eq!(Message::parse(&text()).unwrap().check(&EXPECTED, NOW + 539), Ok(()));
}

#[test]
fn message_counts_inside_its_own_window_only() {
    let windowed = format!("{}\nExpiration Time: 2026-11-22T10:00:05Z\nNot Before: 2026-11-22T10:00:00Z", text());
    let message = Message::parse(&windowed).unwrap();
    assert_eq!(message.check(&EXPECTED, NOW - 1), Err(CheckError::NotYet { from: NOW, now: NOW - 1 }));
    assert_eq!(message.check(&EXPECTED, NOW), Ok(()));
    assert_eq!(message.check(&EXPECTED, NOW + 4), Ok(()));
    assert_eq!(message.check(&EXPECTED, NOW + 5), Err(CheckError::Expired { until: NOW + 5, now: NOW + 5 }));
}

#[test]
fn changed_text_and_foreign_signature_sign_nobody_in() {
    let (text, signature) = (text(), sign(&text()));
    let changed = text.replace("Read", "Sell");
    let error = verify(&changed, &signature, &EXPECTED, NOW).expect_err("changed after signing");
    assert!(matches!(error, VerifyError::Signature(SignatureError::OtherSigner { .. })), "{error:?}");

    let stranger = PrivateKeySigner::random().sign_message_sync(text.as_bytes()).unwrap().as_bytes();
    assert!(matches!(verify(&text, &stranger, &EXPECTED, NOW), Err(VerifyError::Signature(_))));
    // Signed as a bare digest, not as a personal message: what a contract call could be made of.
    let bare = signer().sign_hash_sync(&alloy::primitives::keccak256(&text)).unwrap().as_bytes();
    assert!(matches!(verify(&text, &bare, &EXPECTED, NOW), Err(VerifyError::Signature(_))));
    assert!(matches!(verify("hello", &signature, &EXPECTED, NOW), Err(VerifyError::Parse(_))));
}

#[test]
fn built_message_can_be_signed_and_verified() {
    let message = Message {
        scheme: None,
        domain: "usufruct.example".into(),
        address: signer().address(),
        statement: None,
        uri: "https://usufruct.example".into(),
        chain_id: 31_337,
        nonce: EXPECTED.nonce.into(),
        issued_at: Timestamp::from_unix_seconds(NOW).unwrap(),
        expires_at: Some(Timestamp::from_unix_seconds(NOW + 300).unwrap()),
        not_before: None,
        request_id: None,
        resources: Vec::new(),
    };
    let text = message.to_string();
    assert_eq!(verify(&text, &sign(&text), &EXPECTED, NOW), Ok(message));
}
