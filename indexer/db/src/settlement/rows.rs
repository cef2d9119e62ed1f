//! Rows of a settlement as facts.

use std::collections::HashMap;

use usufruct_types::{
    Ppm, Unit,
    event::{AssetKind, Parent, Recipient, RevenueKind},
};

use super::facts::{
    Commitment, ConsumedUnits, ContributorUnits, LogUsage, RevenueFact, StakeChange, StakeKind, VersionFacts,
};
use crate::{
    content::BlobState,
    sql::{Account, Hash32, Whole},
};

#[derive(sqlx::FromRow)]
pub(super) struct VersionRow {
    pub(super) version_id: Hash32,
    pub(super) asset_id: Hash32,
    kind: String,
    creator: Account,
    terms_id: Hash32,
    unit: String,
    curator_ppm: i32,
    inference_ppm: i32,
    records: Whole,
    size_bytes: Whole,
    pub(super) shard_table_hash: Hash32,
    is_had: bool,
    is_tombstoned: bool,
    is_disputed: bool,
}

/// Units by shard table.
pub(super) type Holdings = HashMap<Hash32, Vec<ContributorUnits>>;

impl VersionRow {
    pub(super) fn into_facts(
        self,
        parents: Vec<Parent>,
        recipients: Vec<Recipient>,
        holdings: &Holdings,
    ) -> Result<VersionFacts, sqlx::Error> {
        let units = || holdings.get(&self.shard_table_hash).cloned().unwrap_or_default();
        Ok(VersionFacts {
            version: self.version_id.id(),
            asset: self.asset_id.id(),
            kind: if self.kind == "model" { AssetKind::Model } else { AssetKind::Dataset },
            creator: self.creator.0,
            terms: self.terms_id.id(),
            unit: unit(&self.unit)?,
            curator_share: share(self.curator_ppm)?,
            inference_share: share(self.inference_ppm)?,
            parents,
            recipients,
            records: self.records.narrow()?,
            size_bytes: self.size_bytes.narrow()?,
            is_tombstoned: self.is_tombstoned,
            is_disputed: self.is_disputed,
            shard_table: self.shard_table_hash.id(),
            holdings: self.is_had.then(units),
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct StakeRow {
    block_number: i64,
    log_index: i32,
    asset_id: Hash32,
    curator: Account,
    kind: String,
    amount: Whole,
    from_thawing: Whole,
    active_from_block: Option<Whole>,
}

impl StakeRow {
    pub(super) fn into_fact(self) -> Result<StakeChange, sqlx::Error> {
        Ok(StakeChange {
            block: unsigned(self.block_number)?,
            log_index: position(self.log_index)?,
            asset: self.asset_id.id(),
            curator: self.curator.0,
            kind: stake_kind(&self.kind)?,
            amount: self.amount.amount(),
            from_thawing: self.from_thawing.amount(),
            active_from_block: self.active_from_block.map(Whole::narrow).transpose()?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct RevenueRow {
    block_number: i64,
    transaction_hash: Hash32,
    log_index: i32,
    version_id: Hash32,
    token: Account,
    reference: Hash32,
    kind: String,
    payer: Account,
    amount: Whole,
    fee_ppm: i32,
}

impl RevenueRow {
    pub(super) fn into_fact(self) -> Result<RevenueFact, sqlx::Error> {
        Ok(RevenueFact {
            block: unsigned(self.block_number)?,
            transaction: self.transaction_hash.0,
            log_index: position(self.log_index)?,
            version: self.version_id.id(),
            token: self.token.0,
            reference: self.reference.0,
            kind: revenue_kind(&self.kind)?,
            payer: self.payer.0,
            amount: self.amount.amount(),
            fee: share(self.fee_ppm)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct CommitmentRow {
    block_number: i64,
    transaction_hash: Hash32,
    log_index: i32,
    job_id: Hash32,
    sequence: Whole,
    usage_log_hash: Hash32,
    usage_root: Hash32,
    log_rows: Whole,
    state: String,
}

impl CommitmentRow {
    pub(super) fn into_fact(self) -> Result<Commitment, sqlx::Error> {
        Ok(Commitment {
            block: unsigned(self.block_number)?,
            transaction: self.transaction_hash.0,
            log_index: position(self.log_index)?,
            job: self.job_id.id(),
            sequence: self.sequence.narrow()?,
            log: self.usage_log_hash.id(),
            usage_root: self.usage_root.0,
            log_rows: self.log_rows.narrow()?,
            state: BlobState::from_name(&self.state)?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct UsageRow {
    job_id: Hash32,
    sequence: Whole,
    usage_log_hash: Hash32,
    version_id: Hash32,
    contributor: Option<Account>,
    records: Whole,
    tokens: Whole,
    size_bytes: Whole,
}

impl UsageRow {
    pub(super) fn into_fact(self) -> Result<LogUsage, sqlx::Error> {
        Ok(LogUsage {
            job: self.job_id.id(),
            sequence: self.sequence.narrow()?,
            log: self.usage_log_hash.id(),
            version: self.version_id.id(),
            units: units(self.contributor, self.records, self.tokens, self.size_bytes),
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct ConsumedRow {
    model_version_id: Hash32,
    job_id: Hash32,
    position: i16,
    version_id: Hash32,
    units: Whole,
}

impl ConsumedRow {
    pub(super) fn into_fact(self) -> Result<ConsumedUnits, sqlx::Error> {
        Ok(ConsumedUnits {
            model: self.model_version_id.id(),
            job: self.job_id.id(),
            position: position(self.position.into())?,
            version: self.version_id.id(),
            units: self.units.0,
        })
    }
}

pub(super) fn units(contributor: Option<Account>, records: Whole, tokens: Whole, bytes: Whole) -> ContributorUnits {
    let contributor = contributor.map(|account| account.0);
    ContributorUnits { contributor, records: records.0, tokens: tokens.0, bytes: bytes.0 }
}

pub(super) fn share(ppm: i32) -> Result<Ppm, sqlx::Error> {
    let share = u32::try_from(ppm).ok().and_then(|parts| Ppm::try_new(parts).ok());
    share.ok_or_else(|| unexpected("a share", &ppm.to_string()))
}

pub(super) fn unsigned(number: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(number).map_err(|_| unexpected("a block number", &number.to_string()))
}

fn position(log_index: i32) -> Result<u32, sqlx::Error> {
    u32::try_from(log_index).map_err(|_| unexpected("a log index", &log_index.to_string()))
}

fn unit(name: &str) -> Result<Unit, sqlx::Error> {
    match name {
        "none" => Ok(Unit::None),
        "record" => Ok(Unit::Record),
        "token" => Ok(Unit::Token),
        "byte" => Ok(Unit::Byte),
        other => Err(unexpected("a unit", other)),
    }
}

fn stake_kind(name: &str) -> Result<StakeKind, sqlx::Error> {
    match name {
        "staked" => Ok(StakeKind::Staked),
        "unstake_requested" => Ok(StakeKind::UnstakeRequested),
        "withdrawn" => Ok(StakeKind::Withdrawn),
        "slashed" => Ok(StakeKind::Slashed),
        other => Err(unexpected("a change of stake", other)),
    }
}

fn revenue_kind(name: &str) -> Result<RevenueKind, sqlx::Error> {
    match name {
        "license" => Ok(RevenueKind::License),
        "usage" => Ok(RevenueKind::Usage),
        "inference" => Ok(RevenueKind::Inference),
        other => Err(unexpected("a kind of revenue", other)),
    }
}

/// The schema's checks keep such values out, so somebody else changed the schema.
fn unexpected(what: &str, value: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("'{value}' is not {what}").into())
}
