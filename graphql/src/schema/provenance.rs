//! Lineage as a graph, in the words of W3C PROV.

use async_graphql::{Context, Enum, ID, Object};
use usufruct_db::read::{self, ProvenanceRoot, Relation, Thing};
use usufruct_types::VersionId;

use super::{
    account::Account,
    connection::Shown as _,
    context::{At, loaders},
    ids::GlobalId,
    job::Job,
    values::find,
    version::Version,
};
use crate::fault::Fault;

/// Most nodes of an answer.
const NODES_MAX: u32 = 1_000;

/// Which way lineage is walked.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ProvenanceDirection {
    /// To what it derives from.
    Up,
    /// To what derives from it or used it.
    Down,
}

/// What a node of the graph is in PROV's words.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ProvenanceNodeKind {
    /// A version of a dataset.
    Entity,
    /// A job.
    Activity,
    /// An account.
    Agent,
}

/// How two nodes relate in PROV's words.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ProvenanceRelation {
    /// A version was derived from its parent.
    WasDerivedFrom,
    /// A job used a version.
    Used,
    /// A version was attributed to its creator.
    WasAttributedTo,
    /// A job was associated with its trainer.
    WasAssociatedWith,
}

/// A part of the lineage graph.
pub(crate) struct ProvenanceGraph {
    at: At,
    root: GlobalId,
    direction: ProvenanceDirection,
    graph: read::Provenance,
}

impl ProvenanceGraph {
    /// The graph around the version, dataset (its latest version) or job with this global id or version id.
    pub(crate) async fn load(
        ctx: &Context<'_>,
        at: At,
        id: &str,
        direction: ProvenanceDirection,
        depth: u32,
    ) -> Result<Option<Self>, Fault> {
        if depth > read::DEPTH_MAX {
            return Err(Fault::input(
                "DEPTH",
                format!("`depth` is {depth}; lineage is walked at most {} deep", read::DEPTH_MAX),
            ));
        }
        let id = match id.parse::<VersionId>() {
            Ok(version) => GlobalId::Version(version),
            Err(_) => GlobalId::parse(id)?,
        };
        let Some(root) = root(ctx, at, id).await? else { return Ok(None) };
        let way = match direction {
            ProvenanceDirection::Up => read::Direction::Up,
            ProvenanceDirection::Down => read::Direction::Down,
        };
        let graph = loaders(ctx).reader().provenance(at.0, &root, way, depth, NODES_MAX).await?;
        let root = match root {
            ProvenanceRoot::Version(version) => GlobalId::Version(version),
            ProvenanceRoot::Job(job, _) => GlobalId::Job(job),
        };
        Ok(Some(Self { at, root, direction, graph }))
    }
}

async fn root(ctx: &Context<'_>, at: At, id: GlobalId) -> Result<Option<ProvenanceRoot>, Fault> {
    let loaders = loaders(ctx);
    Ok(match id {
        GlobalId::Version(version) => {
            let found = loaders.find::<read::Version>(at.0, read::Version::ID, version).await?;
            found.map(|found| ProvenanceRoot::Version(found.id))
        }
        GlobalId::Dataset(asset) => {
            let latest = loaders.find::<read::Version>(at.0, read::Version::ASSET, asset).await?;
            latest.map(|latest| ProvenanceRoot::Version(latest.id))
        }
        GlobalId::Job(job) => match loaders.find::<read::Job>(at.0, read::Job::ID, job).await? {
            None => None,
            Some(found) => {
                let licenses = loaders.all::<read::JobLicense>(at.0, read::JobLicense::JOB, found.id).await?;
                Some(ProvenanceRoot::Job(found.id, licenses.iter().map(|license| license.version).collect()))
            }
        },
        _ => return Err(Fault::input("BAD_ID", "lineage starts at a version, a dataset or a job")),
    })
}

