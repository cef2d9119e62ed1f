//! What `LicenseDesk` says beside the sale itself.

use alloy_primitives::{Address, B256};

use crate::{Amount, LicenseId};

/// `LicenseDesk`: a license has a price per unit, or a cap, of its own. Of quoted and of trial licenses only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenseMetered {
    /// The license.
    pub license: LicenseId,
    /// Price of one unit in place of the terms', in the license's token.
    pub unit_price: Amount,
    /// Most units that jobs may consume under it, 0 for no cap.
    pub units_max: u128,
    /// Whether the asset's owner gave it away to try the version.
    pub is_trial: bool,
}

/// `LicenseDesk`: the asset's owner revoked a license and paid for what was left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenseRefunded {
    /// The license.
    pub license: LicenseId,
    /// Who paid.
    pub from: Address,
    /// In which token.
    pub token: Address,
    /// How much, in the token's smallest unit.
    pub amount: Amount,
}

/// `LicenseDesk`: a quote or an intent with this nonce counts no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonceUsed {
    /// Whose nonce.
    pub account: Address,
    /// The nonce, a number of 256 bits, big endian.
    pub nonce: B256,
}
