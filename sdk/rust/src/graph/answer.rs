//! Answers of the server, one struct a type of the schema, with the fields that are asked for.
//!
//! They serialise again under the schema's names, so that `--json` of the command line speaks the same words.
//! Counts come as strings of digits and leave as numbers; amounts stay strings of digits.

use serde::{Deserialize, Deserializer, Serialize};
use usufruct_types::{
    Address, Amount, AssetId, AttestationUid, B256, BlobHash, EndpointId, EpochIndex, JobId, LicenseId, TermsId,
    VersionId,
};

/// A number of things, 0 to 2^64 - 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Count(pub u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| serde::de::Error::custom(format!("'{text}' is not a count")))
    }
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// Its rows.
    pub nodes: Vec<T>,
    /// Whether there is more.
    pub page_info: PageInfo,
}

/// Where a page stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    /// Whether rows follow.
    pub has_next_page: bool,
    /// Cursor of its last row.
    pub end_cursor: Option<String>,
}

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its address.
    pub address: Address,
}

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its contract; zero where something is free.
    pub address: Address,
    /// Its name in short, where the server knows it.
    pub symbol: Option<String>,
    /// Digits behind the decimal point, where the server knows them.
    pub decimals: Option<u8>,
}

/// An amount of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// In the token's smallest unit.
    pub amount: Amount,
    /// The token.
    pub token: Token,
}

/// License terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// Their id.
    pub terms_id: TermsId,
    /// SPDX expression.
    pub license: String,
    /// Permitted uses, in capitals: `FINE_TUNE`.
    pub uses: Vec<String>,
    /// Obligations, in capitals.
    pub obligations: Vec<String>,
    /// Whether nothing is paid.
    pub is_free: bool,
    /// Price of a license.
    pub flat_price: Money,
    /// What `unitPrice` counts, in capitals: `TOKEN`.
    pub unit: String,
    /// Price of a unit.
    pub unit_price: Money,
    /// Share of the curators.
    pub curator_share_ppm: u32,
}

/// A dataset in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dataset {
    /// Its id in the registry.
    pub asset_id: AssetId,
    /// Its name.
    pub name: String,
    /// Title of the latest version.
    pub title: Option<String>,
    /// Who created it.
    pub creator: Account,
    /// Stake that counts.
    pub active_stake: Money,
    /// Its newest version.
    pub latest_version: Option<VersionSummary>,
}

/// A version in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionSummary {
    /// Its id.
    pub version_id: VersionId,
    /// Position in the dataset, from 1.
    pub ordinal: u32,
    /// Content id of the manifest.
    pub manifest_cid: String,
    /// Number of records.
    pub records: Count,
    /// Size of all shards.
    pub size_bytes: Count,
    /// Number of shards.
    pub shard_count: Count,
    /// Its terms.
    pub terms: Option<Terms>,
}

/// A version in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its id, figures and terms.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// BLAKE3 of the manifest.
    pub manifest_hash: BlobHash,
    /// Whether the server has the manifest: `PENDING`, `AVAILABLE`, `MALFORMED`.
    pub manifest_state: String,
    /// What the manifest says.
    pub manifest: Option<Manifest>,
    /// The dataset.
    pub dataset: Option<DatasetName>,
    /// Who registered it.
    pub creator: Account,
    /// What it derives from.
    pub parents: Vec<ParentShare>,
    /// Number of versions that derive from it.
    pub child_count: Count,
    /// Who is paid for shards without a contributor.
    pub recipients: Vec<RecipientShare>,
    /// Its shards, the first of them.
    pub shards: Shards,
    /// Statements about it, the newest of them.
    pub attestations: Attestations,
    /// What it earned.
    pub revenue_totals: Vec<Money>,
    /// Who serves it.
    pub providers: Vec<Endpoint>,
    /// Its end, if it was withdrawn.
    pub tombstone: Option<Tombstone>,
}

