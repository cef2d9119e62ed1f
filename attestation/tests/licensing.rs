//! What is signed for licenses and deliveries, and sealed hashes, against independent encodings.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use alloy::{
    dyn_abi::TypedData,
    primitives::{Address, B256, U256, address, b256, keccak256},
    signers::{SignerSync as _, local::PrivateKeySigner},
};
use usufruct_attestation::{
    Intent, Quote, ReceiptCommitment, SealedScore, SignatureError, content_claim, recover, verify,
};
use usufruct_types::{JobId, Ppm, TermsId, VersionId};

const DESK: Address = address!("0x00000000000000000000000000000000000000d5");
const LEDGER: Address = address!("0x00000000000000000000000000000000000000a1");
const BOARD: Address = address!("0x00000000000000000000000000000000000000b0");
const JOB: JobId = JobId(B256::repeat_byte(0x77));

fn quote() -> Quote {
    Quote {
        version: VersionId(B256::repeat_byte(1)),
        terms: TermsId(B256::repeat_byte(2)),
        licensee: Address::repeat_byte(3),
        token: Address::repeat_byte(4),
        price: u128::MAX,
        unit_price: 6,
        units_max: 7,
        duration_seconds: 8,
        expires_at: u64::MAX,
        nonce: U256::MAX,
    }
}

fn intent() -> Intent {
    Intent {
        version: VersionId(B256::repeat_byte(1)),
        terms: TermsId(B256::repeat_byte(2)),
        buyer: Address::repeat_byte(5),
        licensee: Address::repeat_byte(3),
        token: Address::repeat_byte(4),
        max_price: u128::MAX,
        max_unit_price: 6,
        expires_at: 9,
        nonce: U256::from(10),
    }
}

fn receipts() -> ReceiptCommitment {
    ReceiptCommitment {
        index: 3,
        sequence: 4,
        receipts_hash: B256::repeat_byte(5),
        receipts_root: B256::repeat_byte(6),
        delivered_units: u128::MAX,
    }
}

/// The same message as alloy's dynamic EIP-712 reads it from the JSON that wallets show.
fn typed(contract: (&str, Address), primary: &str, fields: &str, message: &serde_json::Value) -> TypedData {
    let fields: Vec<_> = fields
        .split(',')
        .map(|field| {
            let (kind, name) = field.split_once(' ').unwrap();
            serde_json::json!({"type": kind, "name": name})
        })
        .collect();
    serde_json::from_value(serde_json::json!({
        "types": {
            "EIP712Domain": [
                {"name": "name", "type": "string"},
                {"name": "version", "type": "string"},
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            primary: fields,
        },
        "primaryType": primary,
        "domain": {"name": contract.0, "version": "1", "chainId": 31337, "verifyingContract": contract.1},
        "message": message,
    }))
    .unwrap()
}

#[test]
fn quote_digest_is_that_of_the_typed_data() {
    let said = quote();
    let expected = typed(
        ("Usufruct LicenseDesk", DESK),
        "Quote",
        "bytes32 versionId,bytes32 termsId,address licensee,address token,uint128 price,uint128 unitPrice,uint128 unitsMax,uint64 durationSeconds,uint64 expiresAt,uint256 nonce",
        &serde_json::json!({
            "versionId": said.version.0, "termsId": said.terms.0, "licensee": said.licensee, "token": said.token,
            "price": said.price.to_string(), "unitPrice": "6", "unitsMax": "7", "durationSeconds": 8,
            "expiresAt": said.expires_at.to_string(), "nonce": said.nonce.to_string(),
        }),
    );
    assert_eq!(said.digest(31_337, DESK), expected.eip712_signing_hash().unwrap());
}

#[test]
fn intent_digest_and_witness_are_those_of_the_typed_data() {
    let said = intent();
    let expected = typed(
        ("Usufruct LicenseDesk", DESK),
        "Intent",
        "bytes32 versionId,bytes32 termsId,address buyer,address licensee,address token,uint128 maxPrice,uint128 maxUnitPrice,uint64 expiresAt,uint256 nonce",
        &serde_json::json!({
            "versionId": said.version.0, "termsId": said.terms.0, "buyer": said.buyer, "licensee": said.licensee,
            "token": said.token, "maxPrice": said.max_price.to_string(), "maxUnitPrice": "6", "expiresAt": 9,
            "nonce": "10",
        }),
    );
    assert_eq!(said.digest(31_337, DESK), expected.eip712_signing_hash().unwrap());
    assert_eq!(said.struct_hash(), expected.hash_struct().unwrap());
}

#[test]
fn receipt_digest_is_that_of_the_typed_data() {
    let said = receipts();
    let expected = typed(
        ("Usufruct UsageLedger", LEDGER),
        "ReceiptCommitment",
        "bytes32 jobId,address provider,uint256 index,uint64 sequence,bytes32 receiptsHash,bytes32 receiptsRoot,uint128 deliveredUnits",
        &serde_json::json!({
            "jobId": JOB.0, "provider": BOARD, "index": "3", "sequence": 4, "receiptsHash": said.receipts_hash,
            "receiptsRoot": said.receipts_root, "deliveredUnits": said.delivered_units.to_string(),
        }),
    );
    assert_eq!(said.digest(31_337, LEDGER, JOB, BOARD), expected.eip712_signing_hash().unwrap());
}

/// Threat 32: another chain, another desk or any other field is another digest.
#[test]
fn every_field_and_the_domain_are_under_the_signature() {
    let (said, other) = (quote(), B256::repeat_byte(9));
    let mut digests = vec![said.digest(31_337, DESK), said.digest(1, DESK), said.digest(31_337, LEDGER)];
    digests.extend(
        [
            Quote { version: VersionId(other), ..said.clone() },
            Quote { terms: TermsId(other), ..said.clone() },
            Quote { licensee: Address::ZERO, ..said.clone() },
            Quote { token: Address::ZERO, ..said.clone() },
            Quote { price: 0, ..said.clone() },
            Quote { unit_price: 0, ..said.clone() },
            Quote { units_max: 0, ..said.clone() },
            Quote { duration_seconds: 0, ..said.clone() },
            Quote { expires_at: 0, ..said.clone() },
            Quote { nonce: U256::ZERO, ..said },
        ]
        .map(|changed| changed.digest(31_337, DESK)),
    );
    let said = intent();
    digests.extend([said.digest(31_337, DESK), said.digest(1, DESK), said.digest(31_337, LEDGER), said.struct_hash()]);
    digests.extend(
        [
            Intent { version: VersionId(other), ..said.clone() },
            Intent { terms: TermsId(other), ..said.clone() },
            Intent { buyer: Address::ZERO, ..said.clone() },
            Intent { licensee: Address::ZERO, ..said.clone() },
            Intent { token: Address::ZERO, ..said.clone() },
            Intent { max_price: 0, ..said.clone() },
            Intent { max_unit_price: 0, ..said.clone() },
            Intent { expires_at: 0, ..said.clone() },
            Intent { nonce: U256::ZERO, ..said },
        ]
        .map(|changed| changed.digest(31_337, DESK)),
    );
    let said = receipts();
    digests.extend([
        said.digest(31_337, LEDGER, JOB, BOARD),
        said.digest(1, LEDGER, JOB, BOARD),
        said.digest(31_337, DESK, JOB, BOARD),
        said.digest(31_337, LEDGER, JobId(other), BOARD),
        said.digest(31_337, LEDGER, JOB, DESK),
    ]);
    digests.extend(
        [
            ReceiptCommitment { index: 0, ..said.clone() },
            ReceiptCommitment { sequence: 0, ..said.clone() },
            ReceiptCommitment { receipts_hash: other, ..said.clone() },
            ReceiptCommitment { receipts_root: other, ..said.clone() },
            ReceiptCommitment { delivered_units: 0, ..said },
        ]
        .map(|changed| changed.digest(31_337, LEDGER, JOB, BOARD)),
    );
    let count = digests.len();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), count);
}

