//! The loop of the product on a real chain with real nodes: publish, license, stream, commit, claim.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use support::{DOLLAR, World, silent};
use usufruct_chain::{Signer, Wallet};
use usufruct_royalty::tree::{Leaf, Tree};
use usufruct_sdk::{
    claim::{self, ClaimError},
    content,
    job::{Job, JobError, JobPlan, Source, budget},
    peer::Peer,
    publish::{Publication, publish},
    survey::Survey,
};
use usufruct_storage::{FetchOptions, silent as quiet};
use usufruct_types::{
    Amount, BlobHash, EpochIndex,
    event::{EpochProposal, TokenTotal},
};
use usufruct_usage::{Limits, TreeHeader, TreeLeaf, read_log, write_tree};

/// A published version, and a trainer who bought a license of it.
struct Stage {
    world: World,
    trainer: Wallet,
    creator_peer: Peer,
    peer: Peer,
    published: Publication,
    source: Source,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let (creator, trainer) = (world.wallet(1).await, world.wallet(5).await);
        let (creator_peer, peer) = (world.peer("creator").await, world.peer("trainer").await);
        let plan = world.priced_plan([2, 3, 4].map(|index| Signer::development(index).unwrap().address()));
        let published = publish(&creator_peer, &creator, &plan, &silent()).await.unwrap();
        let provider = peer.provider();
        trainer.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();
        let vault = world.reader.deployment().royalty_roots;
        trainer.approve(plan.terms.token, vault, plan.terms.flat_price).await.unwrap();
        let license =
            trainer.buy_license(published.version, published.terms, plan.terms.flat_price, trainer.address()).await;
        let survey = Survey::read(&world.reader).await.unwrap();
        let content = content::fetch(peer.node(), &survey, published.version).await.unwrap();
        let source = Source { license: license.unwrap().made, content };
        Self { world, trainer, creator_peer, peer, published, source }
    }

    fn plan(&self, deposit: Amount) -> JobPlan {
        JobPlan {
            sources: vec![self.source.clone()],
            token: self.world.reader.deployment().payment_token,
            deposit,
            passes: 1,
            job_key: Signer::ephemeral(),
            dir: self.world.dir.path().join("job"),
        }
    }
}

#[tokio::test]
async fn a_job_pays_for_exactly_what_it_read() {
    let stage = Stage::new().await;
    let needed = budget(std::slice::from_ref(&stage.source), 1).unwrap().total;
    assert_eq!(needed, Amount::new(1200 * 100), "1,200 records at 0.0001 dUSD");

    let short = Amount::new(needed.units() - 1);
    let refused = Job::open(&stage.trainer, stage.plan(short)).await.unwrap_err();
    assert!(matches!(refused, JobError::Budget { needed: asked, .. } if asked == needed), "{refused}");

    let deposit = Amount::new(DOLLAR);
    let job = Job::open(&stage.trainer, stage.plan(deposit)).await.unwrap();
    let mut stream = job.stream(stage.published.version, &stage.peer, 0).unwrap();
    let (mut shards, mut records, mut lines) = (0, 0, 0);
    // The last shard is left unread: only what was handed out is charged.
    while shards + 1 < u64::from(stage.published.shards) {
        let shard = stream.next().await.unwrap().unwrap();
        lines += shard.lines().unwrap().len() as u64;
        shards += 1;
        records += shard.row.records;
        job.advance(3);
    }
    drop(stream);
    assert_eq!(lines, records, "every record is a line");
    let committed = job.commit(&stage.peer, &stage.trainer).await.unwrap();
    assert_eq!((committed.sequence, committed.log_rows), (1, shards));
    assert_eq!(committed.units, [(stage.published.version, u128::from(records))]);
    assert_eq!(committed.fee, Amount::new(u128::from(records) * 100));
    let again = job.commit(&stage.peer, &stage.trainer).await.unwrap_err();
    assert!(matches!(again, JobError::NothingToCommit { .. }), "{again}");

    // Anybody can have the log, and it says what the chain says.
    let auditor = stage.world.peer("auditor").await;
    let providers = [stage.peer.provider()];
    auditor.node().fetch(committed.log, &providers, &FetchOptions::default(), &quiet()).await.unwrap();
    let bytes = auditor.node().read(committed.log, 1 << 20).await.unwrap();
    let rows: Vec<_> = read_log(bytes, &Limits::default()).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.iter().map(|row| row.records).sum::<u64>(), records);
    assert!(rows.iter().all(|row| row.job == job.id() && row.last_step == row.first_step + 2));

    let id = job.id();
    assert_eq!(stage.world.reader.cumulative_units_of(id, 0).await.unwrap(), u128::from(records));
    let closed = job.close(&stage.trainer).await.unwrap();
    assert_eq!(closed.made.refund().checked_add(committed.fee), Ok(deposit), "fee and refund are the deposit");
    drop(stage.creator_peer);
}

#[tokio::test]
async fn two_commitments_charge_the_second_pass_once() {
    let stage = Stage::new().await;
    let plan = JobPlan { passes: 2, ..stage.plan(Amount::new(DOLLAR)) };
    let job = Job::open(&stage.trainer, plan).await.unwrap();
    let mut fees = Vec::new();
    for pass in 0..2 {
        let mut stream = job.stream(stage.published.version, &stage.peer, pass).unwrap();
        while let Some(shard) = stream.next().await {
            shard.unwrap();
            job.advance(1);
        }
        drop(stream);
        let committed = job.commit(&stage.peer, &stage.trainer).await.unwrap();
        assert_eq!(committed.sequence, u64::from(pass) + 1);
        fees.push(committed.fee);
    }
    assert_eq!(fees, [Amount::new(120_000); 2]);
    assert_eq!(stage.world.reader.cumulative_units_of(job.id(), 0).await.unwrap(), 2400);
}

