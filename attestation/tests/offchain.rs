//! Off-chain attestations: EAS' own vectors, round trips, refusals with their reasons, batches.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use alloy::{
    primitives::{Address, B256, address, b256},
    signers::{SignerSync as _, local::PrivateKeySigner},
};
use proptest::prelude::*;
use usufruct_attestation::{
    Schema, SignatureError, Source, Statement,
    offchain::{
        Attestation, Batch, BatchError, Domain, Form, FormError, LINE_BYTES_MAX, Message, Pinned, PrimaryType, Refusal,
        Revocation, SchemaText, ValueError, read, verify,
    },
};
use usufruct_types::VersionId;

/// Made with EAS' SDK 2.10.0, CC0-1.0.
const VECTORS: &str = include_str!("../vectors/eas-offchain.json");
const EAS: Address = address!("0x00000000000000000000000000000000000000e5");
const GATE: Address = address!("0x00000000000000000000000000000000000000a7");
const PINNED: Pinned = Pinned { chain_id: 31_337, eas: EAS };
/// See [`a_batch_has_the_root_of_a_standard_merkle_tree`].
const ROOT: B256 = b256!("0x79aab7c0a1a9180805943f05bdc1736b8aeb5b45ccde479da091d0e41c4e3f4a");
const MADE: u64 = 1_700_000_000;

fn signer() -> PrivateKeySigner {
    "0x4646464646464646464646464646464646464646464646464646464646464646".parse().unwrap()
}

fn statement() -> Statement {
    Statement::Source(Source {
        version: VersionId(B256::repeat_byte(0xaa)),
        source_uri: "https://example.org/corpus".into(),
        evidence_hash: B256::repeat_byte(1),
        statement: "gesammelt in Köln".into(),
    })
}

fn message() -> Message {
    Message::of_statement(&statement(), GATE, MADE, MADE + 100, B256::repeat_byte(0x5a)).unwrap()
}

fn domain() -> Domain {
    Domain { chain_id: 31_337, eas: EAS, contract_version: "1.4.0".into() }
}

fn signed(message: Message, domain: Domain) -> Attestation {
    let digest = message.digest(&domain, PrimaryType::Attest);
    let signature = signer().sign_hash_sync(&digest).unwrap().as_bytes();
    Attestation::try_new(message, domain, signer().address(), signature).unwrap()
}

#[test]
fn vectors_of_the_eas_sdk_get_the_verdict_of_a_pinned_verifier() {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let pinned = Pinned { chain_id: 8_453, eas: address!("0x4200000000000000000000000000000000000021") };
    let now = 1_740_000_000;
    let schema = SchemaText::parse(vectors["schema"]["string"].as_str().unwrap()).unwrap();
    assert_eq!(format!("{:?}", schema.uid(Address::ZERO, true)), vectors["schema"]["uid"]);
    let mut checked = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let attestation = Attestation::parse(&case["attestation"].to_string()).unwrap();
        let verdict = verify(&attestation, &pinned, now, &[]);
        let said = schema.check(&attestation.message.data);
        assert_eq!(said.is_err(), name == "v2-royalty-over-100-percent", "{name}: {said:?}");
        assert_eq!(verdict.is_ok() && said.is_ok(), case["accept"].as_bool().unwrap(), "{name}: {verdict:?}");
        if verdict.is_ok() {
            let json: serde_json::Value = serde_json::from_str(&attestation.to_json()).unwrap();
            assert_eq!(json, case["attestation"], "{name} prints as the SDK prints it");
        }
        checked += 1;
    }
    assert_eq!(checked, 33);
}

#[test]
fn refusals_of_the_vectors_name_what_is_wrong() {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let pinned = Pinned { chain_id: 8_453, eas: address!("0x4200000000000000000000000000000000000021") };
    let refusal = |name: &str| {
        let cases = vectors["cases"].as_array().unwrap();
        let case = cases.iter().find(|case| case["name"] == name).expect(name);
        let attestation = Attestation::parse(&case["attestation"].to_string()).unwrap();
        verify(&attestation, &pinned, 1_740_000_000, &[]).expect_err(name)
    };
    for version in ["legacy", "v1", "v2"] {
        let of = |what: &str| refusal(&format!("{version}-{what}"));
        assert!(matches!(of("data-changed"), Refusal::Uid { .. }));
        assert!(matches!(of("uid-changed"), Refusal::Uid { .. }));
        assert!(matches!(of("wrong-chain"), Refusal::OtherChain { pinned: 8_453, .. }));
        assert!(matches!(of("wrong-contract"), Refusal::OtherContract { .. }));
        for what in ["wrong-signer", "time-changed-uid-recomputed", "v-flipped"] {
            assert!(matches!(of(what), Refusal::Signature { .. }), "{version}-{what}");
        }
        assert!(matches!(of("high-s"), Refusal::Signature { cause: SignatureError::HighS, .. }));
    }
    assert!(matches!(refusal("v2-salt-changed"), Refusal::Uid { .. }));
    assert!(matches!(refusal("v2-foreign-domain"), Refusal::OtherChain { stated: 1, .. }));
    assert_eq!(refusal("v2-expired"), Refusal::Expired { expired_at: 1_735_776_000, now: 1_740_000_000 });
    assert!(matches!(refusal("v2-time-in-future"), Refusal::NotYet { .. }));
}

