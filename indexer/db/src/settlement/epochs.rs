//! What became of epochs: proposals, verdicts and claims.

use std::collections::HashMap;

use usufruct_types::{
    Address, Amount, B256, BlockRef, EpochIndex,
    event::{EpochProposal, TokenTotal},
};

use super::rows::unsigned;
use crate::{
    Db,
    error::{DbError, Named as _},
    sql::{Account, Hash32, Whole},
    writer::{stored_block, stored_chain_id},
};

/// A proposal for an epoch and what became of it. An epoch whose first proposal was rejected has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochRecord {
    /// Where it was proposed.
    pub proposed_at: BlockRef,
    /// Who proposed it.
    pub settler: Address,
    /// What.
    pub proposal: EpochProposal,
    /// Unix second from which it can be made final, as it was held or released last.
    pub finalizable_at: u64,
    /// The settler's bond.
    pub bond: Amount,
    /// `None` inside its window.
    pub verdict: Option<Verdict>,
}

/// The end of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Finalized,
    /// It was thrown out.
    Rejected {
        /// Who decided.
        by: Address,
        /// Reference to the decision.
        reason: B256,
    },
}

/// What an account has been paid of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub account: Address,
    /// In which token.
    pub token: Address,
    /// In all.
    pub cumulative: Amount,
}

#[derive(sqlx::FromRow)]
struct ProposalRow {
    block_number: i64,
    block_hash: Hash32,
    log_index: i32,
    epoch: Whole,
    settler: Account,
    start_block: Whole,
    end_block: Whole,
    end_block_hash: Hash32,
    root: Hash32,
    log_set_hash: Hash32,
    tree_hash: Hash32,
    finalizable_at: Whole,
    bond: Whole,
    verdict: Option<String>,
    by_account: Option<Account>,
    reason: Option<Hash32>,
}

impl Db {
    /// Every proposal up to block `at_block`, in the chain's order.
    ///
    /// # Errors
    /// [`DbError::NotIndexed`], otherwise what the database says.
    pub async fn epochs(&self, chain_id: u64, at_block: u64) -> Result<Vec<EpochRecord>, DbError> {
        let mut snapshot = self.snapshot(chain_id, at_block).await?;
        let (chain_id, at_block) = (stored_chain_id(chain_id)?, stored_block(at_block)?);
        let proposals: Vec<ProposalRow> = sqlx::query_as(include_str!("epochs.sql"))
            .bind(chain_id)
            .bind(at_block)
            .fetch_all(&mut *snapshot)
            .await
            .named("epochs")?;
        let totals: Vec<(i64, i32, Account, Whole)> = sqlx::query_as(
            "SELECT block_number, log_index, token, cumulative FROM epoch_totals
             WHERE chain_id = $1 AND block_number <= $2 ORDER BY block_number, log_index, position",
        )
        .bind(chain_id)
        .bind(at_block)
        .fetch_all(&mut *snapshot)
        .await
        .named("epochs.totals")?;
        snapshot.commit().await.named("epochs")?;
        let mut totals_at: HashMap<(i64, i32), Vec<TokenTotal>> = HashMap::new();
        for (block, log_index, token, cumulative) in totals {
            let total = TokenTotal { token: token.0, cumulative: cumulative.amount() };
            totals_at.entry((block, log_index)).or_default().push(total);
        }
        let record = |row: ProposalRow| {
            let own = totals_at.remove(&(row.block_number, row.log_index));
            row.into_record(own.unwrap_or_default())
        };
        proposals.into_iter().map(record).collect::<Result<_, _>>().named("epochs")
    }

    /// What each account has been paid of each token up to block `at_block`, ordered by account and token.
    ///
    /// # Errors
    /// [`DbError::NotIndexed`], otherwise what the database says.
    pub async fn claims(&self, chain_id: u64, at_block: u64) -> Result<Vec<Claim>, DbError> {
        let mut snapshot = self.snapshot(chain_id, at_block).await?;
        let rows: Vec<(Account, Account, Whole)> = sqlx::query_as(
            "SELECT account, token, max(cumulative) FROM claims WHERE chain_id = $1 AND block_number <= $2
             GROUP BY account, token ORDER BY account, token",
        )
        .bind(stored_chain_id(chain_id)?)
        .bind(stored_block(at_block)?)
        .fetch_all(&mut *snapshot)
        .await
        .named("claims")?;
        snapshot.commit().await.named("claims")?;
        let claim = |(account, token, cumulative): (Account, Account, Whole)| Claim {
            account: account.0,
            token: token.0,
            cumulative: cumulative.amount(),
        };
        Ok(rows.into_iter().map(claim).collect())
    }
}

impl ProposalRow {
    fn into_record(self, totals: Vec<TokenTotal>) -> Result<EpochRecord, sqlx::Error> {
        let verdict = match (self.verdict.as_deref(), self.by_account, self.reason) {
            (None, ..) => None,
            (Some("rejected"), by, reason) => Some(Verdict::Rejected {
                by: by.map_or(Address::ZERO, |account| account.0),
                reason: reason.map_or(B256::ZERO, |reason| reason.0),
            }),
            (Some(_), ..) => Some(Verdict::Finalized),
        };
        Ok(EpochRecord {
            proposed_at: BlockRef { number: unsigned(self.block_number)?, hash: self.block_hash.0 },
            settler: self.settler.0,
            proposal: EpochProposal {
                epoch: EpochIndex(self.epoch.narrow()?),
                start_block: self.start_block.narrow()?,
                end_block: self.end_block.narrow()?,
                end_block_hash: self.end_block_hash.0,
                root: self.root.0,
                log_set: self.log_set_hash.0,
                tree: self.tree_hash.id(),
                totals,
            },
            finalizable_at: self.finalizable_at.narrow()?,
            bond: self.bond.amount(),
            verdict,
        })
    }
}
