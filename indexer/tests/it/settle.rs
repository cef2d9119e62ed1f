//! Settlement from Postgres and from the bare chain: the same root, also when blobs come late or lie.

use usufruct_chain::Wallet;
use usufruct_db::test_support::TestDb;
use usufruct_indexer::{
    plan::{plan_epoch, replay_from_db},
    source::BlobSource,
    verify::verify_epoch,
};
use usufruct_manifest::{Manifest, ShardRow, shard_table_root};
use usufruct_storage::shard_table;
use usufruct_types::{
    Address, Amount, B256, BlobHash, EpochIndex, Obligations, Ppm, Terms, Unit, Uses, VersionId,
    event::{AssetKind, Recipient, VersionInput},
};

use crate::support::{Chain, Store, reached};

const DUSD: u128 = 1_000_000;

fn paid_terms(token: Address) -> Terms {
    Terms {
        license: "LicenseRef-Paid".into(),
        field_of_use: String::new(),
        uses: Uses::TRAIN,
        obligations: Obligations::default(),
        token,
        flat_price: Amount::new(10 * DUSD),
        unit: Unit::None,
        unit_price: Amount::ZERO,
        curator_share: Ppm::ZERO,
        inference_share: Ppm::ZERO,
        duration_seconds: 0,
        offered_until: 0,
        user_limit: 0,
    }
}

/// A version whose only shard table says that `contributor` made everything. The shard itself is nobody's
/// business here: settlements read tables.
async fn register(wallet: &Wallet, store: &Store, contributor: Address, is_served: bool) -> VersionId {
    let row = ShardRow {
        ordinal: 0,
        hash: BlobHash::new(*blake3::hash(b"a shard").as_bytes()),
        ciphertext: None,
        logical: B256::repeat_byte(1),
        sha256: B256::repeat_byte(2),
        size_bytes: 7,
        records: 3,
        tokens: 2,
        contributor: Some(contributor),
        sketch: None,
        filter: None,
    };
    let rows = [row];
    let table = store.node.import_bytes(shard_table::encode(&rows).unwrap(), "table").await.unwrap();
    let manifest = Manifest {
        title: "A table".into(),
        description: String::new(),
        license: "LicenseRef-Paid".into(),
        language: Vec::new(),
        sources: Vec::new(),
        arrow_schema: vec![usufruct_manifest::Field {
            name: "x".into(),
            data_type: "Int64".into(),
            is_nullable: false,
            is_content: true,
        }],
        parents: Vec::new(),
        contributors: vec![usufruct_manifest::Contributor { account: contributor, name: "one".into() }],
        shard_format: usufruct_manifest::SHARD_FORMAT.into(),
        shard_table: table,
        shard_table_root: shard_table_root(&rows),
        content_root: usufruct_manifest::content_root(&rows),
        shards: 1,
        records: 3,
        size_bytes: 7,
        tokens: 2,
    };
    let manifest_hash = store.node.import_bytes(manifest.encode().unwrap(), "manifest").await.unwrap();
    if is_served {
        store.served.publish([table, manifest_hash]);
    }
    let provider = store.node.as_provider();
    wallet.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();
    let terms = wallet.publish_terms(&paid_terms(wallet.reader().deployment().payment_token)).await.unwrap().made;
    let asset = wallet.create_asset(AssetKind::Dataset, "a-table").await.unwrap().made;
    let input = VersionInput {
        asset,
        manifest: manifest_hash,
        content_root: manifest.content_root,
        shard_table: table,
        shard_table_root: manifest.shard_table_root,
        terms,
        records: 3,
        size_bytes: 7,
        shards: 1,
        parents: Vec::new(),
        recipients: vec![Recipient { account: wallet.address(), share: Ppm::WHOLE }],
    };
    wallet.register_version(&input).await.unwrap().made
}

async fn buy(chain: &Chain, buyer: &Wallet, version: VersionId) {
    let deployment = chain.reader.deployment();
    let price = Amount::new(10 * DUSD);
    let mint = chain.wallet(0);
    mint.mint_development_token(deployment.payment_token, buyer.address(), price).await.unwrap();
    buyer.approve(deployment.payment_token, deployment.royalty_roots, price).await.unwrap();
    let terms = chain.reader.terms_of(version).await.unwrap();
    buyer.buy_license(version, terms, price, buyer.address()).await.unwrap();
}

/// Proposes what is planned and returns its epoch.
async fn propose(chain: &Chain, settler: &Wallet, store: &Store, database: &TestDb) -> EpochIndex {
    let deployment = chain.reader.deployment();
    let end = chain.reader.head().await.unwrap().block_ref();
    let plan = plan_epoch(database.db(), &store.node, chain.reader.chain_id(), deployment.royalty_roots, end);
    let plan = plan.await.unwrap();
    store.served.publish([plan.proposal.tree]);
    let bond = chain.reader.parameters().await.unwrap().bond;
    chain.wallet(0).mint_development_token(deployment.stake_token, settler.address(), bond).await.unwrap();
    settler.approve(deployment.stake_token, deployment.royalty_roots, bond).await.unwrap();
    let provider = store.node.as_provider();
    settler.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();
    settler.propose_epoch(&plan.proposal).await.unwrap();
    plan.proposal.epoch
}

