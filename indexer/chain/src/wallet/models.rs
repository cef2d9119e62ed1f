//! Models: what they were trained by, which version counts, and what inference pays.

use alloy::primitives::{Address, B256, Bytes, U256};
use usufruct_types::{Amount, JobId, PaymentId, VersionId, event::Event};

use super::{Action, Wallet};
use crate::{
    ChainError,
    bindings::{InferenceTill, ModelBook},
};

/// A proof that a model's verifier takes, with its public inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The proof.
    pub proof: Vec<u8>,
    /// Public inputs; the first is the request's hash without its last byte.
    pub instances: Vec<U256>,
}

impl Wallet {
    /// Says which jobs trained a model version; the account owns the asset and ran the jobs. `jobs`: 1 to 16,
    /// ascending. `verifier`: zero for none.
    pub fn bind_model(
        &self,
        version: VersionId,
        jobs: &[JobId],
        verifier: Address,
    ) -> Result<Action<'_, ()>, ChainError> {
        let book = self.at("ModelBook", self.reader.deployment().model_book)?;
        let call =
            ModelBook::bindCall { versionId: version.0, jobIds: jobs.iter().map(|job| job.0).collect(), verifier };
        Ok(Action::new(self, book, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::ModelBound(_)).then_some(()))
        }))
    }

    /// Proposes another bound version of the model as the current one; the DAO accepts it.
    pub fn propose_upgrade(&self, version: VersionId) -> Result<Action<'_, ()>, ChainError> {
        let book = self.at("ModelBook", self.reader.deployment().model_book)?;
        let call = ModelBook::proposeUpgradeCall { versionId: version.0 };
        Ok(Action::new(self, book, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::UpgradeProposed(_)).then_some(()))
        }))
    }

    /// Makes a proposed version the current one. Governance only.
    pub fn accept_upgrade(&self, version: VersionId) -> Result<Action<'_, ()>, ChainError> {
        let book = self.at("ModelBook", self.reader.deployment().model_book)?;
        let call = ModelBook::acceptUpgradeCall { versionId: version.0 };
        Ok(Action::new(self, book, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::CurrentVersionChanged(_)).then_some(()))
        }))
    }

    /// Pays for an inference through an allowance to `RoyaltyRoots`; with a proof, only where the model's verifier takes
    /// it.
    pub fn pay_inference(
        &self,
        version: VersionId,
        token: Address,
        amount: Amount,
        request: B256,
        proof: Option<&Proof>,
    ) -> Result<Action<'_, PaymentId>, ChainError> {
        let till = self.at("InferenceTill", self.reader.deployment().inference_till)?;
        let (version, amount) = (version.0, amount.units());
        Ok(match proof {
            None => {
                let call = InferenceTill::payCall { versionId: version, token, amount, requestHash: request };
                Action::new(self, till, &call, paid)
            }
            Some(proof) => {
                let call = InferenceTill::payVerifiedCall {
                    versionId: version,
                    token,
                    amount,
                    requestHash: request,
                    proof: Bytes::copy_from_slice(&proof.proof),
                    instances: proof.instances.clone(),
                };
                Action::new(self, till, &call, paid)
            }
        })
    }

    /// Orders an inference: the price stays in escrow until a proof is shown, or the deadline passes.
    pub fn order_inference(
        &self,
        version: VersionId,
        token: Address,
        amount: Amount,
        request: B256,
        deadline: u64,
    ) -> Result<Action<'_, PaymentId>, ChainError> {
        let till = self.at("InferenceTill", self.reader.deployment().inference_till)?;
        let (version, amount) = (version.0, amount.units());
        let call = InferenceTill::orderCall { versionId: version, token, amount, requestHash: request, deadline };
        Ok(Action::new(self, till, &call, |outcome| {
            outcome.find(|event| match event {
                Event::InferenceOrdered(ordered) => Some(ordered.payment),
                _ => None,
            })
        }))
    }

    /// Shows the proof of an order, which pays it out; any account may.
    pub fn fulfil_inference(&self, payment: PaymentId, proof: &Proof) -> Result<Action<'_, ()>, ChainError> {
        let till = self.at("InferenceTill", self.reader.deployment().inference_till)?;
        let call = InferenceTill::fulfilCall {
            paymentId: payment.0,
            proof: Bytes::copy_from_slice(&proof.proof),
            instances: proof.instances.clone(),
        };
        Ok(Action::new(self, till, &call, |outcome| paid(outcome).map(drop)))
    }

    /// Sends the price of an order back after its deadline; any account may.
    pub fn refund_inference(&self, payment: PaymentId) -> Result<Action<'_, ()>, ChainError> {
        let till = self.at("InferenceTill", self.reader.deployment().inference_till)?;
        let call = InferenceTill::refundCall { paymentId: payment.0 };
        Ok(Action::new(self, till, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::InferenceRefunded(_)).then_some(()))
        }))
    }
}

fn paid(outcome: &super::action::Outcome<'_>) -> Option<PaymentId> {
    outcome.find(|event| match event {
        Event::InferencePaid(paid) => Some(paid.payment),
        _ => None,
    })
}
