//! A key at work: one typed method for everything that the product does on chain.

mod action;
mod anchors;
mod attestations;
mod catalog;
mod curation;
mod disputes;
mod governance;
mod licensing;
mod models;
mod quality;
mod royalties;
mod tokens;
mod usage;

use alloy::primitives::Address;

use crate::{ChainError, Reader, Signer, sender::Sender};

pub use action::{Action, Receipt, Simulation};
pub use anchors::OffchainOptions;
pub use attestations::{AttestOptions, SignedAttestation, SignedRevocation};
pub use curation::Slash;
pub use disputes::{CopyEvidence, CopyMatch, OpenedRow, VersionPreimage};
pub use governance::{Ballot, GovernedCall, Proposal, Support};
pub use licensing::{Payment, PaymentKind, SignedIntent, SignedQuote};
pub use models::Proof;
pub use royalties::Claim;
pub use usage::JobEnd;

/// A key and the contracts that it calls. Cheap to clone; clones take turns with the nonce.
#[derive(Clone, Debug)]
pub struct Wallet {
    reader: Reader,
    sender: Sender,
}

impl Wallet {
    /// A wallet that acts on the reader's contracts. Refuses raw keys on real chains.
    pub fn try_new(reader: Reader, signer: Signer) -> Result<Self, ChainError> {
        let sender = Sender::try_new(reader.rpc().clone(), signer)?;
        Ok(Self { reader, sender })
    }

    /// The account.
    pub const fn address(&self) -> Address {
        self.sender.address()
    }

    /// The key.
    pub const fn signer(&self) -> &Signer {
        self.sender.signer()
    }

    /// Events and views of the same contracts.
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }
}

fn invalid(what: impl Into<String>) -> ChainError {
    ChainError::InvalidInput { what: what.into() }
}

impl Wallet {
    /// A contract that a deployment may lack.
    fn at(&self, contract: &'static str, address: Option<Address>) -> Result<Address, ChainError> {
        self.reader.at(contract, address)
    }
}
