//! Stake weighted by time: amount times blocks, warmed-up stake only.

use alloy_primitives::U256;
use usufruct_types::{Address, Amount, AssetId};

/// A change of a curator's stake on an asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StakeEvent {
    /// Block of the change.
    pub block_number: u64,
    /// The asset.
    pub asset: AssetId,
    /// The curator.
    pub curator: Address,
    /// What changed.
    pub change: StakeMove,
}

/// What changes the stake that counts. Withdrawals do not: that stake stopped counting when it was
/// asked back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StakeMove {
    /// More stake, counting from a block on.
    Added {
        /// How much.
        amount: Amount,
        /// First block that it counts in.
        active_from_block: u64,
    },
    /// Less stake, at once: asked back, or slashed while it counted.
    Removed {
        /// How much.
        amount: Amount,
    },
}

/// Stake x blocks of one curator on one asset over the blocks (start, end].
///
/// At a block the stake that counts is what warmed up by then less all that was removed by then, so
/// stake that is added and removed inside its warm-up never counts.
pub fn stake_blocks(changes: impl IntoIterator<Item = StakeEvent>, start: u64, end: u64) -> U256 {
    let mut steps: Vec<(u64, bool, u128)> = changes
        .into_iter()
        .map(|event| match event.change {
            StakeMove::Added { amount, active_from_block } => {
                (active_from_block.max(event.block_number), true, amount.units())
            }
            StakeMove::Removed { amount } => (event.block_number, false, amount.units()),
        })
        .filter(|(block, ..)| *block <= end)
        .collect();
    steps.sort_unstable();

    let (mut warmed, mut removed, mut sum) = (U256::ZERO, U256::ZERO, U256::ZERO);
    let mut counted_to = start;
    for (block, is_added, amount) in steps {
        // The change counts from `block` on, so blocks up to the one before it see the old stake.
        let seen_to = block.saturating_sub(1).max(counted_to);
        sum += warmed.saturating_sub(removed) * U256::from(seen_to - counted_to);
        counted_to = seen_to;
        let side = if is_added { &mut warmed } else { &mut removed };
        *side += U256::from(amount);
    }
    sum + warmed.saturating_sub(removed) * U256::from(end.saturating_sub(counted_to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(block_number: u64, change: StakeMove) -> StakeEvent {
        StakeEvent { block_number, asset: AssetId::default(), curator: Address::ZERO, change }
    }

    fn added(block: u64, amount: u128, active_from_block: u64) -> StakeEvent {
        event(block, StakeMove::Added { amount: Amount::new(amount), active_from_block })
    }

    fn removed(block: u64, amount: u128) -> StakeEvent {
        event(block, StakeMove::Removed { amount: Amount::new(amount) })
    }

    /// The rule word by word: look at every block.
    fn block_by_block(changes: &[StakeEvent], start: u64, end: u64) -> U256 {
        let mut sum = U256::ZERO;
        for block in start + 1..=end {
            let (mut warmed, mut gone) = (0u128, 0u128);
            for change in changes {
                match change.change {
                    StakeMove::Added { amount, active_from_block }
                        if active_from_block <= block && change.block_number <= block =>
                    {
                        warmed += amount.units();
                    }
                    StakeMove::Removed { amount } if change.block_number <= block => gone += amount.units(),
                    _ => {}
                }
            }
            sum += U256::from(warmed.saturating_sub(gone));
        }
        sum
    }

    #[test]
    fn stake_counts_from_its_warm_up_to_its_removal() {
        let changes = [added(10, 5, 15), removed(20, 5)];
        assert_eq!(stake_blocks(changes, 0, 100), U256::from(5 * 5));
    }

    #[test]
    fn a_join_in_the_last_block_counts_one_block() {
        assert_eq!(stake_blocks([added(100, 7, 100)], 0, 100), U256::from(7));
        assert_eq!(stake_blocks([added(100, 7, 101)], 0, 100), U256::ZERO);
    }

    proptest! {
        #[test]
        fn equals_looking_at_every_block(
            moves in prop::collection::vec((0u64..60, 1u128..1000, 0u64..20, any::<bool>()), 0..12),
            start in 0u64..40,
            length in 1u64..40,
        ) {
            let changes: Vec<_> = moves
                .into_iter()
                .map(|(block, amount, wait, is_added)| {
                    if is_added { added(block, amount, block + wait) } else { removed(block, amount) }
                })
                .collect();
            let end = start + length;
            prop_assert_eq!(stake_blocks(changes.iter().copied(), start, end), block_by_block(&changes, start, end));
        }
    }
}
