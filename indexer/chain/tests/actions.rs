//! Every action on a real chain, and every event read back.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail by panicking, and talk"
)]

mod support;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use alloy::primitives::{B256, U256};
use support::{DOLLAR, USUF, chain, chain_with, free_terms, leaf, node, paid_terms, ppm, version_input};
use usufruct_attestation::{Derivation, License, Quality, Schema, Source, Statement, UsageCommitment};
use usufruct_chain::{AttestOptions, Claim, DeployParameters, Signer, Slash, Wallet, anvil::AnvilConfig};
use usufruct_types::{
    Amount, BlobHash, EpochIndex, LicenseId, TermsId,
    event::{AssetKind, EpochProposal, Event, Parent, RevenueKind, TokenTotal},
};

/// The loop of the product, action by action; then the log of it equals what was done.
#[tokio::test]
async fn every_action_does_its_work_and_every_event_reads_back() {
    let start = Instant::now();
    // A window long enough to reject in on a busy machine; the clock is moved, not waited for.
    let parameters = DeployParameters { challenge_window: Duration::from_secs(600), ..DeployParameters::development() };
    let chain = chain_with(AnvilConfig::default(), &parameters).await;
    eprintln!("anvil and contracts: {:?}", start.elapsed());
    let (deployment, reader) = (&chain.deployment, &chain.reader);
    let (governor, creator, trainer, curator) = (chain.wallet(0), chain.wallet(1), chain.wallet(2), chain.wallet(3));
    let (dollars, usuf) = (deployment.payment_token, deployment.stake_token);

    // Money for everybody.
    for (wallet, token, amount) in
        [(&trainer, dollars, 100 * DOLLAR), (&curator, usuf, 50 * USUF), (&governor, usuf, 50 * USUF)]
    {
        let before = reader.balance_of(token, wallet.address()).await.unwrap();
        wallet.mint_development_token(token, wallet.address(), Amount::new(amount)).await.unwrap();
        assert_eq!(reader.balance_of(token, wallet.address()).await.unwrap() - before, U256::from(amount));
    }
    trainer.transfer(dollars, curator.address(), Amount::new(1)).await.unwrap();
    assert_eq!(reader.token_of(dollars).await.unwrap(), ("dUSD".to_owned(), 6));

    // Publish: terms, an asset, a version, one derived from it.
    let free = creator.publish_terms(&free_terms()).await.unwrap();
    let paid = creator.publish_terms(&paid_terms(dollars)).await.unwrap();
    assert_eq!(free.events.len(), 1);
    let again = trainer.publish_terms(&free_terms()).await.unwrap();
    assert_eq!((again.made, again.events.len()), (free.made, 0), "the same terms again say nothing new");
    assert!(reader.is_published(paid.made).await.unwrap());

    let asset = creator.create_asset(AssetKind::Dataset, "poems").await.unwrap().made;
    assert_eq!(reader.asset_id_of(creator.address(), "poems").await.unwrap(), asset);
    let base_input = version_input(asset, free.made, creator.address(), "poems 1");
    let base = creator.register_version(&base_input).await.unwrap().made;
    assert_eq!(reader.version_id_of(creator.address(), &base_input).await.unwrap(), base);
    let mut input = version_input(asset, paid.made, creator.address(), "poems 2");
    input.parents = vec![Parent { version: base, share: ppm(120_000) }];
    let registered = creator.register_version(&input).await.unwrap();
    let version = registered.made;
    eprintln!("register_version with one parent: {} gas", registered.gas_used);
    assert!(reader.is_registered(version).await.unwrap());
    assert_eq!(reader.terms_of(version).await.unwrap(), paid.made);
    creator.announce_endpoint(B256::repeat_byte(7).into(), &["127.0.0.1:4433".parse().unwrap()]).await.unwrap();

    // Attest: by the attester itself, by a delegate, and taken back both ways.
    let statements = [
        Statement::Source(Source {
            version,
            source_uri: "https://example.org/poems".into(),
            evidence_hash: B256::repeat_byte(1),
            statement: "collected by hand".into(),
        }),
        Statement::License(License {
            version,
            terms_id: paid.made,
            license: "LicenseRef-Paid".into(),
            evidence_uri: "https://example.org/license".into(),
            statement: "all rights cleared".into(),
        }),
        Statement::Quality(Quality {
            version,
            score: ppm(930_000),
            report: BlobHash(B256::repeat_byte(2)),
            statement: "read twice".into(),
        }),
        Statement::Derivation(Derivation { version, parent: base, share: ppm(120_000), statement: "cleaned".into() }),
    ];
    let mut uids = Vec::new();
    for statement in &statements {
        // Owners speak of license and derivation, others judge, anybody tells the source.
        let attester =
            if matches!(statement, Statement::License(_) | Statement::Derivation(_)) { &creator } else { &curator };
        uids.push(attester.attest(statement, AttestOptions::default()).await.unwrap().made);
    }
    let delegated = reader
        .sign_attestation(
            creator.signer(),
            &statements[0],
            AttestOptions { expires_at: 4_000_000_000, reference: uids[0], deadline: None },
        )
        .await
        .unwrap();
    let delegated = trainer.submit_attestation(&delegated).await.unwrap();
    curator.revoke_attestation(Schema::Source, uids[0]).await.unwrap();
    let revocation = reader.sign_revocation(creator.signer(), Schema::Source, delegated.made).await.unwrap();
    trainer.submit_revocation(&revocation).await.unwrap();

    // Stake, and take it back.
    curator.approve(usuf, deployment.curation_stake, Amount::new(20 * USUF)).await.unwrap();
    let staked = curator.stake(asset, Amount::new(20 * USUF)).await.unwrap();
    assert_eq!(staked.made, staked.block.number + reader.parameters().await.unwrap().warmup_blocks);
    curator.request_unstake(asset, Amount::new(6 * USUF)).await.unwrap();
    let slashed = governor
        .slash(&Slash {
            asset,
            curator: curator.address(),
            amount: Amount::new(8 * USUF),
            harmed: governor.address(),
            challenger: trainer.address(),
            bounty: ppm(250_000),
            reason: B256::repeat_byte(9),
        })
        .await
        .unwrap();
    assert_eq!(slashed.made, Amount::new(8 * USUF));
    curator.request_unstake(asset, Amount::new(2 * USUF)).await.unwrap();
    chain.development.increase_time(6).await.unwrap();
    assert_eq!(curator.withdraw_stake(asset).await.unwrap().made, Amount::new(2 * USUF));
    assert_eq!(reader.stake_of(asset, curator.address()).await.unwrap().staked, Amount::new(10 * USUF));

    // License, train, commit, close.
    trainer.approve(dollars, deployment.royalty_roots, Amount::new(100 * DOLLAR)).await.unwrap();
    let allowance = reader.allowance(dollars, trainer.address(), deployment.royalty_roots).await.unwrap();
    assert_eq!(allowance, U256::from(100 * DOLLAR));
    let buy = trainer.buy_license(version, paid.made, Amount::new(5 * DOLLAR), trainer.address());
    let simulated = buy.simulate().await.unwrap();
    let license = buy.await.unwrap();
    assert!(license.gas_used <= simulated.gas, "the estimate is no less than what was used");
    assert_eq!(license.made, LicenseId(1));
    assert!(reader.is_license_valid(license.made).await.unwrap());
    let held = reader.license_of(license.made).await.unwrap();
    assert_eq!((held.version, held.terms_id, held.licensee), (version, paid.made, trainer.address()));

    let job_key = Signer::ephemeral();
    let salt = B256::repeat_byte(3);
    let opened =
        trainer.open_job(salt, job_key.address(), dollars, &[license.made], Amount::new(3 * DOLLAR)).await.unwrap();
    let job = opened.made;
    assert_eq!(reader.job_id_of(trainer.address(), salt).await.unwrap(), job);
    trainer.deposit_job(job, Amount::new(DOLLAR)).await.unwrap();
    let commitment = UsageCommitment {
        sequence: 1,
        log: BlobHash(B256::repeat_byte(4)),
        usage_root: B256::repeat_byte(5),
        log_rows: 12,
        cumulative_units: vec![1_000],
    };
    let signature = trainer.sign_usage(&job_key, job, &commitment).unwrap();
    // Anybody may submit: here the creator, who wants to be paid.
    let committed = creator.commit_usage(job, &commitment, &signature).await.unwrap();
    eprintln!("commit_usage, first: {} gas", committed.gas_used);
    let found = reader.job_of(job).await.unwrap().expect("the job is open");
    assert_eq!((found.sequence, found.escrow, found.is_closed), (1, Amount::new(4 * DOLLAR - 10_000), false));
    assert_eq!(reader.cumulative_units_of(job, 0).await.unwrap(), 1_000);
    assert_eq!(trainer.close_job(job).await.unwrap().made.refund(), Amount::new(4 * DOLLAR - 10_000));
    governor.revoke_license(license.made, "misuse").await.unwrap();
    assert!(!reader.is_license_valid(license.made).await.unwrap());
    assert_eq!(reader.job_of(B256::ZERO.into()).await.unwrap(), None);

    // Settle: an epoch that is rejected, one that counts.
    let revenue = 5 * DOLLAR + 10_000;
    assert_eq!(reader.revenue_of(dollars).await.unwrap(), Amount::new(revenue));
    governor.approve(usuf, deployment.royalty_roots, Amount::new(10 * USUF)).await.unwrap();
    let leaves = [
        leaf(deployment, 1, creator.address(), dollars, 4 * DOLLAR),
        leaf(deployment, 1, curator.address(), dollars, DOLLAR),
    ];
    let root = node(leaves[0], leaves[1]);
    let totals = vec![TokenTotal { token: dollars, cumulative: Amount::new(5 * DOLLAR) }];
    let wrong = proposal(&governor, B256::repeat_byte(1), totals.clone()).await;
    governor.propose_epoch(&wrong).await.unwrap();
    assert_eq!(reader.pending_of(EpochIndex(1)).await.unwrap().expect("it waits").root, wrong.root);
    governor.reject_epoch(EpochIndex(1), None, B256::repeat_byte(8)).await.unwrap();
    assert_eq!(reader.pending_of(EpochIndex(1)).await.unwrap(), None);
    let right = proposal(&governor, root, totals).await;
    let proposed = governor.propose_epoch(&right).await.unwrap();
    chain.development.increase_time(601).await.unwrap();
    assert_eq!(trainer.finalize_epoch(EpochIndex(1)).await.unwrap().made, root);
    assert_eq!((reader.root().await.unwrap(), reader.epoch().await.unwrap()), (root, EpochIndex(1)));
    assert!(proposed.made > 0);

    // Claim: to another address, then the rest in a batch.
    creator.set_payout_address(Some(trainer.address())).await.unwrap();
    let claims = [
        Claim {
            account: creator.address(),
            token: dollars,
            cumulative: Amount::new(4 * DOLLAR),
            proof: vec![leaves[1]],
        },
        Claim { account: curator.address(), token: dollars, cumulative: Amount::new(DOLLAR), proof: vec![leaves[0]] },
    ];
    let before = reader.balance_of(dollars, trainer.address()).await.unwrap();
    let claimed = curator.claim(&claims[0]).await.unwrap();
    assert_eq!(claimed.made, Amount::new(4 * DOLLAR));
    let after = reader.balance_of(dollars, trainer.address()).await.unwrap();
    assert_eq!(after - before, U256::from(4 * DOLLAR), "paid to the payout address");
    assert_eq!(curator.claim(&claims[0]).await.unwrap().made, Amount::ZERO, "nothing is paid twice");
    let batch = trainer.claim_batch(&claims).await.unwrap();
    assert_eq!(batch.made, [(curator.address(), dollars, Amount::new(DOLLAR))]);
    assert_eq!(reader.claimed(creator.address(), dollars).await.unwrap(), Amount::new(4 * DOLLAR));
    assert_eq!(reader.claimed_of(dollars).await.unwrap(), Amount::new(5 * DOLLAR));
    creator.tombstone(version, "withdrawn at the author's wish").await.unwrap();
    assert!(reader.is_tombstoned(version).await.unwrap());

    // And all of it is in the log, in order, once.
    let head = reader.head().await.unwrap().number;
    let all = reader.events(deployment.block..=head).await.unwrap();
    let kinds = kinds_of_event(&all.events.iter().map(|located| &located.event).collect::<Vec<_>>());
    assert_eq!(kinds.len(), 26, "every kind of event is emitted and read: {kinds:?}");
    assert!(all.events.is_sorted_by_key(|located| (located.at.block.number, located.at.log_index)));
    assert!(all.headers.iter().map(|header| header.block_ref()).eq(distinct_blocks(&all.events)));

    let of = |pick: fn(&Event) -> bool| all.events.iter().filter(|located| pick(&located.event)).count();
    assert_eq!(of(|event| matches!(event, Event::AttestationRecorded { .. })), 5);
    assert_eq!(of(|event| matches!(event, Event::AttestationRevoked { .. })), 2);
    // The one version with a parent reads back as it was registered.
    assert!(all.events.iter().any(
        |located| matches!(&located.event, Event::VersionRegistered { input: read, ordinal: 2, .. } if *read == input)
    ));
    assert!(all.events.iter().any(|located| {
        matches!(&located.event, Event::TermsPublished { terms_id, terms, .. }
            if *terms_id == paid.made && *terms == paid_terms(dollars))
    }));
    assert!(all.events.iter().any(|located| {
        matches!(&located.event, Event::RevenueReceived { kind: RevenueKind::Usage, reference, amount, fee, .. }
            if *reference == job.0 && amount.units() == 10_000 && *fee == ppm(25_000))
    }));
    assert!(
        all.events
            .iter()
            .any(|located| matches!(&located.event, Event::RootProposed { proposal, .. } if *proposal == right))
    );
    for (statement, uid) in statements.iter().zip(&uids) {
        let data = all.events.iter().find_map(|located| match &located.event {
            Event::AttestationRecorded { uid: found, schema, data, subject, .. } if found == uid => {
                assert_eq!(deployment.schemas.of_uid(*schema), Some(statement.schema()));
                assert_eq!(*subject, version);
                Some(data)
            }
            _ => None,
        });
        assert_eq!(Statement::decode(statement.schema(), data.unwrap()).as_ref(), Ok(statement));
    }
    eprintln!("all actions: {:?}", start.elapsed());
    chain.anvil.stop().await.unwrap();
}

