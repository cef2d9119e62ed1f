//! What `DisputeHub` and `DaoArbiter` say.

use alloy_primitives::{Address, B256};

use crate::{Amount, CaseId, DisputeId};

/// What a dispute is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DisputeKind {
    /// A version copies an older one; the subject is the version, the reference the original.
    Copy = 0,
    /// A version is published without the right to; the subject is the version.
    License = 1,
    /// A version is poisoned; the subject is the version.
    Poison = 2,
    /// A job consumed more than it stated; the subject is the job.
    Usage = 3,
    /// A proposed root is wrong; the subject is the epoch as a word.
    Root = 4,
}

impl DisputeKind {
    /// Whether its subject is a version.
    pub const fn is_about_version(self) -> bool {
        matches!(self, Self::Copy | Self::License | Self::Poison)
    }
}

impl TryFrom<u8> for DisputeKind {
    type Error = u8;

    /// The kind with this number on chain, or the number back.
    fn try_from(number: u8) -> Result<Self, u8> {
        match number {
            0 => Ok(Self::Copy),
            1 => Ok(Self::License),
            2 => Ok(Self::Poison),
            3 => Ok(Self::Usage),
            4 => Ok(Self::Root),
            other => Err(other),
        }
    }
}

/// How a dispute ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// Nobody decided: the arbiter was silent for too long, or the disputed root is gone. Each side has its bond.
    Undecided = 0,
    /// The challenger was right.
    Upheld = 1,
    /// The respondent was.
    Dismissed = 2,
}

impl TryFrom<u8> for Outcome {
    type Error = u8;

    /// The outcome with this number on chain, or the number back.
    fn try_from(number: u8) -> Result<Self, u8> {
        match number {
            0 => Ok(Self::Undecided),
            1 => Ok(Self::Upheld),
            2 => Ok(Self::Dismissed),
            other => Err(other),
        }
    }
}

/// `DisputeHub`: somebody challenges a version, a job or a root, with a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeOpened {
    /// The dispute.
    pub dispute: DisputeId,
    /// What it is about.
    pub kind: DisputeKind,
    /// Version, job or epoch, by the kind.
    pub subject: B256,
    /// Who challenges.
    pub challenger: Address,
    /// Who may answer.
    pub respondent: Address,
    /// Who receives what is slashed, beside the bounty; zero for the treasury.
    pub harmed: Address,
    /// The original version of a copy, else zero.
    pub reference: B256,
    /// The challenger's bond, in the stake token.
    pub bond: Amount,
    /// Last Unix second for an answer.
    pub respond_by: u64,
    /// Hash of the first evidence.
    pub evidence: B256,
}

/// `DisputeHub`: the respondent answered, with an equal bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeAnswered {
    /// The dispute.
    pub dispute: DisputeId,
    /// Who answered: anybody may.
    pub respondent: Address,
    /// Their bond, in the stake token.
    pub bond: Amount,
    /// Hash of their evidence.
    pub evidence: B256,
}

/// `DisputeHub`: the claim was proven on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeProven {
    /// The dispute.
    pub dispute: DisputeId,
    /// How many shards were drawn.
    pub sampled: u32,
    /// How many of them are in the original too.
    pub matched: u32,
}

/// `DisputeHub`: a dispute went to its arbiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeEscalated {
    /// The dispute.
    pub dispute: DisputeId,
    /// The arbiter (ERC-792).
    pub arbiter: Address,
    /// The arbiter's case.
    pub case: CaseId,
}

/// `DisputeHub`: a dispute ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeResolved {
    /// The dispute.
    pub dispute: DisputeId,
    /// How.
    pub outcome: Outcome,
    /// Version, job or epoch, by the kind.
    pub subject: B256,
    /// What it was about.
    pub kind: DisputeKind,
}

/// `DisputeHub`: a curator of the version's asset was slashed for an upheld dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeEnforced {
    /// The dispute.
    pub dispute: DisputeId,
    /// The curator.
    pub curator: Address,
    /// How much of the stake token, the bounty within.
    pub slashed: Amount,
}

/// `DisputeHub` (ERC-1497): a party gave evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The arbiter whom it is for.
    pub arbiter: Address,
    /// The dispute as a word, big endian.
    pub group: B256,
    /// Who gave it.
    pub party: Address,
    /// Where it is, in their words.
    pub evidence: String,
}

/// `DisputeHub` (ERC-792): an arbiter ruled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The arbiter.
    pub arbiter: Address,
    /// Its case.
    pub case: CaseId,
    /// A number of 256 bits, big endian: 1 upholds, anything else dismisses.
    pub ruling: B256,
}

/// `DaoArbiter`: a case waits for the DAO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseCreated {
    /// The case.
    pub case: CaseId,
    /// The contract that asks and will be told.
    pub arbitrable: Address,
    /// How many rulings there are beside 0; a number of 256 bits, big endian.
    pub choices: B256,
}

/// `DaoArbiter`: the DAO decided, subject to an appeal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseDecided {
    /// The case.
    pub case: CaseId,
    /// A number of 256 bits, big endian: 1 upholds, anything else dismisses.
    pub ruling: B256,
    /// Last Unix second for an appeal.
    pub appealable_until: u64,
}

/// `DaoArbiter`: somebody appealed, once; the DAO decides again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseAppealed {
    /// The case.
    pub case: CaseId,
    /// Who appealed.
    pub by: Address,
}

/// `DaoArbiter`: the arbitrable contract was told the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseExecuted {
    /// The case.
    pub case: CaseId,
    /// The ruling, as it was decided last.
    pub ruling: B256,
}
