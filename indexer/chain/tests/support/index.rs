//! An index as a model: slow and obvious.

use std::collections::BTreeMap;

use alloy::primitives::B256;
use usufruct_chain::{Batch, Cause, Follower, Header, KnownBlocks, Reader, Step};
use usufruct_types::{BlockRef, event::Located};

/// What an index keeps: the slow, obvious model of one.
#[derive(Clone, Default)]
pub struct Index {
    pub headers: BTreeMap<u64, Header>,
    pub events: Vec<Located>,
}

impl KnownBlocks for Index {
    async fn hash_of(&self, number: u64) -> Result<Option<B256>, Cause> {
        Ok(self.headers.get(&number).map(|header| header.hash))
    }
}

impl Index {
    pub fn last(&self) -> Option<BlockRef> {
        self.headers.last_key_value().map(|(_, header)| header.block_ref())
    }

    pub fn apply(&mut self, batch: Batch) {
        assert!(batch.headers.is_sorted_by_key(|header| header.number));
        assert_eq!(batch.headers.last().map(Header::block_ref), Some(batch.to));
        self.headers.extend(batch.headers.into_iter().map(|header| (header.number, header)));
        self.events.extend(batch.events);
    }

    pub fn revert(&mut self, to: BlockRef) {
        assert_eq!(self.headers.get(&to.number).map(Header::block_ref), Some(to));
        self.headers.retain(|number, _| *number <= to.number);
        self.events.retain(|located| located.at.block.number <= to.number);
    }

    /// Takes steps until the chain has nothing new. Gives how deep each revert went.
    pub async fn catch_up(&mut self, follower: &mut Follower) -> Vec<u64> {
        let mut depths = Vec::new();
        while let Some(step) = follower.poll(self).await.expect("the chain can be followed") {
            match step {
                Step::Apply(batch) => self.apply(batch),
                Step::Revert { to } => {
                    depths.push(self.last().expect("something was applied").number - to.number);
                    self.revert(to);
                }
            }
        }
        depths
    }

    /// The index holds exactly what a fresh read of the chain gives.
    pub async fn assert_fresh(&self, reader: &Reader, when: &str) {
        let head = reader.head().await.unwrap();
        let fresh = reader.events(reader.deployment().block..=head.number).await.unwrap();
        assert_eq!(self.events, fresh.events, "{when}");
        assert_eq!(self.last(), Some(head.block_ref()), "{when}");
        for (number, header) in &self.headers {
            assert_eq!(reader.block(*number).await.unwrap().as_ref(), Some(header), "{when}");
        }
    }
}
