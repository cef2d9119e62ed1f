//! Licenses: at the published price, by signed quotes and intents, as trials; and their end.

use alloy::primitives::{Address, B256, Bytes, U256};
use usufruct_attestation::{Intent, Quote};
use usufruct_types::{Amount, LicenseId, TermsId, VersionId, event::Event};

use super::{Action, Wallet};
use crate::{ChainError, SignerError, bindings::LicenseDesk};

/// A quote, signed by the owner of the version's asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedQuote {
    /// What was signed.
    pub quote: Quote,
    /// 65 bytes r, s, v; longer ones of contract accounts.
    pub signature: Vec<u8>,
}

/// An intent, signed by the buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIntent {
    /// What was signed.
    pub intent: Intent,
    /// 65 bytes r, s, v; longer ones of contract accounts.
    pub signature: Vec<u8>,
}

/// How a buyer pays who does not send the transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum PaymentKind {
    /// By an allowance to `RoyaltyRoots` that is there.
    #[default]
    Allowance = 0,
    /// By a signed EIP-2612 permit.
    Permit = 1,
    /// By a signed Permit2 transfer.
    Permit2 = 2,
}

/// A buyer's payment; all but the kind is empty for an allowance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// How.
    pub kind: PaymentKind,
    /// Last Unix second of the permit.
    pub deadline: u64,
    /// Nonce of Permit2.
    pub nonce: U256,
    /// Of the permit.
    pub signature: Vec<u8>,
}

impl Wallet {
    /// Buys a license at the published price, through an allowance to `RoyaltyRoots`. Reverts
    /// where the version's terms are not `terms_id`, or the price is above `max_price`.
    pub fn buy_license(
        &self,
        version: VersionId,
        terms_id: TermsId,
        max_price: Amount,
        licensee: Address,
    ) -> Action<'_, LicenseId> {
        let (version, terms) = (version.0, terms_id.0);
        let call = LicenseDesk::buyCall { versionId: version, termsId: terms, maxPrice: max_price.units(), licensee };
        Action::new(self, self.reader.deployment().license_desk, &call, granted)
    }

    /// Signs a quote with the wallet's key. Nothing is sent.
    pub fn sign_quote(&self, quote: Quote) -> Result<SignedQuote, SignerError> {
        let digest = quote.digest(self.reader.chain_id(), self.reader.deployment().license_desk);
        Ok(SignedQuote { quote, signature: self.signer().sign_digest(digest)?.to_vec() })
    }

    /// Signs an intent with the wallet's key. Nothing is sent.
    pub fn sign_intent(&self, intent: Intent) -> Result<SignedIntent, SignerError> {
        let digest = intent.digest(self.reader.chain_id(), self.reader.deployment().license_desk);
        Ok(SignedIntent { intent, signature: self.signer().sign_digest(digest)?.to_vec() })
    }

    /// Buys at a seller's quote, through an allowance to `RoyaltyRoots`.
    pub fn buy_quoted(&self, signed: &SignedQuote, licensee: Address) -> Action<'_, LicenseId> {
        let call = LicenseDesk::buyQuotedCall {
            quote: encoded(&signed.quote),
            sellerSignature: Bytes::copy_from_slice(&signed.signature),
            maxPrice: signed.quote.price,
            maxUnitPrice: signed.quote.unit_price,
            licensee,
        };
        Action::new(self, self.reader.deployment().license_desk, &call, granted)
    }

    /// Carries a buyer's intent out, at a seller's quote or at the published price; any account may.
    pub fn fill_intent(
        &self,
        signed: &SignedIntent,
        quote: Option<&SignedQuote>,
        payment: &Payment,
    ) -> Action<'_, LicenseId> {
        let intent = &signed.intent;
        let call = LicenseDesk::buyForCall {
            intent: LicenseDesk::Intent {
                versionId: intent.version.0,
                termsId: intent.terms.0,
                buyer: intent.buyer,
                licensee: intent.licensee,
                token: intent.token,
                maxPrice: intent.max_price,
                maxUnitPrice: intent.max_unit_price,
                expiresAt: intent.expires_at,
                nonce: intent.nonce,
            },
            buyerSignature: Bytes::copy_from_slice(&signed.signature),
            quote: quote.map_or_else(published_price, |signed| encoded(&signed.quote)),
            sellerSignature: quote.map_or_else(Bytes::new, |signed| Bytes::copy_from_slice(&signed.signature)),
            payment: LicenseDesk::Payment {
                kind: payment.kind as u8,
                deadline: U256::from(payment.deadline),
                nonce: payment.nonce,
                signature: Bytes::copy_from_slice(&payment.signature),
            },
        };
        Action::new(self, self.reader.deployment().license_desk, &call, granted)
    }

    /// Gives a license away, for a time and a number of units a job. Owner of the asset only.
    pub fn grant_trial(
        &self,
        version: VersionId,
        licensee: Address,
        units_max: u128,
        duration_seconds: u64,
    ) -> Action<'_, LicenseId> {
        let call = LicenseDesk::grantTrialCall {
            versionId: version.0,
            licensee,
            unitsMax: units_max,
            durationSeconds: duration_seconds,
        };
        Action::new(self, self.reader.deployment().license_desk, &call, granted)
    }

    /// Uses a nonce of the account up, which cancels the quote or intent that was signed with it.
    pub fn use_license_nonce(&self, nonce: U256) -> Action<'_, ()> {
        let call = LicenseDesk::useNonceCall { nonce };
        Action::new(self, self.reader.deployment().license_desk, &call, |_| Some(()))
    }

    /// Ends a license early, without refund, as who decides disputes does.
    pub fn revoke_license(&self, license: LicenseId, reason: &str) -> Action<'_, ()> {
        let call = LicenseDesk::revokeCall { licenseId: license.0, reason: reason.to_owned() };
        Action::new(self, self.reader.deployment().license_desk, &call, |outcome| revoked(outcome).then_some(()))
    }

    /// Ends a license early and pays back what is left of it, through an allowance to `LicenseDesk`. Owner of the asset
    /// only. Gives what was paid back.
    pub fn revoke_and_refund_license(&self, license: LicenseId, reason: &str) -> Action<'_, Amount> {
        let call = LicenseDesk::revokeAndRefundCall { licenseId: license.0, reason: reason.to_owned() };
        Action::new(self, self.reader.deployment().license_desk, &call, |outcome| {
            let refund = outcome.find(|event| match event {
                Event::LicenseRefunded(refunded) => Some(refunded.amount),
                _ => None,
            });
            revoked(outcome).then(|| refund.unwrap_or(Amount::ZERO))
        })
    }
}

