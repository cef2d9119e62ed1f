//! What a settlement is computed from: the facts of an epoch in a constant number of statements, read
//! from one snapshot. What they mean is decided by `usufruct-royalty`, never here.

mod epochs;
mod facts;
mod load;
mod rows;
mod stored;

pub use self::{
    epochs::{Claim, EpochRecord, Verdict},
    facts::{
        Commitment, ConsumedUnits, ContributorUnits, EpochFacts, EpochQuery, LogUsage, Parameter, RevenueFact,
        StakeChange, StakeKind, VersionFacts,
    },
};
