//! License terms and licenses.

use async_graphql::{Context, Enum, ID, Object};
use usufruct_db::read::{self, PublishedTerms};
use usufruct_types::{Obligations, Unit, Uses};

use super::{
    account::Account,
    connection::Shown,
    context::{At, loaders, time_at},
    ids::GlobalId,
    scalars::{BigInt, DateTime, Hash32},
    values::{EventReference, Money, find},
    version::Version,
};

/// A permitted use.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Use {
    /// Training a model from scratch.
    Train,
    /// Fine-tuning a model.
    FineTune,
    /// Evaluation and benchmarks.
    Evaluate,
    /// At inference time: retrieval, examples in a prompt.
    Inference,
    /// Making a derived dataset.
    Derive,
    /// Any commercial use of the above.
    Commercial,
}

impl Use {
    const ALL: [(Self, Uses); 6] = [
        (Self::Train, Uses::TRAIN),
        (Self::FineTune, Uses::FINE_TUNE),
        (Self::Evaluate, Uses::EVALUATE),
        (Self::Inference, Uses::INFERENCE),
        (Self::Derive, Uses::DERIVE),
        (Self::Commercial, Uses::COMMERCIAL),
    ];

    /// The uses of a set.
    pub(crate) fn of(uses: Uses) -> Vec<Self> {
        Self::ALL.iter().filter(|(_, flag)| uses.contains(*flag)).map(|(name, _)| *name).collect()
    }

    /// The uses as a set of bits.
    pub(crate) fn bits(uses: &[Self]) -> u32 {
        Self::ALL.iter().filter(|(name, _)| uses.contains(name)).fold(0, |bits, (_, flag)| bits | flag.0)
    }
}

/// What a licensee must do or not do.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Obligation {
    /// Name the creators.
    Attribution,
    /// Publish derivatives under the same terms.
    ShareAlike,
    /// Put the dataset's name into the model's.
    Naming,
    /// Do not train other models on outputs.
    NoOutputTraining,
}

impl Obligation {
    /// The obligations of a set.
    pub(crate) fn of(obligations: Obligations) -> Vec<Self> {
        let all = [
            (Self::Attribution, Obligations::ATTRIBUTION),
            (Self::ShareAlike, Obligations::SHARE_ALIKE),
            (Self::Naming, Obligations::NAMING),
            (Self::NoOutputTraining, Obligations::NO_OUTPUT_TRAINING),
        ];
        all.iter().filter(|(_, flag)| obligations.contains(*flag)).map(|(name, _)| *name).collect()
    }
}

/// What a price per unit counts.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum PriceUnit {
    /// Nothing: the flat price is the whole price.
    None,
    /// Records read.
    Record,
    /// Tokens read, as the shard table counts them.
    Token,
    /// Bytes of shards read.
    Byte,
}

/// License terms.
pub(crate) struct Terms {
    at: At,
    row: PublishedTerms,
}

impl Shown for Terms {
    type Row = PublishedTerms;

    fn shown(at: At, row: PublishedTerms) -> Self {
        Self { at, row }
    }
}

/// License terms: immutable, named by the hash of what they say. Read from `TermsBook`.
#[Object]
impl Terms {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Terms(self.row.id).to_id()
    }

    /// keccak256 of their ABI encoding.
    async fn terms_id(&self) -> Hash32 {
        self.row.id.into()
    }

    /// SPDX license expression or LicenseRef.
    async fn license(&self) -> &str {
        &self.row.terms.license
    }

    /// Field of use in words, empty for any.
    async fn field_of_use(&self) -> &str {
        &self.row.terms.field_of_use
    }

    /// Permitted uses.
    async fn uses(&self) -> Vec<Use> {
        Use::of(self.row.terms.uses)
    }

    /// What a licensee must do or not do.
    async fn obligations(&self) -> Vec<Obligation> {
        Obligation::of(self.row.terms.obligations)
    }

    /// Whether a license costs nothing, neither flat nor per unit.
    async fn is_free(&self) -> bool {
        self.row.terms.flat_price.is_zero() && self.row.terms.unit_price.is_zero()
    }

    /// Price of a license.
    async fn flat_price(&self) -> Money {
        Money { amount: self.row.terms.flat_price, token: self.row.terms.token }
    }

    /// What `unitPrice` counts.
    async fn unit(&self) -> PriceUnit {
        match self.row.terms.unit {
            Unit::None => PriceUnit::None,
            Unit::Record => PriceUnit::Record,
            Unit::Token => PriceUnit::Token,
            Unit::Byte => PriceUnit::Byte,
        }
    }

    /// Price of one unit that a job consumes, paid from its escrow.
    async fn unit_price(&self) -> Money {
        Money { amount: self.row.terms.unit_price, token: self.row.terms.token }
    }

    /// Share of what a version keeps that goes to its curators, in parts per million.
    async fn curator_share_ppm(&self) -> u32 {
        self.row.terms.curator_share.parts()
    }

    /// Share of inference revenue that a model trained under these terms owes, in parts per million.
    async fn inference_share_ppm(&self) -> u32 {
        self.row.terms.inference_share.parts()
    }

    /// Lifetime of a license in seconds, 0 for ever.
    async fn duration_seconds(&self) -> BigInt {
        self.row.terms.duration_seconds.into()
    }

    /// Last second at which a license is sold; null for no end.
    async fn offered_until(&self) -> Option<DateTime> {
        DateTime::unless_never(self.row.terms.offered_until)
    }

    /// Largest number of monthly users of a licensed product, 0 for no limit.
    async fn user_limit(&self) -> BigInt {
        self.row.terms.user_limit.into()
    }

    /// Who published them first.
    async fn publisher(&self) -> Account {
        Account::new(self.at, self.row.publisher)
    }

    /// The event that published them.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Whether a license can be used.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum LicenseState {
    /// It starts later.
    Upcoming,
    /// It can be used.
    Valid,
    /// Its time is over.
    Expired,
    /// It ended early.
    Revoked,
}

