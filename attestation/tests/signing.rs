//! Digests and signatures against an independent implementation: alloy's typed data from JSON and
//! its local signer.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

use alloy::{
    dyn_abi::TypedData,
    primitives::{Address, B256, U256, address, b256, hex},
    signers::{SignerSync as _, local::PrivateKeySigner},
};
use usufruct_attestation::{
    SignatureError, UsageCommitment,
    eas::{AttestRequest, Domain, RevokeRequest},
    personal_digest, recover, verify,
};
use usufruct_types::{BlobHash, JobId};

const LEDGER: Address = address!("0x00000000000000000000000000000000000000a1");
const EAS: Address = address!("0x00000000000000000000000000000000000000e5");
const JOB: JobId = JobId(B256::repeat_byte(0x77));

fn signer() -> PrivateKeySigner {
    "0x4646464646464646464646464646464646464646464646464646464646464646".parse().unwrap()
}

fn commitment() -> UsageCommitment {
    UsageCommitment {
        sequence: 3,
        log: BlobHash(B256::repeat_byte(1)),
        usage_root: B256::repeat_byte(2),
        log_rows: 42,
        cumulative_units: vec![1, u128::MAX],
    }
}

fn attest() -> AttestRequest {
    AttestRequest {
        attester: signer().address(),
        schema: B256::repeat_byte(3),
        recipient: Address::ZERO,
        expires_at: 4_000_000_000,
        is_revocable: true,
        reference: B256::repeat_byte(4),
        data: vec![5; 100],
        value: U256::ZERO,
        nonce: U256::from(7),
        deadline: 1_800_000_000,
    }
}

fn revoke() -> RevokeRequest {
    RevokeRequest {
        revoker: signer().address(),
        schema: B256::repeat_byte(3),
        uid: B256::repeat_byte(6),
        value: U256::ZERO,
        nonce: U256::from(8),
        deadline: 0,
    }
}

/// The digest of the same message by alloy's dynamic EIP-712, from the JSON that wallets show.
fn typed_digest(primary: &str, fields: &str, domain: serde_json::Value, message: serde_json::Value) -> B256 {
    let fields: Vec<_> = fields
        .split(',')
        .map(|field| {
            let (kind, name) = field.split_once(' ').expect("type and name");
            serde_json::json!({"type": kind, "name": name})
        })
        .collect();
    let typed: TypedData = serde_json::from_value(serde_json::json!({
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
        "domain": domain,
        "message": message,
    }))
    .unwrap();
    typed.eip712_signing_hash().unwrap()
}

#[test]
fn usage_commitment_digest_is_that_of_the_typed_data() {
    let said = commitment();
    let expected = typed_digest(
        "UsageCommitment",
        "bytes32 jobId,uint64 sequence,bytes32 logHash,bytes32 usageRoot,uint64 logRows,uint128[] cumulativeUnits",
        serde_json::json!({
            "name": "Usufruct UsageLedger", "version": "1", "chainId": 31337, "verifyingContract": LEDGER,
        }),
        serde_json::json!({
            "jobId": JOB.0, "sequence": 3, "logHash": said.log.0, "usageRoot": said.usage_root, "logRows": 42,
            "cumulativeUnits": ["1", u128::MAX.to_string()],
        }),
    );
    assert_eq!(said.digest(31_337, LEDGER, JOB), expected);
}

#[test]
fn attest_and_revoke_digests_are_those_of_eas() {
    let domain = Domain { chain_id: 10, eas: EAS };
    let typed_domain = serde_json::json!({"name": "EAS", "version": "1.4.0", "chainId": 10, "verifyingContract": EAS});
    let said = attest();
    let expected = typed_digest(
        "Attest",
        "address attester,bytes32 schema,address recipient,uint64 expirationTime,bool revocable,bytes32 refUID,bytes data,uint256 value,uint256 nonce,uint64 deadline",
        typed_domain.clone(),
        serde_json::json!({
            "attester": said.attester, "schema": said.schema, "recipient": said.recipient,
            "expirationTime": said.expires_at, "revocable": true, "refUID": said.reference,
            "data": hex::encode_prefixed(&said.data), "value": "0", "nonce": "7", "deadline": said.deadline,
        }),
    );
    assert_eq!(said.digest(&domain), expected);
    let said = revoke();
    let expected = typed_digest(
        "Revoke",
        "address revoker,bytes32 schema,bytes32 uid,uint256 value,uint256 nonce,uint64 deadline",
        typed_domain,
        serde_json::json!({
            "revoker": said.revoker, "schema": said.schema, "uid": said.uid, "value": "0", "nonce": "8", "deadline": 0,
        }),
    );
    assert_eq!(said.digest(&domain), expected);
}

/// Fixed for ever: a changed digest would orphan every signature made so far.
#[test]
fn digests_do_not_change() {
    let domain = Domain { chain_id: 31_337, eas: EAS };
    assert_eq!(
        commitment().digest(31_337, LEDGER, JOB),
        b256!("0x2d453554b89751a12449e09172ccaab8d3a61cdf78f048130f900f864a380202")
    );
    assert_eq!(attest().digest(&domain), b256!("0x7e29c93a6c75ca08c7851d7f1770b7293071c7c4485b3d9fc417a0dd7d257f98"));
    assert_eq!(revoke().digest(&domain), b256!("0x17f523ca3d93eb6338af15622c1d53b3e994a79e64b8351bb709b8d8472443a4"));
}

