//! Whether a message answers the request, and who signed it.

use crate::{SignatureError, personal_digest};

use super::{Message, ParseError};

/// What the server asked for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Host, and port if any, under which the server is reached.
    pub domain: &'a str,
    /// The nonce that it gave out for this sign-in, to be used once.
    pub nonce: &'a str,
    /// The chain that it indexes.
    pub chain_id: u64,
    /// How long after `Issued At` a message counts.
    pub max_age_seconds: u64,
    /// By how much the two clocks may differ.
    pub clock_skew_seconds: u64,
}

/// Why a message does not answer the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// For another host: perhaps a phishing site passed it on.
    #[error("the message is for '{found}', this server is '{expected}'")]
    Domain {
        /// Of the server.
        expected: String,
        /// Of the message.
        found: String,
    },
    /// Not the nonce that was given out.
    #[error("the message's nonce is not the one that this server gave out; ask for a new one")]
    Nonce,
    /// For another chain.
    #[error("the message is for chain {found}, this server indexes chain {expected}")]
    Chain {
        /// Of the server.
        expected: u64,
        /// Of the message.
        found: u64,
    },
    /// Made in the future, or not counting yet.
    #[error("the message counts from Unix second {from} on, it is {now} now; check the clock")]
    NotYet {
        /// First second.
        from: u64,
        /// The server's clock.
        now: u64,
    },
    /// Past its expiry or too old.
    #[error("the message counted until Unix second {until}, it is {now} now; sign a new one")]
    Expired {
        /// First second at which it no longer counts.
        until: u64,
        /// The server's clock.
        now: u64,
    },
}

/// Why a signed message does not sign anybody in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Not a message.
    #[error("the text is no Sign-In with Ethereum message")]
    Parse(#[from] ParseError),
    /// Not the message that was asked for.
    #[error("the message does not answer this sign-in")]
    Check(#[from] CheckError),
    /// Not signed by the account that it names.
    #[error("the signature is not the account's")]
    Signature(#[from] SignatureError),
}

/// Reads `text`, checks it against the request at Unix second `now` and against its signature.
/// The account that signed in is the message's `address`.
///
/// Only keys can sign this way. For an account with code the caller asks ERC-1271 after
/// [`Message::check`], with [`personal_digest`] of the text.
pub fn verify(text: &str, signature: &[u8], expected: &Expected<'_>, now: u64) -> Result<Message, VerifyError> {
    let message = Message::parse(text)?;
    message.check(expected, now)?;
    crate::verify(personal_digest(text.as_bytes()), signature, message.address)?;
    Ok(message)
}

pub(super) fn message(message: &Message, expected: &Expected<'_>, now: u64) -> Result<(), CheckError> {
    // Hosts compare without case; a browser sends them in lower case, a wallet may not.
    if !message.domain.eq_ignore_ascii_case(expected.domain) {
        let (expected, found) = (expected.domain.to_owned(), message.domain.clone());
        return Err(CheckError::Domain { expected, found });
    }
    if message.nonce != expected.nonce {
        return Err(CheckError::Nonce);
    }
    if message.chain_id != expected.chain_id {
        return Err(CheckError::Chain { expected: expected.chain_id, found: message.chain_id });
    }
    let issued_at = message.issued_at.unix_seconds();
    if issued_at > now.saturating_add(expected.clock_skew_seconds) {
        return Err(CheckError::NotYet { from: issued_at, now });
    }
    if let Some(from) = message.not_before.as_ref().map(super::Timestamp::unix_seconds)
        && now < from
    {
        return Err(CheckError::NotYet { from, now });
    }
    let oldest = issued_at.saturating_add(expected.max_age_seconds);
    let until = message.expires_at.as_ref().map_or(oldest, |time| time.unix_seconds().min(oldest));
    if now >= until {
        return Err(CheckError::Expired { until, now });
    }
    Ok(())
}