#[test]
fn what_is_built_and_signed_here_verifies_and_says_what_was_stated() {
    let made = signed(message(), domain());
    let read = Attestation::parse(&made.to_json()).unwrap();
    assert_eq!(read, made);
    assert_eq!(verify(&read, &PINNED, MADE, &[]), Ok(()));
    assert_eq!(read.message.statement(GATE), Some(Ok(statement())));
    assert_eq!(read.message.statement(EAS), None, "another resolver makes another schema");
    assert_eq!(read.message.schema, Schema::Source.uid(GATE));
}

#[test]
fn a_signature_of_somebody_else_makes_no_attestation() {
    let other = PrivateKeySigner::from_bytes(&B256::repeat_byte(9)).unwrap();
    let signature = other.sign_hash_sync(&message().digest(&domain(), PrimaryType::Attest)).unwrap().as_bytes();
    let made = Attestation::try_new(message(), domain(), signer().address(), signature);
    assert!(matches!(made, Err(SignatureError::OtherSigner { .. })));
}

#[test]
fn times_are_checked_to_the_second() {
    let made = signed(message(), domain());
    let at = |now| verify(&made, &PINNED, now, &[]);
    assert_eq!(at(MADE - 1), Err(Refusal::NotYet { time: MADE, now: MADE - 1 }));
    assert_eq!((at(MADE), at(MADE + 99)), (Ok(()), Ok(())));
    assert_eq!(at(MADE + 100), Err(Refusal::Expired { expired_at: MADE + 100, now: MADE + 100 }));
    let lasting = signed(Message { expires_at: 0, ..message() }, domain());
    assert_eq!(verify(&lasting, &PINNED, u64::MAX, &[]), Ok(()));
}

/// Lesson 19: EAS keys off-chain revocations by the caller, so a stranger's revocation means nothing.
#[test]
fn only_a_revocation_by_the_signer_of_this_uid_counts() {
    let made = signed(message(), domain());
    let own = Revocation { revoker: made.signer, uid: made.uid, at: MADE + 10 };
    let check = |revocations: &[Revocation], now| verify(&made, &PINNED, now, revocations);
    assert_eq!(check(&[own], MADE + 9), Ok(()));
    assert_eq!(check(&[own], MADE + 10), Err(Refusal::Revoked { revoked_at: MADE + 10 }));
    assert_eq!(check(&[Revocation { revoker: EAS, ..own }], MADE + 10), Ok(()));
    assert_eq!(check(&[Revocation { uid: B256::ZERO, ..own }], MADE + 10), Ok(()));

    let bound = signed(Message { is_revocable: false, ..message() }, domain());
    let own = Revocation { revoker: bound.signer, uid: bound.uid, at: MADE + 10 };
    assert_eq!(verify(&bound, &PINNED, MADE + 10, &[own]), Ok(()));
}

/// Threat 32: the same words, signed for another chain, contract or contract version.
#[test]
fn a_signature_for_another_domain_does_not_count_even_if_the_domain_is_rewritten() {
    for other in [
        Domain { chain_id: 1, ..domain() },
        Domain { eas: GATE, ..domain() },
        Domain { contract_version: "1.0.1".into(), ..domain() },
    ] {
        let made = signed(message(), other);
        let rewritten = Attestation { domain: domain(), ..made };
        assert!(matches!(verify(&rewritten, &PINNED, MADE, &[]), Err(Refusal::Signature { .. })));
    }
    let versioned = signed(message(), Domain { contract_version: "1.0.1".into(), ..domain() });
    assert_eq!(verify(&versioned, &PINNED, MADE, &[]), Ok(()), "a deployment names its own version");
}

