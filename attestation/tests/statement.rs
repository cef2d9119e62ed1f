//! Statements: round trips, limits, and bytes that only look like one.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use alloy::{
    primitives::{Address, B256, U256, hex},
    sol_types::SolValue as _,
};
use usufruct_attestation::{
    DATA_BYTES_MAX, Derivation, License, Quality, Schema, Source, Statement, StatementError, eas::Standing,
    eas::Validity,
};
use usufruct_types::{BlobHash, Ppm, TermsId, VersionId};

fn version() -> VersionId {
    VersionId(B256::repeat_byte(0xaa))
}

fn statements() -> [Statement; 4] {
    let half = Ppm::try_new(500_000).unwrap();
    [
        Statement::Source(Source {
            version: version(),
            source_uri: "https://example.org/corpus".into(),
            evidence_hash: B256::repeat_byte(1),
            statement: "gesammelt in Köln".into(),
        }),
        Statement::License(License {
            version: version(),
            terms_id: TermsId(B256::repeat_byte(2)),
            license: "CC-BY-4.0".into(),
            evidence_uri: String::new(),
            statement: "x".repeat(33),
        }),
        Statement::Quality(Quality {
            version: version(),
            score: half,
            report: BlobHash(B256::repeat_byte(3)),
            statement: String::new(),
        }),
        Statement::Derivation(Derivation {
            version: version(),
            parent: VersionId(B256::repeat_byte(4)),
            share: Ppm::WHOLE,
            statement: "translated".into(),
        }),
    ]
}

#[test]
fn statements_survive_the_round_trip_and_start_with_their_subject() {
    for said in statements() {
        let data = said.encode().unwrap();
        assert_eq!(data[..32], version().as_bytes()[..]);
        assert_eq!(said.subject(), version());
        assert_eq!(Statement::decode(said.schema(), &data), Ok(said));
    }
}

#[test]
fn encoding_is_the_abi_encoding_of_the_schema_text() {
    let [_, _, quality, _] = statements();
    let fields = (B256::repeat_byte(0xaa), 500_000_u32, B256::repeat_byte(3), String::new());
    assert_eq!(quality.encode().unwrap(), fields.abi_encode_params());
}

#[test]
fn bytes_of_another_schema_are_refused() {
    for said in statements() {
        let data = said.encode().unwrap();
        for schema in Schema::ALL.into_iter().filter(|schema| *schema != said.schema()) {
            assert!(Statement::decode(schema, &data).is_err(), "{} read as {schema}", said.schema());
        }
    }
}

#[test]
fn every_cut_and_every_flipped_bit_of_padding_is_refused_or_says_something_else() {
    for said in statements() {
        let (schema, data) = (said.schema(), said.encode().unwrap());
        for length in 0..data.len() {
            assert!(Statement::decode(schema, &data[..length]).is_err(), "{schema} cut to {length}");
        }
        for byte in 0..data.len() {
            for bit in 0..8 {
                let mut flipped = data.clone();
                flipped[byte] ^= 1 << bit;
                assert_ne!(Statement::decode(schema, &flipped).as_ref(), Ok(&said), "{schema} byte {byte} bit {bit}");
            }
        }
    }
}

#[test]
fn bytes_that_decode_but_are_not_canonical_are_refused() {
    let [_, _, quality, _] = statements();
    let mut trailing = quality.encode().unwrap();
    trailing.extend_from_slice(&[0; 32]);
    assert_eq!(
        Statement::decode(Schema::Quality, &trailing),
        Err(StatementError::NotCanonical { schema: Schema::Quality })
    );
    // The text one word further than it need be.
    let mut moved = quality.encode().unwrap();
    let text = moved.split_off(128);
    moved[127] = 160;
    moved.extend_from_slice(&[0; 32]);
    moved.extend_from_slice(&text);
    assert_eq!(
        Statement::decode(Schema::Quality, &moved),
        Err(StatementError::NotCanonical { schema: Schema::Quality })
    );
}

