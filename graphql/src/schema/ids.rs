//! Global ids: opaque to clients, `base64url(kind ":" parts)` inside.

use async_graphql::ID;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use usufruct_types::{
    Address, AssetId, AttestationUid, B256, DisputeId, EpochIndex, JobId, LicenseId, PaymentId, ProposalId, TermsId,
    VersionId,
};

use crate::fault::Fault;

/// What a global id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobalId {
    Account(Address),
    Attestation(AttestationUid),
    Curator(Address),
    Dataset(AssetId),
    Dispute(DisputeId),
    Epoch(EpochIndex),
    InferencePayment(PaymentId),
    Job(JobId),
    License(LicenseId),
    /// Contract, and name as a left-aligned word.
    Parameter(Address, B256),
    Payout(EpochIndex, Address, Address),
    Proposal(ProposalId),
    QualityRound(VersionId, u64),
    QualityScore(VersionId, u64, Address),
    /// Job, place of the license in it, sequence.
    Receipt(JobId, u32, u64),
    Shard(VersionId, u64),
    Stake(AssetId, Address),
    Terms(TermsId),
    UsageCommitment(JobId, u64),
    Version(VersionId),
    Vote(ProposalId, Address),
}

impl GlobalId {
    /// That of a parameter; its name is a word on chain, so at most 32 bytes.
    pub(crate) fn parameter(contract: Address, name: &str) -> Self {
        let mut word = B256::ZERO;
        word.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
        Self::Parameter(contract, word)
    }

    pub(crate) fn to_id(self) -> ID {
        let text = match self {
            Self::Account(account) => format!("Account:{account:#x}"),
            Self::Attestation(uid) => format!("Attestation:{uid}"),
            Self::Curator(account) => format!("Curator:{account:#x}"),
            Self::Dataset(asset) => format!("Dataset:{asset}"),
            Self::Dispute(dispute) => format!("Dispute:{dispute}"),
            Self::Epoch(epoch) => format!("Epoch:{epoch}"),
            Self::InferencePayment(payment) => format!("InferencePayment:{payment}"),
            Self::Job(job) => format!("Job:{job}"),
            Self::License(license) => format!("License:{license}"),
            Self::Parameter(contract, name) => format!("Parameter:{contract:#x}:{name:#x}"),
            Self::Payout(epoch, account, token) => format!("Payout:{epoch}:{account:#x}:{token:#x}"),
            Self::Proposal(proposal) => format!("Proposal:{proposal}"),
            Self::QualityRound(version, round) => format!("QualityRound:{version}:{round}"),
            Self::QualityScore(version, round, curator) => format!("QualityScore:{version}:{round}:{curator:#x}"),
            Self::Receipt(job, position, sequence) => format!("Receipt:{job}:{position}:{sequence}"),
            Self::Shard(version, ordinal) => format!("Shard:{version}:{ordinal}"),
            Self::Stake(asset, curator) => format!("Stake:{asset}:{curator:#x}"),
            Self::Terms(terms) => format!("Terms:{terms}"),
            Self::UsageCommitment(job, sequence) => format!("UsageCommitment:{job}:{sequence}"),
            Self::Version(version) => format!("Version:{version}"),
            Self::Vote(proposal, voter) => format!("Vote:{proposal}:{voter:#x}"),
        };
        ID(BASE64_URL_SAFE_NO_PAD.encode(text))
    }

    pub(crate) fn parse(id: &str) -> Result<Self, Fault> {
        Self::read(id).ok_or_else(|| Fault::input("BAD_ID", "this is no id that this server gave out"))
    }

