//! Disputes, and the DAO as their arbiter.

use alloy::{
    primitives::{Address, B256, U256},
    sol,
    sol_types::SolValue as _,
};
use usufruct_types::{
    Amount, AssetId, BlobHash, CaseId, DisputeId,
    event::{DisputeKind, Event, Outcome},
};

use super::{Action, Wallet};
use crate::{
    ChainError,
    bindings::{DaoArbiter, DisputeHub},
};

sol! {
    struct EncodedPreimage {
        address creator;
        uint256 assetId;
        bytes32 manifestHash;
        bytes32 shardTableRoot;
        uint32 shards;
    }

    struct EncodedRow {
        uint256 ordinal;
        bytes32 blobHash;
        bytes32 ciphertext;
        bytes32 logical;
        bytes32 sha256Hash;
        uint256 sizeBytes;
        uint256 records;
        uint256 tokens;
        address contributor;
    }

    struct EncodedMatch {
        uint32 sample;
        EncodedRow copied;
        bytes32[] copiedProof;
        EncodedRow original;
        bytes32[] originalProof;
    }

    struct EncodedProof {
        EncodedPreimage copied;
        EncodedPreimage original;
        bool isTimestamped;
        bytes32[] claimProof;
        EncodedMatch[] matches;
    }
}

/// What a version id is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionPreimage {
    /// Who registered the version.
    pub creator: Address,
    /// Its asset.
    pub asset: AssetId,
    /// Hash of its manifest.
    pub manifest: BlobHash,
    /// Root over its shard table.
    pub shard_table_root: B256,
    /// Its number of shards.
    pub shards: u32,
}

/// A row of a shard table with the siblings that lead to the table's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedRow {
    /// Position in the version.
    pub ordinal: u64,
    /// BLAKE3 of the shard.
    pub hash: BlobHash,
    /// BLAKE3 of the sealed shard, zero where it is not sealed.
    pub ciphertext: BlobHash,
    /// Hash over its records.
    pub logical: B256,
    /// SHA-256 of the shard.
    pub sha256: B256,
    /// Bytes.
    pub size_bytes: u64,
    /// Records.
    pub records: u64,
    /// Tokens.
    pub tokens: u64,
    /// Who contributed it, zero for nobody.
    pub contributor: Address,
    /// Siblings, from the leaf up.
    pub proof: Vec<B256>,
}

/// A drawn row of the copy, and one of the original with the same content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyMatch {
    /// Which of the drawn rows, ascending.
    pub sample: u32,
    /// Of the copy.
    pub copied: OpenedRow,
    /// Of the original.
    pub original: OpenedRow,
}

/// That a version is a copy of another one, which was registered or timestamped earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyEvidence {
    /// Of the copy.
    pub copied: VersionPreimage,
    /// Of the original.
    pub original: VersionPreimage,
    /// Siblings from the claim up to a hash that EAS timestamped; `None`: the original's registration is the claim.
    pub timestamp: Option<Vec<B256>>,
    /// Drawn rows that match.
    pub matches: Vec<CopyMatch>,
}