#[tokio::test]
async fn a_license_of_somebody_else_opens_no_job() {
    let stage = Stage::new().await;
    let stranger = stage.world.wallet(7).await;
    let refused = Job::open(&stranger, stage.plan(Amount::new(DOLLAR))).await.unwrap_err();
    assert!(matches!(refused, JobError::License { .. }), "{refused}");
    let poor = Amount::new(101 * DOLLAR);
    let refused = Job::open(&stage.trainer, stage.plan(poor)).await.unwrap_err();
    assert!(matches!(refused, JobError::Balance { .. }), "{refused}");
}

/// Settles an epoch over `leaves` by hand and gives the tree's hash.
async fn settle(world: &World, settler: &Wallet, peer: &Peer, leaves: &[Leaf], published: &[Leaf]) -> BlobHash {
    let (reader, deployment) = (&world.reader, world.reader.deployment());
    let (chain_id, contract, epoch) = (reader.chain_id(), deployment.royalty_roots, EpochIndex(1));
    let tree = Tree::new(chain_id, contract, epoch, leaves.to_vec()).unwrap();
    let header = TreeHeader { chain_id, contract, epoch, blobs: Vec::new() };
    let rows: Vec<TreeLeaf> = published
        .iter()
        .map(|leaf| TreeLeaf { account: leaf.account, token: leaf.token, cumulative: leaf.cumulative })
        .collect();
    let mut bytes = Vec::new();
    write_tree(&header, &rows, &mut bytes).unwrap();
    let hash = peer.node().import_bytes(bytes, "tree").await.unwrap();
    peer.gate().add_public(hash);
    let provider = peer.provider();
    settler.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();

    let bond = Amount::new(support::USUF);
    settler.approve(deployment.stake_token, contract, bond).await.unwrap();
    let head = reader.head().await.unwrap();
    let total = leaves.iter().map(|leaf| leaf.cumulative.units()).sum();
    let proposal = EpochProposal {
        epoch,
        start_block: reader.next_epoch().await.unwrap().1,
        end_block: head.number,
        end_block_hash: head.hash,
        root: tree.root(),
        log_set: Default::default(),
        tree: hash,
        totals: vec![TokenTotal { token: deployment.payment_token, cumulative: Amount::new(total) }],
    };
    settler.propose_epoch(&proposal).await.unwrap();
    world.development.increase_time(5).await.unwrap();
    settler.finalize_epoch(epoch).await.unwrap();
    hash
}

#[tokio::test]
async fn claims_need_the_chain_and_a_published_tree_only() {
    let stage = Stage::new().await;
    let (world, token) = (&stage.world, stage.world.reader.deployment().payment_token);
    let settler = world.wallet(8).await;
    let settler_peer = world.peer("settler").await;
    let account = Signer::development(2).unwrap().address();
    let other = Signer::development(3).unwrap().address();
    let leaf = |account, units| Leaf { account, token, cumulative: Amount::new(units) };
    let leaves = [leaf(account, 1_000_000), leaf(other, 250_000)];
    let claimant_peer = world.peer("claimant").await;
    let nothing = claim::due_from_tree(claimant_peer.node(), &world.reader, account).await.unwrap_err();
    assert!(matches!(nothing, ClaimError::NoEpoch), "{nothing}");
    settle(world, &settler, &settler_peer, &leaves, &leaves).await;

    let due = claim::due_from_tree(claimant_peer.node(), &world.reader, account).await.unwrap();
    assert_eq!(due.amounts.len(), 1);
    assert_eq!(due.amounts[0].payable, Amount::new(1_000_000));
    let before = world.reader.balance_of(token, account).await.unwrap();
    // Somebody else pays the gas; the money goes to the account.
    let paid = claim::claim(&stage.trainer, &due).await.unwrap();
    assert_eq!(paid.payouts, [(account, token, Amount::new(1_000_000))]);
    let after = world.reader.balance_of(token, account).await.unwrap();
    assert_eq!(u128::try_from(after - before).unwrap(), 1_000_000);

    let due = claim::due_from_tree(claimant_peer.node(), &world.reader, account).await.unwrap();
    assert_eq!(due.amounts[0].payable, Amount::ZERO, "paid once");
    let mut forged = due.amounts[0].claim.clone();
    forged.cumulative = Amount::new(2_000_000);
    let refused = claim::check(&world.reader, due.epoch, due.root, vec![forged]).await.unwrap_err();
    assert!(matches!(refused, ClaimError::Proof { .. }), "{refused}");
}

#[tokio::test]
async fn a_tree_that_is_not_the_root_s_is_found_out() {
    let stage = Stage::new().await;
    let (world, token) = (&stage.world, stage.world.reader.deployment().payment_token);
    let (settler, settler_peer) = (world.wallet(8).await, world.peer("settler").await);
    let account = Signer::development(2).unwrap().address();
    let leaf = |units| Leaf { account, token, cumulative: Amount::new(units) };
    settle(world, &settler, &settler_peer, &[leaf(1_000_000)], &[leaf(1_000_001)]).await;
    let claimant_peer = world.peer("claimant").await;
    let error = claim::due_from_tree(claimant_peer.node(), &world.reader, account).await.unwrap_err();
    assert!(matches!(error, ClaimError::Root { .. }), "{error}");
}
