//! Who may fetch what from a provider: the chain decides, the provider only looks it up.
//!
//! Manifests, shard tables, usage logs and shards under terms with zero prices are for everybody. A shard under
//! priced terms goes to endpoints that an account announced on chain which holds a valid license of a version
//! with that shard, created it or contributed to it. Everything else is refused, so that what a store holds for
//! other reasons (bought, or about to be published) stays in it.

mod rights;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tokio::{
    sync::{Notify, watch},
    task::AbortHandle,
};
use usufruct_chain::{Cause, FollowError, FollowOptions, Follower, KnownBlocks, Reader, Step};
use usufruct_storage::AccessPolicy;
use usufruct_types::{Address, B256, BlobHash, EndpointId, TermsId, VersionId};

use rights::Rights;
pub use rights::{Registered, ServedVersion};

/// Pause between two looks at the chain.
const POLL: Duration = Duration::from_millis(300);
/// Without news of the chain for so long, licensed shards are held back: a revocation could have been missed.
const STALE_AFTER: Duration = Duration::from_secs(60);
/// Longest wait of [`LicenseGate::refresh_now`].
const REFRESH_WITHIN: Duration = Duration::from_secs(20);

/// The gate did not catch up with the chain.
#[derive(Debug, thiserror::Error)]
#[error("the license gate did not catch up with the chain within {} s: {reason}", REFRESH_WITHIN.as_secs())]
pub struct RefreshError {
    /// What the last look at the chain said.
    reason: String,
}

/// Decides who may fetch what, kept current by a background task. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct LicenseGate {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Std lock: held for look-ups and folds only, never across an await.
    rights: RwLock<Rights>,
    /// Unix second of the newest block: development chains run ahead of the clock.
    chain_time: AtomicU64,
    started: Instant,
    /// Milliseconds after `started` at which the chain was last heard of, plus one; 0 for never.
    heard: AtomicU64,
    /// Number of refreshes asked for, and up to which they are done.
    asked: AtomicU64,
    done: watch::Sender<u64>,
    trouble: RwLock<String>,
    wake: Notify,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            rights: RwLock::default(),
            chain_time: AtomicU64::new(0),
            started: Instant::now(),
            heard: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            done: watch::Sender::new(0),
            trouble: RwLock::new("the chain was not followed".to_owned()),
            wake: Notify::new(),
        }
    }
}

/// Stops following the chain when dropped.
#[derive(Debug)]
pub struct Following(AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl LicenseGate {
    /// A gate that knows nothing yet and so serves nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Follows the chain from the deployment's first block on, until the handle is dropped.
    pub fn start(&self, reader: Reader) -> Following {
        let task = tokio::spawn(follow(self.shared.clone(), reader));
        Following(task.abort_handle())
    }

    /// Waits until everything is taken into account that was on chain when this was called.
    pub async fn refresh_now(&self) -> Result<(), RefreshError> {
        let wanted = self.shared.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut done = self.shared.done.subscribe();
        self.shared.wake.notify_one();
        let caught_up = done.wait_for(|&done| done >= wanted);
        match tokio::time::timeout(REFRESH_WITHIN, caught_up).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(RefreshError { reason: read(&self.shared.trouble).clone() }),
        }
    }

    /// Lets anybody read a blob: a manifest, a shard table, a usage log, a payout tree.
    pub fn add_public(&self, hash: BlobHash) {
        write(&self.shared.rights).add_public(hash);
    }

    /// Serves the shards of a version to those who may read it.
    pub fn add_version(&self, version: &ServedVersion) {
        write(&self.shared.rights).add_version(version);
    }

    /// Lets a mirror of the provider's own choice read everything that is served here.
    pub fn add_trusted(&self, endpoint: EndpointId) {
        write(&self.shared.rights).add_trusted(endpoint);
    }

    /// All versions registered on chain.
    pub fn registered(&self) -> Vec<(VersionId, Registered)> {
        read(&self.shared.rights).registered().collect()
    }

    /// Where an account said it serves blobs: its endpoint, and socket addresses separated by commas.
    pub fn announcement_of(&self, account: Address) -> Option<(EndpointId, String)> {
        read(&self.shared.rights).announcement_of(account)
    }

    /// Whether terms published on chain have only zero prices.
    pub fn is_free(&self, terms: TermsId) -> bool {
        read(&self.shared.rights).is_free(terms)
    }
}

