//! Nothing of a blob reaches an endpoint that the policy does not permit it to: not its bytes, not its size,
//! whichever request is used to ask.

use std::time::Duration;

use futures::StreamExt;
use iroh::{
    Endpoint, EndpointAddr, PublicKey, RelayMode, TransportAddr,
    endpoint::{Connection, presets},
};
use iroh_blobs::{
    BlobFormat, Hash, HashAndFormat,
    api::Store,
    get::request::get_unverified_size,
    hashseq::HashSeq,
    protocol::{GetManyRequest, GetRequest, ObserveRequest, PushRequest},
    store::mem::MemStore,
};
use usufruct_storage::{FaultCause, FetchError, FetchOptions, Provider};
use usufruct_types::{BlobHash, EndpointId};

use crate::support::{TestNode, noise, quiet};

/// A client that speaks the protocol itself, without our fetch.
struct Client {
    endpoint: Endpoint,
    store: MemStore,
}

impl Client {
    async fn new() -> Self {
        let endpoint = Endpoint::builder(presets::Minimal).relay_mode(RelayMode::Disabled).bind().await.unwrap();
        Self { endpoint, store: MemStore::new() }
    }

    fn id(&self) -> EndpointId {
        EndpointId::new(*self.endpoint.id().as_bytes())
    }

    async fn connect(&self, provider: &Provider) -> Connection {
        let key = PublicKey::from_bytes(provider.endpoint.as_bytes()).unwrap();
        let address = EndpointAddr::from_parts(key, provider.addresses.iter().copied().map(TransportAddr::Ip));
        self.endpoint.connect(address, iroh_blobs::ALPN).await.unwrap()
    }

    async fn has(&self, hash: BlobHash) -> bool {
        let bits = self.store.blobs().observe(iroh(hash)).await.unwrap();
        bits.total_bytes() > 0
    }
}

fn iroh(hash: BlobHash) -> Hash {
    Hash::from(*hash.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_blob_is_had_by_no_kind_of_request() {
    let test = TestNode::open().await;
    let secret = test.node.import_bytes(noise(1, 100_000), "secret").await.unwrap();
    let public = test.publish(noise(2, 100_000)).await;
    // A public sequence with the secret in it, as somebody else could have made it.
    let sequence: HashSeq = [iroh(public), iroh(secret)].into_iter().collect();
    let listed = sequence.into_inner().to_vec();
    let sequence = test.publish(listed.clone()).await;

    let client = Client::new().await;
    let connection = client.connect(&test.node.as_provider()).await;
    let remote = client.store.remote();

    remote.fetch(connection.clone(), iroh(public)).await.unwrap();
    assert!(client.has(public).await, "the client works");

    assert!(remote.fetch(connection.clone(), iroh(secret)).await.is_err(), "get");
    assert!(get_unverified_size(&connection, &iroh(secret)).await.is_err(), "size by get");

    let many = GetManyRequest::new(vec![iroh(public), iroh(secret)], iroh_blobs::protocol::ChunkRangesSeq::all());
    assert!(remote.execute_get_many(connection.clone(), many).await.is_err(), "get_many");

    // The client has the sequence itself, so it knows the children and can check what comes.
    remote.fetch(connection.clone(), iroh(sequence)).await.unwrap();
    let all = HashAndFormat::new(iroh(sequence), BlobFormat::HashSeq);
    assert!(remote.fetch(connection.clone(), all).await.is_err(), "child of a public hash sequence");
    // The client knows what the sequence lists, so it asks for the child itself.
    client.store.add_bytes(listed).await.unwrap();
    let child = GetRequest::builder().child(1, iroh_blobs::protocol::ChunkRanges::all()).build(iroh(sequence));
    let got = remote.execute_get(connection.clone(), child).await;
    assert!(!client.has(secret).await, "one child of a public hash sequence: {got:?}");
    let sizes = GetRequest::builder()
        .root(iroh_blobs::protocol::ChunkRanges::all())
        .child(1, <iroh_blobs::protocol::ChunkRanges as iroh_blobs::protocol::ChunkRangesExt>::chunks(99..))
        .build(iroh(sequence));
    assert!(remote.execute_get(connection.clone(), sizes).await.is_err(), "size of a child");

    let mut observed = std::pin::pin!(remote.observe(connection.clone(), ObserveRequest::new(iroh(secret))));
    assert!(observed.next().await.is_none_or(|item| item.is_err()), "observe");
    let mut observed = std::pin::pin!(remote.observe(connection.clone(), ObserveRequest::new(iroh(public))));
    assert_eq!(observed.next().await.unwrap().unwrap().size(), 100_000, "observe of a public blob");

    assert!(!client.has(secret).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_write_into_the_store() {
    let test = TestNode::open().await;
    let client = Client::new().await;
    let pushed = client.store.add_bytes(noise(3, 100_000)).await.unwrap().hash;
    let connection = client.connect(&test.node.as_provider()).await;
    let request = PushRequest::new(pushed, iroh_blobs::protocol::ChunkRangesSeq::root());
    // The pusher may be told that it worked; the store must be as empty as before.
    let _ = client.store.remote().execute_push(connection, request).await;
    let store: &Store = &client.store;
    assert!(store.has(pushed).await.unwrap());
    assert!(!test.node.has(BlobHash::new(*pushed.as_bytes())).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_for_one_endpoint_and_ends_with_its_revocation() {
    let test = TestNode::open().await;
    let hash = test.node.import_bytes(noise(4, 100_000), "licensed").await.unwrap();
    let (licensed, other) = (TestNode::open().await, TestNode::open().await);
    test.access.grant(licensed.node.endpoint_id(), [hash]);

    let provider = [test.node.as_provider()];
    let options = FetchOptions::default();
    licensed.node.fetch(hash, &provider, &options, &quiet()).await.unwrap();
    let error = other.node.fetch(hash, &provider, &options, &quiet()).await.unwrap_err();
    let FetchError::Failed { faults, .. } = &error else { panic!("{error}") };
    assert_eq!(faults[0].cause, FaultCause::Refused, "{error}");

    // The same node without what it fetched: the connection is still open, the permission is gone.
    let later = test.node.import_bytes(noise(5, 100_000), "licensed too").await.unwrap();
    test.access.grant(licensed.node.endpoint_id(), [later]);
    test.access.revoke(licensed.node.endpoint_id());
    let error = licensed.node.fetch(later, &provider, &options, &quiet()).await.unwrap_err();
    assert!(error.to_string().contains("refuses to serve it"), "{error}");
    // What was withdrawn is withdrawn, what is public stays so.
    test.access.publish([hash, later]);
    test.access.withdraw([hash]);
    licensed.node.fetch(later, &provider, &options, &quiet()).await.unwrap();
    assert!(other.node.fetch(hash, &provider, &options, &quiet()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_stops_a_transfer_under_way() {
    let test = TestNode::open().await;
    let hash = test.node.import_bytes(noise(6, 64 << 20), "licensed").await.unwrap();
    let client = Client::new().await;
    test.access.grant(client.id(), [hash]);
    let connection = client.connect(&test.node.as_provider()).await;
    let mut items = std::pin::pin!(client.store.remote().fetch(connection, iroh(hash)).stream());
    // Some of it comes, then the right ends; the client does not read on meanwhile, so most is still to be sent.
    items.next().await.unwrap();
    test.access.revoke(client.id());
    tokio::time::timeout(Duration::from_secs(20), async { while items.next().await.is_some() {} }).await.unwrap();
    let bits = client.store.blobs().observe(iroh(hash)).await.unwrap();
    assert!(!bits.is_complete());
}
