//! Rounds in which curators score versions.

use usufruct_types::{Address, Amount, B256, LogRef, Ppm, VersionId};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed, Value},
};

/// A round as of the block: the latest commitment of a curator counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityRound {
    /// The commitment that opened it.
    pub at: LogRef,
    /// The version judged.
    pub version: VersionId,
    /// Counted from 1 for each version.
    pub round: u64,
    /// First Unix second at which scores are shown and no longer committed to; `None` where no event says how long.
    pub commit_until: Option<u64>,
    /// First Unix second at which no score can be shown any more.
    pub reveal_until: Option<u64>,
    /// Stake behind the scores shown.
    pub revealed_stake: Amount,
    /// How many curators committed.
    pub committed: u64,
    /// How many revealed.
    pub revealed: u64,
    /// Its end.
    pub settlement: Option<QualitySettlement>,
}

/// The end of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualitySettlement {
    /// The event.
    pub at: LogRef,
    /// Lowest score such that half of the stake or more gave it or less.
    pub median: Ppm,
    /// Mean by stake of the scores, none counted above the median.
    pub clipped_mean: Ppm,
    /// How many curators revealed.
    pub curators: u64,
    /// Their stake.
    pub stake: Amount,
}

impl QualityRound {
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By its number for the version.
    pub const NUMBER: Column = Column::number("round");

    /// That it is settled.
    pub fn settled() -> Condition {
        Condition::holds("t.settled_block IS NOT NULL")
    }

    /// That it is not settled.
    pub fn open() -> Condition {
        Condition::holds("t.settled_block IS NULL")
    }
}

impl Listed for QualityRound {
    const LIST: &'static str = "quality rounds";
    const SOURCE: &'static str = "(
        SELECT d.*, s.median_ppm, s.clipped_mean_ppm, s.curators, s.stake AS settled_stake,
            s.block_number AS settled_block, s.block_hash AS settled_block_hash,
            s.transaction_hash AS settled_transaction_hash, s.log_index AS settled_log_index,
            (SELECT count(DISTINCT c.curator) FROM score_commitments c
             WHERE c.chain_id = d.chain_id AND c.version_id = d.version_id AND c.round = d.round
             AND c.block_number <= $2) AS committed,
            (SELECT count(DISTINCT r.curator) FROM score_reveals r
             WHERE r.chain_id = d.chain_id AND r.version_id = d.version_id AND r.round = d.round
             AND r.block_number <= $2) AS revealed,
            (SELECT coalesce(sum(r.stake), 0) FROM score_reveals r
             WHERE r.chain_id = d.chain_id AND r.version_id = d.version_id AND r.round = d.round
             AND r.block_number <= $2) AS revealed_stake,
            o.opened + p.commit_seconds AS commit_until, o.opened + p.commit_seconds + p.reveal_seconds AS reveal_until
        FROM (
            SELECT DISTINCT ON (version_id, round) * FROM score_commitments
            WHERE chain_id = $1 AND block_number <= $2
            ORDER BY version_id, round, block_number, log_index
        ) d
        LEFT JOIN LATERAL (
            SELECT * FROM score_settlements s
            WHERE s.chain_id = d.chain_id AND s.version_id = d.version_id AND s.round = d.round AND s.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) s ON true
        LEFT JOIN LATERAL (
            SELECT extract(epoch FROM block_time)::bigint AS opened FROM blocks o
            WHERE o.chain_id = d.chain_id AND o.number = d.block_number
        ) o ON true
        -- A round keeps the seconds that were set when it opened.
        CROSS JOIN LATERAL (
            SELECT (
                SELECT ('x' || encode(substring(p.value::bytea FROM 25), 'hex'))::bit(64)::bigint
                FROM parameter_changes p
                WHERE p.chain_id = d.chain_id AND p.name = 'commitSeconds'
                AND (p.block_number, p.log_index) < (d.block_number, d.log_index)
                ORDER BY p.block_number DESC, p.log_index DESC LIMIT 1
            ) AS commit_seconds, (
                SELECT ('x' || encode(substring(p.value::bytea FROM 25), 'hex'))::bit(64)::bigint
                FROM parameter_changes p
                WHERE p.chain_id = d.chain_id AND p.name = 'revealSeconds'
                AND (p.block_number, p.log_index) < (d.block_number, d.log_index)
                ORDER BY p.block_number DESC, p.log_index DESC LIMIT 1
            ) AS reveal_seconds
        ) p)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let settlement = match row.maybe_log_ref(columns!("settled"))? {
            Some(at) => Some(QualitySettlement {
                at,
                median: row.share("median_ppm")?,
                clipped_mean: row.share("clipped_mean_ppm")?,
                curators: row.count("curators")?,
                stake: row.amount("settled_stake")?,
            }),
            None => None,
        };
        Ok(Self {
            at: row.log_ref()?,
            version: row.word("version_id")?,
            round: row.number("round")?,
            commit_until: row.maybe::<i64>("commit_until")?.and_then(|second| u64::try_from(second).ok()),
            reveal_until: row.maybe::<i64>("reveal_until")?.and_then(|second| u64::try_from(second).ok()),
            revealed_stake: row.amount("revealed_stake")?,
            committed: row.count("committed")?,
            revealed: row.count("revealed")?,
            settlement,
        })
    }
}

