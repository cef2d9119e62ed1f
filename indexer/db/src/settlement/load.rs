//! Reading the facts of an epoch: ten statements, however much there is.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use usufruct_types::{
    VersionId,
    event::{Parent, Recipient},
};

use super::{
    facts::{Commitment, ConsumedUnits, EpochFacts, EpochQuery, LogUsage, Parameter, RevenueFact, StakeChange},
    rows::{CommitmentRow, ConsumedRow, Holdings, RevenueRow, StakeRow, UsageRow, VersionRow, share, units},
};
use crate::{
    Db,
    error::{DbError, Named as _},
    sql::{Account, Hash32, Whole},
    writer::{stored_block, stored_chain_id},
};

/// What every statement is bound to.
struct Bounds {
    chain_id: i64,
    start: i64,
    end: i64,
    usage_after: i64,
    also: Vec<Hash32>,
}

impl Db {
    /// The facts of an epoch, all from one snapshot.
    ///
    /// # Errors
    /// [`DbError::NotIndexed`] where the index has not reached the end of the epoch, otherwise what the
    /// database says.
    pub async fn epoch_facts(&self, chain_id: u64, query: &EpochQuery) -> Result<EpochFacts, DbError> {
        let bounds = Bounds {
            chain_id: stored_chain_id(chain_id)?,
            start: stored_block(query.start_block)?,
            end: stored_block(query.end_block)?,
            usage_after: stored_block(query.usage_after_block)?,
            also: query.also_versions.iter().map(|version| Hash32(version.0)).collect(),
        };
        let mut snapshot = self.snapshot(chain_id, query.end_block).await?;
        let rows = versions(&mut snapshot, &bounds).await?;
        let ids: Vec<Hash32> = rows.iter().map(|row| row.version_id).collect();
        let mut parents = parents(&mut snapshot, &bounds, &ids).await?;
        let mut recipients = recipients(&mut snapshot, &bounds, &ids).await?;
        let holdings = holdings(&mut snapshot, &rows).await?;
        let facts = EpochFacts {
            stake_changes: stake_changes(&mut snapshot, &bounds, &rows).await?,
            revenues: revenues(&mut snapshot, &bounds).await?,
            commitments: commitments(&mut snapshot, &bounds).await?,
            usage: usage(&mut snapshot, &bounds).await?,
            parameters: parameters(&mut snapshot, &bounds).await?,
            consumed: consumed(&mut snapshot, &bounds, &ids).await?,
            versions: rows
                .into_iter()
                .map(|row| {
                    let version = row.version_id;
                    let (parents, recipients) = (parents.remove(&version), recipients.remove(&version));
                    row.into_facts(parents.unwrap_or_default(), recipients.unwrap_or_default(), &holdings)
                })
                .collect::<Result<_, _>>()
                .named("settlement.versions")?,
        };
        snapshot.commit().await.named("settlement.end")?;
        Ok(facts)
    }
}

async fn versions(snapshot: &mut PgConnection, bounds: &Bounds) -> Result<Vec<VersionRow>, DbError> {
    sqlx::query_as(include_str!("versions.sql"))
        .bind(bounds.chain_id)
        .bind(bounds.start)
        .bind(bounds.end)
        .bind(&bounds.also)
        .fetch_all(snapshot)
        .await
        .named("settlement.versions")
}

async fn parents(
    snapshot: &mut PgConnection,
    bounds: &Bounds,
    ids: &[Hash32],
) -> Result<HashMap<Hash32, Vec<Parent>>, DbError> {
    let rows: Vec<(Hash32, Hash32, i32)> = sqlx::query_as(
        "SELECT version_id, parent_version_id, share_ppm FROM version_parents
         WHERE chain_id = $1 AND version_id = ANY($2) ORDER BY block_number, log_index, position",
    )
    .bind(bounds.chain_id)
    .bind(ids)
    .fetch_all(snapshot)
    .await
    .named("settlement.parents")?;
    let mut of: HashMap<Hash32, Vec<Parent>> = HashMap::new();
    for (version, parent, ppm) in rows {
        let share = share(ppm).named("settlement.parents")?;
        of.entry(version).or_default().push(Parent { version: VersionId(parent.0), share });
    }
    Ok(of)
}

async fn recipients(
    snapshot: &mut PgConnection,
    bounds: &Bounds,
    ids: &[Hash32],
) -> Result<HashMap<Hash32, Vec<Recipient>>, DbError> {
    let rows: Vec<(Hash32, Account, i32)> = sqlx::query_as(
        "SELECT version_id, account, share_ppm FROM version_recipients
         WHERE chain_id = $1 AND version_id = ANY($2) ORDER BY block_number, log_index, position",
    )
    .bind(bounds.chain_id)
    .bind(ids)
    .fetch_all(snapshot)
    .await
    .named("settlement.recipients")?;
    let mut of: HashMap<Hash32, Vec<Recipient>> = HashMap::new();
    for (version, account, ppm) in rows {
        let share = share(ppm).named("settlement.recipients")?;
        of.entry(version).or_default().push(Recipient { account: account.0, share });
    }
    Ok(of)
}