#[test]
fn shares_above_the_whole_lengths_that_lie_and_text_that_is_none_are_refused() {
    let above = (B256::ZERO, 1_000_001_u32, B256::ZERO, "x").abi_encode_params();
    let expected = StatementError::AboveWhole { schema: Schema::Quality, field: "scorePpm", parts: 1_000_001 };
    assert_eq!(Statement::decode(Schema::Quality, &above), Err(expected));
    let wide = (B256::ZERO, U256::from(1) << 32, B256::ZERO, "x").abi_encode_params();
    assert_eq!(Statement::decode(Schema::Quality, &wide), Err(StatementError::Encoding { schema: Schema::Quality }));
    let mut lying = (B256::ZERO, 1_u32, B256::ZERO, "x").abi_encode_params();
    lying[128..160].fill(0xff);
    assert_eq!(Statement::decode(Schema::Quality, &lying), Err(StatementError::Encoding { schema: Schema::Quality }));
    let latin = (B256::ZERO, 1_u32, B256::ZERO, alloy::primitives::Bytes::from(hex!("ff"))).abi_encode_params();
    assert!(Statement::decode(Schema::Quality, &latin).is_err(), "not UTF-8");
}

#[test]
fn limits_hold_on_both_sides() {
    let source = |uri: usize, text: usize| {
        Statement::Source(Source {
            version: version(),
            source_uri: "u".repeat(uri),
            evidence_hash: B256::ZERO,
            statement: "s".repeat(text),
        })
    };
    assert!(source(2_048, 4_096).encode().is_ok());
    let error = source(2_049, 0).encode().expect_err("too long");
    assert_eq!(error.to_string(), "sourceUri of a source statement has 2049 bytes; at most 2048 are allowed");
    assert!(source(0, 4_097).encode().is_err());
    let data = (B256::ZERO, "u".repeat(2_049), B256::ZERO, "s").abi_encode_params();
    assert!(matches!(
        Statement::decode(Schema::Source, &data),
        Err(StatementError::TooLong { field: "sourceUri", size_bytes: 2_049, .. })
    ));
    assert!(matches!(
        Statement::decode(Schema::Source, &vec![0; DATA_BYTES_MAX + 1]),
        Err(StatementError::TooLong { field: "the encoding", .. })
    ));
}

#[test]
fn uids_of_the_schemas_do_not_change() {
    let resolver = Address::repeat_byte(0x11);
    let uids = Schema::ALL.map(|schema| schema.uid(resolver).to_string());
    assert_eq!(
        uids,
        [
            "0x76e58a300ff4fd6d928c4d098fbc3c480e3a85e60387b285e44bd17868dfef70",
            "0x1fe5e35206c3bbb039070283c3495afe96aaf885a597640e799f6012b916cccd",
            "0x233344568d1b2df3cfdd825b2f5f24e0e53a85951e34ceffec98d3bc6dd5787b",
            "0x122e3e46a7a8d2334c47371e1ee0462dbf1fa88d595006186716b6de98f39ec0",
        ]
    );
}

#[test]
fn validity_looks_at_time_expiry_and_revocation() {
    let made = Validity { time: 100, expires_at: 0, revoked_at: None };
    let check = |validity: Validity, now, expected| assert_eq!(validity.at(now), expected, "{validity:?} at {now}");
    check(made, 99, Standing::NotYet);
    check(made, 100, Standing::Valid);
    check(made, u64::MAX, Standing::Valid);
    let expiring = Validity { expires_at: 200, ..made };
    check(expiring, 199, Standing::Valid);
    check(expiring, 200, Standing::Expired);
    let revoked = Validity { revoked_at: Some(150), ..expiring };
    check(revoked, 149, Standing::Valid);
    check(revoked, 150, Standing::Revoked);
    check(revoked, 300, Standing::Revoked);
}
