//! Fetching between nodes: verified, resumed, failed over, bounded.

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use iroh::{
    Endpoint, RelayMode,
    endpoint::{Connection, presets},
    protocol::{AcceptError, ProtocolHandler, Router},
};
use usufruct_storage::{BlobState, FaultCause, FetchError, FetchOptions, Progress, ProgressSink, Provider};
use usufruct_types::{BlobHash, EndpointId};

use crate::support::{TestNode, noise, quiet};

fn faults(error: &FetchError) -> Vec<&FaultCause> {
    match error {
        FetchError::Failed { faults, .. } => faults.iter().map(|fault| &fault.cause).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blobs_of_all_sizes_arrive_once_and_are_pinned() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let provider = [a.node.as_provider()];
    for size in [0, 1, 16 << 10, (16 << 10) + 1, 5_000_000] {
        let hash = a.publish(noise(9, size)).await;
        let fetched = b.node.fetch(hash, &provider, &FetchOptions::default(), &quiet()).await.unwrap();
        assert_eq!(fetched.size_bytes, size as u64);
        assert_eq!(b.node.read(hash, 1 << 30).await.unwrap(), noise(9, size));
        assert_eq!(b.node.pins(&format!("fetched/{hash}")).await.unwrap().len(), 1);
        let again = b.node.fetch(hash, &provider, &FetchOptions::default(), &quiet()).await.unwrap();
        assert_eq!((again.received_bytes, again.provider), (0, None));
    }
    assert!(b.node.pins("partial/").await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_fetches_at_once_share_one_connection_and_send_nothing_twice() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let mut hashes = Vec::new();
    for at in 0..16 {
        hashes.push(a.publish(noise(at, 300_000)).await);
    }
    let provider = [a.node.as_provider()];
    let (options, quiet) = (FetchOptions::default(), quiet());
    // Every blob is asked for twice at the same time.
    let fetches = hashes.iter().chain(&hashes).map(|&hash| b.node.fetch(hash, &provider, &options, &quiet));
    let fetched = futures::future::try_join_all(fetches).await.unwrap();
    assert_eq!(fetched.iter().map(|fetched| fetched.received_bytes).sum::<u64>(), 16 * 300_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_fetch_goes_on_where_it_stopped_also_in_another_process() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let size = 40_usize << 20;
    let hash = a.publish(noise(1, size)).await;
    let provider = [a.node.as_provider()];

    // Dropped in the middle, as a killed program drops it.
    let had = Arc::new(AtomicU64::new(0));
    let (sink_had, options) = (had.clone(), FetchOptions::default());
    let sink: ProgressSink = Arc::new(move |progress| {
        if let Progress::Fetching { had_bytes, .. } = progress {
            sink_had.store(had_bytes, Ordering::SeqCst);
        }
    });
    {
        let mut fetch = std::pin::pin!(b.node.fetch(hash, &provider, &options, &sink));
        while had.load(Ordering::SeqCst) < 4 << 20 {
            tokio::select! {
                biased;
                done = &mut fetch => panic!("done already: {done:?}"),
                () = tokio::time::sleep(Duration::from_millis(1)) => {}
            }
        }
    }
    b.node.shutdown().await;

    let config = usufruct_storage::NodeConfig::new(b.node.dir());
    let again = usufruct_storage::Node::open(config).await.unwrap();
    assert!(matches!(again.state(hash).await.unwrap(), BlobState::Partial { .. }));
    assert_eq!(again.pins("partial/").await.unwrap().len(), 1, "the parts are kept from collection");
    let fetched = again.fetch(hash, &provider, &FetchOptions::default(), &quiet()).await.unwrap();
    assert_eq!(fetched.size_bytes, size as u64);
    assert!(fetched.received_bytes < (size - (2 << 20)) as u64, "{} came again", fetched.received_bytes);
    assert_eq!(again.read(hash, 1 << 30).await.unwrap(), noise(1, size));
    again.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_with_a_damaged_copy_is_named_and_the_next_one_completes() {
    let (a, b, c) = (TestNode::open().await, TestNode::open().await, TestNode::open().await);
    let hash = a.publish(noise(2, 8 << 20)).await;
    b.publish(noise(2, 8 << 20)).await;
    let file = a.data_file(hash);
    let mut bytes = fs::read(&file).unwrap();
    bytes[5 << 20] ^= 0x40;
    fs::write(&file, bytes).unwrap();

    let options = FetchOptions::default();
    let error = c.node.fetch(hash, &[a.node.as_provider()], &options, &quiet()).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(&hash.to_string()) && text.contains(&a.node.endpoint_id().to_string()), "{text}");
    assert!(!c.node.has(hash).await.unwrap());

    let providers = [a.node.as_provider(), b.node.as_provider()];
    let fetched = c.node.fetch(hash, &providers, &options, &quiet()).await.unwrap();
    assert_eq!(fetched.provider, Some(b.node.endpoint_id()));
    assert_eq!(fetched.faults.len(), 1);
    // What came sound from the first is not fetched again.
    assert!(fetched.received_bytes < 4 << 20, "{}", fetched.received_bytes);
    assert_eq!(c.node.read(hash, 1 << 30).await.unwrap(), noise(2, 8 << 20));
}

/// Answers every request with fixed bytes.
#[derive(Clone, Debug)]
struct Liar(Vec<u8>);

impl ProtocolHandler for Liar {
    async fn accept(&self, connection: Connection) -> Result<(), AcceptError> {
        while let Ok((mut send, mut receive)) = connection.accept_bi().await {
            let answer = self.0.clone();
            tokio::spawn(async move {
                let _ = receive.read_to_end(1 << 20).await;
                let _ = send.write_all(&answer).await;
                let _ = send.finish();
                let _ = send.stopped().await;
            });
        }
        Ok(())
    }
}

async fn liar(answer: Vec<u8>) -> (Router, Provider) {
    let endpoint = Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .clear_ip_transports()
        .bind_addr("127.0.0.1:0")
        .unwrap()
        .bind()
        .await
        .unwrap();
    let provider =
        Provider { endpoint: EndpointId::new(*endpoint.id().as_bytes()), addresses: endpoint.bound_sockets() };
    (Router::builder(endpoint).accept(iroh_blobs::ALPN, Liar(answer)).spawn(), provider)
}

/// A blob of two leaves as it goes over the wire: its size, the pair of hashes, the leaves.
fn encoded(bytes: &[u8]) -> Vec<u8> {
    use blake3::hazmat::{HasherExt, Mode, merge_subtrees_root};
    assert!(bytes.len() > 16 << 10 && bytes.len() <= 32 << 10);
    let (left, right) = bytes.split_at(16 << 10);
    let value = |part: &[u8], offset| {
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(offset);
        hasher.update(part);
        hasher.finalize_non_root()
    };
    let (left_value, right_value) = (value(left, 0), value(right, 16 << 10));
    assert_eq!(merge_subtrees_root(&left_value, &right_value, Mode::Hash), blake3::hash(bytes));
    [&(bytes.len() as u64).to_le_bytes()[..], &left_value, &right_value, left, right].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_are_told_from_the_truth_and_their_teller_is_named() {
    let bytes = noise(3, 30_000);
    let hash = BlobHash::new(*blake3::hash(&bytes).as_bytes());
    let honest = encoded(&bytes);
    let options = FetchOptions { idle_timeout: Duration::from_secs(5), ..FetchOptions::default() };
    let ask = async |answer: Vec<u8>| {
        let test = TestNode::open().await;
        let (router, provider) = liar(answer).await;
        let fetched = test.node.fetch(hash, std::slice::from_ref(&provider), &options, &quiet()).await;
        router.shutdown().await.unwrap();
        if let Err(error) = &fetched {
            let text = error.to_string();
            assert!(text.contains(&provider.endpoint.to_string()) && text.contains(&hash.to_string()), "{text}");
            assert!(!test.node.has(hash).await.unwrap());
        }
        fetched
    };
    ask(honest.clone()).await.unwrap();

    let changed = |at: usize| {
        let mut answer = honest.clone();
        answer[at] ^= 1;
        answer
    };
    for (what, at) in [("the first leaf", 100), ("the second leaf", 20_000), ("a hash", 10)] {
        let error = ask(changed(at)).await.unwrap_err();
        assert!(matches!(faults(&error)[..], [FaultCause::Corrupt { .. }]), "{what}: {error}");
    }
    let error = ask(honest[..20_000].to_vec()).await.unwrap_err();
    assert!(matches!(faults(&error)[..], [FaultCause::NotFound | FaultCause::Broken { .. }]), "{error}");
    let error = ask(Vec::new()).await.unwrap_err();
    assert_eq!(faults(&error), [&FaultCause::NotFound], "{error}");
    let error = ask(vec![0; 8]).await.unwrap_err();
    assert!(matches!(faults(&error)[..], [FaultCause::Corrupt { .. }]), "a size of 0: {error}");

    // A size that is a lie: nothing beyond it is stored, and the hash does not come out.
    let mut short = honest.clone();
    short[..8].copy_from_slice(&20_000_u64.to_le_bytes());
    assert!(ask(short).await.is_err());
    let mut long = honest.clone();
    long[..8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    let error = ask(long).await.unwrap_err();
    let too_large = FaultCause::TooLarge { size_bytes: 1 << 40, size_bytes_max: 256 << 20 };
    assert_eq!(faults(&error), [&too_large]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_above_the_limit_is_refused_before_a_byte_is_stored() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let hash = a.publish(noise(4, 2_000_000)).await;
    let options = FetchOptions { size_bytes_max: 1_999_999, ..FetchOptions::default() };
    let error = b.node.fetch(hash, &[a.node.as_provider()], &options, &quiet()).await.unwrap_err();
    assert!(matches!(faults(&error)[..], [FaultCause::TooLarge { size_bytes: 2_000_000, .. }]), "{error}");
    assert_eq!(b.node.state(hash).await.unwrap(), BlobState::Missing);
    assert!(b.node.pins("").await.unwrap().is_empty(), "nothing is left registered");
    let options = FetchOptions { size_bytes_max: 2_000_000, ..options };
    b.node.fetch(hash, &[a.node.as_provider()], &options, &quiet()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_and_silent_providers_are_passed_over_in_time() {
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    let hash = a.publish(noise(5, 100_000)).await;
    let quick = Duration::from_millis(500);
    let options = FetchOptions { connect_timeout: quick, idle_timeout: quick, ..FetchOptions::default() };

    assert!(matches!(b.node.fetch(hash, &[], &options, &quiet()).await, Err(FetchError::NoProvider { .. })));
    // A node does not fetch from itself.
    let own = [b.node.as_provider()];
    assert!(matches!(b.node.fetch(hash, &own, &options, &quiet()).await, Err(FetchError::NoProvider { .. })));

    // A key that is none, an address where nobody listens, a provider that has nothing, one that never answers.
    let nowhere: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let bad_key = Provider { endpoint: EndpointId::new([0xff; 32]), addresses: vec![nowhere] };
    let gone = TestNode::open().await;
    let gone_provider = gone.node.as_provider();
    gone.node.shutdown().await;
    let empty = TestNode::open().await;
    empty.access.publish([hash]);
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent = Provider { endpoint: empty.node.endpoint_id(), addresses: vec![silent.local_addr().unwrap()] };
    let providers = [bad_key, gone_provider, silent, empty.node.as_provider(), a.node.as_provider()];
    let started = std::time::Instant::now();
    let fetched = b.node.fetch(hash, &providers, &options, &quiet()).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(fetched.provider, Some(a.node.endpoint_id()));
    let causes: Vec<&FaultCause> = fetched.faults.iter().map(|fault| &fault.cause).collect();
    use FaultCause as F;
    assert!(
        matches!(
            causes[..],
            [F::Unreachable { .. }, F::Unreachable { .. }, F::Unreachable { .. }, F::NotFound | F::Broken { .. }]
        ),
        "{causes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_stops_sending_is_left() {
    let bytes = noise(6, 30_000);
    let hash = BlobHash::new(*blake3::hash(&bytes).as_bytes());
    let (a, b) = (TestNode::open().await, TestNode::open().await);
    a.publish(bytes.clone()).await;

    /// Sends half an answer and then nothing.
    #[derive(Clone, Debug)]
    struct Stalling(Vec<u8>);
    impl ProtocolHandler for Stalling {
        async fn accept(&self, connection: Connection) -> Result<(), AcceptError> {
            let (mut send, _receive) = connection.accept_bi().await?;
            let _ = send.write_all(&self.0[..18_000]).await;
            connection.closed().await;
            Ok(())
        }
    }
    let endpoint = Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .clear_ip_transports()
        .bind_addr("127.0.0.1:0")
        .unwrap()
        .bind()
        .await
        .unwrap();
    let stalling =
        Provider { endpoint: EndpointId::new(*endpoint.id().as_bytes()), addresses: endpoint.bound_sockets() };
    let _router = Router::builder(endpoint).accept(iroh_blobs::ALPN, Stalling(encoded(&bytes))).spawn();

    let idle_timeout = Duration::from_millis(300);
    let options = FetchOptions { idle_timeout, ..FetchOptions::default() };
    let fetched = b.node.fetch(hash, &[stalling, a.node.as_provider()], &options, &quiet()).await.unwrap();
    assert_eq!(fetched.faults[0].cause, FaultCause::Stalled { idle: idle_timeout });
    assert_eq!(b.node.read(hash, 1 << 20).await.unwrap(), bytes);
}