/// A license.
pub(crate) struct License {
    at: At,
    row: read::License,
}

impl Shown for License {
    type Row = read::License;

    fn shown(at: At, row: read::License) -> Self {
        Self { at, row }
    }
}

/// A right to use one version on pinned terms: an ERC-721 token of `LicenseDesk`.
#[Object]
impl License {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::License(self.row.id).to_id()
    }

    /// Its token id, counted from 1.
    async fn license_id(&self) -> BigInt {
        self.row.id.0.into()
    }

    /// The version that it is for.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Who may use it.
    async fn licensee(&self) -> Account {
        Account::new(self.at, self.row.licensee)
    }

    /// Who paid.
    async fn payer(&self) -> Account {
        Account::new(self.at, self.row.payer)
    }

    /// The terms pinned at the sale.
    async fn terms(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Terms>> {
        Ok(find(ctx, self.at, PublishedTerms::ID, self.row.terms).await?)
    }

    /// What was paid for it.
    async fn price(&self) -> Money {
        Money { amount: self.row.price, token: self.row.token }
    }

    /// Price of one unit that a job consumes under it: that of its quote where it has one, else the terms'. Null where
    /// the terms are not known.
    async fn unit_price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        if let Some(meter) = self.row.meter {
            return Ok(Some(Money { amount: meter.unit_price, token: self.row.token }));
        }
        let terms = loaders(ctx).find::<PublishedTerms>(self.at.0, PublishedTerms::ID, self.row.terms).await?;
        Ok(terms.map(|terms| Money { amount: terms.terms.unit_price, token: terms.terms.token }))
    }

    /// Most units that a job may consume under it, in the unit of the terms; null for no cap.
    async fn units_max(&self) -> Option<BigInt> {
        self.row.meter.and_then(|meter| meter.units_max).map(BigInt)
    }

    /// Whether the dataset's owner gave it away to try the version.
    async fn is_trial(&self) -> bool {
        self.row.meter.is_some_and(|meter| meter.is_trial)
    }

    /// Whether it has a price per unit or a cap of its own, by a signed quote or as a trial.
    async fn is_quoted(&self) -> bool {
        self.row.meter.is_some()
    }

    /// What went back to its holder when it was revoked; null where nothing did.
    async fn refund(&self) -> Option<LicenseRefund> {
        self.row.refund.map(|row| LicenseRefund { at: self.at, row })
    }

    /// First second of validity.
    async fn starts_at(&self) -> Option<DateTime> {
        DateTime::from_unix_seconds(self.row.starts_at)
    }

    /// First second after it; null for ever.
    async fn ends_at(&self) -> Option<DateTime> {
        DateTime::unless_never(self.row.ends_at)
    }

    /// Whether it can be used, by the time of the block that this answer holds for.
    async fn state(&self, ctx: &Context<'_>) -> async_graphql::Result<LicenseState> {
        let now = time_at(ctx, self.at).await?;
        Ok(if self.row.revocation.is_some() {
            LicenseState::Revoked
        } else if now < self.row.starts_at {
            LicenseState::Upcoming
        } else if self.row.is_valid_at(now) {
            LicenseState::Valid
        } else {
            LicenseState::Expired
        })
    }

    /// Its early end, if it was revoked.
    async fn revocation(&self) -> Option<LicenseRevocation> {
        self.row.revocation.clone().map(|row| LicenseRevocation { at: self.at, row })
    }

    /// The event that granted it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// Money of a license that went back.
pub(crate) struct LicenseRefund {
    at: At,
    row: read::LicenseRefund,
}

/// Money that the dataset's owner paid back to the holder of a license that they revoked: what was left of it.
#[Object]
impl LicenseRefund {
    /// Who paid it back.
    async fn by(&self) -> Account {
        Account::new(self.at, self.row.from)
    }

    /// How much.
    async fn amount(&self) -> Money {
        Money { amount: self.row.amount, token: self.row.token }
    }

    /// The event.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }
}

/// The early end of a license.
pub(crate) struct LicenseRevocation {
    at: At,
    row: read::LicenseRevocation,
}

/// The early end of a license.
#[Object]
impl LicenseRevocation {
    /// Who revoked it.
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
