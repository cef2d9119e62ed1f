//! Assets, versions, terms and endpoints.

use std::net::SocketAddr;

use alloy::{primitives::Address, sol_types::SolCall as _};
use usufruct_types::{
    AssetId, EndpointId, Terms, TermsId, VersionId,
    event::{AssetKind, Event, VersionInput},
};

use super::{Action, Wallet};
use crate::bindings::{AssetRegistry, TermsBook};

impl Wallet {
    /// Creates an asset. `name`: 1 to 64 of `a-z 0-9 . _ -`, unique for the account.
    pub fn create_asset(&self, kind: AssetKind, name: &str) -> Action<'_, AssetId> {
        let call = AssetRegistry::createAssetCall { kind: kind as u8, name_: name.to_owned() };
        Action::new(self, self.reader.deployment().asset_registry, &call, |outcome| {
            outcome.find(|event| match event {
                Event::AssetCreated { asset, .. } => Some(*asset),
                _ => None,
            })
        })
    }

    /// Registers a version of an asset that the account owns.
    pub fn register_version(&self, input: &VersionInput) -> Action<'_, VersionId> {
        let call = AssetRegistry::registerVersionCall { input: encoded(input) };
        Action::new(self, self.reader.deployment().asset_registry, &call, |outcome| {
            outcome.find(|event| match event {
                Event::VersionRegistered { version, .. } => Some(*version),
                _ => None,
            })
        })
    }

    /// Gives an asset of the account to another: publishing, licensing and withdrawing go with it. What each version
    /// owes to its recipients stays theirs. Refused where the receiver is a contract that takes no ERC-721 tokens.
    pub fn transfer_asset(&self, asset: AssetId, to: Address) -> Action<'_, ()> {
        let call = AssetRegistry::safeTransferFrom_0Call { from: self.address(), to, tokenId: asset.0.into() };
        Action::new(self, self.reader.deployment().asset_registry, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::AssetTransferred { .. }).then_some(()))
        })
    }

    /// Withdraws a version for good. `reason`: at most 256 bytes.
    pub fn tombstone(&self, version: VersionId, reason: &str) -> Action<'_, ()> {
        let call = AssetRegistry::tombstoneCall { versionId: version.0, reason: reason.to_owned() };
        Action::new(self, self.reader.deployment().asset_registry, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::VersionTombstoned { .. }).then_some(()))
        })
    }

    /// Says where the account serves blobs. No addresses: discovery finds the endpoint.
    pub fn announce_endpoint(&self, endpoint: EndpointId, addresses: &[SocketAddr]) -> Action<'_, ()> {
        let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
        let call = AssetRegistry::announceEndpointCall { endpointId: endpoint.0, addresses: addresses.join(",") };
        Action::new(self, self.reader.deployment().asset_registry, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::EndpointAnnounced { .. }).then_some(()))
        })
    }

    /// Publishes license terms. The same terms again change nothing and give the same id.
    pub fn publish_terms(&self, terms: &Terms) -> Action<'_, TermsId> {
        let call = TermsBook::publishCall {
            terms: TermsBook::Terms {
                license: terms.license.clone(),
                fieldOfUse: terms.field_of_use.clone(),
                uses: terms.uses.0,
                obligations: terms.obligations.0,
                token: terms.token,
                flatPrice: terms.flat_price.units(),
                unit: terms.unit as u8,
                unitPrice: terms.unit_price.units(),
                curatorPpm: terms.curator_share.parts(),
                inferencePpm: terms.inference_share.parts(),
                durationSeconds: terms.duration_seconds,
                offeredUntil: terms.offered_until,
                userLimit: terms.user_limit,
            },
        };
        Action::new(self, self.reader.deployment().terms_book, &call, |outcome| {
            // No event where the terms were there already, so the id is what the call returned.
            TermsBook::publishCall::abi_decode_returns_validate(outcome.returned).ok().map(TermsId)
        })
    }
}

fn encoded(input: &VersionInput) -> AssetRegistry::VersionInput {
    let parents = input
        .parents
        .iter()
        .map(|parent| AssetRegistry::Parent { versionId: parent.version.0, sharePpm: parent.share.parts() });
    let recipients = input
        .recipients
        .iter()
        .map(|recipient| AssetRegistry::Recipient { account: recipient.account, sharePpm: recipient.share.parts() });
    AssetRegistry::VersionInput {
        assetId: input.asset.0.into(),
        manifestHash: input.manifest.0,
        contentRoot: input.content_root,
        shardTableHash: input.shard_table.0,
        shardTableRoot: input.shard_table_root,
        termsId: input.terms.0,
        records: input.records,
        sizeBytes: input.size_bytes,
        shards: input.shards,
        parents: parents.collect(),
        recipients: recipients.collect(),
    }
}