#[test]
fn every_signed_field_is_under_the_uid_or_the_signature() {
    let made = signed(message(), domain());
    let base = message();
    let changed = [
        Message { form: Form::Two { salt: B256::ZERO }, ..base.clone() },
        Message { form: Form::One, ..base.clone() },
        Message { form: Form::Legacy, ..base.clone() },
        Message { schema: B256::ZERO, ..base.clone() },
        Message { recipient: EAS, ..base.clone() },
        Message { time: MADE - 1, ..base.clone() },
        Message { expires_at: 0, ..base.clone() },
        Message { is_revocable: false, ..base.clone() },
        Message { reference: B256::repeat_byte(1), ..base.clone() },
        Message { data: vec![], ..base },
    ];
    for message in changed {
        let kept = Attestation { message: message.clone(), ..made.clone() };
        assert!(matches!(verify(&kept, &PINNED, MADE, &[]), Err(Refusal::Uid { .. })));
        let recomputed = Attestation { uid: message.uid(), message, ..made.clone() };
        assert!(matches!(verify(&recomputed, &PINNED, MADE, &[]), Err(Refusal::Signature { .. })));
    }
}

#[test]
fn texts_that_are_no_attestation_say_why() {
    let good = signed(message(), domain()).to_json();
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        Attestation::parse(&good.replacen(from, to, 1)).expect_err(to)
    };
    let says = |error: FormError, part: &str| {
        let text = error.to_string();
        assert!(text.contains(part), "{text}");
    };
    says(with("\"signer\"", "\"signed\""), "missing field `signer`");
    says(with("\"signer\"", "\"signer\":\"0x00\",\"signer\""), "signer");
    says(with("\"revocable\":true", "\"revocable\":true,\"revocable\":false"), "duplicate field `revocable`");
    says(with("\"time\":\"1700000000\"", "\"time\":\"1.7e9\""), "a whole number below 2^64");
    says(with("\"time\":\"1700000000\"", "\"time\":1700000000.5"), "a whole number below 2^64");
    says(with("\"time\":\"1700000000\"", "\"time\":\"18446744073709551616\""), "a whole number below 2^64");
    says(with("\"time\":\"1700000000\"", "\"time\":\"-1\""), "a whole number below 2^64");
    says(with("\"data\":\"0x", "\"data\":\""), "bytes are hex with 0x");
    says(with("\"data\":\"0x", "\"data\":\"0x0"), "whole bytes");
    says(with("\"salt\":\"0x", "\"pepper\":\"0x"), "version 2 has a salt");
    says(with("EAS Attestation", "Permit2"), "the domain's name is 'Permit2'");
    says(with("\"primaryType\":\"Attest\"", "\"primaryType\":\"Permit\""), "primaryType is 'Permit'");
    says(with("\"type\":\"uint64\"", "\"type\":\"uint32\""), "the types are not those of version 2");
    says(Attestation::parse("").expect_err("empty"), "EOF");
    says(Attestation::parse("[]").expect_err("a list"), "{signer, sig}");
    assert_eq!(Attestation::parse(&" ".repeat(LINE_BYTES_MAX + 1)), Err(FormError::TooLong(LINE_BYTES_MAX + 1)));
    let version = |number: &str| Attestation::parse(&good.replace("\"version\":2", &format!("\"version\":{number}")));
    assert_eq!(version("3"), Err(FormError::Version(3)));
    says(with("\"version\":2", "\"version\":1"), "version");
}

#[test]
fn numbers_are_read_as_numbers_and_as_strings_and_fields_that_are_not_signed_are_passed_over() {
    let made = signed(message(), domain());
    let text = made.to_json().replace("\"time\":\"1700000000\"", "\"time\":1700000000,\"nonce\":\"0\"");
    assert_eq!(Attestation::parse(&text), Ok(made));
}

#[test]
fn lines_are_numbered_and_one_bad_line_does_not_hide_the_others() {
    let good = signed(message(), domain()).to_json();
    let text = format!("{good}\n\nnonsense\r\n{good}\r\n");
    let numbered = |text: &str| -> Vec<(usize, bool)> {
        read(text).into_iter().map(|(number, read)| (number, read.is_ok())).collect()
    };
    assert_eq!(numbered(&text), [(1, true), (3, false), (4, true)]);
    assert_eq!(numbered(""), []);

    // One object over many lines, as explorers export it.
    let value: serde_json::Value = serde_json::from_str(&good).unwrap();
    let pretty = format!("\n{}\n", serde_json::to_string_pretty(&value).unwrap());
    assert_eq!(numbered(&pretty), [(2, true)]);
    assert_eq!(numbered(&pretty.replace("revocable", "revoked")), [(2, false)]);
}

