//! Disputes and what became of them.

use usufruct_types::{
    Address, Amount, B256, CaseId, DisputeId, EpochIndex, JobId, LogRef, VersionId,
    event::{DisputeKind, Outcome},
};

use super::{
    cells::{CellError, Cells, columns},
    page::{Order, integer},
    reader::{Column, Condition, Listed, Value},
};

/// Where a dispute stands, by its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DisputeState {
    /// Nobody answered yet.
    Open,
    /// The respondent answered.
    Answered,
    /// It was proven on chain and can be upheld.
    Proven,
    /// Its arbiter has it.
    Escalated,
    /// The challenger was right.
    Upheld,
    /// The respondent was.
    Dismissed,
    /// Nobody decided in time, or there was nothing left to decide.
    Undecided,
}

impl DisputeState {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Proven => "proven",
            Self::Escalated => "escalated",
            Self::Upheld => "upheld",
            Self::Dismissed => "dismissed",
            Self::Undecided => "undecided",
        }
    }
}

/// A dispute as of the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// The event that opened it.
    pub at: LogRef,
    /// Its number.
    pub id: DisputeId,
    /// What it is about.
    pub kind: DisputeKind,
    /// Version, job or epoch (as a word), by the kind.
    pub subject: B256,
    /// Who challenges.
    pub challenger: Address,
    /// Who may answer.
    pub respondent: Address,
    /// Who receives what is slashed, beside the bounty; zero for the treasury.
    pub harmed: Address,
    /// The original version of a copy, else zero.
    pub reference: B256,
    /// The challenger's bond, in the stake token.
    pub bond: Amount,
    /// Last Unix second for an answer.
    pub respond_by: u64,
    /// Hash of the first evidence.
    pub evidence: B256,
    /// Where it stands.
    pub state: DisputeState,
    /// The answer.
    pub answer: Option<DisputeAnswer>,
    /// The proof on chain.
    pub proof: Option<DisputeProof>,
    /// The arbiter's case.
    pub escalation: Option<DisputeEscalation>,
    /// How it ended.
    pub resolution: Option<DisputeResolution>,
    /// What was slashed for it so far, bounties within.
    pub slashed: Amount,
    /// Of how many curators.
    pub enforcements: u64,
}

/// The respondent's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeAnswer {
    /// The event.
    pub at: LogRef,
    /// Who answered: the respondent, or anyone for it.
    pub by: Address,
    /// The respondent's bond.
    pub bond: Amount,
    /// Hash of the respondent's evidence.
    pub evidence: B256,
}

/// A proof on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeProof {
    /// The event.
    pub at: LogRef,
    /// How many shards were drawn.
    pub sampled: u32,
    /// How many of them are in the original too.
    pub matched: u32,
}

/// A dispute with its arbiter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeEscalation {
    /// The event.
    pub at: LogRef,
    /// The arbiter.
    pub arbiter: Address,
    /// Its case.
    pub case: CaseId,
    /// What it ruled: 1 upholds, anything else dismisses.
    pub ruling: Option<B256>,
    /// The event of the ruling.
    pub ruled_at: Option<LogRef>,
}

/// The end of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DisputeResolution {
    /// The event.
    pub at: LogRef,
    /// How it ended.
    pub outcome: Outcome,
}

/// What a dispute is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeSubject {
    /// A version.
    Version(VersionId),
    /// A job.
    Job(JobId),
    /// An epoch.
    Epoch(EpochIndex),
}

impl Dispute {
    /// By version: disputes about it.
    pub const VERSION: Column = Column::through("t.subject = k.key AND t.kind IN ('copy', 'license', 'poison')");
    /// By job: disputes about its usage.
    pub const JOB: Column = Column::through("t.subject = k.key AND t.kind = 'usage'");
    /// By epoch: disputes about its root; keys by [`Self::epoch`].
    pub const EPOCH: Column = Column::through("t.subject = k.key AND t.kind = 'root'");
    /// By number.
    pub const ID: Column = Column::number("dispute_id");
    /// By version, job or epoch, as a word.
    pub const SUBJECT: Column = Column::bytes("subject");
    /// By who challenges.
    pub const CHALLENGER: Column = Column::bytes("challenger");
    /// By who may answer.
    pub const RESPONDENT: Column = Column::bytes("respondent");
    /// By kind, in lower case.
    pub const KIND: Column = Column::text("kind");

    /// That it stands so.
    pub fn in_state(state: DisputeState) -> Condition {
        Condition::with("t.state = ", state.name(), "")
    }

    /// The key of an epoch.
    pub fn epoch(epoch: EpochIndex) -> Value {
        B256::left_padding_from(&epoch.0.to_be_bytes()).into()
    }