impl AccessPolicy for LicenseGate {
    fn permits(&self, endpoint: EndpointId, hash: BlobHash) -> bool {
        let shared = &self.shared;
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let now = clock.max(shared.chain_time.load(Ordering::Relaxed));
        read(&shared.rights).permits(endpoint, hash, now, shared.is_current())
    }
}

impl Shared {
    fn is_current(&self) -> bool {
        match self.heard.load(Ordering::Relaxed) {
            0 => false,
            heard => self.started.elapsed().saturating_sub(Duration::from_millis(heard - 1)) < STALE_AFTER,
        }
    }

    fn note_heard(&self) {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX - 1);
        self.heard.store(elapsed + 1, Ordering::Relaxed);
    }
}

/// Hashes of the applied blocks, as deep as a reorg is followed.
#[derive(Debug, Default)]
struct Applied(BTreeMap<u64, B256>);

impl KnownBlocks for Applied {
    async fn hash_of(&self, number: u64) -> Result<Option<B256>, Cause> {
        Ok(self.0.get(&number).copied())
    }
}

async fn follow(shared: Arc<Shared>, reader: Reader) {
    let options = FollowOptions { poll: POLL, ..FollowOptions::default() };
    let mut follower = Follower::new(reader.clone(), None, options);
    let mut applied = Applied::default();
    loop {
        let asked = shared.asked.load(Ordering::SeqCst);
        match catch_up(&shared, &mut follower, &mut applied, options.depth_max).await {
            Ok(()) => {
                shared.note_heard();
                shared.done.send_replace(asked);
            }
            Err(error) => {
                tracing::warn!(error = %chain_of(&error), "the license gate cannot follow the chain");
                *write(&shared.trouble) = chain_of(&error);
                if !matches!(&error, FollowError::Chain(error) if error.is_passing()) {
                    // What was applied may be of a chain that is gone: begin again, with nothing permitted meanwhile.
                    write(&shared.rights).revert_to(0);
                    applied = Applied::default();
                }
                follower = Follower::new(reader.clone(), applied.last(), options);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = shared.wake.notified() => {}
        }
    }
}

async fn catch_up(
    shared: &Shared,
    follower: &mut Follower,
    applied: &mut Applied,
    depth_max: u64,
) -> Result<(), FollowError> {
    while let Some(step) = follower.poll(applied).await? {
        match step {
            Step::Apply(batch) => {
                let mut rights = write(&shared.rights);
                for located in &batch.events {
                    rights.apply(located.at.block.number, &located.event);
                }
                applied.0.extend(batch.headers.iter().map(|header| (header.number, header.hash)));
                applied.0.insert(batch.to.number, batch.to.hash);
                applied.0 = applied.0.split_off(&batch.to.number.saturating_sub(depth_max + 1));
                shared.chain_time.fetch_max(batch.head.timestamp, Ordering::Relaxed);
            }
            Step::Revert { to } => {
                write(&shared.rights).revert_to(to.number);
                applied.0.split_off(&(to.number + 1));
            }
        }
    }
    Ok(())
}

impl Applied {
    fn last(&self) -> Option<usufruct_types::BlockRef> {
        self.0.last_key_value().map(|(&number, &hash)| usufruct_types::BlockRef { number, hash })
    }
}

/// An error with its causes on one line.
fn chain_of(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

// A panic while a lock is held cannot leave these states half changed: folds only insert and remove.
fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}
