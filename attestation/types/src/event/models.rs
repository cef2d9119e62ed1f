//! What `ModelBook` and `InferenceTill` say of models.

use alloy_primitives::{Address, B256};

use crate::{Amount, AssetId, JobId, PaymentId, VersionId};

/// `ModelBook`: a model version is bound to the jobs that trained it, for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelBound {
    /// The model version.
    pub version: VersionId,
    /// The model.
    pub asset: AssetId,
    /// Its jobs, ascending: 1 to 16.
    pub jobs: Vec<JobId>,
    /// Contract that checks proofs of inference, zero for none.
    pub verifier: Address,
}

/// `ModelBook`: the owner of a model wants another version to be the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpgradeProposed {
    /// The model.
    pub asset: AssetId,
    /// The version.
    pub version: VersionId,
    /// Who proposed it.
    pub by: Address,
}

/// `ModelBook`: the current version of a model: its first bound one, later those that the DAO accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentVersionChanged {
    /// The model.
    pub asset: AssetId,
    /// The version.
    pub version: VersionId,
}

/// `InferenceTill`: an inference was paid, at once or when its order was fulfilled. The revenue itself
/// is a `RevenueReceived` with the payment's id as its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferencePaid {
    /// The payment.
    pub payment: PaymentId,
    /// The model version.
    pub version: VersionId,
    /// Who paid.
    pub payer: Address,
    /// In which token.
    pub token: Address,
    /// How much, before the protocol fee.
    pub amount: Amount,
    /// Hash of the request.
    pub request: B256,
    /// Hash of the proof that was checked, zero for none.
    pub proof: B256,
}

/// `InferenceTill`: an inference was ordered; its price waits for the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferenceOrdered {
    /// The payment.
    pub payment: PaymentId,
    /// The model version.
    pub version: VersionId,
    /// Who ordered.
    pub payer: Address,
    /// In which token.
    pub token: Address,
    /// How much waits.
    pub amount: Amount,
    /// Hash of the request.
    pub request: B256,
    /// Unix second after which it can be asked back.
    pub deadline: u64,
}

/// `InferenceTill`: nobody fulfilled an order in time and its price went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InferenceRefunded {
    /// The payment.
    pub payment: PaymentId,
}