fn global_id(thing: Thing) -> GlobalId {
    match thing {
        Thing::Version(version) => GlobalId::Version(version),
        Thing::Job(job) => GlobalId::Job(job),
        Thing::Account(account) => GlobalId::Account(account),
    }
}

/// A part of the lineage graph around one thing, in the words of W3C PROV.
#[Object]
impl ProvenanceGraph {
    /// Global id of the node that it was asked for; of a dataset, its latest version.
    async fn root(&self) -> ID {
        self.root.to_id()
    }

    /// Which way it was walked.
    async fn direction(&self) -> ProvenanceDirection {
        self.direction
    }

    /// Versions, jobs and the accounts behind them, nearest first; at most 1,000.
    async fn nodes(&self) -> Vec<ProvenanceNode> {
        self.graph.nodes.iter().map(|node| ProvenanceNode { at: self.at, node: *node }).collect()
    }

    /// Relations between those nodes.
    async fn edges(&self) -> Vec<ProvenanceEdge> {
        self.graph.edges.iter().copied().map(ProvenanceEdge).collect()
    }

    /// Whether the limit of 1,000 nodes left something out. What lies beyond `depth` is not counted as left out.
    async fn is_truncated(&self) -> bool {
        self.graph.is_truncated
    }
}

/// A node of the lineage graph.
pub(crate) struct ProvenanceNode {
    at: At,
    node: read::ProvenanceNode,
}

/// A version, job or account in the lineage graph.
#[Object]
impl ProvenanceNode {
    /// Global id of the version, job or account.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.node.thing).to_id()
    }

    /// What it is in PROV's words.
    async fn kind(&self) -> ProvenanceNodeKind {
        match self.node.thing {
            Thing::Version(_) => ProvenanceNodeKind::Entity,
            Thing::Job(_) => ProvenanceNodeKind::Activity,
            Thing::Account(_) => ProvenanceNodeKind::Agent,
        }
    }

    /// Fewest relations between it and the root.
    async fn depth(&self) -> u32 {
        self.node.depth
    }

    /// The version; null for other kinds.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        match self.node.thing {
            Thing::Version(version) => Ok(find(ctx, self.at, read::Version::ID, version).await?),
            _ => Ok(None),
        }
    }

    /// The job; null for other kinds.
    async fn job(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Job>> {
        match self.node.thing {
            Thing::Job(job) => {
                let row = loaders(ctx).find::<read::Job>(self.at.0, read::Job::ID, job).await?;
                Ok(row.map(|row| Job::shown(self.at, row)))
            }
            _ => Ok(None),
        }
    }

    /// The account; null for other kinds.
    async fn account(&self) -> Option<Account> {
        match self.node.thing {
            Thing::Account(account) => Some(Account::new(self.at, account)),
            _ => None,
        }
    }
}

/// A relation of the lineage graph.
pub(crate) struct ProvenanceEdge(read::ProvenanceEdge);

/// How two nodes of the lineage graph relate.
#[Object]
impl ProvenanceEdge {
    /// Global id of the later thing: what derives, uses, is attributed or associated.
    async fn from(&self) -> ID {
        global_id(self.0.from).to_id()
    }

    /// Global id of the earlier thing, or of the account.
    async fn to(&self) -> ID {
        global_id(self.0.to).to_id()
    }

    /// How they relate.
    async fn relation(&self) -> ProvenanceRelation {
        match self.0.relation {
            Relation::WasDerivedFrom => ProvenanceRelation::WasDerivedFrom,
            Relation::Used => ProvenanceRelation::Used,
            Relation::WasAttributedTo => ProvenanceRelation::WasAttributedTo,
            Relation::WasAssociatedWith => ProvenanceRelation::WasAssociatedWith,
        }
    }

    /// For a derivation, the share of the child's income that flows to the parent, in parts per million.
    async fn share_ppm(&self) -> Option<u32> {
        self.0.share.map(|share| share.parts())
    }
}
