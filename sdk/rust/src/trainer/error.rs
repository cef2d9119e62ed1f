//! What can stop a training run.

use usufruct_chain::ChainError;
use usufruct_storage::ShardError;

use crate::{content::ContentError, graph::GraphError, job::JobError, market::MarketError, peer::PeerError};

/// A training run that stopped. What was consumed until then stands in the usage journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The server cannot be asked, or refuses.
    #[error("the server cannot be asked")]
    Graph(#[from] GraphError),
    /// Nothing matches the words.
    #[error("no dataset mentions '{words}'")]
    NothingFound {
        /// What was looked for.
        words: String,
    },
    /// A version's content cannot be had or is not what the chain says.
    #[error("the data cannot be had")]
    Content(#[from] ContentError),
    /// A license is not for sale, or was not bought.
    #[error("a license cannot be had")]
    Market(#[from] MarketError),
    /// The job failed.
    #[error("the job cannot go on")]
    Job(#[from] JobError),
    /// A shard does not decode.
    #[error("a shard cannot be decoded")]
    Shard(#[from] ShardError),
    /// The training itself stopped: a bug.
    #[error("the training stopped unexpectedly")]
    Stopped(#[source] tokio::task::JoinError),
    /// The endpoint cannot be announced.
    #[error("the shards cannot be fetched here")]
    Peer(#[from] PeerError),
    /// A call of the chain failed.
    #[error("cannot {doing}")]
    Chain {
        /// What was tried.
        doing: &'static str,
        /// Why.
        source: ChainError,
    },
}
