//! The events of each contract.

use alloy::{primitives::B256, sol_types::SolEvent as _};
use usufruct_types::{
    Amount, AttestationUid, BlobHash, EndpointId, EpochIndex, JobId, LicenseId, TermsId, VersionId, event::Event,
};

use super::{
    Problem, RawLog, later,
    read::{Decoded, read, read_text},
    values::{
        LICENSES_MAX, asset_id, asset_kind, at_most, parameter_changed, ppm, proposal, revenue_kind, terms_of,
        version_input,
    },
};
use crate::bindings::{
    AssetRegistry, AttestationGate, CurationStake, LicenseDesk, RoyaltyRoots, TermsBook, UsageLedger,
};

pub(super) fn registry(topic: &B256, log: &RawLog) -> Decoded {
    use AssetRegistry::{AssetCreated, EndpointAnnounced, Transfer, VersionRegistered, VersionTombstoned};
    match *topic {
        AssetCreated::SIGNATURE_HASH => read(log, |event: AssetCreated| {
            Ok(Event::AssetCreated {
                asset: asset_id(event.assetId),
                creator: event.creator,
                kind: asset_kind(event.kind)?,
                name: event.name,
            })
        }),
        Transfer::SIGNATURE_HASH => read(log, |event: Transfer| {
            Ok(Event::AssetTransferred { asset: asset_id(event.tokenId), from: event.from, to: event.to })
        }),
        VersionRegistered::SIGNATURE_HASH => read(log, |event: VersionRegistered| {
            if event.input.assetId != event.assetId {
                return Err(Problem::Mismatch { field: "input.assetId" });
            }
            Ok(Event::VersionRegistered {
                version: VersionId(event.versionId),
                creator: event.creator,
                ordinal: event.ordinal,
                input: version_input(event.input)?,
            })
        }),
        VersionTombstoned::SIGNATURE_HASH => read_text(log, |event: VersionTombstoned| {
            Ok(Event::VersionTombstoned { version: VersionId(event.versionId), by: event.by, reason: event.reason })
        }),
        EndpointAnnounced::SIGNATURE_HASH => read_text(log, |event: EndpointAnnounced| {
            Ok(Event::EndpointAnnounced {
                account: event.account,
                endpoint: EndpointId(event.endpointId),
                addresses: event.addresses,
            })
        }),
        _ => Ok(None),
    }
}

pub(super) fn terms(topic: &B256, log: &RawLog) -> Decoded {
    use TermsBook::TermsPublished;
    if *topic != TermsPublished::SIGNATURE_HASH {
        return Ok(None);
    }
    read_text(log, |event: TermsPublished| {
        let terms = terms_of(event.terms)?;
        Ok(Event::TermsPublished { terms_id: TermsId(event.termsId), publisher: event.publisher, terms })
    })
}

pub(super) fn desk(topic: &B256, log: &RawLog) -> Decoded {
    use LicenseDesk::{LicenseGranted, LicenseRevoked};
    match *topic {
        LicenseGranted::SIGNATURE_HASH => read(log, |event: LicenseGranted| {
            Ok(Event::LicenseGranted {
                license: LicenseId(event.licenseId),
                version: VersionId(event.versionId),
                licensee: event.licensee,
                terms_id: TermsId(event.termsId),
                payer: event.payer,
                token: event.token,
                price: Amount::new(event.price),
                starts_at: event.startsAt,
                ends_at: event.endsAt,
            })
        }),
        LicenseRevoked::SIGNATURE_HASH => read_text(log, |event: LicenseRevoked| {
            Ok(Event::LicenseRevoked { license: LicenseId(event.licenseId), by: event.by, reason: event.reason })
        }),
        _ => later::license_desk(topic, log),
    }
}

pub(super) fn gate(topic: &B256, log: &RawLog) -> Decoded {
    use AttestationGate::{AttestationRecorded, AttestationRevoked};
    match *topic {
        AttestationRecorded::SIGNATURE_HASH => read(log, |event: AttestationRecorded| {
            Ok(Event::AttestationRecorded {
                uid: AttestationUid(event.uid),
                subject: VersionId(event.versionId),
                attester: event.attester,
                schema: event.schema,
                time: event.time,
                expires_at: event.expirationTime,
                reference: AttestationUid(event.refUID),
                data: event.data.to_vec(),
            })
        }),
        AttestationRevoked::SIGNATURE_HASH => read(log, |event: AttestationRevoked| {
            Ok(Event::AttestationRevoked { uid: AttestationUid(event.uid), attester: event.attester, time: event.time })
        }),
        _ => Ok(None),
    }
}