/// The name of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatasetName {
    /// Its id in the registry.
    pub asset_id: AssetId,
    /// Its name.
    pub name: String,
}

/// What a manifest says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Languages.
    pub language: Vec<String>,
    /// Columns.
    pub fields: Vec<Field>,
    /// Where the data is said to come from.
    pub sources: Vec<Source>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub data_type: String,
}

/// Where data is said to come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// URI.
    pub uri: String,
    /// What is claimed.
    pub statement: String,
}

/// A parent and its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParentShare {
    /// The version derived from.
    pub parent: Option<VersionLink>,
    /// Share of the income.
    pub share_ppm: u32,
}

/// A version by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionLink {
    /// Its id.
    pub version_id: VersionId,
    /// Position in the dataset.
    pub ordinal: u32,
    /// Its dataset.
    pub dataset: Option<DatasetName>,
}

/// A recipient and its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecipientShare {
    /// Who.
    pub account: Account,
    /// Share.
    pub share_ppm: u32,
}

/// The first shards of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shards {
    /// The shards.
    pub nodes: Vec<Shard>,
}

/// A shard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shard {
    /// Position, from 0.
    pub ordinal: Count,
    /// BLAKE3.
    pub hash: BlobHash,
    /// Content id.
    pub cid: String,
    /// Size.
    pub size_bytes: Count,
    /// Records.
    pub records: Count,
    /// Tokens.
    pub tokens: Count,
    /// Who contributed it.
    pub contributor: Option<Account>,
}

/// The newest statements about a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestations {
    /// The statements.
    pub nodes: Vec<Attestation>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attestation {
    /// Its EAS uid.
    pub uid: AttestationUid,
    /// What it is about, in capitals: `SOURCE`.
    pub kind: String,
    /// Who signed it.
    pub attester: Account,
    /// When it was anchored.
    pub attested_at: Option<String>,
    /// When it was taken back.
    pub revoked_at: Option<String>,
    /// What it says; the fields depend on the kind.
    pub statement: Option<serde_json::Value>,
}

/// Where an account serves blobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// Public key.
    pub endpoint_id: EndpointId,
    /// Socket addresses.
    pub addresses: Vec<String>,
}

/// The end of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Who withdrew it.
    pub by: Account,
    /// Why.
    pub reason: String,
}

/// A license.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct License {
    /// Its id.
    #[serde(deserialize_with = "license_id")]
    pub license_id: LicenseId,
    /// The version.
    pub version: Option<VersionLink>,
    /// What was paid.
    pub price: Money,
    /// `UPCOMING`, `VALID`, `EXPIRED` or `REVOKED`.
    pub state: String,
    /// First second after it; none for ever.
    pub ends_at: Option<String>,
}

/// A stake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stake {
    /// Who staked.
    pub curator: Account,
    /// What counts.
    pub active: Money,
    /// What warms up.
    pub warming: Money,
    /// What thaws.
    pub thawing: Money,
    /// What was taken.
    pub slashed: Money,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub job_id: JobId,
    /// Who trains.
    pub trainer: Account,
    /// `OPEN`, `CLOSING` or `CLOSED`.
    pub state: String,
    /// What it may read and did.
    pub licenses: Vec<JobLicense>,
    /// Shards and records by version, where the logs are had.
    pub usage: Vec<JobUsage>,
    /// All escrow.
    pub deposited: Money,
    /// What usage cost.
    pub charged: Money,
    /// What went back.
    pub refunded: Money,
    /// What is left.
    pub escrow: Option<Money>,
}

/// A license of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLicense {
    /// The version.
    pub version: Option<VersionLink>,
    /// Units charged.
    pub units: Count,
}

/// What a job read of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobUsage {
    /// The version.
    pub version: Option<VersionLink>,
    /// Shards.
    pub shard_count: Count,
    /// Records.
    pub records: Count,
    /// Tokens.
    pub tokens: Count,
    /// Bytes.
    pub size_bytes: Count,
}

