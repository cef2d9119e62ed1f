//! The tables of chain facts with their columns: what is copied in, deleted by a roll-back and hashed
//! into a digest comes from this one list. A test compares it with the schema.

/// A table of facts, one row an event or one row a part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Assets,
    AssetTransfers,
    Versions,
    VersionParents,
    VersionRecipients,
    VersionTombstones,
    Endpoints,
    Terms,
    Licenses,
    LicenseRevocations,
    Attestations,
    AttestationRevocations,
    StakeChanges,
    Jobs,
    JobLicenses,
    JobDeposits,
    UsageCommitments,
    UsageCommitmentUnits,
    JobClosures,
    Revenues,
    EpochProposals,
    EpochTotals,
    EpochVerdicts,
    Claims,
    PayoutAddresses,
    ParameterChanges,
    LicenseMeters,
    LicenseRefunds,
    UsedNonces,
    StakeBounties,
    ScoreCommitments,
    ScoreReveals,
    ScoreSettlements,
    ReceiptCommitments,
    JobClosings,
    LateCharges,
    EpochHolds,
    ModelBindings,
    ModelJobs,
    ModelUpgrades,
    ModelCurrents,
    InferencePayments,
    InferenceOrders,
    InferenceRefunds,
    Disputes,
    DisputeAnswers,
    DisputeProofs,
    DisputeEscalations,
    DisputeResolutions,
    DisputeEnforcements,
    DisputeEvidence,
    DisputeRulings,
    Cases,
    CaseDecisions,
    CaseAppeals,
    CaseExecutions,
    Proposals,
    ProposalActions,
    ProposalChanges,
    Votes,
    DelegateVotes,
    BondChanges,
}

/// Name, key and columns of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: &'static str,
    /// The columns that every table of its shape starts with.
    head: &'static str,
    /// Its own columns.
    own: &'static str,
    /// Its primary key, which is the order in which it is hashed.
    pub(crate) key: &'static str,
}

impl Table {
    /// All columns, in the order of the schema, separated by commas.
    pub(crate) fn columns(&self) -> String {
        format!("{}, {}", self.head, self.own)
    }
}

/// A row an event.
const fn event(name: &'static str, own: &'static str) -> Table {
    let head = "chain_id, block_number, block_hash, transaction_hash, log_index";
    Table { name, head, own, key: "chain_id, block_number, log_index" }
}

/// A row for each element of a list in an event.
const fn part(name: &'static str, own: &'static str) -> Table {
    let key = "chain_id, block_number, log_index, position";
    Table { name, head: key, own, key }
}

impl Fact {
    /// Every table of facts, in the order of the schema.
    pub(crate) const ALL: [Self; 62] = [
        Self::Assets,
        Self::AssetTransfers,
        Self::Versions,
        Self::VersionParents,
        Self::VersionRecipients,
        Self::VersionTombstones,
        Self::Endpoints,
        Self::Terms,
        Self::Licenses,
        Self::LicenseRevocations,
        Self::Attestations,
        Self::AttestationRevocations,
        Self::StakeChanges,
        Self::Jobs,
        Self::JobLicenses,
        Self::JobDeposits,
        Self::UsageCommitments,
        Self::UsageCommitmentUnits,
        Self::JobClosures,
        Self::Revenues,
        Self::EpochProposals,
        Self::EpochTotals,
        Self::EpochVerdicts,
        Self::Claims,
        Self::PayoutAddresses,
        Self::ParameterChanges,
        Self::LicenseMeters,
        Self::LicenseRefunds,
        Self::UsedNonces,
        Self::StakeBounties,
        Self::ScoreCommitments,
        Self::ScoreReveals,
        Self::ScoreSettlements,
        Self::ReceiptCommitments,
        Self::JobClosings,
        Self::LateCharges,
        Self::EpochHolds,
        Self::ModelBindings,
        Self::ModelJobs,
        Self::ModelUpgrades,
        Self::ModelCurrents,
        Self::InferencePayments,
        Self::InferenceOrders,
        Self::InferenceRefunds,
        Self::Disputes,
        Self::DisputeAnswers,
        Self::DisputeProofs,
        Self::DisputeEscalations,
        Self::DisputeResolutions,
        Self::DisputeEnforcements,
        Self::DisputeEvidence,
        Self::DisputeRulings,
        Self::Cases,
        Self::CaseDecisions,
        Self::CaseAppeals,
        Self::CaseExecutions,
        Self::Proposals,
        Self::ProposalActions,
        Self::ProposalChanges,
        Self::Votes,
        Self::DelegateVotes,
        Self::BondChanges,
    ];

