//! Digests of the state: a read of every row, so one at a time and remembered for a while.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use usufruct_db::Db;
use usufruct_types::{B256, BlockRef};

use crate::fault::Fault;

/// How long a digest is given out again. Not for ever: content that arrives later belongs to it too.
const FRESH: Duration = Duration::from_secs(5);

/// The digest computed last.
#[derive(Default)]
pub(crate) struct Digests {
    // Held while a digest is computed, so that there is one at a time.
    last: Mutex<Option<(BlockRef, B256, Instant)>>,
}

impl Digests {
    /// The digest of the state at a block.
    pub(crate) async fn digest(&self, db: &Db, chain_id: u64, block: BlockRef) -> Result<B256, Fault> {
        let mut last = self.last.lock().await;
        if let Some((at, digest, since)) = *last
            && at == block
            && since.elapsed() < FRESH
        {
            return Ok(digest);
        }
        let digest = db.state_digest(chain_id, block.number).await?;
        *last = Some((block, digest, Instant::now()));
        Ok(digest)
    }
}
