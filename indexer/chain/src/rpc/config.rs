//! How to talk to a node.

use std::time::Duration;

/// Which blocks count as final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// What the node calls `finalized`.
    Tag,
    /// Blocks with at least this many on top. For chains whose nodes know no such tag.
    Depth(u64),
}

/// Where the nodes are and what is asked of them at most.
#[derive(Clone, Debug)]
pub struct RpcConfig {
    /// HTTP(S) URLs in order of preference; the next one is used when one fails.
    pub urls: Vec<String>,
    /// Longest time for one request, answer included.
    pub timeout: Duration,
    /// Longest time to open a connection.
    pub connect_timeout: Duration,
    /// Longest answer that is read.
    pub response_bytes_max: usize,
    /// How often a request is tried on every URL before it fails.
    pub attempts: u32,
    /// Wait before the second attempt; doubles with each further one.
    pub backoff: Duration,
    /// Which blocks count as final.
    pub finality: Finality,
    /// Most blocks asked for in one `eth_getLogs`.
    pub logs_blocks_max: u64,
    /// Number of logs in an answer above which the range grows no more.
    pub logs_target: usize,
    /// Requests in flight at once.
    pub concurrency: usize,
}

impl RpcConfig {
    /// Defaults that suit a local node and hosted ones: 10 s, 64 MiB, 4 attempts, 8 at once.
    pub fn new(urls: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            urls: urls.into_iter().map(Into::into).collect(),
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            response_bytes_max: 64 * 1024 * 1024,
            attempts: 4,
            backoff: Duration::from_millis(100),
            finality: Finality::Tag,
            logs_blocks_max: 10_000,
            logs_target: 5_000,
            concurrency: 8,
        }
    }
}
