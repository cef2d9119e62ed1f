//! Whether the signed-in account may read the shards of a version, and where they are.

use async_graphql::{Context, Object, SimpleObject, Union};
use usufruct_db::read::{self, Listed as _, Provider};
use usufruct_types::VersionId;

use super::{
    account::{Account, Endpoint},
    connection::{Connection, Paging, Shown as _, related},
    content::Shard,
    context::{At, app, asking, loaders, time_at},
    meta::ContractAddresses,
    scalars::{Address, Hash32},
    terms::{License, Terms},
    version::Version,
};
use crate::fault::Fault;

/// Whether the signed-in account may read the shards of a version.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and the large ones are the usual ones")]
pub(crate) enum ShardAccess {
    /// It may.
    Granted(ShardAccessGranted),
    /// It may once it bought a license.
    PaymentRequired(ShardAccessPaymentRequired),
    /// It had a license that no longer counts, and none is sold.
    LicenseDenied(ShardAccessLicenseDenied),
    /// Nobody is signed in.
    SignInRequired(ShardAccessSignInRequired),
    /// There is no such version.
    NotFound(ShardAccessNotFound),
}

/// The shards may be read.
pub(crate) struct ShardAccessGranted {
    at: At,
    version: read::Version,
    license: Option<read::License>,
}

/// The signed-in account may read the shards. Providers still check for themselves whom they serve.
#[Object]
impl ShardAccessGranted {
    /// The version.
    async fn version(&self) -> Version {
        Version::shown(self.at, self.version.clone())
    }

    /// The license that permits it; null where the account registered the version itself.
    async fn license(&self) -> Option<License> {
        self.license.clone().map(|row| License::shown(self.at, row))
    }

    /// The shards by position.
    async fn shards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<Shard>> {
        let paging = Paging { first, after, last, before };
        let (key, order) = (self.version.shard_table, read::Shard::ORDER);
        let mut shards: Connection<Shard> =
            related(ctx, self.at, read::Shard::TABLE, key, vec![], order, paging).await?;
        shards.for_each(|shard| shard.version = Some(self.version.id));
        Ok(shards)
    }

    /// Endpoints to fetch them from, the latest announced first.
    async fn providers(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Endpoint>> {
        let rows = loaders(ctx).all::<Provider>(self.at.0, Provider::BLOB, self.version.manifest).await?;
        Ok(rows.into_iter().map(|Provider(row)| Endpoint::new(self.at, row)).collect())
    }
}

/// A license has to be bought.
pub(crate) struct ShardAccessPaymentRequired {
    at: At,
    version: read::Version,
    terms: read::PublishedTerms,
}

/// A license has to be bought first: allow `royaltyRoots` the price, then call `LicenseDesk.buy(versionId, termsId,
/// maxPrice, licensee)`.
#[Object]
impl ShardAccessPaymentRequired {
    /// The version.
    async fn version(&self) -> Version {
        Version::shown(self.at, self.version.clone())
    }

    /// The terms that a license is sold on.
    async fn terms(&self) -> Terms {
        Terms::shown(self.at, self.terms.clone())
    }

    /// What a license costs; units consumed come on top, by the terms.
    async fn price(&self) -> super::values::Money {
        super::values::Money { amount: self.terms.terms.flat_price, token: self.terms.terms.token }
    }

    /// The contract that sells it.
    async fn license_desk(&self, ctx: &Context<'_>) -> Address {
        Address(app(ctx).deployment.contracts.license_desk)
    }

    /// The contract that the price has to be allowed to.
    async fn spender(&self, ctx: &Context<'_>) -> Address {
        Address(app(ctx).deployment.contracts.royalty_roots)
    }

    /// All contracts of the deployment.
    async fn contracts(&self, ctx: &Context<'_>) -> ContractAddresses {
        ContractAddresses::of(&app(ctx).deployment.contracts)
    }
}

/// No license permits it and none is sold.
pub(crate) struct ShardAccessLicenseDenied {
    at: At,
    license: Option<read::License>,
    reason: &'static str,
}

/// No license of the account permits it, and none is sold.
#[Object]
impl ShardAccessLicenseDenied {
    /// The account's newest license for the version, which no longer counts.
    async fn license(&self) -> Option<License> {
        self.license.clone().map(|row| License::shown(self.at, row))
    }

    /// Why, in words.
    async fn reason(&self) -> &str {
        self.reason
    }
}

/// Nobody is signed in.
#[derive(SimpleObject)]
pub(crate) struct ShardAccessSignInRequired {
    /// What to do, in words.
    message: String,
}

/// There is no such version.
#[derive(SimpleObject)]
pub(crate) struct ShardAccessNotFound {
    /// The id that was asked for.
    version_id: Hash32,
}

impl ShardAccess {
    /// Decides for the session of the request.
    pub(crate) async fn decide(ctx: &Context<'_>, at: At, id: VersionId) -> Result<Self, Fault> {
        let loaders = loaders(ctx);
        let Some(version) = loaders.find::<read::Version>(at.0, read::Version::ID, id).await? else {
            return Ok(Self::NotFound(ShardAccessNotFound { version_id: id.into() }));
        };
        let Some(session) = &asking(ctx).session else {
            let message =
                "Sign in with `signInChallenge` and `signIn`, then send the token as `Authorization: Bearer`.";
            return Ok(Self::SignInRequired(ShardAccessSignInRequired { message: message.to_owned() }));
        };
        if version.creator == session.account {
            return Ok(Self::Granted(ShardAccessGranted { at, version, license: None }));
        }
        // The newest first: one that counts decides, otherwise the newest tells why not.
        let conditions = vec![read::License::LICENSEE.is(session.account)];
        let licenses = loaders
            .page::<read::License>(
                at.0,
                read::License::VERSION,
                id,
                conditions,
                read::License::ORDER,
                read::Page::first(500),
            )
            .await?;
        let now = time_at(ctx, at).await?;
        let mut licenses = licenses.entries.iter().map(|entry| &entry.row);
        let newest = licenses.clone().next().cloned();
        if let Some(license) = licenses.find(|license| license.is_valid_at(now)) {
            return Ok(Self::Granted(ShardAccessGranted { at, version, license: Some(license.clone()) }));
        }
        let terms = loaders.find::<read::PublishedTerms>(at.0, read::PublishedTerms::ID, version.terms).await?;
        let denied = |reason| Self::LicenseDenied(ShardAccessLicenseDenied { at, license: newest, reason });
        Ok(match terms {
            _ if version.tombstone.is_some() => denied("the version is withdrawn; no license is sold for it"),
            None => denied("the terms of the version were never published"),
            Some(terms) if terms.terms.offered_until != 0 && terms.terms.offered_until < now => {
                denied("the offer of these terms has ended")
            }
            Some(terms) => Self::PaymentRequired(ShardAccessPaymentRequired { at, version, terms }),
        })
    }
}

/// Who is signed in.
pub(crate) struct Viewer {
    at: At,
    session: usufruct_db::sessions::Session,
}

/// The session of this request.
#[Object]
impl Viewer {
    /// The account that signed in.
    async fn account(&self) -> Account {
        Account::new(self.at, self.session.account)
    }

    /// When the session ends.
    async fn expires_at(&self) -> Option<super::scalars::DateTime> {
        super::scalars::DateTime::from_unix_seconds(self.session.expires_at)
    }
}

impl Viewer {
    pub(crate) fn of(ctx: &Context<'_>, at: At) -> Option<Self> {
        asking(ctx).session.map(|session| Self { at, session })
    }
}
