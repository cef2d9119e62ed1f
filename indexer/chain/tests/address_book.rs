//! The address book as a file.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use std::fs;

use alloy::primitives::{Address, B256};
use usufruct_chain::{Deployment, DeploymentError, Schemas};

fn book() -> Deployment {
    let at = Address::repeat_byte;
    Deployment {
        format: 1,
        chain_id: 31_337,
        genesis_hash: B256::repeat_byte(0xaa),
        block: 1,
        authority: at(1),
        asset_registry: at(2),
        terms_book: at(3),
        license_desk: at(4),
        curation_stake: at(5),
        usage_ledger: at(6),
        royalty_roots: at(7),
        eas: at(8),
        schema_registry: at(9),
        attestation_gate: at(10),
        payment_token: at(11),
        stake_token: at(12),
        quality_board: Some(at(13)),
        model_book: Some(at(14)),
        inference_till: Some(at(15)),
        dispute_hub: Some(at(16)),
        dao_arbiter: Some(at(17)),
        governor: Some(at(18)),
        timelock: Some(at(19)),
        schemas: Schemas::under(at(10)),
    }
}

#[test]
fn book_survives_the_round_trip_and_leaves_no_other_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deployment.json");
    book().save(&path).unwrap();
    book().save(&path).unwrap();
    assert_eq!(Deployment::load(&path).unwrap(), book());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(r#""assetRegistry": "0x0202020202020202020202020202020202020202""#), "{text}");
}

#[test]
fn books_of_no_use_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deployment.json");
    let check = |change: &dyn Fn(String) -> String, expected: &str| {
        let text = serde_json::to_string_pretty(&book()).unwrap();
        let changed = change(text.clone());
        assert_ne!(changed, text);
        fs::write(&path, changed).unwrap();
        let error = Deployment::load(&path).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(&|text| text.replace(r#""format": 1"#, r#""format": 2"#), "has format 2; this program reads format 1");
    check(&|text| text[..text.len() / 2].to_owned(), "is no address book of Usufruct");
    check(&|text| text.replace("termsBook", "termsbook"), "is no address book of Usufruct");
    check(&|text| text.replace("0x0303030303030303030303030303030303030303", "0x03"), "is no address book of Usufruct");
    check(&|_| "[]".to_owned(), "is no address book of Usufruct");
    check(&|_| String::new(), "is no address book of Usufruct");
    // Uids of another resolver: statements would be read under the wrong schema.
    let other = Schemas::under(Address::repeat_byte(99)).source.to_string();
    check(&|text| text.replace(&book().schemas.source.to_string(), &other), "gives the uid");
    let error = Deployment::load(&folder.path().join("missing.json")).expect_err("no file");
    assert!(matches!(error, DeploymentError::File { verb: "read", .. }), "{error:?}");
}
