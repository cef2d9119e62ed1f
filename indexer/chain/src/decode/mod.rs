//! From a log to a domain event.
//!
//! The contracts are ours and their events are typed, yet a log is read as what it is: bytes from
//! a node. Every value is checked against its domain type, and what does not fit is an error with
//! its place, because to skip an event of our own would be to lose money silently.

mod decisions;
mod events;
mod later;
mod read;
mod values;

pub(crate) use self::decisions::VOTES_MOVED;
use alloy::primitives::{Address, B256, Bytes};
use usufruct_types::{LogRef, event::Located};

use crate::{Deployment, deployment::Later};

/// A log as it stands in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLog {
    /// Where it stands.
    pub at: LogRef,
    /// Who emitted it.
    pub address: Address,
    /// Indexed values, the event's signature first.
    pub topics: Vec<B256>,
    /// The others, ABI-encoded.
    pub data: Bytes,
}

/// A log of one of our contracts that is not what its event says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log {} of block {} (transaction {}, contract {contract}) is no valid {event}: {problem}", .at.log_index, .at.block.number, .at.transaction_hash)]
pub struct DecodeError {
    /// Where the log stands. Boxed, as errors travel further than they are large.
    pub at: Box<LogRef>,
    /// The contract.
    pub contract: Address,
    /// The event by its signature.
    pub event: &'static str,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes are not the ABI encoding of the event.
    #[error("its bytes do not decode ({0})")]
    Abi(String),
    /// A number has no meaning in our types.
    #[error("{field} is {value}, which is out of range")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
    },
    /// A list is longer than the contract allows.
    #[error("{field} has {count} items, at most {max} are possible")]
    TooMany {
        /// The field.
        field: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        max: usize,
    },
    /// Two fields that must agree do not.
    #[error("{field} does not agree with the topic or list beside it")]
    Mismatch {
        /// The field.
        field: &'static str,
    },
}

/// Reads a log. `None` for logs of other contracts and for events that we do not use, such as
/// the approvals of ERC-721.
pub fn decode_log(deployment: &Deployment, log: &RawLog) -> Result<Option<Located>, DecodeError> {
    let Some(topic) = log.topics.first() else { return Ok(None) };
    let decoded = match log.address {
        address if address == deployment.asset_registry => events::registry(topic, log),
        address if address == deployment.terms_book => events::terms(topic, log),
        address if address == deployment.license_desk => events::desk(topic, log),
        address if address == deployment.attestation_gate => events::gate(topic, log),
        address if address == deployment.curation_stake => events::stake(topic, log),
        address if address == deployment.usage_ledger => events::ledger(topic, log),
        address if address == deployment.royalty_roots => events::roots(topic, log),
        address if deployment.vote_token() == Some(address) => decisions::token(topic, log),
        address => match deployment.later_at(address) {
            Some(Later::QualityBoard) => later::quality_board(topic, log),
            Some(Later::ModelBook) => later::model_book(topic, log),
            Some(Later::InferenceTill) => later::inference_till(topic, log),
            Some(Later::DisputeHub) => decisions::dispute_hub(topic, log),
            Some(Later::DaoArbiter) => decisions::dao_arbiter(topic, log),
            Some(Later::Governor) => decisions::governor(topic, log),
            Some(Later::Timelock) | None => Ok(None),
        },
    };
    match decoded {
        Ok(Some(event)) => Ok(Some(Located { at: log.at, event })),
        Ok(None) => {
            tracing::trace!(log.address = %log.address, log.topic = %topic, "log of no use");
            Ok(None)
        }
        Err((event, problem)) => Err(DecodeError { at: log.at.into(), contract: log.address, event, problem }),
    }
}
