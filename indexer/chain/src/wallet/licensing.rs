//! Licenses.

use alloy::primitives::Address;
use usufruct_types::{Amount, LicenseId, TermsId, VersionId, event::Event};

use super::{Action, Wallet};
use crate::bindings::LicenseDesk;

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
        Action::new(self, self.reader.deployment().license_desk, &call, |outcome| {
            outcome.find(|event| match event {
                Event::LicenseGranted { license, .. } => Some(*license),
                _ => None,
            })
        })
    }

    /// Ends a license early. Governance only.
    pub fn revoke_license(&self, license: LicenseId, reason: &str) -> Action<'_, ()> {
        let call = LicenseDesk::revokeCall { licenseId: license.0, reason: reason.to_owned() };
        Action::new(self, self.reader.deployment().license_desk, &call, |outcome| {
            outcome.find(|event| matches!(event, Event::LicenseRevoked { .. }).then_some(()))
        })
    }
}
