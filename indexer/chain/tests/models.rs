//! Models, inference and deliveries on a real chain.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use alloy::{
    primitives::{Address, B256, U256, bytes},
    providers::{ProviderBuilder, ext::AnvilApi as _},
};
use support::{Chain, DOLLAR, chain, chain_with, free_terms, paid_terms, version_input};
use usufruct_attestation::{ReceiptCommitment, UsageCommitment};
use usufruct_chain::{ChainError, DeployParameters, JobEnd, Proof, Signer, Wallet, anvil::AnvilConfig};
use usufruct_types::{
    Amount, AssetId, BlobHash, JobId, PaymentId, VersionId,
    event::{AssetKind, Event, RevenueKind},
};

use std::time::Duration;

/// A seller's data, a trainer's open job on it, and the job's key.
struct Stage {
    chain: Chain,
    seller: Wallet,
    trainer: Wallet,
    payer: Wallet,
    job: JobId,
    job_key: Signer,
}

impl Stage {
    async fn new(chain: Chain) -> Self {
        let (seller, trainer, payer) = (chain.wallet(1), chain.wallet(2), chain.wallet(3));
        let (dollars, vault) = (chain.deployment.payment_token, chain.deployment.royalty_roots);
        for wallet in [&trainer, &payer] {
            wallet.mint_development_token(dollars, wallet.address(), Amount::new(100 * DOLLAR)).await.unwrap();
            wallet.approve(dollars, vault, Amount::new(100 * DOLLAR)).await.unwrap();
        }
        let terms = seller.publish_terms(&paid_terms(dollars)).await.unwrap().made;
        let asset = seller.create_asset(AssetKind::Dataset, "data").await.unwrap().made;
        let data = seller.register_version(&version_input(asset, terms, seller.address(), "data")).await.unwrap().made;
        let license = trainer.buy_license(data, terms, Amount::new(5 * DOLLAR), trainer.address()).await.unwrap().made;
        let job_key = Signer::ephemeral();
        let opened = trainer.open_job(B256::ZERO, job_key.address(), dollars, &[license], Amount::new(DOLLAR));
        let job = opened.await.unwrap().made;
        Self { chain, seller, trainer, payer, job, job_key }
    }

    async fn commit(&self, sequence: u64, units: u128) {
        let commitment = UsageCommitment {
            sequence,
            log: BlobHash(B256::repeat_byte(4)),
            usage_root: B256::repeat_byte(5),
            log_rows: 1,
            cumulative_units: vec![units],
        };
        let signature = self.trainer.sign_usage(&self.job_key, self.job, &commitment).unwrap();
        self.trainer.commit_usage(self.job, &commitment, &signature).await.unwrap();
    }

