//! How far the indexer is, told by the indexer and shown by the server.

use std::sync::{Arc, Mutex, PoisonError};

/// What the indexer last saw of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The chain's newest block.
    pub head: u64,
    /// Whether the index follows the head; false during a backfill.
    pub is_caught_up: bool,
}

/// Shared by the indexer, which updates it, and the server, which answers `/readyz` and `_meta` from it.
/// Clones are the same state.
#[derive(Clone, Debug, Default)]
pub struct ReadyState {
    // Held for a copy of two values, never across an await.
    progress: Arc<Mutex<Option<Progress>>>,
}

impl ReadyState {
    /// A state that is not ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says how far the indexer is.
    pub fn update(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
    }

    /// What the indexer said last; `None` until it spoke.
    pub fn progress(&self) -> Option<Progress> {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the index follows the head of the chain.
    pub fn is_ready(&self) -> bool {
        self.progress().is_some_and(|progress| progress.is_caught_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_ready_until_the_indexer_has_caught_up() {
        let ready = ReadyState::new();
        let indexer = ready.clone();
        assert!(!ready.is_ready());
        indexer.update(Progress { head: 9, is_caught_up: false });
        assert!(!ready.is_ready());
        indexer.update(Progress { head: 9, is_caught_up: true });
        assert!(ready.is_ready());
        assert_eq!(ready.progress().map(|progress| progress.head), Some(9));
    }
}
