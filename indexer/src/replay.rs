//! Facts from the chain alone: the events of an RPC endpoint, folded without a database.
//!
//! This is the stranger's side of a settlement. It shares no code with the database loader, so that an
//! error in either shows as a difference.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use usufruct_types::{
    Address, B256, BlobHash, DisputeId, EndpointId, JobId, Ppm, Terms, TermsId, Unit, VersionId,
    event::{DisputeResolved, EpochProposal, Event, LateUsageCharged, Located, ModelBound, Outcome, RevenueKind},
};

use crate::facts::{BindingFact, ConsumedFact, DisputeFact, Facts, RevenueFact, StakeEvent, StakeMove, VersionFact};

/// What the chain said up to a block: facts without the blobs, and the epochs.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// Facts; `tables` and `logs` are empty until the blobs are read.
    pub facts: Facts,
    /// Proposals that were not rejected, in the order of their epochs.
    pub proposals: Vec<EpochProposal>,
    /// Settler of each of `proposals`.
    pub settlers: Vec<Address>,
    /// Who can be asked for each blob.
    pub holders: BTreeMap<BlobHash, Vec<Address>>,
    /// Where accounts serve blobs, by their latest announcement.
    pub endpoints: BTreeMap<Address, (EndpointId, String)>,
    terms: HashMap<TermsId, (Ppm, Unit, Ppm)>,
    jobs: HashMap<JobId, Job>,
    /// Logs committed in the transaction at hand, by job: usage revenue follows its commitment there.
    committed: HashMap<(B256, JobId), BlobHash>,
    /// Usage revenue without a commitment before it: its transaction must charge late.
    uncommitted: BTreeSet<(B256, JobId)>,
    /// Transactions that charged a job late.
    late: BTreeSet<(B256, JobId)>,
    /// Where the dispute of that number stands in the facts.
    disputes: HashMap<DisputeId, usize>,
}

/// What is remembered of a job.
#[derive(Clone, Debug)]
struct Job {
    trainer: Address,
    /// Version and units of each license.
    licenses: Vec<(VersionId, u128)>,
}

/// An event that cannot follow those before it: the endpoint left some out, or lies.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A version under terms that were never published.
    #[error("version {version} is under terms {terms}, which were never published: is the RPC endpoint complete?")]
    UnknownTerms {
        /// The version.
        version: VersionId,
        /// Its terms.
        terms: TermsId,
    },
    /// Usage revenue in a transaction without a commitment of that job, and without a late charge.
    #[error(
        "transaction {transaction} has usage revenue of job {job} and neither a commitment nor a late charge of it"
    )]
    NoCommitment {
        /// The transaction.
        transaction: B256,
        /// The job.
        job: JobId,
    },
}