    /// A version of the trainer's model, made by the job.
    async fn model(&self, seed: &str) -> (AssetId, VersionId) {
        let trainer = &self.trainer;
        let terms = trainer.publish_terms(&free_terms()).await.unwrap().made;
        let asset = match trainer.create_asset(AssetKind::Model, "model").await {
            Ok(created) => created.made,
            Err(_) => self.chain.reader.asset_id_of(trainer.address(), "model").await.unwrap(),
        };
        let input = version_input(asset, terms, trainer.address(), seed);
        (asset, trainer.register_version(&input).await.unwrap().made)
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, ChainError>, name: &str) {
    match result {
        Err(ChainError::Revert(revert)) => assert_eq!(revert.name, name, "{revert}"),
        other => panic!("expected {name}, not {other:?}"),
    }
}

#[tokio::test]
async fn a_model_is_bound_paid_and_upgraded() {
    let stage = Stage::new(chain().await).await;
    let Stage { chain, trainer, payer, job, .. } = &stage;
    let (reader, dollars) = (&chain.reader, chain.deployment.payment_token);
    let (asset, version) = stage.model("first").await;
    assert_eq!(reader.asset(asset).await.unwrap(), Some((AssetKind::Model, trainer.address())));
    assert_eq!(reader.asset_of(version).await.unwrap(), Some(asset));
    assert_eq!(reader.model_version_of(VersionId(B256::repeat_byte(1))).await.unwrap(), None);
    let state = reader.model_version_of(version).await.unwrap().unwrap();
    assert_eq!((state.is_bound, state.current, state.verifier), (false, None, None));

    let (amount, request) = (Amount::new(DOLLAR), B256::repeat_byte(9));
    refused(payer.pay_inference(version, dollars, amount, request, None).unwrap().await, "ModelNotBound");
    refused(trainer.bind_model(version, &[*job], Address::ZERO).unwrap().await, "UnusedJob");
    stage.commit(1, 100).await;
    refused(payer.bind_model(version, &[*job], Address::ZERO).unwrap().await, "NotAssetOwner");
    trainer.bind_model(version, &[*job], Address::ZERO).unwrap().await.unwrap();
    let state = reader.model_version_of(version).await.unwrap().unwrap();
    assert_eq!((state.is_bound, state.current), (true, Some(version)));

    let paid = payer.pay_inference(version, dollars, amount, request, None).unwrap().await.unwrap();
    assert!(paid.events.iter().any(|located| matches!(&located.event,
        Event::RevenueReceived { kind: RevenueKind::Inference, reference, amount: earned, .. }
            if *reference == paid.made.0 && *earned == amount)));
    let proof = Proof { proof: vec![1], instances: vec![U256::from_be_bytes(request.0) >> 8] };
    refused(payer.pay_inference(version, dollars, amount, request, Some(&proof)).unwrap().await, "NoVerifier");
    let soon = reader.head().await.unwrap().timestamp + 3_600;
    refused(payer.order_inference(version, dollars, amount, request, soon).unwrap().await, "NoVerifier");

    // The next version: proposed by its owner, accepted by who governs.
    let (_, next) = stage.model("second").await;
    refused(trainer.propose_upgrade(next).unwrap().await, "NotBound");
    trainer.bind_model(next, &[*job], Address::ZERO).unwrap().await.unwrap();
    let governor = chain.wallet(0);
    refused(governor.accept_upgrade(next).unwrap().await, "NotProposed");
    trainer.propose_upgrade(next).unwrap().await.unwrap();
    assert_eq!(reader.model_version_of(next).await.unwrap().unwrap().proposed, Some(next));
    assert!(!reader.can_accept_upgrades(trainer.address()).await.unwrap());
    assert!(reader.can_accept_upgrades(governor.address()).await.unwrap());
    let accept = governor.accept_upgrade(next).unwrap();
    let call = reader.accept_upgrade_call(next).unwrap();
    assert_eq!((accept.contract(), accept.call_data().to_vec()), call, "what is voted on is what is sent");
    accept.await.unwrap();
    assert_eq!(reader.model_version_of(version).await.unwrap().unwrap().current, Some(next));

    // Given away, to an account that can hold it.
    refused(trainer.transfer_asset(asset, chain.deployment.royalty_roots).await, "ERC721InvalidReceiver");
    trainer.transfer_asset(asset, payer.address()).await.unwrap();
    assert_eq!(reader.asset(asset).await.unwrap(), Some((AssetKind::Model, payer.address())));
    refused(trainer.propose_upgrade(version).unwrap().await, "NotAssetOwner");
}

#[tokio::test]
async fn an_order_waits_for_its_proof_and_goes_back_after_its_deadline() {
    let stage = Stage::new(chain().await).await;
    let Stage { chain, seller, trainer, payer, job, .. } = &stage;
    let (reader, dollars) = (&chain.reader, chain.deployment.payment_token);
    stage.commit(1, 100).await;
    let (_, version) = stage.model("proven").await;
    // A contract that answers every call with 1 stands for a verifier: PUSH1 1, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN.
    let verifier = Address::repeat_byte(0x77);
    let provider = ProviderBuilder::new().connect_http(chain.anvil.url().parse().unwrap());
    provider.anvil_set_code(verifier, bytes!("60015f5260205ff3")).await.unwrap();
    trainer.bind_model(version, &[*job], verifier).unwrap().await.unwrap();
    assert_eq!(reader.model_version_of(version).await.unwrap().unwrap().verifier, Some(verifier));

    let (amount, request) = (Amount::new(DOLLAR), B256::repeat_byte(9));
    let deadline = reader.head().await.unwrap().timestamp + 3_600;
    let order =
        async || payer.order_inference(version, dollars, amount, request, deadline).unwrap().await.unwrap().made;
    let (first, second) = (order().await, order().await);
    let waits = reader.inference_order_of(first).await.unwrap().unwrap();
    assert_eq!((waits.payer, waits.amount, waits.deadline), (payer.address(), amount, deadline));
    let other = Proof { proof: vec![1], instances: vec![U256::from(1)] };
    refused(seller.fulfil_inference(first, &other).unwrap().await, "WrongRequest");
    let proof = Proof { proof: vec![1], instances: vec![U256::from_be_bytes(request.0) >> 8] };
    seller.fulfil_inference(first, &proof).unwrap().await.unwrap();
    assert_eq!(reader.inference_order_of(first).await.unwrap(), None);
    refused(seller.fulfil_inference(first, &proof).unwrap().await, "UnknownOrder");
    payer.pay_inference(version, dollars, amount, request, Some(&proof)).unwrap().await.unwrap();

    refused(seller.refund_inference(second).unwrap().await, "DeadlineAhead");
    chain.development.increase_time(3_601).await.unwrap();
    refused(seller.fulfil_inference(second, &proof).unwrap().await, "DeadlinePassed");
    let before = reader.balance_of(dollars, payer.address()).await.unwrap();
    seller.refund_inference(second).unwrap().await.unwrap();
    let after = reader.balance_of(dollars, payer.address()).await.unwrap();
    assert_eq!(after - before, U256::from(DOLLAR));
    assert_eq!(reader.inference_order_of(PaymentId(B256::ZERO)).await.unwrap(), None);
}

#[tokio::test]
async fn deliveries_are_charged_late_and_a_job_closes_in_two_steps() {
    let parameters = DeployParameters {
        close: Duration::from_secs(600),
        grace: Duration::from_secs(300),
        ..DeployParameters::development()
    };
    let stage = Stage::new(chain_with(AnvilConfig::default(), &parameters).await).await;
    let Stage { chain, seller, trainer, payer, job, job_key } = &stage;
    let (reader, job) = (&chain.reader, *job);
    stage.commit(1, 400).await;

    let receipts = ReceiptCommitment {
        index: 0,
        sequence: 1,
        receipts_hash: B256::repeat_byte(6),
        receipts_root: B256::repeat_byte(7),
        delivered_units: 500,
    };
    let signature = trainer.sign_receipts(job_key, job, seller.address(), &receipts).unwrap();
    let digest = receipts.digest(reader.chain_id(), chain.deployment.usage_ledger, job, seller.address());
    assert_eq!(reader.receipt_digest_of(job, seller.address(), &receipts).await.unwrap(), digest);
    refused(payer.commit_receipts(job, &receipts, &signature).await, "BadSignature");
    seller.commit_receipts(job, &receipts, &signature).await.unwrap();
    refused(seller.commit_receipts(job, &receipts, &signature).await, "ReceiptsNotNewer");
    let meter = reader.meter_of(job, 0).await.unwrap();
    assert_eq!((meter.committed, meter.delivered, meter.unit_price), (400, 500, Amount::new(10)));
    assert!(meter.late_at.is_some());

    // Closing begins; what was delivered keeps the escrow where it is.
    let JobEnd::Closing { refundable_at } = trainer.close_job(job).await.unwrap().made else {
        panic!("the ledger has a closing window")
    };
    assert_eq!(reader.refundable_at(job).await.unwrap(), Some(refundable_at));
    refused(payer.charge_late(job, 0).await, "GraceRunning");
    chain.development.increase_time(601).await.unwrap();
    refused(trainer.close_job(job).await, "UsageOutstanding");
    let (units, charged, penalty) = payer.charge_late(job, 0).await.unwrap().made;
    assert_eq!((units, charged, penalty), (100, Amount::new(1_000), Amount::new(100)));
    refused(payer.charge_late(job, 0).await, "NothingLate");
    let refund = Amount::new(DOLLAR - 400 * 10 - 1_100);
    assert_eq!(trainer.close_job(job).await.unwrap().made, JobEnd::Closed { refund });
    refused(trainer.close_job(job).await, "JobIsClosed");
}
