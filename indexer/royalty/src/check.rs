//! What an epoch must be before it is settled.

use usufruct_types::{PPM_WHOLE, Ppm, VersionId};

use crate::{Epoch, RoyaltyError};

/// Where each version and each usage stands, from an epoch that passed all checks.
pub(crate) struct Index {
    /// Versions ascending, with the node's index.
    versions: Vec<(VersionId, usize)>,
    /// Places in [`Epoch::usage`], ascending by (node, log).
    usage: Vec<usize>,
}

impl Index {
    /// Checks an epoch. Cost is O(n log n) in nodes and usages, O(1) an edge.
    pub(crate) fn try_new(epoch: &Epoch) -> Result<Self, RoyaltyError> {
        check_nodes(epoch)?;
        check_references(epoch)?;
        Ok(Self { versions: index_versions(epoch)?, usage: index_usage(epoch)? })
    }

    /// The node of a version.
    pub(crate) fn node(&self, version: VersionId) -> Option<usize> {
        let place = self.versions.binary_search_by_key(&version, |&(version, _)| version).ok()?;
        Some(self.versions[place].1)
    }

    /// The place in [`Epoch::usage`] of a log at a node.
    pub(crate) fn usage(&self, epoch: &Epoch, node: usize, log: crate::JobLog) -> Option<usize> {
        let key = |&place: &usize| (epoch.usage[place].node, epoch.usage[place].log);
        let found = self.usage.binary_search_by_key(&(node, log), key).ok()?;
        Some(self.usage[found])
    }
}

fn check_nodes(epoch: &Epoch) -> Result<(), RoyaltyError> {
    // `named_by[p]` is the last child (by index + 1) that named `p`: finds duplicates in O(1) an edge.
    let mut named_by = vec![0; epoch.nodes.len()];
    for (index, node) in epoch.nodes.iter().enumerate() {
        for &(parent, _) in &node.parents {
            if parent >= index {
                return Err(RoyaltyError::ParentNotBefore { node: index, parent });
            }
            if named_by[parent] == index + 1 {
                return Err(RoyaltyError::DuplicateParent { node: index, parent });
            }
            named_by[parent] = index + 1;
        }
        let parts = parts(node.parents.iter().map(|&(_, share)| share));
        if parts > u64::from(PPM_WHOLE) {
            return Err(RoyaltyError::ParentsOverWhole { node: index, parts });
        }
        let parts = self::parts(node.recipients.iter().map(|&(_, share)| share));
        if parts != u64::from(PPM_WHOLE) {
            return Err(RoyaltyError::RecipientsNotWhole { node: index, parts });
        }
    }
    Ok(())
}

fn parts(shares: impl Iterator<Item = Ppm>) -> u64 {
    shares.map(|share| u64::from(share.parts())).sum()
}

fn check_references(epoch: &Epoch) -> Result<(), RoyaltyError> {
    let nodes = epoch.nodes.len();
    let check = |what, position, node| match node < nodes {
        true => Ok(()),
        false => Err(RoyaltyError::UnknownNode { what, position, node, nodes }),
    };
    for (position, revenue) in epoch.revenues.iter().enumerate() {
        check("revenue", position, revenue.node)?;
    }
    for (position, usage) in epoch.usage.iter().enumerate() {
        check("usage", position, usage.node)?;
    }
    Ok(())
}

fn index_versions(epoch: &Epoch) -> Result<Vec<(VersionId, usize)>, RoyaltyError> {
    let mut versions: Vec<_> = epoch.nodes.iter().enumerate().map(|(index, node)| (node.version, index)).collect();
    versions.sort_unstable();
    for pair in versions.windows(2) {
        if pair[0].0 == pair[1].0 {
            return Err(RoyaltyError::DuplicateVersion { version: pair[0].0, first: pair[0].1, second: pair[1].1 });
        }
    }
    Ok(versions)
}

fn index_usage(epoch: &Epoch) -> Result<Vec<usize>, RoyaltyError> {
    let key = |place: usize| (epoch.usage[place].node, epoch.usage[place].log);
    let mut places: Vec<usize> = (0..epoch.usage.len()).collect();
    places.sort_unstable_by_key(|&place| key(place));
    for pair in places.windows(2) {
        if key(pair[0]) == key(pair[1]) {
            let (node, log) = key(pair[0]);
            return Err(RoyaltyError::DuplicateUsage { log, node });
        }
    }
    Ok(places)
}
