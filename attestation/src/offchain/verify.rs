//! Whether an off-chain attestation counts.

use alloy_primitives::{Address, B256};

use super::message::Attestation;
use crate::{
    SignatureError,
    eas::{Standing, Validity},
    signature,
};

/// The chain and contract that an attestation has to be for. The caller's, never the message's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Chain id.
    pub chain_id: u64,
    /// Address of EAS.
    pub eas: Address,
}

/// A revocation read from EAS (`getRevokeOffchain(revoker, uid)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Who revoked. Anybody can revoke any uid under his own name, which means nothing.
    pub revoker: Address,
    /// What.
    pub uid: B256,
    /// Unix second of the revocation.
    pub at: u64,
}

/// Why an attestation does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It is for another chain.
    #[error("it is signed for chain {stated}, not for chain {pinned}")]
    OtherChain {
        /// As it says.
        stated: u64,
        /// As asked for.
        pinned: u64,
    },
    /// It is for another EAS contract.
    #[error("it is signed for the contract {stated}, not for {pinned}")]
    OtherContract {
        /// As it says.
        stated: Address,
        /// As asked for.
        pinned: Address,
    },
    /// The uid is not that of its fields.
    #[error("its uid is {stated:?}, but that of its fields is {computed:?}; a field or the uid was changed")]
    Uid {
        /// As it says.
        stated: B256,
        /// As computed.
        computed: B256,
    },
    /// The signature is none of the signer's over these fields.
    #[error("it is not signed by {signer}")]
    Signature {
        /// Who is said to have signed.
        signer: Address,
        /// What is wrong with the signature.
        #[source]
        cause: SignatureError,
    },
    /// It says that it will be made later.
    #[error("its time is {time}, later than now ({now}, Unix seconds)")]
    NotYet {
        /// As it says.
        time: u64,
        /// The caller's clock.
        now: u64,
    },
    /// Its expiry has passed.
    #[error("it expired at {expired_at} (now it is {now}, Unix seconds)")]
    Expired {
        /// Its expiry.
        expired_at: u64,
        /// The caller's clock.
        now: u64,
    },
    /// Its signer took it back.
    #[error("its signer revoked it at {revoked_at} (Unix seconds)")]
    Revoked {
        /// When.
        revoked_at: u64,
    },
}

/// Checks an attestation at Unix second `now`: chain and contract, uid, signature, times, revocation.
/// The first thing that is wrong is the answer.
///
/// Of the revocations those by the signer of this uid count, and none where the attestation says that it
/// cannot be revoked, as on chain. What the data says is not looked at: see
/// [`Message::statement`](super::Message::statement).
pub fn verify(attestation: &Attestation, pinned: &Pinned, now: u64, revocations: &[Revocation]) -> Result<(), Refusal> {
    let Attestation { signer, uid, ref domain, primary_type, ref message, ref signature } = *attestation;
    if domain.chain_id != pinned.chain_id {
        return Err(Refusal::OtherChain { stated: domain.chain_id, pinned: pinned.chain_id });
    }
    if domain.eas != pinned.eas {
        return Err(Refusal::OtherContract { stated: domain.eas, pinned: pinned.eas });
    }
    let computed = message.uid();
    if computed != uid {
        return Err(Refusal::Uid { stated: uid, computed });
    }
    // Chain and contract are the pinned ones by now. The contract's version is the message's to say: it
    // differs between deployments, and another version only makes another digest.
    signature::verify(message.digest(domain, primary_type), signature, signer)
        .map_err(|cause| Refusal::Signature { signer, cause })?;

    let revoked_at = revocations
        .iter()
        .filter(|revocation| message.is_revocable && revocation.revoker == signer && revocation.uid == uid)
        .map(|revocation| revocation.at)
        .min();
    let validity = Validity { time: message.time, expires_at: message.expires_at, revoked_at };
    match validity.at(now) {
        Standing::Valid => Ok(()),
        Standing::NotYet => Err(Refusal::NotYet { time: message.time, now }),
        Standing::Expired => Err(Refusal::Expired { expired_at: message.expires_at, now }),
        Standing::Revoked => Err(Refusal::Revoked { revoked_at: revoked_at.unwrap_or(now) }),
    }
}