/// A curator's part in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityScore {
    /// The latest commitment.
    pub at: LogRef,
    /// The version judged.
    pub version: VersionId,
    /// The round.
    pub round: u64,
    /// The curator.
    pub curator: Address,
    /// The commitment itself.
    pub commitment: B256,
    /// Stake when it was made.
    pub stake: Amount,
    /// The score, once it is shown.
    pub reveal: Option<QualityReveal>,
    /// The median of the round, once it is settled.
    pub median: Option<Ppm>,
}

/// A score that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualityReveal {
    /// The event.
    pub at: LogRef,
    /// The score, the whole for the best.
    pub score: Ppm,
    /// Stake that it weighs.
    pub stake: Amount,
}

impl QualityScore {
    /// By version.
    pub const VERSION: Column = Column::bytes("version_id");
    /// By curator.
    pub const CURATOR: Column = Column::bytes("curator");
    /// By the number of the round for its version.
    pub const NUMBER: Column = Column::number("round");
    /// By version and round, named by [`Self::of`].
    pub const ROUND: Column = Column::through(
        "t.version_id = substring(k.key FROM 1 FOR 32) AND t.round = convert_from(substring(k.key FROM 33), 'UTF8')::numeric",
    );

    /// Whether the score is within 5 % of the settled median, as the record of its curator counts it; `None` unless
    /// both are known.
    pub fn is_near(&self) -> Option<bool> {
        let (score, median) = (self.reveal.as_ref()?.score.parts(), self.median?.parts());
        Some(u64::from(score.abs_diff(median)) * 20 <= u64::from(median))
    }

    /// The key of a round.
    pub fn of(version: VersionId, round: u64) -> Value {
        Value::Bytes([version.as_bytes(), round.to_string().as_bytes()].concat())
    }
}

impl Listed for QualityScore {
    const LIST: &'static str = "quality scores";
    const SOURCE: &'static str = "(
        SELECT d.*, r.score_ppm, r.stake AS revealed_stake, s.median_ppm,
            r.block_number AS revealed_block, r.block_hash AS revealed_block_hash,
            r.transaction_hash AS revealed_transaction_hash, r.log_index AS revealed_log_index
        FROM (
            SELECT DISTINCT ON (version_id, round, curator) * FROM score_commitments
            WHERE chain_id = $1 AND block_number <= $2
            ORDER BY version_id, round, curator, block_number DESC, log_index DESC
        ) d
        LEFT JOIN LATERAL (
            SELECT * FROM score_reveals r
            WHERE r.chain_id = d.chain_id AND r.version_id = d.version_id AND r.round = d.round AND r.curator = d.curator AND r.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) r ON true
        LEFT JOIN score_settlements s
            ON s.chain_id = d.chain_id AND s.version_id = d.version_id AND s.round = d.round AND s.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let reveal = match row.maybe_log_ref(columns!("revealed"))? {
            Some(at) => {
                Some(QualityReveal { at, score: row.share("score_ppm")?, stake: row.amount("revealed_stake")? })
            }
            None => None,
        };
        Ok(Self {
            at: row.log_ref()?,
            version: row.word("version_id")?,
            round: row.number("round")?,
            curator: row.address("curator")?,
            commitment: row.word("commitment")?,
            stake: row.amount("stake")?,
            reveal,
            median: match row.maybe::<i32>("median_ppm")? {
                Some(_) => Some(row.share("median_ppm")?),
                None => None,
            },
        })
    }
}