impl Replay {
    /// Folds events in the order of the chain.
    pub fn fold<'a>(
        events: impl IntoIterator<Item = &'a Located>,
        royalty_roots: Address,
    ) -> Result<Self, ReplayError> {
        let mut replay = Self::default();
        for located in events {
            replay.push(located, royalty_roots)?;
        }
        // The charge may stand behind the revenue in its transaction.
        if let Some(&(transaction, job)) = replay.uncommitted.difference(&replay.late).next() {
            return Err(ReplayError::NoCommitment { transaction, job });
        }
        Ok(replay)
    }

    fn push(&mut self, located: &Located, royalty_roots: Address) -> Result<(), ReplayError> {
        let block_number = located.at.block.number;
        match &located.event {
            Event::TermsPublished { terms_id, terms: Terms { curator_share, unit, inference_share, .. }, .. } => {
                self.terms.insert(*terms_id, (*curator_share, *unit, *inference_share));
            }
            Event::VersionRegistered { version, creator, input, .. } => {
                let Some(&(curator_share, unit, inference_share)) = self.terms.get(&input.terms) else {
                    return Err(ReplayError::UnknownTerms { version: *version, terms: input.terms });
                };
                self.hold(input.manifest, *creator);
                self.hold(input.shard_table, *creator);
                self.facts.versions.push(VersionFact {
                    block_number,
                    version: *version,
                    asset: input.asset,
                    creator: *creator,
                    shard_table: input.shard_table,
                    parents: input.parents.clone(),
                    recipients: input.recipients.clone(),
                    curator_share,
                    unit,
                    inference_share,
                    records: input.records,
                    size_bytes: input.size_bytes,
                    tombstoned_at: None,
                });
            }
            Event::VersionTombstoned { version, .. } => {
                let registered = self.facts.versions.iter_mut().find(|one| one.version == *version);
                if let Some(one) = registered {
                    one.tombstoned_at.get_or_insert(block_number);
                }
            }
            Event::Staked { asset, curator, amount, active_from_block } => {
                let change = StakeMove::Added { amount: *amount, active_from_block: *active_from_block };
                self.facts.stakes.push(StakeEvent { block_number, asset: *asset, curator: *curator, change });
            }
            Event::UnstakeRequested { asset, curator, amount, .. } => {
                let change = StakeMove::Removed { amount: *amount };
                self.facts.stakes.push(StakeEvent { block_number, asset: *asset, curator: *curator, change });
            }
            Event::StakeSlashed { asset, curator, amount, from_thawing, .. } => {
                let counted = amount.checked_sub(*from_thawing).unwrap_or_default();
                let change = StakeMove::Removed { amount: counted };
                self.facts.stakes.push(StakeEvent { block_number, asset: *asset, curator: *curator, change });
            }
            Event::JobOpened { job, trainer, versions, .. } => {
                let licenses = versions.iter().map(|version| (*version, 0)).collect();
                self.jobs.insert(*job, Job { trainer: *trainer, licenses });
            }
            Event::UsageCommitted { job, log, cumulative_units, .. } => {
                self.committed.insert((located.at.transaction_hash, *job), *log);
                if let Some(&Job { trainer, .. }) = self.jobs.get(job) {
                    self.hold(*log, trainer);
                }
                for (position, units) in (0..).zip(cumulative_units) {
                    self.consume(block_number, *job, position, |_| *units);
                }
            }
            Event::LateUsageCharged(LateUsageCharged { job, index, units, .. }) => {
                self.late.insert((located.at.transaction_hash, *job));
                self.consume(block_number, *job, *index, |before| before.saturating_add(*units));
            }
            Event::ModelBound(ModelBound { version, jobs, .. }) => {
                let binding = BindingFact { block_number, jobs: jobs.iter().copied().collect() };
                self.facts.bindings.entry(*version).or_insert(binding);
            }
            Event::DisputeOpened(opened) if opened.kind.is_about_version() => {
                self.disputes.insert(opened.dispute, self.facts.disputes.len());
                let version = VersionId(opened.subject);
                self.facts.disputes.push(DisputeFact { version, opened_at: block_number, cleared_at: None });
            }
            Event::DisputeResolved(DisputeResolved { dispute, outcome, .. }) if *outcome != Outcome::Upheld => {
                if let Some(&place) = self.disputes.get(dispute) {
                    self.facts.disputes[place].cleared_at.get_or_insert(block_number);
                }
            }
            Event::RevenueReceived { version, token, reference, kind, amount, fee, .. } => {
                let usage = match kind {
                    RevenueKind::Usage => {
                        let job = JobId(*reference);
                        let transaction = located.at.transaction_hash;
                        let log = self.committed.get(&(transaction, job));
                        if log.is_none() {
                            self.uncommitted.insert((transaction, job));
                        }
                        log.map(|log| (job, *log))
                    }
                    _ => None,
                };
                let (version, token, amount, fee, kind) = (*version, *token, *amount, *fee, *kind);
                self.facts.revenues.push(RevenueFact { block_number, version, token, amount, fee, kind, usage });
            }
            Event::ParameterChanged { contract, name, value }
                if *contract == royalty_roots && name.starts_with(b"treasury\0") =>
            {
                self.facts.treasuries.push((block_number, Address::from_word(*value)));
            }
            Event::RootProposed { settler, proposal, .. } => {
                self.hold(proposal.tree, *settler);
                self.proposals.push(proposal.clone());
                self.settlers.push(*settler);
            }
            Event::RootRejected { epoch, .. } => {
                // A rejection drops every proposal from that epoch on.
                let kept = self.proposals.iter().take_while(|one| one.epoch < *epoch).count();
                self.proposals.truncate(kept);
                self.settlers.truncate(kept);
            }
            Event::EndpointAnnounced { account, endpoint, addresses } => {
                self.endpoints.insert(*account, (*endpoint, addresses.clone()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes what a job consumed under the license at `position`, from what it had before.
    fn consume(&mut self, block_number: u64, job: JobId, position: u32, now: impl FnOnce(u128) -> u128) {
        let licenses = self.jobs.get_mut(&job).map(|job| &mut job.licenses);
        let Some((version, units)) = licenses.and_then(|licenses| licenses.get_mut(position as usize)) else { return };
        *units = now(*units);
        let fact = ConsumedFact { block_number, position, version: *version, units: *units };
        self.facts.consumed.entry(job).or_default().push(fact);
    }

    fn hold(&mut self, blob: BlobHash, account: Address) {
        let holders = self.holders.entry(blob).or_default();
        if !holders.contains(&account) {
            holders.push(account);
        }
    }
}
