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
    /// To what derives from it or used it.
    Down,
}

/// Where to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProvenanceRoot {
    /// A version.
    Version(VersionId),
    /// A job and the versions of its licenses.
    Job(JobId, Vec<VersionId>),
}

/// A thing in the graph and its least distance from the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProvenanceNode {
    /// Edges between it and the root, the fewest.
    pub depth: u32,
    /// What it is.
    pub thing: Thing,
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
    /// A version to its creator.
    WasAttributedTo,
    /// A job with its trainer.
    WasAssociatedWith,
}

/// An edge of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProvenanceEdge {
    /// The later thing: the child, the job.
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
        let (starts, start_depth, job) = match root {
            ProvenanceRoot::Version(version) => (vec![*version], 0, None),
            // Nothing derives from a job yet, so downwards there is only the job itself.
            ProvenanceRoot::Job(job, versions) if direction == Direction::Up && depth > 0 => {
                (versions.clone(), 1, Some(*job))
            }
            ProvenanceRoot::Job(job, _) => (Vec::new(), 0, Some(*job)),
        };
        let starts: Vec<Vec<u8>> = starts.iter().map(|version| version.as_bytes().to_vec()).collect();
        let steps_max = i64::from(nodes_max + 1) * i64::from(DEPTH_MAX + 1);
        let query = sqlx::query(include_str!("provenance.sql"))
            .bind(self.chain())
            .bind(i64::try_from(at).unwrap_or(i64::MAX))
            .bind(starts)
            .bind(start_depth)
            .bind(i32::try_from(depth).unwrap_or(i32::MAX))
            .bind(direction == Direction::Down)
            .bind(job.map(|job| job.as_bytes().to_vec()))
            .bind(i64::from(nodes_max) + 1)
            .bind(steps_max);
        let rows = self.fetch(LIST, query).await?;
        let facts = readable(LIST, rows.iter().map(|row| Row::read(&Cells(row))).collect::<Result<Vec<_>, _>>())?;
        let trainer = match root {
            ProvenanceRoot::Job(job, _) => Some(*job),
            ProvenanceRoot::Version(_) => None,
        };
        Ok(graph(&facts, trainer, nodes_max as usize, steps_max))
    }
}

#[derive(Clone, Copy, Debug)]
enum Row {
    Version(VersionId, Address, u32),
    Derived(VersionId, VersionId, Ppm),
    Used(JobId, VersionId),
    Job(JobId, Address, u32),
    Steps(u32),
}

impl Row {
    fn read(row: &Cells<'_>) -> Result<Self, CellError> {
        Ok(match row.text("kind")?.as_str() {
            "version" => Self::Version(row.word("subject")?, row.address("object")?, row.small("depth")?),
            "derived" => Self::Derived(row.word("subject")?, row.word("object")?, row.share("share_ppm")?),
            "used" => Self::Used(row.word("subject")?, row.word("object")?),
            "job" => Self::Job(row.word("subject")?, row.address("object")?, row.small("depth")?),
            _ => Self::Steps(row.small("depth")?),
        })
    }
}

/// Nodes by distance under the limit, and the edges both of whose ends are among them.
fn graph(rows: &[Row], root_job: Option<JobId>, nodes_max: usize, steps_max: i64) -> Provenance {
    let mut nodes: std::collections::BTreeMap<Thing, u32> = std::collections::BTreeMap::new();
    let mut edges: Vec<ProvenanceEdge> = Vec::new();
    let mut is_truncated = false;
    if let Some(job) = root_job {
        nodes.insert(Thing::Job(job), 0);
    }
    let edge = |from, to, relation, share| ProvenanceEdge { from, to, relation, share };
    for row in rows {
        match *row {
            Row::Version(version, creator, depth) => {
                nodes.insert(Thing::Version(version), depth);
                let agent = nodes.entry(Thing::Account(creator)).or_insert(depth + 1);
                *agent = (*agent).min(depth + 1);
                edges.push(edge(Thing::Version(version), Thing::Account(creator), Relation::WasAttributedTo, None));
            }
            Row::Derived(child, parent, share) => {
                let (child, parent) = (Thing::Version(child), Thing::Version(parent));
                edges.push(edge(child, parent, Relation::WasDerivedFrom, Some(share)));
            }
            Row::Used(job, version) => {
                edges.push(edge(Thing::Job(job), Thing::Version(version), Relation::Used, None));
            }
            Row::Job(job, trainer, depth) => {
                nodes.insert(Thing::Job(job), depth);
                let agent = nodes.entry(Thing::Account(trainer)).or_insert(depth + 1);
                *agent = (*agent).min(depth + 1);
                edges.push(edge(Thing::Job(job), Thing::Account(trainer), Relation::WasAssociatedWith, None));
            }
            Row::Steps(steps) => is_truncated |= i64::from(steps) >= steps_max,
        }
    }
    // Things before the accounts behind them, so that a full graph loses agents first.
    let mut kept: Vec<ProvenanceNode> =
        nodes.into_iter().map(|(thing, depth)| ProvenanceNode { depth, thing }).collect();
    kept.sort_by_key(|node| (matches!(node.thing, Thing::Account(_)), node.depth, node.thing));
    is_truncated |= kept.len() > nodes_max;
    kept.truncate(nodes_max);
    kept.sort();
    let things: std::collections::BTreeSet<Thing> = kept.iter().map(|node| node.thing).collect();
    edges.retain(|edge| things.contains(&edge.from) && things.contains(&edge.to));
    edges.sort();
    edges.dedup();
    Provenance { nodes: kept, edges, is_truncated }
}