    /// What it is about; `None` where the subject is no epoch that there can be.
    pub fn about(&self) -> Option<DisputeSubject> {
        Some(match self.kind {
            DisputeKind::Copy | DisputeKind::License | DisputeKind::Poison => {
                DisputeSubject::Version(self.subject.into())
            }
            DisputeKind::Usage => DisputeSubject::Job(self.subject.into()),
            DisputeKind::Root => {
                let (high, low) = self.subject.split_at(24);
                let low = low.try_into().ok().filter(|_| high.iter().all(|byte| *byte == 0))?;
                DisputeSubject::Epoch(EpochIndex(u64::from_be_bytes(low)))
            }
        })
    }

    /// That it is resolved.
    pub fn resolved() -> Condition {
        Condition::holds("t.outcome IS NOT NULL")
    }

    /// That it is not resolved.
    pub fn unresolved() -> Condition {
        Condition::holds("t.outcome IS NULL")
    }

    /// That its subject is a version.
    pub fn about_versions() -> Condition {
        Condition::holds("t.kind IN ('copy', 'license', 'poison')")
    }
}

impl Listed for Dispute {
    const LIST: &'static str = "disputes";
    const SOURCE: &'static str = "(
        SELECT d.*, a.respondent AS answered_by, a.bond AS answer_bond, a.evidence_hash AS answer_evidence_hash, p.sampled, p.matched,
            e.arbiter, e.case_id, u.ruling, r.outcome,
            a.block_number AS answered_block, a.block_hash AS answered_block_hash,
            a.transaction_hash AS answered_transaction_hash, a.log_index AS answered_log_index,
            u.block_number AS ruled_block, u.block_hash AS ruled_block_hash,
            u.transaction_hash AS ruled_transaction_hash, u.log_index AS ruled_log_index,
            p.block_number AS proven_block, p.block_hash AS proven_block_hash,
            p.transaction_hash AS proven_transaction_hash, p.log_index AS proven_log_index,
            e.block_number AS escalated_block, e.block_hash AS escalated_block_hash,
            e.transaction_hash AS escalated_transaction_hash, e.log_index AS escalated_log_index,
            r.block_number AS resolved_block, r.block_hash AS resolved_block_hash,
            r.transaction_hash AS resolved_transaction_hash, r.log_index AS resolved_log_index,
            (SELECT coalesce(sum(f.slashed), 0) FROM dispute_enforcements f
             WHERE f.chain_id = d.chain_id AND f.dispute_id = d.dispute_id AND f.block_number <= $2) AS slashed,
            (SELECT count(*) FROM dispute_enforcements f
             WHERE f.chain_id = d.chain_id AND f.dispute_id = d.dispute_id AND f.block_number <= $2) AS enforcements,
            CASE
                WHEN r.outcome IS NOT NULL THEN r.outcome
                WHEN e.case_id IS NOT NULL THEN 'escalated'
                WHEN p.sampled IS NOT NULL THEN 'proven'
                WHEN a.bond IS NOT NULL THEN 'answered'
                ELSE 'open'
            END AS state
        FROM disputes d
        LEFT JOIN LATERAL (
            SELECT * FROM dispute_answers a
            WHERE a.chain_id = d.chain_id AND a.dispute_id = d.dispute_id AND a.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) a ON true
        LEFT JOIN LATERAL (
            SELECT * FROM dispute_proofs p
            WHERE p.chain_id = d.chain_id AND p.dispute_id = d.dispute_id AND p.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) p ON true
        LEFT JOIN LATERAL (
            SELECT * FROM dispute_escalations e
            WHERE e.chain_id = d.chain_id AND e.dispute_id = d.dispute_id AND e.block_number <= $2
            ORDER BY block_number DESC, log_index DESC LIMIT 1
        ) e ON true
        LEFT JOIN LATERAL (
            SELECT * FROM dispute_rulings u
            WHERE u.chain_id = d.chain_id AND u.arbiter = e.arbiter AND u.case_id = e.case_id AND u.block_number <= $2
            ORDER BY block_number DESC, log_index DESC LIMIT 1
        ) u ON true
        LEFT JOIN LATERAL (
            SELECT * FROM dispute_resolutions r
            WHERE r.chain_id = d.chain_id AND r.dispute_id = d.dispute_id AND r.block_number <= $2
            ORDER BY block_number, log_index LIMIT 1
        ) r ON true
        WHERE d.chain_id = $1 AND d.block_number <= $2)";
    const ORDER: Order = Order::descending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        let answer = match row.maybe_log_ref(columns!("answered"))? {
            Some(at) => {
                let evidence = row.word("answer_evidence_hash")?;
                Some(DisputeAnswer { at, by: row.address("answered_by")?, bond: row.amount("answer_bond")?, evidence })
            }
            None => None,
        };
        let proof = match row.maybe_log_ref(columns!("proven"))? {
            Some(at) => Some(DisputeProof { at, sampled: row.long("sampled")?, matched: row.long("matched")? }),
            None => None,
        };
        let escalation = match row.maybe_log_ref(columns!("escalated"))? {
            Some(at) => {
                let (ruling, ruled_at) = (row.maybe_word("ruling")?, row.maybe_log_ref(columns!("ruled"))?);
                let (arbiter, case) = (row.address("arbiter")?, row.word("case_id")?);
                Some(DisputeEscalation { at, arbiter, case, ruling, ruled_at })
            }
            None => None,
        };
        let resolution = match row.maybe_log_ref(columns!("resolved"))? {
            Some(at) => Some(DisputeResolution { at, outcome: outcome(row)? }),
            None => None,
        };
        Ok(Self {
            at: row.log_ref()?,
            id: DisputeId(row.number("dispute_id")?),
            kind: kind(row)?,
            subject: row.word("subject")?,
            challenger: row.address("challenger")?,
            respondent: row.address("respondent")?,
            harmed: row.address("harmed")?,
            reference: row.word("reference")?,
            bond: row.amount("bond")?,
            respond_by: row.number("respond_by")?,
            evidence: row.word("evidence_hash")?,
            state: state(row)?,
            answer,
            proof,
            escalation,
            resolution,
            slashed: row.amount("slashed")?,
            enforcements: row.count("enforcements")?,
        })
    }
}

