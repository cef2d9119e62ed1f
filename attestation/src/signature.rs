//! Recovery of secp256k1 signatures, in the one form that we accept.

use alloy_primitives::{Address, B256, Keccak256, keccak256};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Not 65 bytes.
    #[error("a signature is 65 bytes (r, s, v); this has {0}")]
    Length(usize),
    /// The last byte is neither 27 nor 28.
    #[error("the last byte of a signature (v) is 27 or 28; this is {0}")]
    RecoveryByte(u8),
    /// `s` is in the upper half of the curve order, so the signature is a malleated twin.
    #[error("the signature's s is in the upper half of the curve order; only the lower form is accepted")]
    HighS,
    /// `r` or `s` is zero or not below the curve order, or no key fits.
    #[error("the signature fits no key")]
    Invalid,
    /// A valid signature of somebody else, or of other bytes.
    #[error(
        "the signature recovers to {recovered}, not to {expected}; another account signed it, or it signs other content, another chain or another contract"
    )]
    OtherSigner {
        /// Who was expected.
        expected: Address,
        /// Who signed, if the digest is what was signed.
        recovered: Address,
    },
}

/// The account that signed `digest`. The signature is `r || s || v` with `v` 27 or 28 and `s` in
/// the lower half, which is what OpenZeppelin's `ECDSA` accepts on chain: each digest and key then
/// have one encoding, so a signature can be used as a key.
///
/// The zero address is never returned.
pub fn recover(digest: B256, signature: &[u8]) -> Result<Address, SignatureError> {
    let bytes: &[u8; 65] = signature.try_into().map_err(|_| SignatureError::Length(signature.len()))?;
    let is_y_odd = match bytes[64] {
        27 => false,
        28 => true,
        other => return Err(SignatureError::RecoveryByte(other)),
    };
    let parsed = Signature::from_slice(&bytes[..64]).map_err(|_| SignatureError::Invalid)?;
    if parsed.normalize_s().is_some() {
        return Err(SignatureError::HighS);
    }
    let key = VerifyingKey::recover_from_prehash(digest.as_slice(), &parsed, RecoveryId::new(is_y_odd, false))
        .map_err(|_| SignatureError::Invalid)?;
    let point = key.to_encoded_point(false);
    // The first byte says "uncompressed"; the address hashes the coordinates only.
    let hash = keccak256(&point.as_bytes()[1..]);
    Ok(Address::from_slice(&hash[12..]))
}

/// Checks that `expected` signed `digest`. For accounts with code, ask their ERC-1271 method
/// instead: a contract has no key.
pub fn verify(digest: B256, signature: &[u8], expected: Address) -> Result<(), SignatureError> {
    let recovered = recover(digest, signature)?;
    if recovered != expected {
        return Err(SignatureError::OtherSigner { expected, recovered });
    }
    Ok(())
}

/// The digest that wallets sign for a text (EIP-191, version 0x45, `personal_sign`).
pub fn personal_digest(message: &[u8]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update(format!("\x19Ethereum Signed Message:\n{}", message.len()).as_bytes());
    hasher.update(message);
    hasher.finalize()
}