pub(super) fn stake(topic: &B256, log: &RawLog) -> Decoded {
    use CurationStake::{ParameterChanged, StakeSlashed, StakeWithdrawn, Staked, UnstakeRequested};
    match *topic {
        Staked::SIGNATURE_HASH => read(log, |event: Staked| {
            Ok(Event::Staked {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
                active_from_block: event.activeFromBlock,
            })
        }),
        UnstakeRequested::SIGNATURE_HASH => read(log, |event: UnstakeRequested| {
            Ok(Event::UnstakeRequested {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
                withdrawable_at: event.withdrawableAt,
            })
        }),
        StakeWithdrawn::SIGNATURE_HASH => read(log, |event: StakeWithdrawn| {
            Ok(Event::StakeWithdrawn {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
            })
        }),
        StakeSlashed::SIGNATURE_HASH => read(log, |event: StakeSlashed| {
            Ok(Event::StakeSlashed {
                asset: asset_id(event.assetId),
                curator: event.curator,
                amount: Amount::new(event.amount),
                from_thawing: Amount::new(event.fromThawing),
                beneficiary: event.beneficiary,
                reason: event.reason,
            })
        }),
        ParameterChanged::SIGNATURE_HASH => {
            read(log, |event: ParameterChanged| Ok(parameter_changed(log.address, event.name, event.value)))
        }
        _ => later::curation_stake(topic, log),
    }
}

pub(super) fn ledger(topic: &B256, log: &RawLog) -> Decoded {
    use UsageLedger::{EscrowDeposited, JobClosed, JobOpened, UsageCommitted};
    match *topic {
        JobOpened::SIGNATURE_HASH => read(log, |event: JobOpened| {
            at_most("licenseIds", event.licenseIds.len(), LICENSES_MAX)?;
            if event.licenseIds.len() != event.versionIds.len() {
                return Err(Problem::Mismatch { field: "versionIds" });
            }
            Ok(Event::JobOpened {
                job: JobId(event.jobId),
                trainer: event.trainer,
                job_key: event.jobKey,
                token: event.token,
                licenses: event.licenseIds.into_iter().map(LicenseId).collect(),
                versions: event.versionIds.into_iter().map(VersionId).collect(),
            })
        }),
        EscrowDeposited::SIGNATURE_HASH => read(log, |event: EscrowDeposited| {
            Ok(Event::EscrowDeposited { job: JobId(event.jobId), from: event.from, amount: Amount::new(event.amount) })
        }),
        UsageCommitted::SIGNATURE_HASH => read(log, |event: UsageCommitted| {
            at_most("cumulativeUnits", event.cumulativeUnits.len(), LICENSES_MAX)?;
            Ok(Event::UsageCommitted {
                job: JobId(event.jobId),
                sequence: event.sequence,
                log: BlobHash(event.logHash),
                usage_root: event.usageRoot,
                log_rows: event.logRows,
                cumulative_units: event.cumulativeUnits,
            })
        }),
        JobClosed::SIGNATURE_HASH => read(log, |event: JobClosed| {
            Ok(Event::JobClosed { job: JobId(event.jobId), refund: Amount::new(event.refund) })
        }),
        _ => later::usage_ledger(topic, log),
    }
}

pub(super) fn roots(topic: &B256, log: &RawLog) -> Decoded {
    use RoyaltyRoots::{
        Claimed, ParameterChanged, PayoutAddressChanged, RevenueReceived, RootFinalized, RootProposed, RootRejected,
    };
    match *topic {
        RevenueReceived::SIGNATURE_HASH => read(log, |event: RevenueReceived| {
            Ok(Event::RevenueReceived {
                version: VersionId(event.versionId),
                token: event.token,
                reference: event.r#ref,
                kind: revenue_kind(event.kind)?,
                payer: event.payer,
                amount: Amount::new(event.amount),
                fee: ppm("feePpm", event.feePpm)?,
            })
        }),
        RootProposed::SIGNATURE_HASH => read(log, |event: RootProposed| {
            if event.proposal.epoch != event.epoch {
                return Err(Problem::Mismatch { field: "proposal.epoch" });
            }
            Ok(Event::RootProposed {
                settler: event.settler,
                proposal: proposal(event.proposal)?,
                finalizable_at: event.finalizableAt,
                bond: Amount::new(event.bond),
            })
        }),
        RootFinalized::SIGNATURE_HASH => read(log, |event: RootFinalized| {
            Ok(Event::RootFinalized { epoch: EpochIndex(event.epoch), root: event.root })
        }),
        RootRejected::SIGNATURE_HASH => read(log, |event: RootRejected| {
            Ok(Event::RootRejected { epoch: EpochIndex(event.epoch), by: event.by, reason: event.reason })
        }),
        Claimed::SIGNATURE_HASH => read(log, |event: Claimed| {
            Ok(Event::Claimed {
                account: event.account,
                token: event.token,
                recipient: event.recipient,
                epoch: EpochIndex(event.epoch),
                amount: Amount::new(event.amount),
                cumulative: Amount::new(event.cumulativeAmount),
            })
        }),
        PayoutAddressChanged::SIGNATURE_HASH => read(log, |event: PayoutAddressChanged| {
            Ok(Event::PayoutAddressChanged { account: event.account, recipient: event.recipient })
        }),
        ParameterChanged::SIGNATURE_HASH => {
            read(log, |event: ParameterChanged| Ok(parameter_changed(log.address, event.name, event.value)))
        }
        _ => later::royalty_roots(topic, log),
    }
}
