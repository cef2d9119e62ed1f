//! Where two inputs part.

use std::fmt::Debug;

use usufruct_types::Address;

use crate::{Carried, Epoch, Holding, Node};

/// The first thing in which two epochs differ, in words, or `None` where they settle from the same
/// input. For two implementations (or an indexer and a replay) whose roots disagree.
pub fn first_difference(a: &Epoch, b: &Epoch) -> Option<String> {
    let (a, b) = (a.canonical(), b.canonical());
    differ("chain id", &a.chain_id, &b.chain_id)
        .or_else(|| differ("contract", &a.contract, &b.contract))
        .or_else(|| differ("epoch", &a.index, &b.index))
        .or_else(|| differ("treasury", &a.treasury, &b.treasury))
        .or_else(|| lists("node", &a.nodes, &b.nodes, |node| node.version, node))
        .or_else(|| lists("revenue", &a.revenues, &b.revenues, |revenue| revenue.node, whole))
        .or_else(|| {
            lists(
                "usage",
                &a.usage,
                &b.usage,
                |usage| (usage.log, usage.node),
                |what, a, b| {
                    differ(&format!("{what}, node"), &a.node, &b.node)
                        .or_else(|| differ(&format!("{what}, log"), &a.log, &b.log))
                        .or_else(|| holdings(&format!("{what}, units"), a.units.as_deref(), b.units.as_deref()))
                },
            )
        })
        .or_else(|| carried(&a.carried, &b.carried))
}

fn differ<T: PartialEq + Debug>(what: &str, a: &T, b: &T) -> Option<String> {
    (a != b).then(|| format!("{what}: {a:?} and {b:?}"))
}

fn whole<T: PartialEq + Debug>(what: &str, a: &T, b: &T) -> Option<String> {
    differ(what, a, b)
}

/// The first entry in which two lists differ, else their lengths.
fn lists<T: PartialEq, N: Debug>(
    what: &str,
    a: &[T],
    b: &[T],
    name: impl Fn(&T) -> N,
    inside: impl Fn(&str, &T, &T) -> Option<String>,
) -> Option<String> {
    let position = a.iter().zip(b).position(|(a, b)| a != b);
    match position {
        Some(place) => inside(&format!("{what} {place} ({:?})", name(&a[place])), &a[place], &b[place]),
        None => match (a.get(b.len()), b.get(a.len())) {
            (Some(extra), _) => Some(format!("{what} {} ({:?}) is only in the first", b.len(), name(extra))),
            (_, Some(extra)) => Some(format!("{what} {} ({:?}) is only in the second", a.len(), name(extra))),
            (None, None) => None,
        },
    }
}

fn node(what: &str, a: &Node, b: &Node) -> Option<String> {
    let named = |part: &str| format!("{what}, {part}");
    differ(&named("version"), &a.version, &b.version)
        .or_else(|| lists(&named("parent"), &a.parents, &b.parents, |(parent, _)| *parent, whole))
        .or_else(|| differ(&named("diverted"), &a.is_diverted, &b.is_diverted))
        .or_else(|| differ(&named("curator share"), &a.curator_share, &b.curator_share))
        .or_else(|| lists(&named("curator"), &a.curators, &b.curators, |(account, _)| *account, whole))
        .or_else(|| lists(&named("recipient"), &a.recipients, &b.recipients, |(account, _)| *account, whole))
        .or_else(|| holdings(&named("holdings"), a.holdings.as_deref(), b.holdings.as_deref()))
}

fn holdings(what: &str, a: Option<&[Holding]>, b: Option<&[Holding]>) -> Option<String> {
    let name = |holding: &Holding| -> Option<Address> { holding.contributor };
    match (a, b) {
        (Some(a), Some(b)) => lists(what, a, b, name, whole),
        (None, None) => None,
        (Some(_), None) => Some(format!("{what}: known only to the first")),
        (None, Some(_)) => Some(format!("{what}: known only to the second")),
    }
}

fn carried(a: &Carried, b: &Carried) -> Option<String> {
    maps("cumulative payout (token, account)", &a.cumulative, &b.cumulative)
        .or_else(|| maps("carried fraction of token", &a.fractions, &b.fractions))
        .or_else(|| maps("deferred", &a.deferred, &b.deferred))
        .or_else(|| maps("escrow (version, token)", &a.escrow, &b.escrow))
}

fn maps<'a, K, V, M>(what: &str, a: &'a M, b: &'a M) -> Option<String>
where
    K: PartialEq + Debug + 'a,
    V: PartialEq + Debug + 'a,
    &'a M: IntoIterator<Item = (&'a K, &'a V)>,
{
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    loop {
        match (a.next(), b.next()) {
            (None, None) => return None,
            (Some(a), Some(b)) if a == b => {}
            (a, b) => return Some(format!("{what}: {a:?} and {b:?}")),
        }
    }
}
