//! Versions, what they derive from and whom they pay.

use usufruct_types::{Address, AssetId, B256, BlobHash, LogRef, Ppm, TermsId, VersionId};

use super::{
    cells::{CellError, Cells},
    page::{Order, integer},
    reader::{Column, Condition, Listed},
};

/// A version as it was registered, and its end where it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The event that registered it.
    pub at: LogRef,
    /// Its id.
    pub id: VersionId,
    /// The asset that it is a version of.
    pub asset: AssetId,
    /// Who registered it.
    pub creator: Address,
    /// Position in the asset, from 1.
    pub ordinal: u32,
    /// BLAKE3 of the manifest.
    pub manifest: BlobHash,
    /// Root over the logical hashes of its shards.
    pub content_root: B256,
    /// BLAKE3 of the shard table.
    pub shard_table: BlobHash,
    /// Keccak root over the rows of the shard table.
    pub shard_table_root: B256,
    /// Its license terms.
    pub terms: TermsId,
    /// Number of records.
    pub records: u64,
    /// Sum of the shards' sizes.
    pub size_bytes: u64,
    /// Number of shards.
    pub shards: u64,
    /// How many versions it derives from.
    pub parents: u64,
    /// How many versions derive from it.
    pub children: u64,
    /// Whether a dispute on it is open or was upheld.
    pub is_disputed: bool,
    /// Why and by whom it was withdrawn.
    pub tombstone: Option<Tombstone>,
}

/// The end of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The event.
    pub at: LogRef,
    /// Who withdrew it.
    pub by: Address,
    /// Why, in their words.
    pub reason: String,
}

impl Version {
    /// By id.
    pub const ID: Column = Column::bytes("version_id");
    /// By asset.
    pub const ASSET: Column = Column::bytes("asset_id");
    /// By who registered it.
    pub const CREATOR: Column = Column::bytes("creator");
    /// By its terms.
    pub const TERMS: Column = Column::bytes("terms_id");
    /// By the BLAKE3 hash of its manifest.
    pub const MANIFEST: Column = Column::bytes("manifest_hash");
    /// By its position in the asset.
    pub const ORDINAL: Column = Column::integer("ordinal");

    /// That one of its shards has this BLAKE3 hash.
    pub fn containing(shard: BlobHash) -> Condition {
        Condition::with(
            "EXISTS (SELECT 1 FROM shards s WHERE s.shard_table_hash = t.shard_table_hash AND s.shard_hash = ",
            shard,
            ")",
        )
    }

    /// That a dispute on it is open or was upheld.
    pub fn disputed() -> Condition {
        Condition::holds("t.is_disputed")
    }

    /// That it is not withdrawn.
    pub fn live() -> Condition {
        Condition::holds("t.tombstone_block IS NULL")
    }
}

impl Listed for Version {
    const LIST: &'static str = "versions";
    const SOURCE: &'static str = "(
        SELECT v.*, d.block_number AS tombstone_block, d.block_hash AS tombstone_block_hash,
            d.transaction_hash AS tombstone_transaction_hash, d.log_index AS tombstone_log_index,
            d.by_account AS tombstone_by, d.reason AS tombstone_reason,
            (SELECT count(*) FROM version_parents p
             WHERE p.chain_id = v.chain_id AND p.version_id = v.version_id) AS parents,
            (SELECT count(*) FROM version_parents p WHERE p.chain_id = v.chain_id
             AND p.parent_version_id = v.version_id AND p.block_number <= $2) AS children,
            EXISTS (
                SELECT FROM disputes e
                WHERE e.chain_id = v.chain_id AND e.subject = v.version_id AND e.block_number <= $2
                AND e.kind IN ('copy', 'license', 'poison') AND NOT EXISTS (
                    SELECT FROM dispute_resolutions r
                    WHERE r.chain_id = e.chain_id AND r.dispute_id = e.dispute_id AND r.outcome <> 'upheld'
                    AND r.block_number <= $2
                )
            ) AS is_disputed
        FROM versions v
        LEFT JOIN LATERAL (
            SELECT * FROM version_tombstones d
            WHERE d.chain_id = v.chain_id AND d.version_id = v.version_id AND d.block_number <= $2
            ORDER BY d.block_number, d.log_index LIMIT 1
        ) d ON true
        WHERE v.chain_id = $1 AND v.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let withdrawn = row.maybe_log_ref([
            "tombstone_block",
            "tombstone_block_hash",
            "tombstone_transaction_hash",
            "tombstone_log_index",
        ])?;
        let tombstone = match withdrawn {
            Some(at) => Some(Tombstone { at, by: row.address("tombstone_by")?, reason: row.text("tombstone_reason")? }),
            None => None,
        };
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("version_id")?,
            asset: row.word("asset_id")?,
            creator: row.address("creator")?,
            ordinal: row.small("ordinal")?,
            manifest: row.word("manifest_hash")?,
            content_root: row.word("content_root")?,
            shard_table: row.word("shard_table_hash")?,
            shard_table_root: row.word("shard_table_root")?,
            terms: row.word("terms_id")?,
            records: row.number("records")?,
            size_bytes: row.number("size_bytes")?,
            shards: row.count("shards")?,
            parents: row.count("parents")?,
            children: row.count("children")?,
            is_disputed: row.cell("is_disputed")?,
            tombstone,
        })
    }
}

/// One edge of lineage: a child and a version it derives from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionParent {
    /// The version that derives.
    pub version: VersionId,
    /// What it derives from.
    pub parent: VersionId,
    /// What flows to the parent of what the child earns.
    pub share: Ppm,
}

impl VersionParent {
    /// By the version that derives: its parents.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By what is derived from: its children.
    pub const PARENT: Column = Column::bytes("parent_version_id");
}

impl Listed for VersionParent {
    const LIST: &'static str = "version parents";
    const SOURCE: &'static str = "(SELECT block_number, log_index, position::integer AS position,
            version_id, parent_version_id, share_ppm
        FROM version_parents WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            version: row.word("version_id")?,
            parent: row.word("parent_version_id")?,
            share: row.share("share_ppm")?,
        })
    }
}

/// Who is paid for shards of a version that name no contributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub account: Address,
    /// Their share; the recipients of a version sum to the whole.
    pub share: Ppm,
}

impl Recipient {
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
}

impl Listed for Recipient {
    const LIST: &'static str = "version recipients";
    const SOURCE: &'static str = "(SELECT block_number, log_index, position::integer AS position,
            version_id, account, share_ppm
        FROM version_recipients WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index"), integer("position")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self { account: row.address("account")?, share: row.share("share_ppm")? })
    }
}
