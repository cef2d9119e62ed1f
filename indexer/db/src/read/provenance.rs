//! Lineage: versions, the jobs that used them and the accounts behind both.

use usufruct_types::{Address, JobId, Ppm, VersionId};

use super::{
    cells::{CellError, Cells},
    reader::{Reader, readable},
};
use crate::DbError;

/// Which way to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To what it derives from.
    Up,
    /// To what derives from it, used it or came out of it.
    Down,
}

/// Where to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvenanceRoot {
    /// A version.
    Version(VersionId),
    /// A job.
    Job(JobId),
}

/// A thing in the graph and its least distance from the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProvenanceNode {
    /// Edges between it and the root, the fewest.
    pub depth: u32,
    /// What it is.
    pub thing: Thing,
    /// Whether it is a version that was withdrawn.
    pub is_withdrawn: bool,
    /// Disputes about it that did not end.
    pub open_disputes: u32,
    /// Disputes about it whose challenger was right.
    pub upheld_disputes: u32,
}

/// What a node of the graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A version: an entity in PROV's words.
    Version(VersionId),
    /// A job: an activity.
    Job(JobId),
    /// An account: an agent.
    Account(Address),
}

/// How two things relate, in PROV's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// A version from its parent.
    WasDerivedFrom,
    /// A job a version.
    Used,
    /// A model version by a job that it is bound to.
    WasGeneratedBy,
    /// A version to its creator.
    WasAttributedTo,
    /// A job with its trainer.
    WasAssociatedWith,
}

/// An edge of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProvenanceEdge {
    /// The later thing: the child, the job, the model.
    pub from: Thing,
    /// The earlier thing.
    pub to: Thing,
    /// How they relate.
    pub relation: Relation,
    /// For a derivation, the share of income that flows along it.
    pub share: Option<Ppm>,
}

/// A part of the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Nodes, nearest first.
    pub nodes: Vec<ProvenanceNode>,
    /// Edges between those nodes.
    pub edges: Vec<ProvenanceEdge>,
    /// Whether a limit left something out within the depth.
    pub is_truncated: bool,
}

const LIST: &str = "provenance";

/// Depth beyond which nothing is walked; what the registry allows is deeper.
pub const DEPTH_MAX: u32 = 16;

impl Reader {
    /// The graph around a root as of a block, at most `depth` edges away and `nodes_max` nodes in all.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn provenance(
        &self,
        at: u64,
        root: &ProvenanceRoot,
        direction: Direction,
        depth: u32,
        nodes_max: u32,
    ) -> Result<Provenance, DbError> {
        let depth = depth.min(DEPTH_MAX);
        let (start, is_job) = match root {
            ProvenanceRoot::Version(version) => (version.as_bytes().to_vec(), false),
            ProvenanceRoot::Job(job) => (job.as_bytes().to_vec(), true),
        };
        let steps_max = i64::from(nodes_max + 1) * i64::from(DEPTH_MAX + 1);
        let query = sqlx::query(include_str!("provenance.sql"))
            .bind(self.chain())
            .bind(i64::try_from(at).unwrap_or(i64::MAX))
            .bind(start)
            .bind(is_job)
            .bind(i32::try_from(depth).unwrap_or(i32::MAX))
            .bind(direction == Direction::Down)
            .bind(i64::from(nodes_max) + 1)
            .bind(steps_max);
        let rows = self.fetch(LIST, query).await?;
        let facts = readable(LIST, rows.iter().map(|row| Row::read(&Cells(row))).collect::<Result<Vec<_>, _>>())?;
        Ok(graph(&facts, nodes_max as usize, steps_max))
    }
}

#[derive(Clone, Copy, Debug)]
enum Row {
    /// A version or job, and the account behind it.
    Thing(ProvenanceNode, Relation, Address),
    Derived(VersionId, VersionId, Ppm),
    Used(JobId, VersionId),
    Generated(VersionId, JobId),
    Steps(u32),
}

impl Row {
    fn read(row: &Cells<'_>) -> Result<Self, CellError> {
        let thing = |thing, relation| {
            let node = ProvenanceNode {
                depth: row.small("number")?,
                thing,
                is_withdrawn: row.cell("is_withdrawn")?,
                open_disputes: row.small("open_disputes")?,
                upheld_disputes: row.small("upheld_disputes")?,
            };
            Ok(Self::Thing(node, relation, row.address("object")?))
        };
        match row.text("kind")?.as_str() {
            "version" => thing(Thing::Version(row.word("subject")?), Relation::WasAttributedTo),
            "job" => thing(Thing::Job(row.word("subject")?), Relation::WasAssociatedWith),
            "derived" => Ok(Self::Derived(row.word("subject")?, row.word("object")?, row.share("number")?)),
            "used" => Ok(Self::Used(row.word("subject")?, row.word("object")?)),
            "generated" => Ok(Self::Generated(row.word("subject")?, row.word("object")?)),
            _ => Ok(Self::Steps(row.small("number")?)),
        }
    }
}

/// Nodes by distance under the limit, and the edges both of whose ends are among them.
fn graph(rows: &[Row], nodes_max: usize, steps_max: i64) -> Provenance {
    let mut nodes: Vec<ProvenanceNode> = Vec::new();
    let mut agents: std::collections::BTreeMap<Address, u32> = std::collections::BTreeMap::new();
    let mut edges: Vec<ProvenanceEdge> = Vec::new();
    let mut is_truncated = false;
    let edge = |from, to, relation, share| ProvenanceEdge { from, to, relation, share };
    for row in rows {
        match *row {
            Row::Thing(node, relation, account) => {
                nodes.push(node);
                let agent = agents.entry(account).or_insert(node.depth + 1);
                *agent = (*agent).min(node.depth + 1);
                edges.push(edge(node.thing, Thing::Account(account), relation, None));
            }
            Row::Derived(child, parent, share) => {
                let (child, parent) = (Thing::Version(child), Thing::Version(parent));
                edges.push(edge(child, parent, Relation::WasDerivedFrom, Some(share)));
            }
            Row::Used(job, version) => {
                edges.push(edge(Thing::Job(job), Thing::Version(version), Relation::Used, None));
            }
            Row::Generated(version, job) => {
                edges.push(edge(Thing::Version(version), Thing::Job(job), Relation::WasGeneratedBy, None));
            }
            Row::Steps(steps) => is_truncated |= i64::from(steps) >= steps_max,
        }
    }
    nodes.extend(agents.into_iter().map(|(account, depth)| ProvenanceNode {
        depth,
        thing: Thing::Account(account),
        is_withdrawn: false,
        open_disputes: 0,
        upheld_disputes: 0,
    }));
    // Things before the accounts behind them, so that a full graph loses agents first.
    nodes.sort_by_key(|node| (matches!(node.thing, Thing::Account(_)), node.depth, node.thing));
    is_truncated |= nodes.len() > nodes_max;
    nodes.truncate(nodes_max);
    nodes.sort();
    let things: std::collections::BTreeSet<Thing> = nodes.iter().map(|node| node.thing).collect();
    edges.retain(|edge| things.contains(&edge.from) && things.contains(&edge.to));
    edges.sort();
    edges.dedup();
    Provenance { nodes, edges, is_truncated }
}
