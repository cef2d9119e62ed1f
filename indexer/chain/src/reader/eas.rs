//! EAS on any chain, ours or not: what off-chain attestations ask of it.

use alloy::{primitives::B256, sol_types::SolCall};
use usufruct_attestation::offchain::{Pinned, Revocation};
use usufruct_types::Address;

use crate::{ChainError, Rpc, RpcConfig, bindings::EAS};

/// Reads timestamps and revocations of an EAS contract.
#[derive(Clone, Debug)]
pub struct EasReader {
    rpc: Rpc,
    eas: Address,
}

impl EasReader {
    /// Connects. Refuses a node of another chain, and an address without code.
    pub async fn connect(config: RpcConfig, pinned: Pinned) -> Result<Self, ChainError> {
        let rpc = Rpc::connect(config, Some(pinned.chain_id)).await?;
        if !rpc.has_code(pinned.eas).await? {
            let what = format!("no contract stands at {} on chain {}", pinned.eas, pinned.chain_id);
            return Err(ChainError::InvalidInput { what });
        }
        Ok(Self { rpc, eas: pinned.eas })
    }

    /// Unix second at which something was timestamped, if it was.
    pub async fn timestamp_of(&self, data: B256) -> Result<Option<u64>, ChainError> {
        Ok(Some(self.view(EAS::getTimestampCall { data }).await?).filter(|time| *time != 0))
    }

    /// The revocation of an off-chain attestation by `revoker`, if he revoked it.
    pub async fn revocation_of(&self, revoker: Address, uid: B256) -> Result<Option<Revocation>, ChainError> {
        let at = self.view(EAS::getRevokeOffchainCall { revoker, data: uid }).await?;
        Ok((at != 0).then_some(Revocation { revoker, uid, at }))
    }

    async fn view<C: SolCall>(&self, call: C) -> Result<C::Return, ChainError> {
        let answer = self.rpc.call(None, self.eas, call.abi_encode().into()).await?;
        C::abi_decode_returns_validate(&answer).map_err(|error| ChainError::Malformed {
            what: format!("the return value of {}", C::SIGNATURE),
            source: Some(error.into()),
        })
    }
}
