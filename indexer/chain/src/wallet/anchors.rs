//! Off-chain attestations: signed here, anchored and taken back on EAS.

use alloy::{
    primitives::B256,
    signers::k256::elliptic_curve::rand_core::{OsRng, RngCore as _},
    sol_types::SolCall,
};
use usufruct_attestation::{
    Statement, eas,
    offchain::{Attestation, Domain, Message, Pinned, PrimaryType},
};
use usufruct_types::Address;

use super::{Action, Wallet, invalid};
use crate::{ChainError, Signer, bindings::EAS};

/// What goes with a statement that is signed and not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffchainOptions {
    /// The chain and EAS contract that it is for.
    pub pinned: Pinned,
    /// The resolver of our schemas there: `AttestationGate`.
    pub resolver: Address,
    /// Unix second at which it is made.
    pub time: u64,
    /// Unix second of expiry, 0 for never.
    pub expires_at: u64,
}

impl Signer {
    /// Signs a statement as an off-chain attestation (version 2, with a fresh salt). Nothing is sent.
    pub fn sign_offchain(&self, statement: &Statement, options: OffchainOptions) -> Result<Attestation, ChainError> {
        let OffchainOptions { pinned, resolver, time, expires_at } = options;
        if expires_at != 0 && expires_at <= time {
            return Err(invalid(format!("an attestation made at {time} cannot expire at {expires_at}")));
        }
        let mut salt = B256::ZERO;
        OsRng.fill_bytes(salt.as_mut_slice());
        let message = Message::of_statement(statement, resolver, time, expires_at, salt)
            .map_err(|error| invalid(error.to_string()))?;
        let contract_version = eas::DOMAIN_VERSION.to_owned();
        let domain = Domain { chain_id: pinned.chain_id, eas: pinned.eas, contract_version };
        let signature = self.sign_digest(message.digest(&domain, PrimaryType::Attest))?;
        Attestation::try_new(message, domain, self.address(), signature).map_err(|error| invalid(error.to_string()))
    }
}

impl Wallet {
    /// Timestamps roots, or anything else of 32 bytes, on EAS: they existed by the block's time. Refused
    /// where one is timestamped already.
    pub fn timestamp(&self, roots: &[B256]) -> Action<'_, ()> {
        match *roots {
            [data] => self.at_eas(&EAS::timestampCall { data }),
            _ => self.at_eas(&EAS::multiTimestampCall { data: roots.to_vec() }),
        }
    }

    /// Takes back off-chain attestations that the wallet's account signed, by their uids.
    pub fn revoke_offchain(&self, uids: Vec<B256>) -> Action<'_, ()> {
        self.at_eas(&EAS::multiRevokeOffchainCall { data: uids })
    }

    fn at_eas<C: SolCall>(&self, call: &C) -> Action<'_, ()> {
        Action::new(self, self.reader.deployment().eas, call, |_| Some(()))
    }
}