#[test]
fn data_is_held_against_the_text_of_its_schema() {
    let text = Schema::Quality.text();
    let schema = SchemaText::parse(text).unwrap();
    assert_eq!(schema.uid(GATE, true), Schema::Quality.uid(GATE));
    let word = |number: u64| B256::from(alloy::primitives::U256::from(number));
    let mut cut = [0; 32];
    cut[..4].copy_from_slice(b"read");
    let words = |score: u64| {
        [B256::repeat_byte(1), word(score), B256::repeat_byte(2), word(128), word(4), B256::from(cut)].concat()
    };
    assert_eq!(schema.check(&words(1_000_000)), Ok(()));
    let above = schema.check(&words(1_000_001)).expect_err("above the whole");
    assert_eq!(above.to_string(), "scorePpm is 1000001; the whole is 1000000");

    let encoding = |data: Vec<u8>, at: &str| {
        assert_eq!(schema.check(&data), Err(ValueError::Encoding(at.to_owned())));
    };
    let good = words(1);
    encoding([good.as_slice(), &[0; 32]].concat(), "the end");
    encoding(good[..100].to_vec(), "statement");
    encoding(good[..160].to_vec(), "statement");
    let with = |place: usize, byte: u8| {
        let mut data = good.clone();
        data[place] = byte;
        data
    };
    encoding(with(32, 1), "scorePpm");
    encoding(with(127, 160), "statement");
    encoding(with(128, 0xff), "statement");
    encoding(with(191, 1), "statement");
    encoding(with(160, 0xff), "statement");

    for bad in ["", "bytes32", "uint7 a", "uint0 a", "uint264 a", "bytes33 a", "uint08 a", "int8 a", "string[] a"] {
        assert!(matches!(SchemaText::parse(bad), Err(ValueError::Field(_))), "{bad}");
    }
    assert!(SchemaText::parse(&"bool a,".repeat(100)).is_err());
    let flags = SchemaText::parse("bool ok, address who, bytes4 tag").unwrap();
    let words = |ok: u64, who: B256, tag: B256| flags.check(&[word(ok), who, tag].concat());
    assert_eq!(words(1, GATE.into_word(), B256::ZERO), Ok(()));
    assert!(words(2, GATE.into_word(), B256::ZERO).is_err());
    assert!(words(1, B256::repeat_byte(1), B256::ZERO).is_err());
    assert!(words(1, GATE.into_word(), word(1)).is_err());
}

/// The root and proof that npm's `@openzeppelin/merkle-tree` 1.0.8 gives: `StandardMerkleTree.of(uids, ["bytes32"])`.
#[test]
fn a_batch_has_the_root_of_a_standard_merkle_tree() {
    let uids: Vec<B256> = (1..=5).map(B256::repeat_byte).collect();
    let batch = Batch::try_new(uids.clone()).unwrap();
    assert_eq!(batch.root(), ROOT);
    for (place, &uid) in uids.iter().enumerate() {
        let proof = batch.proof(place).unwrap();
        assert!(Batch::holds(ROOT, uid, &proof));
        assert!(!Batch::holds(ROOT, B256::ZERO, &proof));
    }
    assert_eq!(batch.proof(5), None);
    let reversed = Batch::try_new(uids.iter().rev().copied().collect()).unwrap();
    assert_eq!(reversed.root(), ROOT);
    let twice = Batch::try_new(vec![uids[0], uids[1], uids[0]]);
    assert_eq!(twice, Err(BatchError::Twice { first: 0, second: 2, uid: uids[0] }));
    assert_eq!(Batch::try_new(vec![]), Err(BatchError::Empty));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics(text in ".{0,300}") {
        let _ = Attestation::parse(&text);
    }

    #[test]
    fn checking_data_never_panics(data in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SchemaText::parse(Schema::License.text()).unwrap().check(&data);
    }

    /// One changed byte anywhere is refused, or is in something that is not signed and reads the same.
    #[test]
    fn a_changed_byte_never_makes_another_valid_attestation(place in any::<prop::sample::Index>(), byte in 0x20..0x7f_u8) {
        let made = signed(message(), domain());
        let mut text = made.to_json().into_bytes();
        let place = place.index(text.len());
        text[place] = byte;
        if let Ok(read) = Attestation::parse(&String::from_utf8(text).unwrap())
            && verify(&read, &PINNED, MADE, &[]).is_ok()
        {
            prop_assert_eq!(read, made);
        }
    }
}