fn kind(row: &Cells<'_>) -> Result<DisputeKind, CellError> {
    match row.text("kind")?.as_str() {
        "copy" => Ok(DisputeKind::Copy),
        "license" => Ok(DisputeKind::License),
        "poison" => Ok(DisputeKind::Poison),
        "usage" => Ok(DisputeKind::Usage),
        "root" => Ok(DisputeKind::Root),
        other => Err(CellError { column: "kind", reason: format!("'{other}' is no kind of dispute") }),
    }
}

fn outcome(row: &Cells<'_>) -> Result<Outcome, CellError> {
    match row.text("outcome")?.as_str() {
        "upheld" => Ok(Outcome::Upheld),
        "dismissed" => Ok(Outcome::Dismissed),
        "undecided" => Ok(Outcome::Undecided),
        other => Err(CellError { column: "outcome", reason: format!("'{other}' is no outcome") }),
    }
}

fn state(row: &Cells<'_>) -> Result<DisputeState, CellError> {
    use DisputeState::{Answered, Dismissed, Escalated, Open, Proven, Undecided, Upheld};
    let name = row.text("state")?;
    let found = [Open, Answered, Proven, Escalated, Upheld, Dismissed, Undecided]
        .into_iter()
        .find(|state| state.name() == name);
    found.ok_or_else(|| CellError { column: "state", reason: format!("'{name}' is no state of a dispute") })
}

/// A curator slashed for an upheld dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeEnforcement {
    /// The event.
    pub at: LogRef,
    /// The dispute.
    pub dispute: DisputeId,
    /// The curator.
    pub curator: Address,
    /// How much of the stake token, the bounty within.
    pub slashed: Amount,
}

impl DisputeEnforcement {
    /// By dispute.
    pub const DISPUTE: Column = Column::number("dispute_id");
}

impl Listed for DisputeEnforcement {
    const LIST: &'static str = "dispute enforcements";
    const SOURCE: &'static str = "(SELECT * FROM dispute_enforcements WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            dispute: DisputeId(row.number("dispute_id")?),
            curator: row.address("curator")?,
            slashed: row.amount("slashed")?,
        })
    }
}

/// Evidence that a party gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeEvidence {
    /// The event.
    pub at: LogRef,
    /// The arbiter whom it is for.
    pub arbiter: Address,
    /// The dispute as a word.
    pub group: B256,
    /// Who gave it.
    pub party: Address,
    /// Where it is, in their words.
    pub evidence: String,
}

impl DisputeEvidence {
    /// By dispute, named by [`Self::of`].
    pub const DISPUTE: Column = Column::bytes("group_id");

    /// The key of a dispute's evidence.
    pub fn of(dispute: DisputeId) -> Value {
        B256::left_padding_from(&dispute.0.to_be_bytes()).into()
    }
}

impl Listed for DisputeEvidence {
    const LIST: &'static str = "dispute evidence";
    const SOURCE: &'static str = "(SELECT * FROM dispute_evidence WHERE chain_id = $1 AND block_number <= $2)";
    const ORDER: Order = Order::ascending(&[integer("block_number"), integer("log_index")]);

    fn from_row(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(Self {
            at: row.log_ref()?,
            arbiter: row.address("arbiter")?,
            group: row.word("group_id")?,
            party: row.address("party")?,
            evidence: row.text("evidence")?,
        })
    }
}
