//! Addresses that follow from what is deployed: creation through the deterministic deployment proxy, which is on
//! most networks, and on anvil from the genesis on.

use alloy::primitives::{Address, B256, Bytes, TxKind, address, keccak256};
use alloy::sol_types::SolValue as _;

use crate::{ChainError, DeploymentError, Rpc, sender::Sender};

/// The proxy (<https://github.com/Arachnid/deterministic-deployment-proxy>): takes a salt and init code.
pub(super) const PROXY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// A contract to be: what creates it, and where that puts it.
#[derive(Clone, Debug)]
pub(super) struct Creation {
    /// Its name in the artifacts.
    pub(super) contract: &'static str,
    pub(super) address: Address,
    pub(super) init_code: Bytes,
    salt: B256,
}

impl Creation {
    pub(super) fn new(contract: &'static str, salt: B256, code: &Bytes, arguments: Vec<u8>) -> Self {
        let init_code: Bytes = [code.as_ref(), &arguments].concat().into();
        let address = PROXY.create2(salt, keccak256(&init_code));
        Self { contract, address, init_code, salt }
    }

    /// What the proxy is sent.
    pub(super) fn call(&self) -> Bytes {
        [self.salt.as_slice(), &self.init_code].concat().into()
    }

    /// Why it cannot be created: the proxy itself reverts without a word.
    pub(super) async fn reason(&self, sender: &Sender, error: ChainError) -> ChainError {
        match (&error, sender.try_creation(&self.init_code).await) {
            (ChainError::Revert(_), Err(reason @ ChainError::Revert(_))) => reason,
            _ => error,
        }
    }
}

/// Salt of all contracts of a deployer: two deployers never share a contract by chance.
pub(super) fn salt_of(deployer: Address, salt: B256) -> B256 {
    keccak256((deployer, salt).abi_encode())
}

/// Refuses a chain without the proxy.
pub(super) async fn check_proxy(rpc: &Rpc) -> Result<(), ChainError> {
    if rpc.has_code(PROXY).await? {
        return Ok(());
    }
    Err(DeploymentError::NoProxy { chain_id: rpc.chain_id(), proxy: PROXY }.into())
}

/// Where the proxy is called.
pub(super) const fn target() -> TxKind {
    TxKind::Call(PROXY)
}
