//! Datasets and models.

use usufruct_types::{Address, Amount, AssetId, LogRef, event::AssetKind};

use super::{
    cells::{CellError, Cells},
    page::{Order, bytes, integer, number, text},
    reader::{Column, Condition, Listed},
};

/// An asset and what follows from its facts as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The event that created it.
    pub at: LogRef,
    /// Its id.
    pub id: AssetId,
    /// Who created it.
    pub creator: Address,
    /// Who may register versions now.
    pub owner: Address,
    /// Dataset or model.
    pub kind: AssetKind,
    /// Its name, unique for its creator.
    pub name: String,
    /// Stake that counts, of all curators.
    pub active_stake: Amount,
    /// The part of it that belongs to those who made the asset or a version of it, and earns no rank.
    pub own_stake: Amount,
    /// Number of versions.
    pub versions: u64,
    /// Title of the newest version whose manifest is available.
    pub title: Option<String>,
    /// Description of that version.
    pub description: Option<String>,
}

impl Asset {
    /// By id.
    pub const ID: Column = Column::bytes("asset_id");
    /// By who created it.
    pub const CREATOR: Column = Column::bytes("creator");
    /// By who owns it.
    pub const OWNER: Column = Column::bytes("owner");
    /// By kind: `dataset` or `model`.
    pub const KIND: Column = Column::text("kind");
    /// By name.
    pub const NAME: Column = Column::text("name");
    /// By the SPDX expression in the terms of the latest version.
    pub const LICENSE: Column = Column::text("license");

    /// Newest first.
    pub const BY_CREATION: Order = Order::descending(&[integer("block_number"), integer("log_index")]);
    /// Those whose latest version is newest first; those without a version last.
    pub const BY_UPDATE: Order = Order::descending(&[
        integer("updated_block"),
        integer("updated_log_index"),
        integer("block_number"),
        integer("log_index"),
    ]);
    /// By name, then by id.
    pub const BY_NAME: Order = Order::ascending(&[text("sort_name"), bytes("asset_id")]);
    /// Those with most stake that counts first, that of their makers left out.
    pub const BY_STAKE: Order =
        Order::descending(&[number("curated_stake"), integer("block_number"), integer("log_index")]);

    /// That a word stands in the name, in the license of the latest version, or in title, description or language of
    /// the newest version whose manifest is available.
    pub fn mentioning(word: &str) -> Condition {
        // Without LIKE: no wildcard of the searcher's can be expensive.
        Condition::with("position(lower(", word, ") in t.search_text) > 0")
    }

    /// That the latest version's terms permit all of these uses (a set of bits).
    pub fn permitting(uses: u32) -> Condition {
        Condition::with("(t.uses | ~(", u64::from(uses), "::bigint)) = -1")
    }

    /// That a license of the latest version costs nothing, neither flat nor per unit.
    pub fn free() -> Condition {
        Condition::holds("t.is_free")
    }

    /// That there is a version.
    pub fn published() -> Condition {
        Condition::holds("t.versions > 0")
    }
}