/// What the last settled epoch pays an account in all.
async fn due(chain: &Chain, database: &TestDb, account: Address) -> u128 {
    let deployment = chain.reader.deployment();
    let head = chain.head().await;
    let replayed =
        replay_from_db(database.db(), chain.reader.chain_id(), deployment.royalty_roots, head).await.unwrap();
    let (_, settled) = replayed.last().expect("an epoch");
    settled.tree.leaf(account, deployment.payment_token).map_or(0, |leaf| leaf.cumulative.units())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_comes_late_defers_its_split_and_every_replay_agrees() {
    let chain = Chain::start().await;
    let (creator, buyer, settler) = (chain.wallet(1), chain.wallet(2), chain.wallet(3));
    let contributor = Address::repeat_byte(0x77);
    let (creators, indexes, auditors) = (Store::open().await, Store::open().await, Store::open().await);
    let database = TestDb::create().await;
    // Its creator serves nothing yet.
    let version = register(&creator, &creators, contributor, false).await;
    buy(&chain, &buyer, version).await;

    let indexer = indexes.index(database.db(), &chain.reader);
    let head = chain.reader.head().await.unwrap().block_ref();
    let mut status = indexer.status();
    status.wait_for(|status| status.indexed == Some(head) && status.blobs.pending == 2).await.unwrap();
    let first = propose(&chain, &settler, &indexes, &database).await;
    let verified = verify_epoch(&chain.reader, &BlobSource::Node(&auditors.node), first).await.unwrap();
    assert_eq!(verified.first_difference, None);
    assert!(verified.settled.blobs.is_empty(), "nothing could be used");
    let fee = DUSD / 4;
    assert_eq!(verified.settled.settlement.payouts.len(), 1, "only the treasury's fee is paid");
    assert_eq!(verified.settled.settlement.payouts[0].amount.units(), fee);

    // Now it serves. The next epoch pays what was deferred; the first still replays as it was settled.
    let published = database
        .rows("SELECT encode(manifest_hash, 'hex') AS manifest, encode(shard_table_hash, 'hex') AS shard_table FROM versions")
        .await;
    let hash = |key: &str| published[0][key].as_str().unwrap().parse::<BlobHash>().unwrap();
    creators.served.publish([hash("manifest"), hash("shard_table")]);
    database.execute("UPDATE blobs SET next_attempt_at = now()").await;
    reached(&indexer, &chain.reader).await;
    let second = propose(&chain, &settler, &indexes, &database).await;
    reached(&indexer, &chain.reader).await;
    assert_eq!(due(&chain, &database, contributor).await, 10 * DUSD - fee);
    for epoch in [first, second] {
        let verified = verify_epoch(&chain.reader, &BlobSource::Node(&auditors.node), epoch).await.unwrap();
        assert_eq!(verified.first_difference, None, "epoch {epoch}");
    }
    indexer.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_is_none_is_seen_and_holds_nothing_up() {
    let chain = Chain::start().await;
    let creator = chain.wallet(1);
    let (creators, indexes) = (Store::open().await, Store::open().await);
    let database = TestDb::create().await;
    let junk = creators.node.import_bytes(b"no manifest".to_vec(), "junk").await.unwrap();
    creators.served.publish([junk]);
    let provider = creators.node.as_provider();
    creator.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();
    let terms = creator.publish_terms(&paid_terms(chain.reader.deployment().payment_token)).await.unwrap().made;
    let asset = creator.create_asset(AssetKind::Dataset, "junk").await.unwrap().made;
    let input = VersionInput {
        asset,
        manifest: junk,
        content_root: B256::ZERO,
        shard_table: junk,
        shard_table_root: B256::ZERO,
        terms,
        records: 1,
        size_bytes: 1,
        shards: 1,
        parents: Vec::new(),
        recipients: vec![Recipient { account: creator.address(), share: Ppm::WHOLE }],
    };
    creator.register_version(&input).await.unwrap();
    chain.event(&chain.wallet(2), 9).await;

    let indexer = indexes.index(database.db(), &chain.reader);
    reached(&indexer, &chain.reader).await;
    let states = database.rows("SELECT kind, state, error IS NOT NULL AS told FROM blobs ORDER BY kind").await;
    let malformed = |kind: &str| serde_json::json!({ "kind": kind, "state": "malformed", "told": true });
    assert_eq!(states, [malformed("manifest"), malformed("shard_table")]);
    indexer.stop().await;
}
