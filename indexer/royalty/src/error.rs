use usufruct_types::{Address, VersionId};

use crate::{Fixed, JobLog};

/// Why an epoch cannot be settled. Nothing is paid then: the input, or this crate, is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoyaltyError {
    /// Two nodes have one id.
    #[error("version {version} is listed twice, as nodes {first} and {second}")]
    DuplicateVersion {
        /// The id.
        version: VersionId,
        /// Index of the one.
        first: usize,
        /// Index of the other.
        second: usize,
    },
    /// A parent stands at or after its child: not in registration order, or a cycle.
    #[error("node {node} names node {parent} as a parent, which is not registered before it")]
    ParentNotBefore {
        /// Index of the child.
        node: usize,
        /// Index of the parent.
        parent: usize,
    },
    /// A parent is named twice: its two shares would be ambiguous.
    #[error("node {node} names node {parent} as a parent twice")]
    DuplicateParent {
        /// Index of the child.
        node: usize,
        /// Index of the parent.
        parent: usize,
    },
    /// The parents' shares exceed the whole.
    #[error("the parents of node {node} take {parts} ppm, more than the whole")]
    ParentsOverWhole {
        /// Index of the child.
        node: usize,
        /// Sum of the shares in ppm.
        parts: u64,
    },
    /// The recipients' shares are not the whole.
    #[error("the recipients of node {node} share {parts} ppm instead of the whole")]
    RecipientsNotWhole {
        /// Index of the node.
        node: usize,
        /// Sum of the shares in ppm.
        parts: u64,
    },
    /// A revenue or a usage names a node that is not there.
    #[error("{what} {position} names node {node}, but there are {nodes}")]
    UnknownNode {
        /// `revenue` or `usage`.
        what: &'static str,
        /// Index in its list.
        position: usize,
        /// The node it names.
        node: usize,
        /// Number of nodes.
        nodes: usize,
    },
    /// Two usages are for the same log and node.
    #[error("the usage of log {} of job {} at node {node} is listed twice", .log.log, .log.job)]
    DuplicateUsage {
        /// The log.
        log: JobLog,
        /// Index of the node.
        node: usize,
    },
    /// A sum left its range: beyond 2^128 - 1 units in payouts, 2^192 in sums between, 2^256 in weights.
    #[error("a sum leaves its range")]
    Overflow,
    /// An account's cumulative payout, or the token's total, is no amount any more.
    #[error("the cumulative payouts of token {token} exceed 2^128 - 1 at account {account}")]
    CumulativeOverflow {
        /// The token.
        token: Address,
        /// The account at which it happened.
        account: Address,
    },
    /// What goes out is not what came in. This is a fault of this crate, never of the input.
    #[error("token {token} is not conserved: {input} came in, {output} went out; this is a defect, do not publish")]
    NotConserved {
        /// The token.
        token: Address,
        /// Revenue plus what was carried in.
        input: Fixed,
        /// Payouts plus what is carried on.
        output: Fixed,
    },
}