#[tokio::test]
async fn actions_of_one_wallet_at_once_take_turns_with_the_nonce() {
    let chain = chain().await;
    let wallet = chain.wallet(4);
    let names: Vec<_> = (0..8).map(|number| format!("asset-{number}")).collect();
    let created =
        futures::future::try_join_all(names.iter().map(|name| wallet.create_asset(AssetKind::Model, name).send()));
    let assets: BTreeSet<_> = created.await.unwrap().into_iter().map(|receipt| receipt.made).collect();
    assert_eq!(assets.len(), names.len());
}

#[tokio::test]
async fn simulated_action_sends_nothing() {
    let chain = chain().await;
    let wallet = chain.wallet(4);
    let before = chain.reader.head().await.unwrap();
    let simulated = wallet.publish_terms(&free_terms()).simulate().await.unwrap();
    assert!(simulated.gas > 21_000 && simulated.cost_max() > 0);
    assert_eq!(chain.reader.head().await.unwrap(), before);
    assert!(!chain.reader.is_published(TermsId(B256::ZERO)).await.unwrap());
}

async fn proposal(wallet: &Wallet, root: B256, totals: Vec<TokenTotal>) -> EpochProposal {
    let (epoch, start_block) = wallet.reader().next_epoch().await.unwrap();
    let end = wallet.reader().head().await.unwrap();
    EpochProposal {
        epoch,
        start_block,
        end_block: end.number,
        end_block_hash: end.hash,
        root,
        log_set: B256::repeat_byte(6),
        tree: BlobHash(B256::repeat_byte(7)),
        totals,
    }
}

fn distinct_blocks(events: &[usufruct_types::event::Located]) -> impl Iterator<Item = usufruct_types::BlockRef> {
    let blocks: BTreeSet<_> = events.iter().map(|located| located.at.block).collect();
    blocks.into_iter()
}

/// Names of the variants that occur.
fn kinds_of_event(events: &[&Event]) -> BTreeSet<String> {
    let name = |event: &&Event| format!("{event:?}").chars().take_while(char::is_ascii_alphanumeric).collect();
    events.iter().map(name).collect()
}
