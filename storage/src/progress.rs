//! What long work says while it runs.

use std::sync::Arc;

use usufruct_types::BlobHash;

/// A step of long work. Figures are totals so far, so that a listener may miss any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// The files to import are known.
    Found {
        /// Number of files.
        files: u64,
        /// Sum of their sizes.
        size_bytes: u64,
    },
    /// Types of columns are being found; only for CSV and JSON lines, which do not state them.
    Inferring {
        /// Bytes looked at.
        read_bytes: u64,
        /// Bytes there are.
        size_bytes: u64,
    },
    /// Records are being read, cut and stored.
    Importing {
        /// Bytes of the sources read.
        read_bytes: u64,
        /// Bytes of the sources there are.
        size_bytes: u64,
        /// Records stored.
        records: u64,
        /// Shards stored.
        shards: u64,
    },
    /// A blob is being fetched.
    Fetching {
        /// Which.
        hash: BlobHash,
        /// Bytes had.
        had_bytes: u64,
        /// Bytes there are, as the provider says.
        size_bytes: u64,
    },
    /// Shards of a version are being checked.
    Checking {
        /// Shards checked.
        checked: u64,
        /// Shards there are.
        shards: u64,
    },
}

/// Where progress goes. Called from the thread that works: it must return at once.
pub type ProgressSink = Arc<dyn Fn(Progress) + Send + Sync>;

/// A sink that drops everything.
pub fn silent() -> ProgressSink {
    Arc::new(|_| {})
}
