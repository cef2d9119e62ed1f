//! What only a development chain lets one do.

use alloy::{
    primitives::{Address, U256},
    providers::ext::AnvilApi as _,
};

use crate::{ChainError, Rpc, signer::DEVELOPMENT_CHAIN_ID};

const MINED_AT_ONCE: u64 = 250;

/// Controls of a development chain (anvil, chain id 31337).
#[derive(Clone, Debug)]
pub struct Development {
    rpc: Rpc,
}

impl Development {
    /// Fails on any other chain.
    pub fn try_new(rpc: Rpc) -> Result<Self, ChainError> {
        match rpc.chain_id() {
            DEVELOPMENT_CHAIN_ID => Ok(Self { rpc }),
            chain_id => Err(ChainError::DevelopmentOnly { what: "control of the chain", chain_id }),
        }
    }

    /// Gives an account so much ether, in wei, whatever it had before.
    pub async fn fund(&self, account: Address, wei: U256) -> Result<(), ChainError> {
        let done = self.rpc.provider().anvil_set_balance(account, wei).await;
        done.map_err(|error| ChainError::from_rpc("anvil_setBalance", error))
    }

    /// Moves the clock of the next block ahead.
    pub async fn increase_time(&self, seconds: u64) -> Result<(), ChainError> {
        let done = self.rpc.provider().anvil_increase_time(seconds).await;
        done.map(drop).map_err(|error| ChainError::from_rpc("evm_increaseTime", error))
    }

    /// Mines empty blocks.
    pub async fn mine(&self, blocks: u64) -> Result<(), ChainError> {
        let mut left = blocks;
        while left > 0 {
            // Parts, as a long one would outlast the time that a request has.
            let part = left.min(MINED_AT_ONCE);
            let done = self.rpc.provider().anvil_mine(Some(part), None).await;
            done.map_err(|error| ChainError::from_rpc("anvil_mine", error))?;
            left -= part;
        }
        Ok(())
    }

    /// Replaces the newest `depth` blocks by empty ones, as a reorg would.
    pub async fn reorg(&self, depth: u64) -> Result<(), ChainError> {
        let options = alloy::rpc::types::anvil::ReorgOptions { depth, tx_block_pairs: Vec::new() };
        let done = self.rpc.provider().anvil_reorg(options).await;
        done.map_err(|error| ChainError::from_rpc("anvil_reorg", error))
    }

    /// Remembers the chain as it is. Gives the mark for [`Development::restore`].
    pub async fn snapshot(&self) -> Result<U256, ChainError> {
        let mark = self.rpc.provider().anvil_snapshot().await;
        mark.map_err(|error| ChainError::from_rpc("evm_snapshot", error))
    }

    /// Goes back to a mark, which is then used up.
    pub async fn restore(&self, mark: U256) -> Result<(), ChainError> {
        match self.rpc.provider().anvil_revert(mark).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(ChainError::InvalidInput { what: format!("the chain knows no mark {mark}") }),
            Err(error) => Err(ChainError::from_rpc("evm_revert", error)),
        }
    }
}
