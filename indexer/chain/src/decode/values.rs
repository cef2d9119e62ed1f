//! Values of events, checked against their domain types.

use alloy::primitives::{Address, B256, U256};
use usufruct_types::{
    Amount, AssetId, BlobHash, EpochIndex, Obligations, Ppm, Terms, TermsId, Unit, Uses, VersionId,
    event::{
        AssetKind, DisputeKind, EpochProposal, Event, Outcome, Parent, Recipient, RevenueKind, TokenTotal, VersionInput,
    },
};

use super::Problem;
use crate::bindings::{AssetRegistry, RoyaltyRoots, TermsBook};

/// Most parents and recipients of a version, tokens of a proposal and licenses of a job, as the
/// contracts limit them.
const PARENTS_MAX: usize = 16;
const RECIPIENTS_MAX: usize = 200;
const TOTALS_MAX: usize = 16;
pub(super) const LICENSES_MAX: usize = 16;

pub(super) fn version_input(input: AssetRegistry::VersionInput) -> Result<VersionInput, Problem> {
    at_most("input.parents", input.parents.len(), PARENTS_MAX)?;
    at_most("input.recipients", input.recipients.len(), RECIPIENTS_MAX)?;
    let parents = input.parents.into_iter().map(|parent| {
        Ok(Parent { version: VersionId(parent.versionId), share: ppm("input.parents.sharePpm", parent.sharePpm)? })
    });
    let recipients = input.recipients.into_iter().map(|recipient| {
        Ok(Recipient { account: recipient.account, share: ppm("input.recipients.sharePpm", recipient.sharePpm)? })
    });
    Ok(VersionInput {
        asset: asset_id(input.assetId),
        manifest: BlobHash(input.manifestHash),
        content_root: input.contentRoot,
        shard_table: BlobHash(input.shardTableHash),
        shard_table_root: input.shardTableRoot,
        terms: TermsId(input.termsId),
        records: input.records,
        size_bytes: input.sizeBytes,
        shards: input.shards,
        parents: parents.collect::<Result<_, _>>()?,
        recipients: recipients.collect::<Result<_, _>>()?,
    })
}

pub(super) fn terms_of(terms: TermsBook::Terms) -> Result<Terms, Problem> {
    let unit =
        Unit::try_from(terms.unit).map_err(|unit| Problem::OutOfRange { field: "unit", value: unit.to_string() })?;
    Ok(Terms {
        license: terms.license,
        field_of_use: terms.fieldOfUse,
        uses: Uses(terms.uses),
        obligations: Obligations(terms.obligations),
        token: terms.token,
        flat_price: Amount::new(terms.flatPrice),
        unit,
        unit_price: Amount::new(terms.unitPrice),
        curator_share: ppm("curatorPpm", terms.curatorPpm)?,
        inference_share: ppm("inferencePpm", terms.inferencePpm)?,
        duration_seconds: terms.durationSeconds,
        offered_until: terms.offeredUntil,
        user_limit: terms.userLimit,
    })
}

pub(super) fn proposal(proposal: RoyaltyRoots::EpochProposal) -> Result<EpochProposal, Problem> {
    at_most("proposal.totals", proposal.totals.len(), TOTALS_MAX)?;
    let totals = proposal
        .totals
        .into_iter()
        .map(|total| TokenTotal { token: total.token, cumulative: Amount::new(total.cumulative) });
    Ok(EpochProposal {
        epoch: EpochIndex(proposal.epoch),
        start_block: proposal.startBlock,
        end_block: proposal.endBlock,
        end_block_hash: proposal.endBlockHash,
        root: proposal.root,
        log_set: proposal.logSetHash,
        tree: BlobHash(proposal.treeHash),
        totals: totals.collect(),
    })
}

pub(super) fn asset_id(number: U256) -> AssetId {
    AssetId(number.into())
}

pub(super) fn parameter_changed(contract: Address, name: B256, value: U256) -> Event {
    Event::ParameterChanged { contract, name, value: value.into() }
}

/// A small number that travels as 256 bits.
pub(super) fn narrow<T: TryFrom<U256>>(field: &'static str, number: U256) -> Result<T, Problem> {
    T::try_from(number).map_err(|_| Problem::OutOfRange { field, value: number.to_string() })
}

/// Votes travel as 256 bits, and anybody may mint on a development chain. More than 2^128 - 1 are read as that
/// many: an error would let one transaction stop every index there is.
pub(super) fn votes(number: U256) -> Amount {
    Amount::new(number.saturating_to())
}

pub(super) fn dispute_kind(field: &'static str, kind: u8) -> Result<DisputeKind, Problem> {
    DisputeKind::try_from(kind).map_err(|other| Problem::OutOfRange { field, value: other.to_string() })
}

pub(super) fn outcome(outcome: u8) -> Result<Outcome, Problem> {
    Outcome::try_from(outcome).map_err(|other| Problem::OutOfRange { field: "outcome", value: other.to_string() })
}

pub(super) fn ppm(field: &'static str, parts: u32) -> Result<Ppm, Problem> {
    Ppm::try_new(parts).map_err(|_| Problem::OutOfRange { field, value: parts.to_string() })
}

pub(super) fn asset_kind(kind: u8) -> Result<AssetKind, Problem> {
    match kind {
        0 => Ok(AssetKind::Dataset),
        1 => Ok(AssetKind::Model),
        other => Err(Problem::OutOfRange { field: "kind", value: other.to_string() }),
    }
}

pub(super) fn revenue_kind(kind: u8) -> Result<RevenueKind, Problem> {
    match kind {
        0 => Ok(RevenueKind::License),
        1 => Ok(RevenueKind::Usage),
        2 => Ok(RevenueKind::Inference),
        other => Err(Problem::OutOfRange { field: "kind", value: other.to_string() }),
    }
}

pub(super) const fn at_most(field: &'static str, count: usize, max: usize) -> Result<(), Problem> {
    if count > max { Err(Problem::TooMany { field, count, max }) } else { Ok(()) }
}
