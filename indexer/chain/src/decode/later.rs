//! Events that came to the contracts after the first ones: licenses, curation, usage, models.

use alloy::{primitives::B256, sol_types::SolEvent as _};
use usufruct_types::{
    Amount, BlobHash, EpochIndex, JobId, LicenseId, PaymentId, VersionId,
    event::{
        BondCredited, BondWithdrawn, BountyPaid, CurrentVersionChanged, InferenceOrdered, InferencePaid,
        InferenceRefunded, JobClosing, LateUsageCharged, LicenseMetered, LicenseRefunded, ModelBound, NonceUsed,
        ReceiptsCommitted, RootHeld, ScoreCommitted, ScoreRevealed, ScoreSettled, UpgradeProposed,
    },
};

use super::{
    Problem, RawLog,
    read::{Decoded, read},
    values::{LICENSES_MAX, asset_id, at_most, narrow, parameter_changed, ppm},
};
use crate::bindings::later as sol;

/// Most jobs that a model version is bound to, as the contract limits them.
const JOBS_MAX: usize = 16;

/// A governed parameter of any contract: they all say it in the same words.
pub(super) fn parameter(topic: &B256, log: &RawLog) -> Decoded {
    use sol::Governed::ParameterChanged;
    if *topic != ParameterChanged::SIGNATURE_HASH {
        return Ok(None);
    }
    read(log, |event: ParameterChanged| Ok(parameter_changed(log.address, event.name, event.value)))
}

/// What became of a bond that could not be paid: the contracts that keep bonds say it in the same words.
pub(super) fn bond(topic: &B256, log: &RawLog) -> Decoded {
    use sol::Bonded as bonded;
    let contract = log.address;
    match *topic {
        bonded::BondCredited::SIGNATURE_HASH => read(log, |event: bonded::BondCredited| {
            Ok(BondCredited { contract, account: event.account, amount: Amount::new(event.amount) }.into())
        }),
        bonded::BondWithdrawn::SIGNATURE_HASH => read(log, |event: bonded::BondWithdrawn| {
            Ok(BondWithdrawn { contract, account: event.account, amount: Amount::new(event.amount) }.into())
        }),
        _ => Ok(None),
    }
}

pub(super) fn license_desk(topic: &B256, log: &RawLog) -> Decoded {
    use sol::LicenseDesk as desk;
    match *topic {
        desk::LicenseMetered::SIGNATURE_HASH => read(log, |event: desk::LicenseMetered| {
            Ok(LicenseMetered {
                license: LicenseId(event.licenseId),
                unit_price: Amount::new(event.unitPrice),
                units_max: event.unitsMax,
                is_trial: event.isTrial,
            }
            .into())
        }),
        desk::LicenseRefunded::SIGNATURE_HASH => read(log, |event: desk::LicenseRefunded| {
            Ok(LicenseRefunded {
                license: LicenseId(event.licenseId),
                from: event.from,
                token: event.token,
                amount: Amount::new(event.amount),
            }
            .into())
        }),
        desk::NonceUsed::SIGNATURE_HASH => read(log, |event: desk::NonceUsed| {
            Ok(NonceUsed { account: event.account, nonce: event.nonce.into() }.into())
        }),
        _ => parameter(topic, log),
    }
}

pub(super) fn curation_stake(topic: &B256, log: &RawLog) -> Decoded {
    use sol::CurationStake as stake;
    match *topic {
        stake::BountyPaid::SIGNATURE_HASH => read(log, |event: stake::BountyPaid| {
            Ok(BountyPaid {
                asset: asset_id(event.assetId),
                curator: event.curator,
                challenger: event.challenger,
                amount: Amount::new(event.amount),
                reason: event.reason,
            }
            .into())
        }),
        _ => Ok(None),
    }
}

pub(super) fn quality_board(topic: &B256, log: &RawLog) -> Decoded {
    use sol::QualityBoard as board;
    match *topic {
        board::ScoreCommitted::SIGNATURE_HASH => read(log, |event: board::ScoreCommitted| {
            Ok(ScoreCommitted {
                version: VersionId(event.versionId),
                round: event.round,
                curator: event.curator,
                commitment: event.commitment,
                stake: Amount::new(event.stake),
            }
            .into())
        }),
        board::ScoreRevealed::SIGNATURE_HASH => read(log, |event: board::ScoreRevealed| {
            Ok(ScoreRevealed {
                version: VersionId(event.versionId),
                round: event.round,
                curator: event.curator,
                score: ppm("scorePpm", event.scorePpm)?,
                stake: Amount::new(event.stake),
            }
            .into())
        }),
        board::ScoreSettled::SIGNATURE_HASH => read(log, |event: board::ScoreSettled| {
            Ok(ScoreSettled {
                version: VersionId(event.versionId),
                round: event.round,
                median: ppm("medianPpm", event.medianPpm)?,
                clipped_mean: ppm("clippedMeanPpm", event.clippedMeanPpm)?,
                curators: event.curators,
                stake: Amount::new(event.stake),
            }
            .into())
        }),
        _ => parameter(topic, log),
    }
}

