//! Whether a derived version's terms are compatible with those of its parents.
//!
//! `TermsBook.conflictOf` decides it on chain, when a version is registered; [`conflict`] is the same
//! rule, so that a publisher learns it before he pays for a transaction. The most restrictive wins:
//! [`meet`] gives the least restrictive bounds that hold for a derivative of several parents, or
//! names the parents that no derivative can satisfy together. [`advise`] says all of it in words,
//! and what the chain does not look at besides.

mod advice;
mod bound;
mod conflict;

pub use advice::{Advice, Finding, advise};
pub use bound::{Bound, Clash, MeetError, meet};
pub use conflict::{Conflict, conflict, conflicts};