impl crate::Reader {
    /// Whether a nonce of quotes and intents can no longer be used.
    pub async fn is_license_nonce_used(&self, account: Address, nonce: U256) -> Result<bool, ChainError> {
        self.view(self.deployment().license_desk, LicenseDesk::isNonceUsedCall { account, nonce }).await
    }
}

fn granted(outcome: &super::action::Outcome<'_>) -> Option<LicenseId> {
    outcome.find(|event| match event {
        Event::LicenseGranted { license, .. } => Some(*license),
        _ => None,
    })
}

fn revoked(outcome: &super::action::Outcome<'_>) -> bool {
    outcome.find(|event| matches!(event, Event::LicenseRevoked { .. }).then_some(())).is_some()
}

/// What stands for "no quote": a version id of zero.
fn published_price() -> LicenseDesk::Quote {
    LicenseDesk::Quote {
        versionId: B256::ZERO,
        termsId: B256::ZERO,
        licensee: Address::ZERO,
        token: Address::ZERO,
        price: 0,
        unitPrice: 0,
        unitsMax: 0,
        durationSeconds: 0,
        expiresAt: 0,
        nonce: U256::ZERO,
    }
}

fn encoded(quote: &Quote) -> LicenseDesk::Quote {
    LicenseDesk::Quote {
        versionId: quote.version.0,
        termsId: quote.terms.0,
        licensee: quote.licensee,
        token: quote.token,
        price: quote.price,
        unitPrice: quote.unit_price,
        unitsMax: quote.units_max,
        durationSeconds: quote.duration_seconds,
        expiresAt: quote.expires_at,
        nonce: quote.nonce,
    }
}
