//! What sellers and buyers of licenses sign for `LicenseDesk`.
//!
//! Both name their version, terms and prices, end at a second and carry a nonce of the signer, so that a
//! signature is used once, for what was signed, on one chain and one desk.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use serde::{Deserialize, Serialize};
use usufruct_types::{TermsId, VersionId};

/// A price that the owner of a version's asset offers, other than the published one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// The version.
    pub version: VersionId,
    /// The terms of the license.
    pub terms: TermsId,
    /// Who may get the license; zero for anybody.
    pub licensee: Address,
    /// The token of the prices.
    pub token: Address,
    /// Price of the license.
    pub price: u128,
    /// Price of one unit that a job consumes.
    pub unit_price: u128,
    /// Most units that jobs may consume, 0 for no cap.
    pub units_max: u128,
    /// Lifetime of the license in seconds, 0 for ever.
    pub duration_seconds: u64,
    /// Last Unix second at which the quote holds.
    pub expires_at: u64,
    /// A nonce of the seller that is not used yet.
    pub nonce: U256,
}

/// What a buyer agrees to pay at most, for anybody to submit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// The version.
    pub version: VersionId,
    /// The terms of the license.
    pub terms: TermsId,
    /// Who pays, and signs.
    pub buyer: Address,
    /// Who gets the license.
    pub licensee: Address,
    /// The token of the prices.
    pub token: Address,
    /// Most that the license may cost.
    pub max_price: u128,
    /// Most that a unit may cost.
    pub max_unit_price: u128,
    /// Last Unix second at which the intent holds.
    pub expires_at: u64,
    /// A nonce of the buyer that is not used yet.
    pub nonce: U256,
}

mod typed {
    super::sol! {
        struct Quote {
            bytes32 versionId;
            bytes32 termsId;
            address licensee;
            address token;
            uint128 price;
            uint128 unitPrice;
            uint128 unitsMax;
            uint64 durationSeconds;
            uint64 expiresAt;
            uint256 nonce;
        }

        struct Intent {
            bytes32 versionId;
            bytes32 termsId;
            address buyer;
            address licensee;
            address token;
            uint128 maxPrice;
            uint128 maxUnitPrice;
            uint64 expiresAt;
            uint256 nonce;
        }
    }
}

/// The domain ("Usufruct LicenseDesk", "1", chain id, desk).
fn domain(chain_id: u64, desk: Address) -> Eip712Domain {
    Eip712Domain::new(
        Some("Usufruct LicenseDesk".into()),
        Some("1".into()),
        Some(U256::from(chain_id)),
        Some(desk),
        None,
    )
}

impl Quote {
    /// The EIP-712 digest that the owner of the version's asset signs.
    pub fn digest(&self, chain_id: u64, desk: Address) -> B256 {
        typed::Quote {
            versionId: self.version.0,
            termsId: self.terms.0,
            licensee: self.licensee,
            token: self.token,
            price: self.price,
            unitPrice: self.unit_price,
            unitsMax: self.units_max,
            durationSeconds: self.duration_seconds,
            expiresAt: self.expires_at,
            nonce: self.nonce,
        }
        .eip712_signing_hash(&domain(chain_id, desk))
    }
}

impl Intent {
    /// The EIP-712 digest that the buyer signs.
    pub fn digest(&self, chain_id: u64, desk: Address) -> B256 {
        self.typed().eip712_signing_hash(&domain(chain_id, desk))
    }

    /// The EIP-712 hash of the struct alone: the witness of a Permit2 transfer that pays for it.
    pub fn struct_hash(&self) -> B256 {
        self.typed().eip712_hash_struct()
    }

    const fn typed(&self) -> typed::Intent {
        typed::Intent {
            versionId: self.version.0,
            termsId: self.terms.0,
            buyer: self.buyer,
            licensee: self.licensee,
            token: self.token,
            maxPrice: self.max_price,
            maxUnitPrice: self.max_unit_price,
            expiresAt: self.expires_at,
            nonce: self.nonce,
        }
    }
}
