//! EAS' delegated attestations: what an attester signs so that anybody can submit it.
//!
//! A verifier that takes a signature at its word is fooled three ways (EAS' own SDK calls such
//! attestations valid): another chain or contract, a passed time, a revocation by somebody else.
//! So the domain is an argument here, never read from the message, and times are checked against
//! a clock that the caller passes in.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};

/// EAS' own version of its EIP-712 domain: that of the contracts in the npm package
/// `@ethereum-attestation-service/eas-contracts` 1.9.0, which calls itself 1.4.0.
pub const DOMAIN_VERSION: &str = "1.4.0";

/// The EAS contract that a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Chain id.
    pub chain_id: u64,
    /// Address of EAS.
    pub eas: Address,
}

/// A delegated attestation, as signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestRequest {
    /// Who states it.
    pub attester: Address,
    /// Schema uid.
    pub schema: B256,
    /// Whom it is given to; zero for our schemas.
    pub recipient: Address,
    /// Unix second of expiry, 0 for never.
    pub expires_at: u64,
    /// Whether it can be revoked; true for our schemas.
    pub is_revocable: bool,
    /// Attestation that it refers to, zero for none.
    pub reference: B256,
    /// The statement's canonical bytes.
    pub data: Vec<u8>,
    /// Ether sent to the resolver; zero for our schemas.
    pub value: U256,
    /// The attester's nonce in EAS.
    pub nonce: U256,
    /// Last Unix second at which it can be submitted, 0 for no limit.
    pub deadline: u64,
}

/// A delegated revocation, as signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeRequest {
    /// Who takes it back: the attester.
    pub revoker: Address,
    /// Schema uid of the attestation.
    pub schema: B256,
    /// The attestation.
    pub uid: B256,
    /// Ether sent to the resolver; zero for our schemas.
    pub value: U256,
    /// The revoker's nonce in EAS.
    pub nonce: U256,
    /// Last Unix second at which it can be submitted, 0 for no limit.
    pub deadline: u64,
}

/// An anchored attestation as far as its validity goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Unix second of anchoring.
    pub time: u64,
    /// Unix second of expiry, 0 for never.
    pub expires_at: u64,
    /// Unix second of revocation by its attester, if any.
    pub revoked_at: Option<u64>,
}

/// Where an attestation stands at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Made, not expired and not revoked.
    Valid,
    /// Not made yet.
    NotYet,
    /// Past its expiry.
    Expired,
    /// Taken back by its attester.
    Revoked,
}

mod typed {
    super::sol! {
        struct Attest {
            address attester;
            bytes32 schema;
            address recipient;
            uint64 expirationTime;
            bool revocable;
            bytes32 refUID;
            bytes data;
            uint256 value;
            uint256 nonce;
            uint64 deadline;
        }

        struct Revoke {
            address revoker;
            bytes32 schema;
            bytes32 uid;
            uint256 value;
            uint256 nonce;
            uint64 deadline;
        }
    }
}

impl Domain {
    fn typed(&self) -> Eip712Domain {
        Eip712Domain::new(
            Some("EAS".into()),
            Some(DOMAIN_VERSION.into()),
            Some(U256::from(self.chain_id)),
            Some(self.eas),
            None,
        )
    }

    /// The domain separator, to compare with the contract's.
    pub fn separator(&self) -> B256 {
        self.typed().separator()
    }
}

impl AttestRequest {
    /// The EIP-712 digest that the attester signs.
    pub fn digest(&self, domain: &Domain) -> B256 {
        typed::Attest {
            attester: self.attester,
            schema: self.schema,
            recipient: self.recipient,
            expirationTime: self.expires_at,
            revocable: self.is_revocable,
            refUID: self.reference,
            data: Bytes::copy_from_slice(&self.data),
            value: self.value,
            nonce: self.nonce,
            deadline: self.deadline,
        }
        .eip712_signing_hash(&domain.typed())
    }
}

impl RevokeRequest {
    /// The EIP-712 digest that the revoker signs.
    pub fn digest(&self, domain: &Domain) -> B256 {
        typed::Revoke {
            revoker: self.revoker,
            schema: self.schema,
            uid: self.uid,
            value: self.value,
            nonce: self.nonce,
            deadline: self.deadline,
        }
        .eip712_signing_hash(&domain.typed())
    }
}

impl Validity {
    /// Where the attestation stands at Unix second `now`. Revocation outweighs expiry.
    pub const fn at(&self, now: u64) -> Standing {
        if now < self.time {
            return Standing::NotYet;
        }
        if let Some(revoked_at) = self.revoked_at
            && revoked_at <= now
        {
            return Standing::Revoked;
        }
        if self.expires_at != 0 && self.expires_at <= now {
            return Standing::Expired;
        }
        Standing::Valid
    }
}
