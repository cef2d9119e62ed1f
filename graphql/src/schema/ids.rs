//! Global ids: opaque to clients, `base64url(kind ":" parts)` inside.

use async_graphql::ID;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use usufruct_types::{Address, AssetId, AttestationUid, EpochIndex, JobId, LicenseId, TermsId, VersionId};

use crate::fault::Fault;

/// What a global id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobalId {
    Account(Address),
    Attestation(AttestationUid),
    Dataset(AssetId),
    Epoch(EpochIndex),
    Job(JobId),
    License(LicenseId),
    Payout(EpochIndex, Address, Address),
    Shard(VersionId, u64),
    Stake(AssetId, Address),
    Terms(TermsId),
    UsageCommitment(JobId, u64),
    Version(VersionId),
}

impl GlobalId {
    pub(crate) fn to_id(self) -> ID {
        let text = match self {
            Self::Account(account) => format!("Account:{account:#x}"),
            Self::Attestation(uid) => format!("Attestation:{uid}"),
            Self::Dataset(asset) => format!("Dataset:{asset}"),
            Self::Epoch(epoch) => format!("Epoch:{epoch}"),
            Self::Job(job) => format!("Job:{job}"),
            Self::License(license) => format!("License:{license}"),
            Self::Payout(epoch, account, token) => format!("Payout:{epoch}:{account:#x}:{token:#x}"),
            Self::Shard(version, ordinal) => format!("Shard:{version}:{ordinal}"),
            Self::Stake(asset, curator) => format!("Stake:{asset}:{curator:#x}"),
            Self::Terms(terms) => format!("Terms:{terms}"),
            Self::UsageCommitment(job, sequence) => format!("UsageCommitment:{job}:{sequence}"),
            Self::Version(version) => format!("Version:{version}"),
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
            ["Dataset", asset] => Self::Dataset(asset.parse().ok()?),
            ["Epoch", epoch] => Self::Epoch(EpochIndex(epoch.parse().ok()?)),
            ["Job", job] => Self::Job(job.parse().ok()?),
            ["License", license] => Self::License(LicenseId(license.parse().ok()?)),
            ["Payout", epoch, account, token] => {
                Self::Payout(EpochIndex(epoch.parse().ok()?), account.parse().ok()?, token.parse().ok()?)
            }
            ["Shard", version, ordinal] => Self::Shard(version.parse().ok()?, ordinal.parse().ok()?),
            ["Stake", asset, curator] => Self::Stake(asset.parse().ok()?, curator.parse().ok()?),
            ["Terms", terms] => Self::Terms(terms.parse().ok()?),
            ["UsageCommitment", job, sequence] => Self::UsageCommitment(job.parse().ok()?, sequence.parse().ok()?),
            ["Version", version] => Self::Version(version.parse().ok()?),
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