pub(super) fn usage_ledger(topic: &B256, log: &RawLog) -> Decoded {
    use sol::UsageLedger as ledger;
    match *topic {
        ledger::ReceiptsCommitted::SIGNATURE_HASH => read(log, |event: ledger::ReceiptsCommitted| {
            Ok(ReceiptsCommitted {
                job: JobId(event.jobId),
                provider: event.provider,
                index: license_index(event.index)?,
                sequence: event.sequence,
                receipts: BlobHash(event.receiptsHash),
                receipts_root: event.receiptsRoot,
                delivered_units: event.deliveredUnits,
            }
            .into())
        }),
        ledger::JobClosing::SIGNATURE_HASH => read(log, |event: ledger::JobClosing| {
            Ok(JobClosing { job: JobId(event.jobId), refundable_at: event.refundableAt }.into())
        }),
        ledger::LateUsageCharged::SIGNATURE_HASH => read(log, |event: ledger::LateUsageCharged| {
            Ok(LateUsageCharged {
                job: JobId(event.jobId),
                index: license_index(event.index)?,
                units: event.units,
                charged: Amount::new(event.charged),
                penalty: Amount::new(event.penalty),
            }
            .into())
        }),
        _ => parameter(topic, log),
    }
}

/// A license's place in its job.
fn license_index(index: alloy::primitives::U256) -> Result<u32, Problem> {
    let index = narrow::<u32>("index", index)?;
    if (index as usize) < LICENSES_MAX {
        return Ok(index);
    }
    Err(Problem::OutOfRange { field: "index", value: index.to_string() })
}

pub(super) fn royalty_roots(topic: &B256, log: &RawLog) -> Decoded {
    use sol::RoyaltyRoots::RootHeld as Held;
    match *topic {
        Held::SIGNATURE_HASH => read(log, |event: Held| {
            Ok(RootHeld { epoch: EpochIndex(event.epoch), finalizable_at: event.finalizableAt }.into())
        }),
        _ => bond(topic, log),
    }
}

pub(super) fn model_book(topic: &B256, log: &RawLog) -> Decoded {
    use sol::ModelBook as book;
    match *topic {
        book::ModelBound::SIGNATURE_HASH => read(log, |event: book::ModelBound| {
            at_most("jobIds", event.jobIds.len(), JOBS_MAX)?;
            Ok(ModelBound {
                version: VersionId(event.versionId),
                asset: asset_id(event.assetId),
                jobs: event.jobIds.into_iter().map(JobId).collect(),
                verifier: event.verifier,
            }
            .into())
        }),
        book::UpgradeProposed::SIGNATURE_HASH => read(log, |event: book::UpgradeProposed| {
            let version = VersionId(event.versionId);
            Ok(UpgradeProposed { asset: asset_id(event.assetId), version, by: event.by }.into())
        }),
        book::CurrentVersionChanged::SIGNATURE_HASH => read(log, |event: book::CurrentVersionChanged| {
            let version = VersionId(event.versionId);
            Ok(CurrentVersionChanged { asset: asset_id(event.assetId), version }.into())
        }),
        _ => parameter(topic, log),
    }
}

pub(super) fn inference_till(topic: &B256, log: &RawLog) -> Decoded {
    use sol::InferenceTill as till;
    match *topic {
        till::InferencePaid::SIGNATURE_HASH => read(log, |event: till::InferencePaid| {
            Ok(InferencePaid {
                payment: PaymentId(event.paymentId),
                version: VersionId(event.versionId),
                payer: event.payer,
                token: event.token,
                amount: Amount::new(event.amount),
                request: event.requestHash,
                proof: event.proofHash,
            }
            .into())
        }),
        till::InferenceOrdered::SIGNATURE_HASH => read(log, |event: till::InferenceOrdered| {
            Ok(InferenceOrdered {
                payment: PaymentId(event.paymentId),
                version: VersionId(event.versionId),
                payer: event.payer,
                token: event.token,
                amount: Amount::new(event.amount),
                request: event.requestHash,
                deadline: event.deadline,
            }
            .into())
        }),
        till::InferenceRefunded::SIGNATURE_HASH => read(log, |event: till::InferenceRefunded| {
            Ok(InferenceRefunded { payment: PaymentId(event.paymentId) }.into())
        }),
        _ => parameter(topic, log),
    }
}
