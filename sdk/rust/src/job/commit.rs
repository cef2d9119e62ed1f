//! Committing usage: log to iroh, figures to the chain.

use usufruct_attestation::UsageCommitment;
use usufruct_chain::Wallet;
use usufruct_manifest::ShardRow;
use usufruct_types::{Amount, B256, BlobHash, VersionId, event::Event};
use usufruct_usage::{KnownShards, ShardFacts, UsageRow, totals_of_rows, usage_root, write_log};

use super::{Job, JobError};
use crate::{
    peer::{JOB_PINS, Peer},
    terms,
};

/// Usage that is on chain and paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Number of the commitment, from 1.
    pub sequence: u64,
    /// BLAKE3 of the usage log.
    pub log: BlobHash,
    /// Its rows.
    pub log_rows: u64,
    /// Its size.
    pub log_bytes: u64,
    /// Root of the tree over the log's totals.
    pub usage_root: B256,
    /// Units since the job opened, by version in the order of the licenses.
    pub units: Vec<(VersionId, u128)>,
    /// What this commitment cost, by version.
    pub fees: Vec<(VersionId, Amount)>,
    /// The sum of the fees.
    pub fee: Amount,
    /// The transaction.
    pub transaction: B256,
    /// The block that holds it.
    pub block: u64,
    /// Gas that it used.
    pub gas_used: u64,
}

impl Job {
    /// Commits what was consumed since the last commitment. The log is served by `peer` from here on.
    ///
    /// Where the transaction fails, nothing was charged and the same rows go into the next attempt.
    pub async fn commit(&self, peer: &Peer, wallet: &Wallet) -> Result<Commitment, JobError> {
        let (sequence, rows) = {
            let mut recorder = self.recorder();
            (recorder.sequence(), recorder.rows(self.step())?)
        };
        self.check_sequence(wallet, sequence).await?;
        let known = self.known_shards();
        let log_rows: Vec<UsageRow> = rows.iter().filter(|row| row.sequence == sequence).copied().collect();
        if log_rows.is_empty() {
            return Err(JobError::NothingToCommit { job: self.id() });
        }
        // The root is over this log alone, so that it can be checked with the log in hand; units count from the
        // opening of the job, so that a lost commitment cannot be charged twice.
        let usage_root = usage_root(&totals_of_rows(&log_rows, &known)?);
        let cumulative = self.cumulative_units(&rows, &known)?;

        let mut bytes = Vec::new();
        let summary = write_log(&log_rows, &mut bytes)?;
        let pin = format!("{JOB_PINS}{}/{sequence}", self.id());
        let log = peer.node().import_bytes(bytes, &pin).await?;
        peer.gate().add_public(log);

        let commitment = UsageCommitment {
            sequence,
            log,
            usage_root,
            log_rows: summary.rows,
            cumulative_units: cumulative.iter().map(|&(_, units)| units).collect(),
        };
        let signature = wallet.sign_usage(&self.job_key, self.id(), &commitment)?;
        let receipt = wallet.commit_usage(self.id(), &commitment, &signature).await;
        let receipt = receipt.map_err(|source| JobError::Chain { doing: "commit the usage", source })?;
        self.recorder().committed(log)?;

        let fees: Vec<_> = receipt.events.iter().filter_map(|located| earned(&located.event)).collect();
        let fee = fees.iter().try_fold(Amount::ZERO, |sum, &(_, fee)| sum.checked_add(fee)).unwrap_or_default();
        Ok(Commitment {
            sequence,
            log,
            log_rows: summary.rows,
            log_bytes: summary.size_bytes,
            usage_root,
            units: cumulative,
            fees,
            fee,
            transaction: receipt.transaction,
            block: receipt.block.number,
            gas_used: receipt.gas_used,
        })
    }

    async fn check_sequence(&self, wallet: &Wallet, found: u64) -> Result<(), JobError> {
        let job = wallet.reader().job_of(self.id()).await;
        let job = job.map_err(|source| JobError::Chain { doing: "look the job up", source })?;
        let expected = job.map_or(1, |job| job.sequence + 1);
        if expected == found {
            return Ok(());
        }
        Err(JobError::Sequence { job: self.id(), expected, found })
    }

    fn cumulative_units(&self, rows: &[UsageRow], known: &KnownShards) -> Result<Vec<(VersionId, u128)>, JobError> {
        let totals = totals_of_rows(rows, known)?;
        let units_of = |source: &super::Source| {
            let (version, terms) = (source.content.version, &source.content.terms);
            let of_version = totals.iter().filter(|total| total.version == version);
            (version, of_version.map(|total| terms::units_of_total(terms, total)).sum())
        };
        Ok(self.sources().iter().map(units_of).collect())
    }

    fn known_shards(&self) -> KnownShards {
        let mut known = KnownShards::default();
        for source in self.sources() {
            let facts = |row: &ShardRow| ShardFacts {
                hash: row.hash,
                records: row.records,
                tokens: row.tokens,
                size_bytes: row.size_bytes,
            };
            known.insert(source.content.version, source.content.shards.iter().map(facts).collect());
        }
        known
    }
}

const fn earned(event: &Event) -> Option<(VersionId, Amount)> {
    match event {
        Event::RevenueReceived { version, amount, .. } => Some((*version, *amount)),
        _ => None,
    }
}