/// Units of the shard tables of `versions`, by table.
async fn holdings(snapshot: &mut PgConnection, versions: &[VersionRow]) -> Result<Holdings, DbError> {
    let tables: Vec<Hash32> = versions.iter().map(|row| row.shard_table_hash).collect();
    let rows: Vec<(Hash32, Option<Account>, Whole, Whole, Whole)> = sqlx::query_as(
        "SELECT shard_table_hash, contributor, sum(records), sum(tokens), sum(size_bytes)
         FROM shards WHERE shard_table_hash = ANY($1)
         GROUP BY shard_table_hash, contributor ORDER BY shard_table_hash, contributor NULLS LAST",
    )
    .bind(tables)
    .fetch_all(snapshot)
    .await
    .named("settlement.holdings")?;
    let mut of = Holdings::new();
    for (table, contributor, records, tokens, bytes) in rows {
        of.entry(table).or_default().push(units(contributor, records, tokens, bytes));
    }
    Ok(of)
}

async fn stake_changes(
    snapshot: &mut PgConnection,
    bounds: &Bounds,
    versions: &[VersionRow],
) -> Result<Vec<StakeChange>, DbError> {
    let mut assets: Vec<Hash32> = versions.iter().map(|row| row.asset_id).collect();
    assets.sort_unstable();
    assets.dedup();
    let rows: Vec<StakeRow> = sqlx::query_as(
        "SELECT block_number, log_index, asset_id, curator, kind, amount, from_thawing, active_from_block
         FROM stake_changes WHERE chain_id = $1 AND asset_id = ANY($2) AND block_number <= $3
         ORDER BY block_number, log_index",
    )
    .bind(bounds.chain_id)
    .bind(assets)
    .bind(bounds.end)
    .fetch_all(snapshot)
    .await
    .named("settlement.stake_changes")?;
    rows.into_iter().map(StakeRow::into_fact).collect::<Result<_, _>>().named("settlement.stake_changes")
}

async fn revenues(snapshot: &mut PgConnection, bounds: &Bounds) -> Result<Vec<RevenueFact>, DbError> {
    let rows: Vec<RevenueRow> = sqlx::query_as(
        "SELECT block_number, transaction_hash, log_index, version_id, token, reference, kind, payer, amount, fee_ppm
         FROM revenues WHERE chain_id = $1 AND block_number > $2 AND block_number <= $3
         ORDER BY block_number, log_index",
    )
    .bind(bounds.chain_id)
    .bind(bounds.start)
    .bind(bounds.end)
    .fetch_all(snapshot)
    .await
    .named("settlement.revenues")?;
    rows.into_iter().map(RevenueRow::into_fact).collect::<Result<_, _>>().named("settlement.revenues")
}

async fn commitments(snapshot: &mut PgConnection, bounds: &Bounds) -> Result<Vec<Commitment>, DbError> {
    let rows: Vec<CommitmentRow> = sqlx::query_as(
        "SELECT u.block_number, u.transaction_hash, u.log_index, u.job_id, u.sequence, u.usage_log_hash, u.usage_root, u.log_rows,
                coalesce(b.state, 'pending') AS state
         FROM usage_commitments u LEFT JOIN blobs b ON b.blob_hash = u.usage_log_hash AND b.kind = 'usage_log'
         WHERE u.chain_id = $1 AND u.block_number > $2 AND u.block_number <= $3
         ORDER BY u.block_number, u.log_index",
    )
    .bind(bounds.chain_id)
    .bind(bounds.usage_after)
    .bind(bounds.end)
    .fetch_all(snapshot)
    .await
    .named("settlement.commitments")?;
    rows.into_iter().map(CommitmentRow::into_fact).collect::<Result<_, _>>().named("settlement.commitments")
}

async fn usage(snapshot: &mut PgConnection, bounds: &Bounds) -> Result<Vec<LogUsage>, DbError> {
    let rows: Vec<UsageRow> = sqlx::query_as(include_str!("usage.sql"))
        .bind(bounds.chain_id)
        .bind(bounds.usage_after)
        .bind(bounds.end)
        .fetch_all(snapshot)
        .await
        .named("settlement.usage")?;
    rows.into_iter().map(UsageRow::into_fact).collect::<Result<_, _>>().named("settlement.usage")
}

async fn consumed(snapshot: &mut PgConnection, bounds: &Bounds, ids: &[Hash32]) -> Result<Vec<ConsumedUnits>, DbError> {
    let rows: Vec<ConsumedRow> = sqlx::query_as(include_str!("consumed.sql"))
        .bind(bounds.chain_id)
        .bind(ids)
        .bind(bounds.end)
        .fetch_all(snapshot)
        .await
        .named("settlement.consumed")?;
    rows.into_iter().map(ConsumedRow::into_fact).collect::<Result<_, _>>().named("settlement.consumed")
}

async fn parameters(snapshot: &mut PgConnection, bounds: &Bounds) -> Result<Vec<Parameter>, DbError> {
    let rows: Vec<(Account, String, Hash32)> = sqlx::query_as(
        "SELECT DISTINCT ON (contract, name COLLATE \"C\") contract, name, value FROM parameter_changes
         WHERE chain_id = $1 AND block_number <= $2
         ORDER BY contract, name COLLATE \"C\", block_number DESC, log_index DESC",
    )
    .bind(bounds.chain_id)
    .bind(bounds.end)
    .fetch_all(snapshot)
    .await
    .named("settlement.parameters")?;
    let parameter =
        |(contract, name, value): (Account, String, Hash32)| Parameter { contract: contract.0, name, value: value.0 };
    Ok(rows.into_iter().map(parameter).collect())
}
