//! Publishing on a real chain with real nodes: what is registered, what is undone, what is refused.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::fs;

use support::{World, silent};
use usufruct_sdk::{
    content,
    publish::{PublishError, publish},
    survey::Survey,
};
use usufruct_storage::{FaultCause, FetchError, FetchOptions, ImportError};
use usufruct_types::{Ppm, VersionId, event::Parent};

#[tokio::test]
async fn a_publication_is_registered_served_and_idempotent() {
    let world = World::new().await;
    let (creator, peer) = (world.wallet(1).await, world.peer("creator").await);
    let contributors = [2, 3, 4].map(|index| usufruct_chain::Signer::development(index).unwrap().address());
    let plan = world.priced_plan(contributors);

    let first = publish(&peer, &creator, &plan, &silent()).await.unwrap();
    let actions: Vec<_> = first.transactions.iter().map(|sent| sent.action).collect();
    assert_eq!(actions, ["publish", "createAsset", "announceEndpoint", "registerVersion"]);
    assert!(first.is_new && first.records == 1200 && first.shards >= 3, "{first:?}");
    assert!(first.manifest_cid.starts_with("bafyr4i"), "{}", first.manifest_cid);

    let second = publish(&peer, &creator, &plan, &silent()).await.unwrap();
    assert_eq!((second.is_new, second.transactions.len()), (false, 0));
    assert_eq!((second.version, second.manifest_hash), (first.version, first.manifest_hash));

    // Somebody else reads what the chain says and what the creator serves.
    let reader_peer = world.peer("reader").await;
    let survey = Survey::read(&world.reader).await.unwrap();
    let content = content::fetch(reader_peer.node(), &survey, first.version).await.unwrap();
    assert_eq!(content.terms, plan.terms);
    let named: Vec<_> = content.shards.iter().map(|shard| shard.contributor.unwrap()).collect();
    assert!(contributors.iter().all(|account| named.contains(account)), "shards are told apart by contributor");
}

#[tokio::test]
async fn shards_go_to_license_holders_only() {
    let world = World::new().await;
    let (governor, creator, trainer) = (world.wallet(0).await, world.wallet(1).await, world.wallet(5).await);
    let (creator_peer, trainer_peer) = (world.peer("creator").await, world.peer("trainer").await);
    let plan = world.priced_plan([2, 3, 4].map(|index| usufruct_chain::Signer::development(index).unwrap().address()));
    let published = publish(&creator_peer, &creator, &plan, &silent()).await.unwrap();
    let survey = Survey::read(&world.reader).await.unwrap();
    let content = content::fetch(trainer_peer.node(), &survey, published.version).await.unwrap();

    let fetch = async |ordinal: usize| {
        let hash = content.shards[ordinal].hash;
        creator_peer.gate().refresh_now().await.unwrap();
        let options = FetchOptions::default();
        trainer_peer.node().fetch(hash, &content.providers, &options, &usufruct_storage::silent()).await
    };
    let is_refused = |result: Result<usufruct_storage::Fetched, FetchError>| match result {
        Err(FetchError::Failed { faults, .. }) => faults.iter().all(|fault| fault.cause == FaultCause::Refused),
        _ => false,
    };
    assert!(is_refused(fetch(0).await), "no license");

    let terms = content.registered.input.terms;
    let price = plan.terms.flat_price;
    trainer.approve(plan.terms.token, world.reader.deployment().royalty_roots, price).await.unwrap();
    let license = trainer.buy_license(published.version, terms, price, trainer.address()).await.unwrap().made;
    assert!(is_refused(fetch(0).await), "a license, but an endpoint that nobody announced");

    let provider = trainer_peer.provider();
    trainer.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();
    assert_eq!(fetch(0).await.unwrap().size_bytes, content.shards[0].size_bytes);

    governor.revoke_license(license, "for the test").await.unwrap();
    assert!(is_refused(fetch(1).await), "the license was revoked");
}

