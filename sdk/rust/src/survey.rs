//! The chain read whole, for those who trust no server: versions, terms, who serves at which endpoint,
//! licenses and epochs, as of one block.
//!
//! It costs one pass over our contracts' logs. Who needs one answer now and then asks the GraphQL server and
//! checks it; who is about to pay, claim or verify takes a survey.

use std::collections::{BTreeMap, HashMap};

use usufruct_chain::{ChainError, Reader};
use usufruct_storage::Provider;
use usufruct_types::{
    Address, AssetId, BlockRef, EpochIndex, LicenseId, Terms, TermsId, VersionId,
    event::{EpochProposal, Event, VersionInput},
};

/// Longest list of addresses that is taken from an announcement.
const ADDRESSES_MAX: usize = 16;

/// A version as it was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredVersion {
    /// Who registered it.
    pub creator: Address,
    /// Position in its asset, from 1.
    pub ordinal: u32,
    /// What was registered.
    pub input: VersionInput,
    /// Whether it was withdrawn.
    pub is_tombstoned: bool,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Who created it.
    pub creator: Address,
    /// Its name.
    pub name: String,
}

/// A license as it was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantedLicense {
    /// The version.
    pub version: VersionId,
    /// Who may use it.
    pub licensee: Address,
    /// The terms pinned at the sale.
    pub terms: TermsId,
    /// First Unix second of validity.
    pub starts_at: u64,
    /// First Unix second after it, 0 for ever.
    pub ends_at: u64,
    /// Whether it ended early.
    pub is_revoked: bool,
}

impl GrantedLicense {
    /// Whether it holds at a Unix second.
    pub const fn is_valid_at(&self, second: u64) -> bool {
        !self.is_revoked && self.starts_at <= second && (self.ends_at == 0 || second < self.ends_at)
    }
}

/// An epoch's root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledEpoch {
    /// Who proposed it.
    pub settler: Address,
    /// What was proposed.
    pub proposal: EpochProposal,
    /// Unix second from which it can be made final.
    pub finalizable_at: u64,
    /// Whether it is final.
    pub is_final: bool,
}

/// Everything that our contracts said up to a block.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The block that it is as of.
    pub as_of: BlockRef,
    /// Unix second of that block.
    pub time: u64,
    /// Assets by id.
    pub assets: HashMap<AssetId, Asset>,
    /// Versions by id.
    pub versions: HashMap<VersionId, RegisteredVersion>,
    /// Terms by id.
    pub terms: HashMap<TermsId, Terms>,
    /// Where an account serves blobs: its latest announcement.
    pub endpoints: HashMap<Address, Provider>,
    /// Licenses by id.
    pub licenses: BTreeMap<LicenseId, GrantedLicense>,
    /// Epochs that are proposed or final; rejected ones are left out.
    pub epochs: BTreeMap<EpochIndex, SettledEpoch>,
}

impl Survey {
    /// Reads the chain from the deployment's first block to its head.
    pub async fn read(reader: &Reader) -> Result<Self, ChainError> {
        let head = reader.head().await?;
        let mut survey = Self {
            as_of: head.block_ref(),
            time: head.timestamp,
            assets: HashMap::new(),
            versions: HashMap::new(),
            terms: HashMap::new(),
            endpoints: HashMap::new(),
            licenses: BTreeMap::new(),
            epochs: BTreeMap::new(),
        };
        let first = reader.deployment().block;
        if first <= head.number {
            for located in reader.events(first..=head.number).await?.events {
                survey.fold(located.event);
            }
        }
        Ok(survey)
    }

    /// Who can be asked for the blobs of a version: its creator, then whoever serves for a licensee.
    pub fn providers_of(&self, version: VersionId) -> Vec<Provider> {
        let creator = self.versions.get(&version).and_then(|registered| self.endpoints.get(&registered.creator));
        creator.cloned().into_iter().collect()
    }