impl Wallet {
    /// Opens a dispute with a bond, through an allowance to `DisputeHub`. `subject`: a version id, a job id, or an epoch as
    /// a word. `reference`: the original of a copy, else zero.
    pub fn open_dispute(
        &self,
        kind: DisputeKind,
        subject: B256,
        reference: B256,
        evidence: B256,
    ) -> Result<Action<'_, DisputeId>, ChainError> {
        let call = DisputeHub::openCall { kind: kind as u8, subject, reference_: reference, evidenceHash: evidence };
        Ok(Action::new(self, self.hub()?, &call, |outcome| {
            outcome.find(|event| match event {
                Event::DisputeOpened(opened) => Some(opened.dispute),
                _ => None,
            })
        }))
    }

    /// Answers a dispute with an equal bond; any account may.
    pub fn answer_dispute(&self, dispute: DisputeId, evidence: B256) -> Result<Action<'_, ()>, ChainError> {
        let call = DisputeHub::answerCall { disputeId: dispute.0, evidenceHash: evidence };
        Ok(Action::new(self, self.hub()?, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::DisputeAnswered(_)).then_some(()))
        }))
    }

    /// Puts a text, mostly a URI, on record; any account may.
    pub fn submit_evidence(&self, dispute: DisputeId, evidence: &str) -> Result<Action<'_, ()>, ChainError> {
        let call = DisputeHub::submitEvidenceCall { disputeId: dispute.0, evidence: evidence.to_owned() };
        Ok(Action::new(self, self.hub()?, &call, |_| Some(())))
    }

    /// Draws the rows of a copy; any account may.
    pub fn draw_dispute(&self, dispute: DisputeId) -> Result<Action<'_, ()>, ChainError> {
        let call = DisputeHub::drawCall { disputeId: dispute.0 };
        Ok(Action::new(self, self.hub()?, &call, |_| Some(())))
    }

    /// Proves a copy by its drawn rows. Gives how many were drawn and how many match.
    pub fn prove_copy(
        &self,
        dispute: DisputeId,
        evidence: &CopyEvidence,
    ) -> Result<Action<'_, (u32, u32)>, ChainError> {
        let proof = encoded(evidence).abi_encode().into();
        let call = DisputeHub::proveCopyCall { disputeId: dispute.0, proof };
        Ok(Action::new(self, self.hub()?, &call, proven))
    }

    /// Proves by the ledger's state that a job, for its license at `index`, was delivered more than it committed.
    pub fn prove_usage(&self, dispute: DisputeId, index: u32) -> Result<Action<'_, (u32, u32)>, ChainError> {
        let call = DisputeHub::proveUsageCall { disputeId: dispute.0, index: U256::from(index) };
        Ok(Action::new(self, self.hub()?, &call, proven))
    }

    /// Takes a dispute to its arbiter, for the arbiter's price in the chain's coin; any account may. Gives the case.
    pub fn escalate_dispute(&self, dispute: DisputeId, cost: Amount) -> Result<Action<'_, CaseId>, ChainError> {
        let call = DisputeHub::escalateCall { disputeId: dispute.0 };
        let action = Action::new(self, self.hub()?, &call, |outcome| {
            outcome.find(|event| match event {
                Event::DisputeEscalated(escalated) => Some(escalated.case),
                _ => None,
            })
        });
        Ok(action.with_value(cost))
    }

    /// Ends a dispute that silence, proof or time decided; any account may.
    pub fn resolve_dispute(&self, dispute: DisputeId) -> Result<Action<'_, Option<Outcome>>, ChainError> {
        let call = DisputeHub::resolveCall { disputeId: dispute.0 };
        Ok(Action::new(self, self.hub()?, &call, |outcome| {
            outcome.find(|event| match event {
                Event::DisputeResolved(resolved) => Some(Some(resolved.outcome)),
                _ => None,
            })
        }))
    }

    /// Slashes a curator for an upheld dispute, or rejects or releases a disputed root; any account may. Gives what was
    /// slashed.
    pub fn enforce_dispute(&self, dispute: DisputeId, curator: Address) -> Result<Action<'_, Amount>, ChainError> {
        let call = DisputeHub::enforceCall { disputeId: dispute.0, curator };
        Ok(Action::new(self, self.hub()?, &call, |outcome| {
            let slashed = outcome.find(|event| match event {
                Event::DisputeEnforced(enforced) => Some(enforced.slashed),
                _ => None,
            });
            Some(slashed.unwrap_or(Amount::ZERO))
        }))
    }

    /// Decides a case in the first instance. Governance only.
    pub fn decide_case(&self, case: CaseId, ruling: u32) -> Result<Action<'_, u64>, ChainError> {
        let call = DaoArbiter::decideCall { caseId: case.0.into(), ruling: U256::from(ruling) };
        Ok(Action::new(self, self.arbiter()?, &call, |outcome| {
            outcome.find(|event| match event {
                Event::CaseDecided(decided) => Some(decided.appealable_until),
                _ => None,
            })
        }))
    }

    /// Decides an appealed case, for good. Governance only.
    pub fn decide_appeal(&self, case: CaseId, ruling: u32) -> Result<Action<'_, ()>, ChainError> {
        let call = DaoArbiter::decideAppealCall { caseId: case.0.into(), ruling: U256::from(ruling) };
        Ok(Action::new(self, self.arbiter()?, &call, |_| Some(())))
    }

    /// Takes a decided case to the second instance, for the price of a case; any account may.
    pub fn appeal_case(&self, case: CaseId, cost: Amount) -> Result<Action<'_, ()>, ChainError> {
        let call = DaoArbiter::appealCall { caseId: case.0.into() };
        let action = Action::new(self, self.arbiter()?, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::CaseAppealed(_)).then_some(()))
        });
        Ok(action.with_value(cost))
    }

    /// Carries a decision out that nobody can appeal any more; any account may.
    pub fn execute_case(&self, case: CaseId) -> Result<Action<'_, ()>, ChainError> {
        let call = DaoArbiter::executeCall { caseId: case.0.into() };
        Ok(Action::new(self, self.arbiter()?, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::CaseExecuted(_)).then_some(()))
        }))
    }

    fn hub(&self) -> Result<Address, ChainError> {
        self.at("DisputeHub", self.reader.deployment().dispute_hub)
    }

    fn arbiter(&self) -> Result<Address, ChainError> {
        self.at("DaoArbiter", self.reader.deployment().dao_arbiter)
    }
}

fn proven(outcome: &super::action::Outcome<'_>) -> Option<(u32, u32)> {
    outcome.find(|event| match event {
        Event::DisputeProven(proven) => Some((proven.sampled, proven.matched)),
        _ => None,
    })
}

fn encoded(evidence: &CopyEvidence) -> EncodedProof {
    let preimage = |of: &VersionPreimage| EncodedPreimage {
        creator: of.creator,
        assetId: of.asset.0.into(),
        manifestHash: of.manifest.0,
        shardTableRoot: of.shard_table_root,
        shards: of.shards,
    };
    let row = |of: &OpenedRow| EncodedRow {
        ordinal: U256::from(of.ordinal),
        blobHash: of.hash.0,
        ciphertext: of.ciphertext.0,
        logical: of.logical,
        sha256Hash: of.sha256,
        sizeBytes: U256::from(of.size_bytes),
        records: U256::from(of.records),
        tokens: U256::from(of.tokens),
        contributor: of.contributor,
    };
    let matches = evidence.matches.iter().map(|found| EncodedMatch {
        sample: found.sample,
        copied: row(&found.copied),
        copiedProof: found.copied.proof.clone(),
        original: row(&found.original),
        originalProof: found.original.proof.clone(),
    });
    EncodedProof {
        copied: preimage(&evidence.copied),
        original: preimage(&evidence.original),
        isTimestamped: evidence.timestamp.is_some(),
        claimProof: evidence.timestamp.clone().unwrap_or_default(),
        matches: matches.collect(),
    }
}
