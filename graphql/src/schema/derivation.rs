//! What a version derives from, whom it pays, and its end.

use async_graphql::{Context, Object};
use usufruct_db::read::{self, VersionParent};

use super::{
    account::Account,
    connection::Shown,
    context::At,
    values::{EventReference, find},
    version::Version,
};

/// The end of a version.
pub(crate) struct Tombstone {
    pub(crate) at: At,
    pub(crate) row: read::Tombstone,
}

/// The end of a version.
#[Object]
impl Tombstone {
    /// Who withdrew it.
    async fn by(&self) -> Account {
        Account::new(self.at, self.row.by)
    }

    /// Why, in their words.
    async fn reason(&self) -> &str {
        &self.row.reason
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// An edge of lineage.
pub(crate) struct Derivation {
    pub(crate) at: At,
    pub(crate) row: VersionParent,
}

impl Shown for Derivation {
    type Row = VersionParent;

    fn shown(at: At, row: VersionParent) -> Self {
        Self { at, row }
    }
}

/// That one version derives from another, and what of its income flows there.
#[Object]
impl Derivation {
    /// The version that derives.
    async fn child(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// What it derives from.
    async fn parent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.parent).await?)
    }

    /// Share of the child's income that flows to the parent, in parts per million.
    async fn share_ppm(&self) -> u32 {
        self.row.share.parts()
    }
}

/// Who is paid for shards of a version that name no contributor.
pub(crate) struct Recipient {
    pub(crate) at: At,
    pub(crate) row: read::Recipient,
}

/// Who is paid for shards of a version that name no contributor.
#[Object]
impl Recipient {
    /// Who.
    async fn account(&self) -> Account {
        Account::new(self.at, self.row.account)
    }

    /// Their share, in parts per million.
    async fn share_ppm(&self) -> u32 {
        self.row.share.parts()
    }
}