impl Listed for Asset {
    const LIST: &'static str = "assets";
    // What does not decide the order stands in the SELECT list, which Postgres evaluates after the limit.
    const SOURCE: &'static str = "(
        SELECT a.*, a.name COLLATE \"C\" AS sort_name,
            coalesce(v.block_number, 0) AS updated_block,
            coalesce(v.log_index, 0) AS updated_log_index,
            coalesce(v.ordinal, 0)::bigint AS versions,
            te.license, te.uses,
            te.flat_price = 0 AND te.unit_price = 0 AS is_free,
            coalesce((
                SELECT to_account FROM asset_transfers f
                WHERE f.chain_id = a.chain_id AND f.asset_id = a.asset_id AND f.block_number <= $2
                ORDER BY f.block_number DESC, f.log_index DESC LIMIT 1
            ), a.creator) AS owner,
            (
                SELECT m.title FROM versions w JOIN manifests m ON m.manifest_hash = w.manifest_hash
                WHERE w.chain_id = a.chain_id AND w.asset_id = a.asset_id AND w.block_number <= $2
                ORDER BY w.ordinal DESC LIMIT 1
            ) AS title,
            (
                SELECT m.description FROM versions w JOIN manifests m ON m.manifest_hash = w.manifest_hash
                WHERE w.chain_id = a.chain_id AND w.asset_id = a.asset_id AND w.block_number <= $2
                ORDER BY w.ordinal DESC LIMIT 1
            ) AS description,
            lower(concat_ws(E'\\n', a.name, te.license, (
                SELECT concat_ws(E'\\n', m.title, m.description, array_to_string(m.language, ' '))
                FROM versions w JOIN manifests m ON m.manifest_hash = w.manifest_hash
                WHERE w.chain_id = a.chain_id AND w.asset_id = a.asset_id AND w.block_number <= $2
                ORDER BY w.ordinal DESC LIMIT 1
            ))) AS search_text,
            coalesce((
                SELECT sum(c.active) FROM (
                    SELECT greatest(0,
                        coalesce(sum(amount) FILTER (WHERE kind = 'staked' AND active_from_block <= $2), 0)
                        - coalesce(sum(amount) FILTER (WHERE kind = 'unstake_requested'), 0)
                        - coalesce(sum(amount - from_thawing) FILTER (WHERE kind = 'slashed'), 0)) AS active
                    FROM stake_changes c
                    WHERE c.chain_id = a.chain_id AND c.asset_id = a.asset_id AND c.block_number <= $2
                    GROUP BY c.curator
                ) c
            ), 0) AS active_stake,
            coalesce((
                SELECT sum(c.active) FROM (
                    SELECT greatest(0,
                        coalesce(sum(amount) FILTER (WHERE kind = 'staked' AND active_from_block <= $2), 0)
                        - coalesce(sum(amount) FILTER (WHERE kind = 'unstake_requested'), 0)
                        - coalesce(sum(amount - from_thawing) FILTER (WHERE kind = 'slashed'), 0)) AS active
                    FROM stake_changes c
                    WHERE c.chain_id = a.chain_id AND c.asset_id = a.asset_id AND c.block_number <= $2
                    AND c.curator <> a.creator AND NOT EXISTS (
                        SELECT FROM versions w WHERE w.chain_id = a.chain_id AND w.asset_id = a.asset_id
                        AND w.creator = c.curator AND w.block_number <= $2
                    )
                    GROUP BY c.curator
                ) c
            ), 0) AS curated_stake
        FROM assets a
        LEFT JOIN LATERAL (
            SELECT * FROM versions v
            WHERE v.chain_id = a.chain_id AND v.asset_id = a.asset_id AND v.block_number <= $2
            ORDER BY v.ordinal DESC LIMIT 1
        ) v ON true
        LEFT JOIN terms te ON te.chain_id = v.chain_id AND te.terms_id = v.terms_id
        WHERE a.chain_id = $1 AND a.block_number <= $2)";
    const ORDER: Order = Self::BY_CREATION;

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let (active_stake, curated_stake) = (row.amount("active_stake")?, row.amount("curated_stake")?);
        Ok(Self {
            at: row.log_ref()?,
            id: row.word("asset_id")?,
            creator: row.address("creator")?,
            owner: row.address("owner")?,
            kind: match row.text("kind")?.as_str() {
                "dataset" => AssetKind::Dataset,
                "model" => AssetKind::Model,
                other => return Err(CellError { column: "kind", reason: format!("'{other}' is no kind of asset") }),
            },
            name: row.text("name")?,
            active_stake,
            own_stake: active_stake.checked_sub(curated_stake).unwrap_or(Amount::ZERO),
            versions: row.count("versions")?,
            title: row.maybe("title")?,
            description: row.maybe("description")?,
        })
    }
}