    fn read(id: &str) -> Option<Self> {
        if id.len() > 512 {
            return None;
        }
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
        let parts: Vec<&str> = text.split(':').collect();
        Some(match parts.as_slice() {
            ["Account", account] => Self::Account(account.parse().ok()?),
            ["Attestation", uid] => Self::Attestation(uid.parse().ok()?),
            ["Curator", account] => Self::Curator(account.parse().ok()?),
            ["Dataset", asset] => Self::Dataset(asset.parse().ok()?),
            ["Dispute", dispute] => Self::Dispute(DisputeId(dispute.parse().ok()?)),
            ["Epoch", epoch] => Self::Epoch(EpochIndex(epoch.parse().ok()?)),
            ["InferencePayment", payment] => Self::InferencePayment(payment.parse().ok()?),
            ["Job", job] => Self::Job(job.parse().ok()?),
            ["License", license] => Self::License(LicenseId(license.parse().ok()?)),
            ["Parameter", contract, name] => Self::Parameter(contract.parse().ok()?, name.parse().ok()?),
            ["Payout", epoch, account, token] => {
                Self::Payout(EpochIndex(epoch.parse().ok()?), account.parse().ok()?, token.parse().ok()?)
            }
            ["Proposal", proposal] => Self::Proposal(proposal.parse().ok()?),
            ["QualityRound", version, round] => Self::QualityRound(version.parse().ok()?, round.parse().ok()?),
            ["QualityScore", version, round, curator] => {
                Self::QualityScore(version.parse().ok()?, round.parse().ok()?, curator.parse().ok()?)
            }
            ["Receipt", job, position, sequence] => {
                Self::Receipt(job.parse().ok()?, position.parse().ok()?, sequence.parse().ok()?)
            }
            ["Shard", version, ordinal] => Self::Shard(version.parse().ok()?, ordinal.parse().ok()?),
            ["Stake", asset, curator] => Self::Stake(asset.parse().ok()?, curator.parse().ok()?),
            ["Terms", terms] => Self::Terms(terms.parse().ok()?),
            ["UsageCommitment", job, sequence] => Self::UsageCommitment(job.parse().ok()?, sequence.parse().ok()?),
            ["Version", version] => Self::Version(version.parse().ok()?),
            ["Vote", proposal, voter] => Self::Vote(proposal.parse().ok()?, voter.parse().ok()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_round_trips() {
        let (account, token) = (Address::repeat_byte(1), Address::repeat_byte(2));
        for id in [
            GlobalId::Account(account),
            GlobalId::Attestation(AttestationUid::new([3; 32])),
            GlobalId::Curator(account),
            GlobalId::Dispute(DisputeId(16)),
            GlobalId::InferencePayment(PaymentId::new([17; 32])),
            GlobalId::parameter(account, "protocolFeePpm"),
            GlobalId::Proposal(ProposalId::new([18; 32])),
            GlobalId::QualityRound(VersionId::new([19; 32]), 20),
            GlobalId::QualityScore(VersionId::new([21; 32]), 22, account),
            GlobalId::Receipt(JobId::new([23; 32]), 24, 25),
            GlobalId::Vote(ProposalId::new([26; 32]), account),
            GlobalId::Dataset(AssetId::new([4; 32])),
            GlobalId::Epoch(EpochIndex(5)),
            GlobalId::Job(JobId::new([6; 32])),
            GlobalId::License(LicenseId(7)),
            GlobalId::Payout(EpochIndex(8), account, token),
            GlobalId::Shard(VersionId::new([9; 32]), 10),
            GlobalId::Stake(AssetId::new([11; 32]), account),
            GlobalId::Terms(TermsId::new([12; 32])),
            GlobalId::UsageCommitment(JobId::new([13; 32]), 14),
            GlobalId::Version(VersionId::new([15; 32])),
        ] {
            assert_eq!(GlobalId::parse(&id.to_id()), Ok(id));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let long = BASE64_URL_SAFE_NO_PAD.encode("Account:".repeat(100));
        for text in ["", "x", "Version", &BASE64_URL_SAFE_NO_PAD.encode("Version:0x12"), &long] {
            assert_eq!(GlobalId::parse(text).map_err(|fault| fault.code()), Err("BAD_ID"), "{text}");
        }
    }
}