    /// The newest valid license of an account for a version.
    pub fn license_of(&self, account: Address, version: VersionId) -> Option<LicenseId> {
        let held = self.licenses.iter().rev().find(|(_, license)| {
            license.version == version && license.licensee == account && license.is_valid_at(self.time)
        });
        held.map(|(&id, _)| id)
    }

    /// The last final epoch.
    pub fn last_final(&self) -> Option<(EpochIndex, &SettledEpoch)> {
        self.epochs.iter().rev().find(|(_, epoch)| epoch.is_final).map(|(&index, epoch)| (index, epoch))
    }

    fn fold(&mut self, event: Event) {
        match event {
            Event::AssetCreated { asset, creator, name, .. } => {
                self.assets.insert(asset, Asset { creator, name });
            }
            Event::VersionRegistered { version, creator, ordinal, input } => {
                self.versions.insert(version, RegisteredVersion { creator, ordinal, input, is_tombstoned: false });
            }
            Event::VersionTombstoned { version, .. } => {
                if let Some(registered) = self.versions.get_mut(&version) {
                    registered.is_tombstoned = true;
                }
            }
            Event::EndpointAnnounced { account, endpoint, addresses } => {
                self.endpoints.insert(account, Provider { endpoint, addresses: parse_addresses(&addresses) });
            }
            Event::TermsPublished { terms_id, terms, .. } => {
                self.terms.insert(terms_id, terms);
            }
            Event::LicenseGranted { license, version, licensee, terms_id, starts_at, ends_at, .. } => {
                let granted =
                    GrantedLicense { version, licensee, terms: terms_id, starts_at, ends_at, is_revoked: false };
                self.licenses.insert(license, granted);
            }
            Event::LicenseRevoked { license, .. } => {
                if let Some(license) = self.licenses.get_mut(&license) {
                    license.is_revoked = true;
                }
            }
            Event::RootProposed { settler, proposal, finalizable_at, .. } => {
                let epoch = SettledEpoch { settler, finalizable_at, is_final: false, proposal };
                self.epochs.insert(epoch.proposal.epoch, epoch);
            }
            Event::RootFinalized { epoch, .. } => {
                if let Some(settled) = self.epochs.get_mut(&epoch) {
                    settled.is_final = true;
                }
            }
            Event::RootRejected { epoch, .. } => {
                self.epochs.remove(&epoch);
            }
            _ => {}
        }
    }
}

/// The socket addresses of an announcement; anybody can write anything there, so what is none is passed over.
pub(crate) fn parse_addresses(text: &str) -> Vec<std::net::SocketAddr> {
    text.split(',').filter_map(|address| address.trim().parse().ok()).take(ADDRESSES_MAX).collect()
}

/// An announcement of socket addresses.
pub(crate) fn addresses_text(addresses: &[std::net::SocketAddr]) -> String {
    addresses.iter().take(ADDRESSES_MAX).map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip_and_nonsense_is_passed_over() {
        let addresses = ["127.0.0.1:4433".parse().expect("an address"), "[::1]:1".parse().expect("an address")];
        assert_eq!(parse_addresses(&addresses_text(&addresses)), addresses);
        assert_eq!(parse_addresses("nonsense, 127.0.0.1:4433,,10.0.0.1"), addresses[..1]);
        assert_eq!(parse_addresses(""), []);
        assert_eq!(parse_addresses(&"127.0.0.1:1,".repeat(100)).len(), ADDRESSES_MAX);
    }

    #[test]
    fn a_license_holds_inside_its_time_unless_revoked() {
        let license = GrantedLicense {
            version: VersionId::default(),
            licensee: Address::ZERO,
            terms: TermsId::default(),
            starts_at: 10,
            ends_at: 20,
            is_revoked: false,
        };
        let valid = |second| license.is_valid_at(second);
        assert_eq!([valid(9), valid(10), valid(19), valid(20)], [false, true, true, false]);
        assert!(!GrantedLicense { is_revoked: true, ..license }.is_valid_at(15));
        assert!(GrantedLicense { ends_at: 0, ..license }.is_valid_at(u64::MAX));
    }
}
