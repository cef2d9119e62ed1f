//! One hash for everything the chain said up to a block.
//!
//! `digest = BLAKE3(previous digest, block number, block hash, number of events, each event)`, from one
//! block with events to the next; a block without events leaves it as it is, because which of those are
//! stored differs from one indexer to another. Numbers are big endian, an event is its log index, the
//! hash of its transaction and its canonical bytes after their length.

use usufruct_types::{B256, BlockRef, event::Located};

const CONTEXT: &str = "usufruct events digest v1";

/// The digest before the first event of a chain.
pub(crate) fn start(chain_id: u64) -> B256 {
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&chain_id.to_be_bytes());
    B256::from(*hasher.finalize().as_bytes())
}

/// The digest after the events of `block`, which are in the order of the chain.
pub(super) fn next(previous: B256, block: BlockRef, events: &[&Located]) -> B256 {
    if events.is_empty() {
        return previous;
    }
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(previous.as_slice());
    hasher.update(&block.number.to_be_bytes());
    hasher.update(block.hash.as_slice());
    hasher.update(&length(events.len()));
    for located in events {
        let bytes = located.event.canonical_bytes();
        hasher.update(&located.at.log_index.to_be_bytes());
        hasher.update(located.at.transaction_hash.as_slice());
        hasher.update(&length(bytes.len()));
        hasher.update(&bytes);
    }
    B256::from(*hasher.finalize().as_bytes())
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).expect("usize has at most 64 bits").to_be_bytes()
}
