//! The vectors that Solidity is tested against too: digests of quotes and intents, and the chain's
//! verdict on pairs of terms.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use std::{collections::BTreeSet, fmt::Debug, str::FromStr};

use alloy::primitives::{Address, B256, U256};
use serde_json::Value;
use usufruct_attestation::{
    Intent, Quote,
    terms::{Bound, Conflict, conflict, meet},
};
use usufruct_types::{Obligations, Terms, TermsId, Uses, VersionId};

const VECTORS: &str = include_str!("../vectors/licensing.json");

fn vectors() -> Value {
    serde_json::from_str(VECTORS).unwrap()
}

/// A field, all of which are strings.
fn field<T: FromStr<Err: Debug>>(object: &Value, name: &str) -> T {
    object[name].as_str().unwrap_or_else(|| panic!("{name} is no string")).parse().unwrap()
}

#[test]
fn quote_digest_is_the_vectors() {
    let vectors = vectors();
    let said = &vectors["quote"];
    let quote = Quote {
        version: VersionId(field(said, "versionId")),
        terms: TermsId(field(said, "termsId")),
        licensee: field(said, "licensee"),
        token: field(said, "token"),
        price: field(said, "price"),
        unit_price: field(said, "unitPrice"),
        units_max: field(said, "unitsMax"),
        duration_seconds: field(said, "durationSeconds"),
        expires_at: field(said, "expiresAt"),
        nonce: field(said, "nonce"),
    };
    let digest = quote.digest(field(&vectors, "chainId"), field::<Address>(&vectors, "contract"));
    assert_eq!(digest, field::<B256>(&vectors, "quoteDigest"));
}

#[test]
fn intent_digest_and_hash_are_the_vectors() {
    let vectors = vectors();
    let said = &vectors["intent"];
    let intent = Intent {
        version: VersionId(field(said, "versionId")),
        terms: TermsId(field(said, "termsId")),
        buyer: field(said, "buyer"),
        licensee: field(said, "licensee"),
        token: field(said, "token"),
        max_price: field(said, "maxPrice"),
        max_unit_price: field(said, "maxUnitPrice"),
        expires_at: field(said, "expiresAt"),
        nonce: field::<U256>(said, "nonce"),
    };
    let digest = intent.digest(field(&vectors, "chainId"), field::<Address>(&vectors, "contract"));
    assert_eq!(digest, field::<B256>(&vectors, "intentDigest"));
    assert_eq!(intent.struct_hash(), field::<B256>(&vectors, "intentHash"));
}

fn terms(said: &Value) -> Terms {
    Terms {
        field_of_use: said["fieldOfUse"].as_str().unwrap().to_owned(),
        uses: Uses(field(said, "uses")),
        obligations: Obligations(field(said, "obligations")),
        user_limit: field(said, "userLimit"),
        ..Bound::ANY.to_terms(said["license"].as_str().unwrap())
    }
}

/// The differential test of the rule: the verdicts are the contract's.
#[test]
fn conflict_is_the_verdict_of_the_chain_on_every_pair() {
    let vectors = vectors();
    let pairs = vectors["terms"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    for pair in pairs {
        let (child, parent) = (terms(&pair["child"]), terms(&pair["parent"]));
        let code: u8 = field(pair, "code");
        let expected = Conflict::try_from(code).ok();
        assert_eq!(conflict(&child, &parent), expected, "{pair}");
        assert_eq!(expected.map_or("None".to_owned(), |conflict| format!("{conflict:?}")), pair["conflict"]);
        assert_eq!(meet([&parent]).ok().is_some_and(|bound| bound.conflict(&child).is_none()), expected.is_none());
        seen.insert(code);
    }
    assert!(pairs.len() >= 50, "{} pairs", pairs.len());
    assert_eq!(seen, (0..=6).collect(), "every verdict is met");
}
