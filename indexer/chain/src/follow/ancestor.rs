//! Where index and chain part.

use futures::{StreamExt as _, stream};
use usufruct_types::BlockRef;

use super::{FollowError, KnownBlocks};
use crate::Reader;

/// Headers asked for at once; most reorgs are one or two blocks deep.
const AT_ONCE: usize = 8;

/// The newest block below `last` that both the index and the chain have.
pub(super) async fn find(
    reader: &Reader,
    last: BlockRef,
    depth_max: u64,
    known: &impl KnownBlocks,
) -> Result<BlockRef, FollowError> {
    let deepest = last.number.saturating_sub(depth_max);
    // Ordered, so that the first hit is the newest common block.
    let mut candidates = stream::iter((deepest..last.number).rev())
        .map(|number| async move {
            let Some(hash) = known.hash_of(number).await.map_err(FollowError::Known)? else { return Ok(None) };
            let is_common = reader.block(number).await?.is_some_and(|header| header.hash == hash);
            Ok::<_, FollowError>(is_common.then_some(BlockRef { number, hash }))
        })
        .buffered(AT_ONCE);
    while let Some(candidate) = candidates.next().await {
        if let Some(common) = candidate? {
            return Ok(common);
        }
    }
    Err(FollowError::TooDeep { last, depth_max, rebuild_from: reader.deployment().block })
}
