//! What a request may ask. Counted on the document before it is validated or run, in time linear in
//! its length: validation of fragments that spread each other is exponential in `async-graphql`, with
//! its own limits set, so nothing unbounded may reach it.

mod document;
mod tokens;
mod weights;

use crate::fault::Fault;

pub(crate) use self::{document::measure, tokens::scan, weights::Weights};

/// Limits on one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Tokens of a document.
    pub tokens: u64,
    /// Operations of a document.
    pub operations: u64,
    /// Fields below each other.
    pub depth: u64,
    /// Fields, with every fragment counted wherever it is spread.
    pub fields: u64,
    /// Aliases, counted the same way.
    pub aliases: u64,
    /// Directives, counted the same way.
    pub directives: u64,
    /// Cost: a field costs 1 and what is below it, below a list times the page size.
    pub cost: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            tokens: 4_000,
            operations: 10,
            depth: 20,
            fields: 1_500,
            aliases: 60,
            directives: 60,
            cost: 100_000,
        }
    }
}

/// What a document counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    pub(crate) depth: u64,
    pub(crate) fields: u64,
    pub(crate) aliases: u64,
    pub(crate) directives: u64,
    pub(crate) cost: u64,
}

impl Measure {
    /// The measure of both side by side.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            cost: self.cost.saturating_add(other.cost),
        }
    }

    /// Refuses what is over a limit.
    fn check(&self, limits: &Limits) -> Result<(), Fault> {
        let rules = [
            ("QUERY_TOO_DEEP", "fields below each other", self.depth, limits.depth),
            ("QUERY_TOO_LARGE", "fields, fragments included", self.fields, limits.fields),
            ("TOO_MANY_ALIASES", "aliases", self.aliases, limits.aliases),
            ("TOO_MANY_DIRECTIVES", "directives", self.directives, limits.directives),
            ("QUERY_TOO_COSTLY", "units of cost; ask for smaller pages", self.cost, limits.cost),
        ];
        match rules.into_iter().find(|(_, _, count, limit)| count > limit) {
            Some((code, what, _, limit)) => Err(Fault::input(code, format!("the query has more than {limit} {what}"))),
            None => Ok(()),
        }
    }
}
