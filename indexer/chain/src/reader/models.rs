//! What the contracts say about models, inference, and who governs.

use alloy::{
    primitives::{Address, B256},
    sol_types::SolCall,
};
use usufruct_types::{Amount, AssetId, PaymentId, VersionId, event::AssetKind};

use super::Reader;
use crate::{
    ChainError,
    bindings::{AccessManager, AssetRegistry, InferenceTill, ModelBook},
};

/// A model version as the book has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelState {
    /// Its model.
    pub asset: AssetId,
    /// Whether it is bound to its jobs.
    pub is_bound: bool,
    /// What checks its proofs, if anything does.
    pub verifier: Option<Address>,
    /// The current version of the model.
    pub current: Option<VersionId>,
    /// The version that waits for the vote.
    pub proposed: Option<VersionId>,
}

/// An order of an inference that waits for its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferenceOrder {
    /// The model version.
    pub version: VersionId,
    /// Who ordered.
    pub payer: Address,
    /// In which token.
    pub token: Address,
    /// How much waits.
    pub amount: Amount,
    /// Names the request.
    pub request: B256,
    /// Last Unix second for the proof.
    pub deadline: u64,
}

impl Reader {
    /// The asset of a version, if there is such a version.
    pub async fn asset_of(&self, version: VersionId) -> Result<Option<AssetId>, ChainError> {
        let call = AssetRegistry::assetOfCall { versionId: version.0 };
        let asset = self.view(self.deployment.asset_registry, call).await?;
        Ok((!asset.is_zero()).then_some(AssetId(asset.into())))
    }

    /// Kind and owner of an asset, if there is one.
    pub async fn asset(&self, asset: AssetId) -> Result<Option<(AssetKind, Address)>, ChainError> {
        let registry = self.deployment.asset_registry;
        if !self.view(registry, AssetRegistry::isAssetCall { assetId: asset.0.into() }).await? {
            return Ok(None);
        }
        let summary = self.view(registry, AssetRegistry::assetSummaryCall { assetId: asset.0.into() }).await?;
        let owner = self.view(registry, AssetRegistry::ownerOfCall { tokenId: asset.0.into() }).await?;
        let kind = match summary.kind {
            0 => AssetKind::Dataset,
            1 => AssetKind::Model,
            kind => return Err(ChainError::Malformed { what: format!("asset kind {kind}"), source: None }),
        };
        Ok(Some((kind, owner)))
    }

    /// What the book says of a version; `None` where there is no such version.
    pub async fn model_version_of(&self, version: VersionId) -> Result<Option<ModelState>, ChainError> {
        let book = self.model_book()?;
        let Some(asset) = self.asset_of(version).await? else { return Ok(None) };
        let (current, proposed) = self.model_of(asset).await?;
        let verifier = self.view(book, ModelBook::verifierOfCall { versionId: version.0 }).await?;
        Ok(Some(ModelState {
            asset,
            is_bound: self.view(book, ModelBook::isBoundCall { versionId: version.0 }).await?,
            verifier: (verifier != Address::ZERO).then_some(verifier),
            current,
            proposed,
        }))
    }

    /// An order that waits, if there is one of that id.
    pub async fn inference_order_of(&self, payment: PaymentId) -> Result<Option<InferenceOrder>, ChainError> {
        let call = InferenceTill::orderOfCall { paymentId: payment.0 };
        let found = self.view(self.inference_till()?, call).await?;
        Ok((found.payer != Address::ZERO).then_some(InferenceOrder {
            version: VersionId(found.versionId),
            payer: found.payer,
            token: found.token,
            amount: Amount::new(found.amount),
            request: found.requestHash,
            deadline: found.deadline,
        }))
    }

    /// Whether an account may accept upgrades of models itself, without a vote.
    pub async fn can_accept_upgrades(&self, account: Address) -> Result<bool, ChainError> {
        let call = AccessManager::canCallCall {
            caller: account,
            target: self.model_book()?,
            selector: ModelBook::acceptUpgradeCall::SELECTOR.into(),
        };
        Ok(self.view(self.deployment.authority, call).await?.immediate)
    }

    /// The contract and the call that a vote would carry out to accept an upgrade.
    pub fn accept_upgrade_call(&self, version: VersionId) -> Result<(Address, Vec<u8>), ChainError> {
        Ok((self.model_book()?, ModelBook::acceptUpgradeCall { versionId: version.0 }.abi_encode()))
    }

    fn model_book(&self) -> Result<Address, ChainError> {
        self.at("ModelBook", self.deployment.model_book)
    }

    fn inference_till(&self) -> Result<Address, ChainError> {
        self.at("InferenceTill", self.deployment.inference_till)
    }
}