/// An epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Epoch {
    /// Its number.
    #[serde(deserialize_with = "epoch_index")]
    pub index: EpochIndex,
    /// `PROPOSED`, `FINAL` or `REJECTED`.
    pub state: String,
    /// Who proposed its root.
    pub settler: Account,
    /// Last block before it.
    pub start_block: Count,
    /// Its last block.
    pub end_block: Block,
    /// Its root.
    pub root: B256,
    /// Hash over the logs used.
    pub log_set_hash: B256,
    /// Content id of the payout tree.
    pub tree_cid: String,
    /// Whether the server has the tree.
    pub tree_state: String,
    /// Cumulative totals by token.
    pub totals: Vec<Money>,
    /// When it can be made final.
    pub finalizable_at: Option<String>,
    /// Its leaves, the first of them.
    pub payouts: Payouts,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Height.
    pub number: Count,
    /// Hash.
    pub hash: B256,
}

/// The first leaves of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payouts {
    /// The leaves.
    pub nodes: Vec<Leaf>,
}

/// A leaf of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Who is due it.
    pub account: Account,
    /// Since the first epoch.
    pub cumulative: Money,
    /// Paid so far.
    pub claimed: Money,
}

/// What an account can claim, with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Payout {
    /// The epoch.
    pub epoch: Option<EpochRoot>,
    /// Since the first epoch.
    pub cumulative: Money,
    /// Siblings from the leaf up.
    pub proof: Vec<B256>,
}

/// The root of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct EpochRoot {
    /// Its number.
    #[serde(deserialize_with = "epoch_index")]
    pub index: EpochIndex,
    /// Its root.
    pub root: B256,
}

/// How far the index got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The newest block indexed.
    pub block: Option<Block>,
    /// Head of the chain.
    pub chain_head: Option<Count>,
    /// Blocks behind it.
    pub lag: Option<Count>,
    /// Newest final block.
    pub finalized_block: Option<Count>,
    /// Whether it follows the head.
    pub is_caught_up: bool,
    /// The deployment.
    pub deployment: MetaDeployment,
}

/// What the server speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetaDeployment {
    /// The chain.
    pub chain_id: Count,
}

/// A part of the lineage graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Global id of the start.
    pub root: String,
    /// Its nodes, nearest first.
    pub nodes: Vec<ProvenanceNode>,
    /// Its edges.
    pub edges: Vec<ProvenanceEdge>,
    /// Whether something was left out.
    pub is_truncated: bool,
}

/// A node of lineage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenanceNode {
    /// Global id.
    pub id: String,
    /// `ENTITY`, `ACTIVITY` or `AGENT`.
    pub kind: String,
    /// Steps from the root.
    pub depth: u32,
    /// The version.
    pub version: Option<LineageVersion>,
    /// The job.
    pub job: Option<JobName>,
    /// The account.
    pub account: Option<Account>,
}

/// A version in the lineage graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineageVersion {
    /// Its id.
    pub version_id: VersionId,
    /// Position in the dataset.
    pub ordinal: u32,
    /// Its dataset.
    pub dataset: Option<DatasetName>,
    /// Its terms.
    pub terms: Option<LicenseName>,
}

/// The license of terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseName {
    /// SPDX expression.
    pub license: String,
}

/// A job by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobName {
    /// Its id.
    pub job_id: JobId,
}

/// An edge of lineage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvenanceEdge {
    /// The later thing.
    pub from: String,
    /// The earlier thing.
    pub to: String,
    /// In PROV's words.
    pub relation: String,
    /// For a derivation, the parent's share.
    pub share_ppm: Option<u32>,
}

fn license_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LicenseId, D::Error> {
    Count::deserialize(deserializer).map(|Count(id)| LicenseId(id))
}

fn epoch_index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EpochIndex, D::Error> {
    Count::deserialize(deserializer).map(|Count(index)| EpochIndex(index))
}
