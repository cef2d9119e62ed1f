//! Attestations: signed by who states something, submitted by anybody.

use alloy::primitives::{Address, B256, Bytes, U256};
use usufruct_attestation::{Schema, Statement, eas};
use usufruct_types::{AttestationUid, event::Event};

use super::{Action, Wallet, invalid};
use crate::{ChainError, Reader, Signer, bindings::EAS};

/// How long a signature waits for its submission, unless said otherwise.
const SUBMIT_WITHIN_SECONDS: u64 = 24 * 60 * 60;

/// What goes with a statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttestOptions {
    /// Unix second of expiry, 0 for never.
    pub expires_at: u64,
    /// Attestation that it refers to, zero for none.
    pub reference: AttestationUid,
    /// Last Unix second at which the signature can be submitted. `None`: a day after the newest
    /// block.
    pub deadline: Option<u64>,
}

/// An attestation signed by its attester, ready to be submitted by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedAttestation {
    /// What was signed.
    pub request: eas::AttestRequest,
    /// 65 bytes r, s, v.
    pub signature: [u8; 65],
}

/// A revocation signed by the attester, ready to be submitted by anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRevocation {
    /// What was signed.
    pub request: eas::RevokeRequest,
    /// 65 bytes r, s, v.
    pub signature: [u8; 65],
}

impl Reader {
    /// The domain that attestations of this deployment are signed in.
    pub fn attestation_domain(&self) -> eas::Domain {
        eas::Domain { chain_id: self.chain_id(), eas: self.deployment().eas }
    }

    /// Has `attester` sign a statement, with its next nonce in EAS. Nothing is sent.
    pub async fn sign_attestation(
        &self,
        attester: &Signer,
        statement: &Statement,
        options: AttestOptions,
    ) -> Result<SignedAttestation, ChainError> {
        let data = statement.encode().map_err(|error| invalid(error.to_string()))?;
        let request = eas::AttestRequest {
            attester: attester.address(),
            schema: self.deployment().schemas.uid(statement.schema()),
            recipient: Address::ZERO,
            expires_at: options.expires_at,
            is_revocable: true,
            reference: options.reference.0,
            data,
            value: U256::ZERO,
            nonce: self.attestation_nonce(attester.address()).await?,
            deadline: self.deadline(options.deadline).await?,
        };
        let signature = attester.sign_attestation(&self.attestation_domain(), &request)?;
        Ok(SignedAttestation { request, signature })
    }

    /// Has `revoker`, the attester, sign a revocation. Nothing is sent.
    pub async fn sign_revocation(
        &self,
        revoker: &Signer,
        schema: Schema,
        uid: AttestationUid,
    ) -> Result<SignedRevocation, ChainError> {
        let request = eas::RevokeRequest {
            revoker: revoker.address(),
            schema: self.deployment().schemas.uid(schema),
            uid: uid.0,
            value: U256::ZERO,
            nonce: self.attestation_nonce(revoker.address()).await?,
            deadline: self.deadline(None).await?,
        };
        let signature = revoker.sign_revocation(&self.attestation_domain(), &request)?;
        Ok(SignedRevocation { request, signature })
    }

    async fn deadline(&self, deadline: Option<u64>) -> Result<u64, ChainError> {
        match deadline {
            Some(deadline) => Ok(deadline),
            None => Ok(self.head().await?.timestamp.saturating_add(SUBMIT_WITHIN_SECONDS)),
        }
    }
}

impl Wallet {
    /// Attests with the wallet's own key and submits it.
    pub async fn attest(
        &self,
        statement: &Statement,
        options: AttestOptions,
    ) -> Result<super::Receipt<AttestationUid>, ChainError> {
        let signed = self.reader.sign_attestation(self.signer(), statement, options).await?;
        self.submit_attestation(&signed).await
    }

    /// Submits an attestation that `signed.request.attester` signed.
    pub fn submit_attestation(&self, signed: &SignedAttestation) -> Action<'_, AttestationUid> {
        let request = &signed.request;
        let call = EAS::attestByDelegationCall {
            delegatedRequest: EAS::DelegatedAttestationRequest {
                schema: request.schema,
                data: EAS::AttestationRequestData {
                    recipient: request.recipient,
                    expirationTime: request.expires_at,
                    revocable: request.is_revocable,
                    refUID: request.reference,
                    data: Bytes::copy_from_slice(&request.data),
                    value: request.value,
                },
                signature: parts(&signed.signature),
                attester: request.attester,
                deadline: request.deadline,
            },
        };
        Action::new(self, self.reader.deployment().eas, &call, |outcome| {
            outcome.find(|event| match event {
                Event::AttestationRecorded { uid, .. } => Some(*uid),
                _ => None,
            })
        })
    }

    /// Takes back an attestation that the wallet's account made.
    pub fn revoke_attestation(&self, schema: Schema, uid: AttestationUid) -> Action<'_, ()> {
        let call = EAS::revokeCall {
            request: EAS::RevocationRequest {
                schema: self.reader.deployment().schemas.uid(schema),
                data: EAS::RevocationRequestData { uid: uid.0, value: U256::ZERO },
            },
        };
        Action::new(self, self.reader.deployment().eas, &call, revoked)
    }

    /// Submits a revocation that `signed.request.revoker` signed.
    pub fn submit_revocation(&self, signed: &SignedRevocation) -> Action<'_, ()> {
        let request = &signed.request;
        let call = EAS::revokeByDelegationCall {
            delegatedRequest: EAS::DelegatedRevocationRequest {
                schema: request.schema,
                data: EAS::RevocationRequestData { uid: request.uid, value: request.value },
                signature: parts(&signed.signature),
                revoker: request.revoker,
                deadline: request.deadline,
            },
        };
        Action::new(self, self.reader.deployment().eas, &call, revoked)
    }
}

fn revoked(outcome: &super::action::Outcome<'_>) -> Option<()> {
    outcome.find(|event| matches!(event, Event::AttestationRevoked { .. }).then_some(()))
}

fn parts(signature: &[u8; 65]) -> EAS::Signature {
    EAS::Signature { v: signature[64], r: B256::from_slice(&signature[..32]), s: B256::from_slice(&signature[32..64]) }
}
