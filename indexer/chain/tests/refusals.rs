//! What contracts, keys and nodes refuse, in words.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking, and talk")]

mod support;

use alloy::primitives::{Address, B256, U256};
use support::{DOLLAR, chain, free_terms, paid_terms, ppm, version_input};
use usufruct_attestation::{Quality, Schema, Statement, UsageCommitment};
use usufruct_chain::{
    AttestOptions, ChainError, DeployParameters, DeploymentError, Development, Reader, Rpc, RpcConfig, Signer,
    SignerError, Wallet,
    anvil::{Anvil, AnvilConfig},
    deploy, verify,
};
use usufruct_types::{Amount, BlobHash, LicenseId, TermsId, VersionId, event::AssetKind};

/// The refusal's name, and its text.
fn refusal<T: std::fmt::Debug>(result: Result<T, ChainError>) -> (String, String) {
    match result {
        Err(ChainError::Revert(revert)) => (revert.name.clone(), revert.to_string()),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn refusals_come_with_name_and_values_before_anything_is_sent() {
    let chain = chain().await;
    let (creator, trainer) = (chain.wallet(1), chain.wallet(2));
    let dollars = chain.deployment.payment_token;
    let terms = creator.publish_terms(&paid_terms(dollars)).await.unwrap().made;
    let asset = creator.create_asset(AssetKind::Dataset, "poems").await.unwrap().made;
    let input = version_input(asset, terms, creator.address(), "1");
    let version = creator.register_version(&input).await.unwrap().made;
    let head = chain.reader.head().await.unwrap();

    let buy = |version, terms, price| trainer.buy_license(version, terms, Amount::new(price), trainer.address());
    let (name, text) = refusal(buy(version, terms, 4 * DOLLAR).await);
    assert_eq!((name.as_str(), text.as_str()), ("PriceAboveMax", "price above max (price 5000000, max price 4000000)"));
    let (name, text) = refusal(buy(VersionId(B256::ZERO), terms, 0).await);
    assert_eq!(name, "UnknownVersion");
    assert!(text.starts_with("unknown version (version id 0x0000"), "{text}");
    assert_eq!(refusal(buy(version, TermsId(B256::ZERO), 0).await).0, "OtherTerms");
    // Refused by the token, two calls below ours.
    assert_eq!(refusal(buy(version, terms, 5 * DOLLAR).await).0, "ERC20InsufficientAllowance");

    assert_eq!(refusal(creator.create_asset(AssetKind::Dataset, "poems").await).0, "AssetExists");
    assert_eq!(refusal(creator.create_asset(AssetKind::Dataset, "Poems!").await).0, "BadNameCharacter");
    assert_eq!(refusal(trainer.register_version(&input).await).0, "NotAssetOwner");
    assert_eq!(refusal(creator.register_version(&input).await).0, "VersionExists");
    let unknown = version_input(asset, TermsId(B256::ZERO), creator.address(), "2");
    assert_eq!(refusal(creator.register_version(&unknown).await).0, "UnknownTerms");
    assert_eq!(refusal(trainer.revoke_license(LicenseId(1), "mine").await).0, "AccessManagedUnauthorized");
    assert_eq!(refusal(trainer.finalize_epoch(usufruct_types::EpochIndex(1)).await).0, "NotPending");
    assert!(
        matches!(chain.reader.license_of(LicenseId(7)).await, Err(ChainError::Revert(revert)) if revert.argument("licenseId") == Some("7"))
    );
    assert_eq!(chain.reader.head().await.unwrap(), head, "nothing was sent");
}

#[tokio::test]
async fn signatures_count_once_for_one_job_on_one_contract() {
    let chain = chain().await;
    let (creator, trainer) = (chain.wallet(1), chain.wallet(2));
    let (_, version) = chain.free_version(&creator, "poems").await;
    let terms = chain.reader.terms_of(version).await.unwrap();
    let license = trainer.buy_license(version, terms, Amount::ZERO, trainer.address()).await.unwrap().made;
    let job_key = Signer::ephemeral();
    let open = async |salt| {
        let salt = B256::repeat_byte(salt);
        trainer.open_job(salt, job_key.address(), Address::ZERO, &[license], Amount::ZERO).await.unwrap().made
    };
    let (job, other) = (open(1).await, open(2).await);
    let commitment = UsageCommitment {
        sequence: 1,
        log: BlobHash(B256::repeat_byte(1)),
        usage_root: B256::repeat_byte(2),
        log_rows: 1,
        cumulative_units: vec![5],
    };
    let signature = trainer.sign_usage(&job_key, job, &commitment).unwrap();
    let refused = async |job, commitment: &UsageCommitment, signature: &[u8]| {
        refusal(trainer.commit_usage(job, commitment, signature).await).0
    };
    assert_eq!(refused(other, &commitment, &signature).await, "BadSignature", "for another job");
    let more = UsageCommitment { cumulative_units: vec![6], ..commitment.clone() };
    assert_eq!(refused(job, &more, &signature).await, "BadSignature", "for other units");
    for (chain_id, ledger) in [(1, chain.deployment.usage_ledger), (31_337, chain.deployment.license_desk)] {
        let elsewhere = job_key.sign_usage(chain_id, ledger, job, &commitment).unwrap();
        assert_eq!(refused(job, &commitment, &elsewhere).await, "BadSignature", "for chain {chain_id}, {ledger}");
    }
    let stranger = trainer.sign_usage(trainer.signer(), job, &commitment).unwrap();
    assert_eq!(refused(job, &commitment, &stranger).await, "BadSignature", "by another key");
    assert_eq!(refused(job, &commitment, &signature[..64]).await, "BadSignature", "cut off");
    assert_eq!(refused(job, &commitment, &high_s(&signature)).await, "BadSignature", "the malleated twin");

    trainer.commit_usage(job, &commitment, &signature).await.unwrap();
    assert_eq!(refused(job, &commitment, &signature).await, "WrongSequence", "a second time");
}

#[tokio::test]
async fn attestations_are_bound_to_attester_nonce_deadline_and_content() {
    let chain = chain().await;
    // Nobody judges what is his own.
    let (creator, submitter, owner) = (chain.wallet(1), chain.wallet(2), chain.wallet(3));
    let (_, version) = chain.free_version(&owner, "poems").await;
    let statement =
        Statement::Quality(Quality { version, score: ppm(1), report: BlobHash(B256::ZERO), statement: "seen".into() });
    let sign = |options| chain.reader.sign_attestation(creator.signer(), &statement, options);
    let signed = sign(AttestOptions::default()).await.unwrap();

    let mut tampered = signed.clone();
    tampered.request.data[40] ^= 1;
    assert_eq!(refusal(submitter.submit_attestation(&tampered).await).0, "InvalidSignature");
    let mut taken = signed.clone();
    taken.request.attester = submitter.address();
    assert_eq!(refusal(submitter.submit_attestation(&taken).await).0, "InvalidSignature");
    let late = sign(AttestOptions { deadline: Some(1), ..AttestOptions::default() }).await.unwrap();
    assert_eq!(refusal(submitter.submit_attestation(&late).await).0, "DeadlineExpired");
    let expired = sign(AttestOptions { expires_at: 1, ..AttestOptions::default() }).await.unwrap();
    assert_eq!(refusal(submitter.submit_attestation(&expired).await).0, "InvalidExpirationTime");

    let uid = submitter.submit_attestation(&signed).await.unwrap().made;
    assert_eq!(refusal(submitter.submit_attestation(&signed).await).0, "InvalidSignature", "the nonce is used");
    assert_eq!(refusal(submitter.revoke_attestation(Schema::Quality, uid).await).0, "AccessDenied");
    let foreign = chain.reader.sign_revocation(submitter.signer(), Schema::Quality, uid).await.unwrap();
    assert_eq!(refusal(creator.submit_revocation(&foreign).await).0, "AccessDenied");

    let own =
        Statement::Quality(Quality { version, score: ppm(1), report: BlobHash(B256::ZERO), statement: "mine".into() });
    assert_eq!(refusal(owner.attest(&own, AttestOptions::default()).await).0, "WrongIssuer");

    // A statement about nothing.
    let nothing = Statement::Quality(Quality {
        version: VersionId(B256::repeat_byte(9)),
        score: ppm(1),
        report: BlobHash(B256::ZERO),
        statement: String::new(),
    });
    assert_eq!(refusal(creator.attest(&nothing, AttestOptions::default()).await).0, "UnknownVersion");
    // The domain that we sign in is the contract's own.
    let words = Statement::Quality(Quality {
        version,
        score: ppm(1),
        report: BlobHash(B256::ZERO),
        statement: "x".repeat(5_000),
    });
    let error = creator.attest(&words, AttestOptions::default()).await.expect_err("too long");
    assert_eq!(error.to_string(), "statement of a quality statement has 5000 bytes; at most 4096 are allowed");
}

#[tokio::test]
async fn account_without_ether_is_told_so() {
    let chain = chain().await;
    let poor = Signer::ephemeral();
    let wallet = Wallet::try_new(chain.reader.clone(), poor).unwrap();
    let error = wallet.publish_terms(&free_terms()).await.expect_err("no ether");
    assert!(matches!(error, ChainError::NoEther { account, .. } if account == wallet.address()), "{error:?}");
    chain.development.fund(wallet.address(), U256::from(10_u128.pow(18))).await.unwrap();
    wallet.publish_terms(&free_terms()).await.expect("now it can pay");
}

#[tokio::test]
async fn raw_keys_faucets_and_clocks_are_for_development_chains_only() {
    let anvil = Anvil::start(AnvilConfig { chain_id: 10, ..AnvilConfig::default() }).await.unwrap();
    let rpc = Rpc::connect(RpcConfig::new([anvil.url()]), None).await.unwrap();
    let error = Development::try_new(rpc.clone()).expect_err("chain 10 is real");
    assert_eq!(error.to_string(), "control of the chain works on the development chain 31337 only; this is chain 10");
    let parameters = DeployParameters::development();
    let error = deploy(&rpc, Signer::development(0).unwrap(), &parameters).await.expect_err("no tokens given");
    assert!(matches!(error, ChainError::Deployment(DeploymentError::TokenMissing { chain_id: 10 })), "{error:?}");
    let given = DeployParameters {
        payment_token: Some(Address::repeat_byte(1)),
        stake_token: Some(Address::repeat_byte(2)),
        ..parameters
    };
    let error = deploy(&rpc, Signer::development(0).unwrap(), &given).await.expect_err("a raw key");
    assert!(matches!(error, ChainError::Signer(SignerError::RawKeyOnRealChain { chain_id: 10 })), "{error:?}");
    assert_eq!(rpc.head().await.unwrap().number, 0, "nothing was sent");
}

#[tokio::test]
async fn deployment_that_is_not_there_is_named() {
    let chain = chain().await;
    verify(&chain.rpc, &chain.deployment).await.expect("all is there");
    let mut moved = chain.deployment.clone();
    moved.license_desk = Address::repeat_byte(5);
    let error = verify(&chain.rpc, &moved).await.expect_err("no code");
    assert!(
        matches!(&error, ChainError::Deployment(DeploymentError::NoCode { contract: "licenseDesk", .. })),
        "{error:?}"
    );
    let mut unregistered = chain.deployment.clone();
    unregistered.schemas.source = B256::repeat_byte(5);
    let error = verify(&chain.rpc, &unregistered).await.expect_err("no schema");
    assert!(matches!(&error, ChainError::Deployment(DeploymentError::NoSchema { schema: Schema::Source, .. })));
    let mut elsewhere = chain.deployment.clone();
    elsewhere.chain_id = 1;
    let error = Reader::open(chain.rpc.clone(), elsewhere).await.expect_err("another chain");
    assert!(matches!(&error, ChainError::Deployment(DeploymentError::Chain { expected: 1, found: 31_337 })));
}

#[tokio::test]
async fn contract_accounts_are_asked_and_plain_accounts_are_not() {
    let chain = chain().await;
    let ask = |account| chain.reader.is_contract_signature(account, B256::ZERO, &[0; 65]);
    assert!(!ask(Address::repeat_byte(5)).await.unwrap(), "no code");
    assert!(!ask(chain.deployment.terms_book).await.unwrap(), "code that knows no ERC-1271");
}

/// The other signature that the same key could have made for the same digest.
fn high_s(signature: &[u8; 65]) -> [u8; 65] {
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let order = U256::from_str_radix(order, 16).unwrap();
    let s = U256::from_be_slice(&signature[32..64]);
    let mut twin = *signature;
    twin[32..64].copy_from_slice(&(order - s).to_be_bytes::<32>());
    twin[64] = 55 - signature[64];
    twin
}
