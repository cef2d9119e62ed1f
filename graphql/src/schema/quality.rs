//! Rounds of quality scores.

#![expect(clippy::too_many_arguments, reason = "a resolver takes the arguments of its field")]

use async_graphql::{Context, Enum, ID, InputObject, Object};
use usufruct_db::read::{self, Condition, Listed as _};

use super::{
    account::Account,
    connection::{Connection, Paging, Shown, list, related},
    context::{At, at},
    ids::GlobalId,
    scalars::{BigInt, DateTime, Hash32},
    values::{EventReference, Money, find},
    version::Version,
};

/// Where a round stands.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum QualityRoundState {
    /// Scores are committed to or shown, or it waits to be settled; see `commitUntil` and `revealUntil`.
    Open,
    /// It ended, and its median counts.
    Settled,
}

/// What rounds must fulfil to be listed; everything that is given must hold.
#[derive(Default, InputObject)]
pub(crate) struct QualityRoundFilter {
    /// The version judged, by id.
    version: Option<Hash32>,
    /// Where it stands.
    state: Option<QualityRoundState>,
}

impl QualityRoundFilter {
    fn conditions(self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        conditions.extend(self.version.map(|Hash32(version)| read::QualityRound::VERSION.is(version)));
        conditions.extend(self.state.map(|state| match state {
            QualityRoundState::Open => read::QualityRound::open(),
            QualityRoundState::Settled => read::QualityRound::settled(),
        }));
        conditions
    }
}

/// A round of scores.
pub(crate) struct QualityRound {
    at: At,
    row: read::QualityRound,
}

impl Shown for QualityRound {
    type Row = read::QualityRound;

    fn shown(at: At, row: read::QualityRound) -> Self {
        Self { at, row }
    }
}

/// A round in which curators judge a version on `QualityBoard`: hidden scores first, then shown, then settled at the
/// median by stake, so that nobody copies and outliers move nothing.
#[Object]
impl QualityRound {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::QualityRound(self.row.version, self.row.round).to_id()
    }

    /// The version judged.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Its number for the version, from 1.
    async fn round(&self) -> BigInt {
        self.row.round.into()
    }

    /// Where it stands.
    async fn state(&self) -> QualityRoundState {
        if self.row.settlement.is_some() { QualityRoundState::Settled } else { QualityRoundState::Open }
    }

    /// When scores stop being committed to and start being shown; null where no event says how long that takes.
    async fn commit_until(&self) -> Option<DateTime> {
        self.row.commit_until.and_then(DateTime::from_unix_seconds)
    }

    /// When scores stop being shown and it can be settled; null where no event says how long that takes.
    async fn reveal_until(&self) -> Option<DateTime> {
        self.row.reveal_until.and_then(DateTime::from_unix_seconds)
    }

    /// The lowest score such that half of the stake or more gave it or less, in parts per million of the best; null
    /// until it is settled.
    async fn median_ppm(&self) -> Option<u32> {
        self.row.settlement.as_ref().map(|settled| settled.median.parts())
    }

    /// Mean of the scores by stake, none counted above the median, in parts per million; null until it is settled.
    async fn clipped_mean_ppm(&self) -> Option<u32> {
        self.row.settlement.as_ref().map(|settled| settled.clipped_mean.parts())
    }

    /// Stake behind the scores that are shown, in the stake token.
    async fn stake(&self, ctx: &Context<'_>) -> Money {
        let stake = self.row.settlement.as_ref().map_or(self.row.revealed_stake, |settled| settled.stake);
        Money::staked(ctx, stake)
    }

    /// How many curators committed to a score, also those whom a larger stake replaced.
    async fn committed_count(&self) -> BigInt {
        self.row.committed.into()
    }

    /// How many of them showed it.
    async fn revealed_count(&self) -> BigInt {
        self.row.revealed.into()
    }

    /// The scores, the latest committed first.
    async fn scores(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<QualityScore>> {
        let paging = Paging { first, after, last, before };
        let key = read::QualityScore::of(self.row.version, self.row.round);
        let (column, order) = (read::QualityScore::ROUND, read::QualityScore::ORDER);
        Ok(related(ctx, self.at, column, key, vec![], order, paging).await?)
    }

    /// The event that opened it.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event that settled it.
    async fn settlement_event(&self) -> Option<EventReference> {
        self.row.settlement.as_ref().map(|settled| EventReference(settled.at))
    }
}

/// What a curator says in a round.
pub(crate) struct QualityScore {
    at: At,
    row: read::QualityScore,
}

impl Shown for QualityScore {
    type Row = read::QualityScore;

    fn shown(at: At, row: read::QualityScore) -> Self {
        Self { at, row }
    }
}

/// What one curator says of a version in one round.
#[Object]
impl QualityScore {
    /// Opaque global id.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::QualityScore(self.row.version, self.row.round, self.row.curator).to_id()
    }

    /// The version judged.
    async fn version(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Version>> {
        Ok(find(ctx, self.at, read::Version::ID, self.row.version).await?)
    }

    /// Number of the round, from 1.
    async fn round(&self) -> BigInt {
        self.row.round.into()
    }

    /// The curator.
    async fn curator(&self) -> Account {
        Account::new(self.at, self.row.curator)
    }

    /// The hash that hides the score until it is shown.
    async fn commitment(&self) -> Hash32 {
        Hash32(self.row.commitment)
    }

    /// Stake on the dataset when it was committed, in the stake token.
    async fn committed_stake(&self, ctx: &Context<'_>) -> Money {
        Money::staked(ctx, self.row.stake)
    }

    /// The score, in parts per million of the best; null until it is shown.
    async fn score_ppm(&self) -> Option<u32> {
        self.row.reveal.as_ref().map(|reveal| reveal.score.parts())
    }

    /// Stake that it weighs, in the stake token: the smaller one of commitment and reveal. Null until it is shown.
    async fn stake(&self, ctx: &Context<'_>) -> Option<Money> {
        self.row.reveal.as_ref().map(|reveal| Money::staked(ctx, reveal.stake))
    }

    /// Whether it came to stand within 5 % of the settled median; null until both are known.
    async fn is_near_median(&self) -> Option<bool> {
        self.row.is_near()
    }

    /// The event of the commitment.
    async fn event(&self) -> EventReference {
        EventReference(self.row.at)
    }

    /// The event that showed it.
    async fn reveal_event(&self) -> Option<EventReference> {
        self.row.reveal.as_ref().map(|reveal| EventReference(reveal.at))
    }
}

/// Judgement of quality.
#[derive(Default)]
pub(crate) struct QualityQuery;

/// Judgement of quality.
#[Object]
impl QualityQuery {
    /// Rounds of quality scores, newest first.
    async fn quality_rounds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all unless given.")] filter: Option<QualityRoundFilter>,
        #[graphql(desc = "As of this block; the newest indexed one unless given.")] at_block: Option<BigInt>,
        #[graphql(desc = "Rows from the start of the list, at most 500; 20 unless `last` is given.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Only rows after this cursor.")] after: Option<String>,
        #[graphql(desc = "Rows from the end of the list, at most 500.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<QualityRound>> {
        let paging = Paging { first, after, last, before };
        let conditions = filter.unwrap_or_default().conditions();
        Ok(list(ctx, at(ctx, at_block).await?, conditions, read::QualityRound::ORDER, paging).await?)
    }
}