    /// Its table.
    pub(crate) const fn table(self) -> Table {
        match self {
            Self::Assets => event("assets", "asset_id, creator, kind, name"),
            Self::AssetTransfers => event("asset_transfers", "asset_id, from_account, to_account"),
            Self::Versions => event(
                "versions",
                "version_id, asset_id, creator, ordinal, manifest_hash, content_root, shard_table_hash, \
                 shard_table_root, terms_id, records, size_bytes, shards",
            ),
            Self::VersionParents => part("version_parents", "version_id, parent_version_id, share_ppm"),
            Self::VersionRecipients => part("version_recipients", "version_id, account, share_ppm"),
            Self::VersionTombstones => event("version_tombstones", "version_id, by_account, reason"),
            Self::Endpoints => event("endpoints", "account, endpoint_id, addresses"),
            Self::Terms => event(
                "terms",
                "terms_id, publisher, license, field_of_use, uses, obligations, token, flat_price, unit, \
                 unit_price, curator_ppm, inference_ppm, duration_seconds, offered_until, user_limit",
            ),
            Self::Licenses => {
                event("licenses", "license_id, version_id, licensee, terms_id, payer, token, price, starts_at, ends_at")
            }
            Self::LicenseRevocations => event("license_revocations", "license_id, by_account, reason"),
            Self::Attestations => event(
                "attestations",
                "attestation_uid, version_id, attester, schema_uid, kind, attested_at, expires_at, \
                 reference_uid, data, statement",
            ),
            Self::AttestationRevocations => event("attestation_revocations", "attestation_uid, attester, revoked_at"),
            Self::StakeChanges => event(
                "stake_changes",
                "asset_id, curator, kind, amount, from_thawing, active_from_block, withdrawable_at, \
                 beneficiary, reason",
            ),
            Self::Jobs => event("jobs", "job_id, trainer, job_key, token"),
            Self::JobLicenses => part("job_licenses", "job_id, license_id, version_id"),
            Self::JobDeposits => event("job_deposits", "job_id, from_account, amount"),
            Self::UsageCommitments => {
                event("usage_commitments", "job_id, sequence, usage_log_hash, usage_root, log_rows")
            }
            Self::UsageCommitmentUnits => part("usage_commitment_units", "job_id, cumulative_units"),
            Self::JobClosures => event("job_closures", "job_id, refund"),
            Self::Revenues => event("revenues", "version_id, token, reference, kind, payer, amount, fee_ppm"),
            Self::EpochProposals => event(
                "epoch_proposals",
                "epoch, settler, start_block, end_block, end_block_hash, root, log_set_hash, tree_hash, \
                 finalizable_at, bond",
            ),
            Self::EpochTotals => part("epoch_totals", "epoch, token, cumulative"),
            Self::EpochVerdicts => event("epoch_verdicts", "epoch, verdict, root, by_account, reason"),
            Self::Claims => event("claims", "account, token, recipient, epoch, amount, cumulative"),
            Self::PayoutAddresses => event("payout_addresses", "account, recipient"),
            Self::ParameterChanges => event("parameter_changes", "contract, name, value"),
            Self::LicenseMeters => event("license_meters", "license_id, unit_price, units_max, is_trial"),
            Self::LicenseRefunds => event("license_refunds", "license_id, from_account, token, amount"),
            Self::UsedNonces => event("used_nonces", "account, nonce"),
            Self::StakeBounties => event("stake_bounties", "asset_id, curator, challenger, amount, reason"),
            Self::ScoreCommitments => event("score_commitments", "version_id, round, curator, commitment, stake"),
            Self::ScoreReveals => event("score_reveals", "version_id, round, curator, score_ppm, stake"),
            Self::ScoreSettlements => {
                event("score_settlements", "version_id, round, median_ppm, clipped_mean_ppm, curators, stake")
            }
            Self::ReceiptCommitments => event(
                "receipt_commitments",
                "job_id, provider, license_position, sequence, receipts_hash, receipts_root, \
                 delivered_units",
            ),
            Self::JobClosings => event("job_closings", "job_id, refundable_at"),
            Self::LateCharges => event("late_charges", "job_id, license_position, units, charged, penalty"),
            Self::EpochHolds => event("epoch_holds", "epoch, finalizable_at"),
            Self::ModelBindings => event("model_bindings", "version_id, asset_id, verifier"),
            Self::ModelJobs => part("model_jobs", "version_id, job_id"),
            Self::ModelUpgrades => event("model_upgrades", "asset_id, version_id, by_account"),
            Self::ModelCurrents => event("model_currents", "asset_id, version_id"),
            Self::InferencePayments => {
                event("inference_payments", "payment_id, version_id, payer, token, amount, request_hash, proof_hash")
            }
            Self::InferenceOrders => {
                event("inference_orders", "payment_id, version_id, payer, token, amount, request_hash, deadline")
            }
            Self::InferenceRefunds => event("inference_refunds", "payment_id"),
            Self::Disputes => event(
                "disputes",
                "dispute_id, kind, subject, challenger, respondent, harmed, reference, bond, respond_by, \
                 evidence_hash",
            ),
            Self::DisputeAnswers => event("dispute_answers", "dispute_id, respondent, bond, evidence_hash"),
            Self::DisputeProofs => event("dispute_proofs", "dispute_id, sampled, matched"),
            Self::DisputeEscalations => event("dispute_escalations", "dispute_id, arbiter, case_id"),
            Self::DisputeResolutions => event("dispute_resolutions", "dispute_id, outcome, subject, kind"),
            Self::DisputeEnforcements => event("dispute_enforcements", "dispute_id, curator, slashed"),
            Self::DisputeEvidence => event("dispute_evidence", "arbiter, group_id, party, evidence"),
            Self::DisputeRulings => event("dispute_rulings", "arbiter, case_id, ruling"),
            Self::Cases => event("cases", "case_id, arbitrable, choices"),
            Self::CaseDecisions => event("case_decisions", "case_id, ruling, appealable_until"),
            Self::CaseAppeals => event("case_appeals", "case_id, by_account"),
            Self::CaseExecutions => event("case_executions", "case_id, ruling"),
            Self::Proposals => event("proposals", "proposal_id, proposer, vote_start, vote_end, description"),
            Self::ProposalActions => part("proposal_actions", "proposal_id, target, value, signature, calldata"),
            Self::ProposalChanges => event("proposal_changes", "proposal_id, kind, moment"),
            Self::Votes => event("votes", "proposal_id, voter, support, weight, reason"),
            Self::DelegateVotes => event("delegate_votes", "delegate, previous_votes, new_votes"),
            Self::BondChanges => event("bond_changes", "contract, account, kind, amount"),
        }
    }
}
