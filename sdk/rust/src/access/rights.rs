//! Who may read what: a fold over chain events, without a clock or a connection.

use std::collections::{BTreeSet, HashMap, HashSet};

use usufruct_types::{Address, BlobHash, EndpointId, LicenseId, TermsId, VersionId, event::Event};

/// What a provider serves of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedVersion {
    /// The version.
    pub version: VersionId,
    /// Whether all its prices are zero, so that anybody may read it.
    pub is_public: bool,
    /// Its shards.
    pub shards: Vec<BlobHash>,
    /// Who may read it without a license: its creator and its contributors.
    pub insiders: Vec<Address>,
}

/// A version as the chain knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Who registered it.
    pub creator: Address,
    /// Its manifest.
    pub manifest: BlobHash,
    /// Its shard table.
    pub shard_table: BlobHash,
    /// Its license terms.
    pub terms: TermsId,
}

/// The state of all rights as of a block.
///
/// Unknown hashes are refused: a provider's store also holds what it bought from others and what it is
/// about to publish.
#[derive(Debug, Default)]
pub(super) struct Rights {
    /// Events that count here, by block, to be folded again after a reorg.
    journal: Vec<(u64, Event)>,
    announcements: HashMap<Address, (EndpointId, String)>,
    accounts_of: HashMap<EndpointId, BTreeSet<Address>>,
    licenses: HashMap<LicenseId, License>,
    licenses_of: HashMap<(VersionId, Address), Vec<LicenseId>>,
    versions: HashMap<VersionId, Registered>,
    free_terms: HashSet<TermsId>,
    /// What this provider serves; not from the chain, so a reorg leaves it alone.
    served: Served,
}

#[derive(Debug, Default)]
struct Served {
    public: HashSet<BlobHash>,
    versions_of: HashMap<BlobHash, BTreeSet<VersionId>>,
    insiders: HashMap<VersionId, HashSet<Address>>,
    trusted: HashSet<EndpointId>,
}

#[derive(Clone, Copy, Debug)]
struct License {
    starts_at: u64,
    /// 0 for ever.
    ends_at: u64,
    is_revoked: bool,
}

impl License {
    const fn is_valid(&self, now: u64) -> bool {
        !self.is_revoked && self.starts_at <= now && (self.ends_at == 0 || now < self.ends_at)
    }
}

impl Rights {
    /// Takes an event of block `block` into account; the order is the chain's.
    pub(super) fn apply(&mut self, block: u64, event: &Event) {
        if self.fold(event) {
            self.journal.push((block, event.clone()));
        }
    }

    /// Forgets everything after block `block`.
    pub(super) fn revert_to(&mut self, block: u64) {
        let mut journal = std::mem::take(&mut self.journal);
        journal.retain(|&(number, _)| number <= block);
        *self = Self { served: std::mem::take(&mut self.served), ..Self::default() };
        for (_, event) in &journal {
            self.fold(event);
        }
        self.journal = journal;
    }

    /// Lets anybody read a blob: manifests, shard tables, usage logs, payout trees.
    pub(super) fn add_public(&mut self, hash: BlobHash) {
        self.served.public.insert(hash);
    }

    /// Lets an endpoint read everything that is served: a mirror of this provider's own choice.
    pub(super) fn add_trusted(&mut self, endpoint: EndpointId) {
        self.served.trusted.insert(endpoint);
    }

    /// Serves the shards of a version to those who may read it.
    pub(super) fn add_version(&mut self, served: &ServedVersion) {
        if served.is_public {
            self.served.public.extend(&served.shards);
            return;
        }
        for &shard in &served.shards {
            self.served.versions_of.entry(shard).or_default().insert(served.version);
        }
        self.served.insiders.entry(served.version).or_default().extend(&served.insiders);
    }

    /// Whether a peer may read a blob at Unix second `now`. Where `is_current` is false the chain has not been
    /// heard of for too long to know of revocations, and licensed shards are held back.
    pub(super) fn permits(&self, endpoint: EndpointId, hash: BlobHash, now: u64, is_current: bool) -> bool {
        if self.served.public.contains(&hash) {
            return true;
        }
        let Some(versions) = self.served.versions_of.get(&hash) else { return false };
        if self.served.trusted.contains(&endpoint) {
            return true;
        }
        let Some(accounts) = self.accounts_of.get(&endpoint) else { return false };
        is_current
            && versions.iter().any(|&version| accounts.iter().any(|&account| self.may_read(account, version, now)))
    }

    /// All registered versions.
    pub(super) fn registered(&self) -> impl Iterator<Item = (VersionId, Registered)> {
        self.versions.iter().map(|(version, registered)| (*version, *registered))
    }

    /// Where an account said it serves blobs: endpoint and addresses, as announced.
    pub(super) fn announcement_of(&self, account: Address) -> Option<(EndpointId, String)> {
        self.announcements.get(&account).cloned()
    }

    /// Whether all prices of terms are zero.
    pub(super) fn is_free(&self, terms: TermsId) -> bool {
        self.free_terms.contains(&terms)
    }

    fn may_read(&self, account: Address, version: VersionId, now: u64) -> bool {
        if self.versions.get(&version).is_some_and(|registered| registered.creator == account) {
            return true;
        }
        if self.served.insiders.get(&version).is_some_and(|insiders| insiders.contains(&account)) {
            return true;
        }
        let held = self.licenses_of.get(&(version, account));
        held.is_some_and(|held| {
            held.iter().any(|id| self.licenses.get(id).is_some_and(|license| license.is_valid(now)))
        })
    }

    /// Whether the event counts here.
    fn fold(&mut self, event: &Event) -> bool {
        match event {
            Event::EndpointAnnounced { account, endpoint, addresses } => {
                // The latest announcement of an account counts; the endpoint before it speaks for it no more.
                if let Some((previous, _)) = self.announcements.insert(*account, (*endpoint, addresses.clone()))
                    && let Some(accounts) = self.accounts_of.get_mut(&previous)
                {
                    accounts.remove(account);
                }
                self.accounts_of.entry(*endpoint).or_default().insert(*account);
            }
            Event::LicenseGranted { license, version, licensee, starts_at, ends_at, .. } => {
                let granted = License { starts_at: *starts_at, ends_at: *ends_at, is_revoked: false };
                self.licenses.insert(*license, granted);
                self.licenses_of.entry((*version, *licensee)).or_default().push(*license);
            }
            Event::LicenseRevoked { license, .. } => {
                if let Some(license) = self.licenses.get_mut(license) {
                    license.is_revoked = true;
                }
            }
            Event::VersionRegistered { version, creator, input, .. } => {
                let (manifest, shard_table, terms) = (input.manifest, input.shard_table, input.terms);
                self.versions.insert(*version, Registered { creator: *creator, manifest, shard_table, terms });
            }
            Event::TermsPublished { terms_id, terms, .. }
                if terms.flat_price.is_zero() && terms.unit_price.is_zero() =>
            {
                self.free_terms.insert(*terms_id);
            }
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
#[path = "rights_tests.rs"]
mod tests;