/// Threat 33: the malleated twin of a good signature is no second signature.
#[test]
fn signatures_are_recovered_in_their_low_form_only() {
    let key: PrivateKeySigner = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x46)).unwrap();
    let digest = quote().digest(31_337, DESK);
    let signature = key.sign_hash_sync(&digest).unwrap();
    assert_eq!(recover(digest, &signature.as_bytes()), Ok(key.address()));
    assert_eq!(verify(digest, &signature.as_bytes(), key.address()), Ok(()));
    let order = U256::from_be_bytes(b256!("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0);
    let mut twin = signature.as_bytes();
    twin[32..64].copy_from_slice(&(order - signature.s()).to_be_bytes::<32>());
    twin[64] = 27 + (28 - twin[64]);
    assert_eq!(recover(digest, &twin), Err(SignatureError::HighS));
    assert_ne!(recover(intent().digest(31_337, DESK), &signature.as_bytes()), Ok(key.address()));
}

#[test]
fn sealed_score_is_the_hash_of_its_words() {
    let said = SealedScore {
        version: VersionId(B256::repeat_byte(1)),
        round: 2,
        curator: Address::repeat_byte(3),
        score: Ppm::try_new(900_000).unwrap(),
        salt: B256::repeat_byte(4),
    };
    let number = |number: u64| B256::from(U256::from(number));
    let words = [
        number(31_337),
        BOARD.into_word(),
        said.version.0,
        number(2),
        said.curator.into_word(),
        number(900_000),
        said.salt,
    ];
    assert_eq!(said.commitment(31_337, BOARD), keccak256(words.concat()));
}

/// A string is a dynamic value: it stands behind the words, with an offset in its place.
#[test]
fn content_claim_is_the_hash_of_its_abi_encoding() {
    let number = |number: u64| B256::from(U256::from(number));
    let mut text = [0; 32];
    text[..14].copy_from_slice(b"usufruct.claim");
    let words = [number(128), number(31_337), DESK.into_word(), B256::repeat_byte(8), number(14), B256::from(text)];
    assert_eq!(content_claim(31_337, DESK, B256::repeat_byte(8)), keccak256(words.concat()));
}
