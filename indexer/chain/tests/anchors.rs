//! Off-chain attestations against the real EAS: anchored by a root, and revoked by whoever may.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use alloy::primitives::{Address, B256};
use support::chain;
use usufruct_attestation::{
    Source, Statement,
    offchain::{Batch, Pinned, Refusal, verify},
};
use usufruct_chain::{EasReader, OffchainOptions, RpcConfig};
use usufruct_types::VersionId;

fn statement(byte: u8) -> Statement {
    Statement::Source(Source {
        version: VersionId(B256::repeat_byte(byte)),
        source_uri: "https://example.org/corpus".into(),
        evidence_hash: B256::ZERO,
        statement: String::new(),
    })
}

#[tokio::test]
async fn a_root_anchors_many_and_only_the_signer_takes_one_back() {
    let chain = chain().await;
    let (signer, stranger) = (chain.wallet(1), chain.wallet(2));
    let pinned = Pinned { chain_id: chain.reader.chain_id(), eas: chain.deployment.eas };
    let time = chain.reader.head().await.unwrap().timestamp;
    let options = OffchainOptions { pinned, resolver: chain.deployment.attestation_gate, time, expires_at: 0 };
    let made: Vec<_> = (1..=5).map(|byte| signer.signer().sign_offchain(&statement(byte), options).unwrap()).collect();
    assert_eq!(made[0].message.schema, chain.deployment.schemas.source);
    let again = signer.signer().sign_offchain(&statement(1), options).unwrap();
    assert_ne!(again.uid, made[0].uid, "the salt is fresh");
    assert!(signer.signer().sign_offchain(&statement(1), OffchainOptions { expires_at: time, ..options }).is_err());

    // Anchored: one slot for all of them.
    let eas = EasReader::connect(RpcConfig::new([chain.anvil.url()]), pinned).await.unwrap();
    let batch = Batch::try_new(made.iter().map(|one| one.uid).collect()).unwrap();
    assert_eq!(eas.timestamp_of(batch.root()).await.unwrap(), None);
    let sent = stranger.timestamp(&[batch.root()]).await.unwrap();
    let block = chain.reader.block(sent.block.number).await.unwrap().unwrap();
    assert_eq!(eas.timestamp_of(batch.root()).await.unwrap(), Some(block.timestamp));
    assert!(stranger.timestamp(&[batch.root()]).await.is_err(), "once");
    let two = [B256::repeat_byte(1), B256::repeat_byte(2)];
    stranger.timestamp(&two).await.unwrap();
    assert!(eas.timestamp_of(two[1]).await.unwrap().is_some());

    // A stranger may write a revocation of the uid; it is his, and counts for nothing.
    let uid = made[0].uid;
    stranger.revoke_offchain(vec![uid]).await.unwrap();
    let of_stranger = eas.revocation_of(stranger.address(), uid).await.unwrap();
    assert_eq!(eas.revocation_of(signer.address(), uid).await.unwrap(), None);
    let now = u64::from(u32::MAX);
    assert_eq!(verify(&made[0], &pinned, now, &[of_stranger.unwrap()]), Ok(()));
    signer.revoke_offchain(vec![uid]).await.unwrap();
    let own = eas.revocation_of(signer.address(), uid).await.unwrap().unwrap();
    assert_eq!(verify(&made[0], &pinned, now, &[own]), Err(Refusal::Revoked { revoked_at: own.at }));

    let nowhere = Pinned { eas: Address::repeat_byte(9), ..pinned };
    let error = EasReader::connect(RpcConfig::new([chain.anvil.url()]), nowhere).await.unwrap_err();
    assert!(error.to_string().starts_with("no contract stands at"), "{error}");
}