#[tokio::test]
async fn a_reorg_takes_a_license_back() {
    let world = World::new().await;
    let (creator, trainer) = (world.wallet(1).await, world.wallet(5).await);
    let (creator_peer, trainer_peer) = (world.peer("creator").await, world.peer("trainer").await);
    let plan = world.priced_plan([2, 3, 4].map(|index| usufruct_chain::Signer::development(index).unwrap().address()));
    let published = publish(&creator_peer, &creator, &plan, &silent()).await.unwrap();
    let provider = trainer_peer.provider();
    trainer.announce_endpoint(provider.endpoint, &provider.addresses).await.unwrap();
    trainer.approve(plan.terms.token, world.reader.deployment().royalty_roots, plan.terms.flat_price).await.unwrap();
    creator_peer.gate().refresh_now().await.unwrap();

    let mark = world.development.snapshot().await.unwrap();
    trainer.buy_license(published.version, published.terms, plan.terms.flat_price, trainer.address()).await.unwrap();
    creator_peer.gate().refresh_now().await.unwrap();
    let shard =
        usufruct_storage::version::load_index(creator_peer.node(), published.manifest_hash).await.unwrap().rows[0].hash;
    let permits = || usufruct_storage::AccessPolicy::permits(creator_peer.gate(), provider.endpoint, shard);
    assert!(permits());

    // The block with the sale leaves the chain, two empty ones take its place.
    world.development.restore(mark).await.unwrap();
    world.development.mine(2).await.unwrap();
    creator_peer.gate().refresh_now().await.unwrap();
    assert!(!permits(), "the license is not on the chain any more");
}

#[tokio::test]
async fn an_unknown_parent_stops_everything_before_the_import() {
    let world = World::new().await;
    let (creator, peer) = (world.wallet(1).await, world.peer("creator").await);
    let mut plan = world.free_plan();
    let parent = VersionId::new([9; 32]);
    plan.parents = vec![Parent { version: parent, share: Ppm::try_new(100_000).unwrap() }];
    let error = publish(&peer, &creator, &plan, &silent()).await.unwrap_err();
    assert!(matches!(error, PublishError::UnknownParent { version } if version == parent), "{error}");
    assert_eq!(peer.node().pins("").await.unwrap(), []);
    assert_eq!(Survey::read(&world.reader).await.unwrap().assets.len(), 0);
}

#[tokio::test]
async fn a_broken_file_is_named_and_nothing_is_registered() {
    let world = World::new().await;
    let (creator, peer) = (world.wallet(1).await, world.peer("creator").await);
    let mut plan = world.free_plan();
    plan.source = world.dir.path().join("broken.jsonl");
    fs::write(&plan.source, "{\"a\": 1}\n{\"a\": \n").unwrap();
    let error = publish(&peer, &creator, &plan, &silent()).await.unwrap_err();
    let PublishError::Import(import) = &error else { panic!("{error}") };
    assert!(import.to_string().contains("broken.jsonl, line 2"), "{import}");

    let empty = world.dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    plan.source = empty;
    let error = publish(&peer, &creator, &plan, &silent()).await.unwrap_err();
    assert!(matches!(error, PublishError::Import(ImportError::NoData { .. })), "{error}");

    assert_eq!(peer.node().pins("").await.unwrap(), []);
    let survey = Survey::read(&world.reader).await.unwrap();
    assert!(survey.assets.is_empty() && survey.versions.is_empty() && survey.terms.is_empty());
}

#[tokio::test]
async fn a_refused_registration_lets_the_import_go() {
    let world = World::new().await;
    let (creator, other, peer) = (world.wallet(1).await, world.wallet(2).await, world.peer("creator").await);
    let mut plan = world.free_plan();
    publish(&peer, &creator, &plan, &silent()).await.unwrap();
    let kept = peer.node().pins("version/").await.unwrap();

    // A dataset of the same name by somebody else is another dataset; the same version of it differs by creator.
    plan.title = "Other times".to_owned();
    plan.recipients = vec![usufruct_types::event::Recipient { account: other.address(), share: Ppm::WHOLE }];
    let (broke, _) = (world.wallet(6).await, ());
    world.development.fund(broke.address(), Default::default()).await.unwrap();
    publish(&peer, &broke, &plan, &silent()).await.expect_err("no ether for gas");
    assert_eq!(peer.node().pins("version/").await.unwrap(), kept, "what was published before stays, nothing else");
}