#[test]
fn every_field_and_the_domain_are_under_the_signature() {
    let (said, domain) = (attest(), Domain { chain_id: 31_337, eas: EAS });
    let changed = [
        AttestRequest { attester: EAS, ..said.clone() },
        AttestRequest { schema: B256::ZERO, ..said.clone() },
        AttestRequest { recipient: EAS, ..said.clone() },
        AttestRequest { expires_at: 0, ..said.clone() },
        AttestRequest { is_revocable: false, ..said.clone() },
        AttestRequest { reference: B256::ZERO, ..said.clone() },
        AttestRequest { data: vec![5; 101], ..said.clone() },
        AttestRequest { value: U256::ONE, ..said.clone() },
        AttestRequest { nonce: U256::from(8), ..said.clone() },
        AttestRequest { deadline: 0, ..said.clone() },
    ];
    let signature = signer().sign_hash_sync(&said.digest(&domain)).unwrap().as_bytes();
    assert_eq!(verify(said.digest(&domain), &signature, signer().address()), Ok(()));
    for changed in changed {
        let error = verify(changed.digest(&domain), &signature, signer().address()).expect_err("tampered");
        assert!(matches!(error, SignatureError::OtherSigner { .. }), "{changed:?}: {error}");
    }
    for elsewhere in [Domain { chain_id: 1, ..domain }, Domain { eas: LEDGER, ..domain }] {
        assert!(verify(said.digest(&elsewhere), &signature, signer().address()).is_err(), "{elsewhere:?}");
    }

    let (said, key) = (commitment(), signer().address());
    let signature = signer().sign_hash_sync(&said.digest(31_337, LEDGER, JOB)).unwrap().as_bytes();
    assert_eq!(verify(said.digest(31_337, LEDGER, JOB), &signature, key), Ok(()));
    let changed = [
        UsageCommitment { sequence: 4, ..said.clone() }.digest(31_337, LEDGER, JOB),
        UsageCommitment { log: BlobHash(B256::ZERO), ..said.clone() }.digest(31_337, LEDGER, JOB),
        UsageCommitment { usage_root: B256::ZERO, ..said.clone() }.digest(31_337, LEDGER, JOB),
        UsageCommitment { log_rows: 41, ..said.clone() }.digest(31_337, LEDGER, JOB),
        UsageCommitment { cumulative_units: vec![1], ..said.clone() }.digest(31_337, LEDGER, JOB),
        said.digest(1, LEDGER, JOB),
        said.digest(31_337, EAS, JOB),
        said.digest(31_337, LEDGER, JobId(B256::ZERO)),
    ];
    for digest in changed {
        assert!(verify(digest, &signature, key).is_err());
    }
}

#[test]
fn personal_messages_recover_to_who_signed_them() {
    for message in ["", "hello", "zwölf Boxkämpfer", &"x".repeat(1_000)] {
        let signature = signer().sign_message_sync(message.as_bytes()).unwrap().as_bytes();
        assert_eq!(recover(personal_digest(message.as_bytes()), &signature), Ok(signer().address()));
    }
}

#[test]
fn other_forms_of_a_signature_are_refused_with_a_reason() {
    let digest = B256::repeat_byte(9);
    let good = signer().sign_hash_sync(&digest).unwrap().as_bytes();
    assert_eq!(recover(digest, &good), Ok(signer().address()));
    let check = |signature: &[u8], expected: SignatureError| assert_eq!(recover(digest, signature), Err(expected));

    check(&good[..64], SignatureError::Length(64));
    check(&[], SignatureError::Length(0));
    check(&[good.as_slice(), &[0]].concat(), SignatureError::Length(66));
    for v in [0, 1, 26, 29, 35, 255] {
        let mut other = good;
        other[64] = v;
        check(&other, SignatureError::RecoveryByte(v));
    }
    // The malleated twin: s becomes the order less s, v flips.
    let order = U256::from_be_bytes(hex!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));
    let mut twin = good;
    twin[32..64].copy_from_slice(&(order - U256::from_be_slice(&good[32..64])).to_be_bytes::<32>());
    twin[64] = 55 - good[64];
    check(&twin, SignatureError::HighS);

    for (range, what) in [(0..32, "r"), (32..64, "s")] {
        let mut zero = good;
        zero[range.clone()].fill(0);
        assert_eq!(recover(digest, &zero), Err(SignatureError::Invalid), "{what} is zero");
        let mut large = good;
        large[range].copy_from_slice(&order.to_be_bytes::<32>());
        assert_eq!(recover(digest, &large), Err(SignatureError::Invalid), "{what} is the order");
    }
    // An r that is the x coordinate of no point.
    let mut off_curve = good;
    off_curve[..32].copy_from_slice(&U256::from(5).to_be_bytes::<32>());
    assert_eq!(recover(digest, &off_curve), Err(SignatureError::Invalid));
}
