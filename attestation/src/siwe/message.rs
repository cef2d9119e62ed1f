//! The message and its text.

use std::fmt;

use alloy_primitives::Address;

use super::{CheckError, Expected, ParseError, Timestamp, check, parse};

/// A sign-in message. `Display` prints the text to be signed.
///
/// ```
/// use usufruct_attestation::siwe::{Message, Timestamp};
///
/// let message = Message {
///     scheme: None,
///     domain: "usufruct.example".into(),
///     address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".parse()?,
///     statement: Some("Sign in to read licensed shards.".into()),
///     uri: "https://usufruct.example/login".into(),
///     chain_id: 31337,
///     nonce: "x7Fq3aPz1L".into(),
///     issued_at: Timestamp::from_unix_seconds(1_795_000_000)?,
///     expires_at: None,
///     not_before: None,
///     request_id: None,
///     resources: Vec::new(),
/// };
/// assert_eq!(Message::parse(&message.to_string())?, message);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Scheme of the origin, where the request named one.
    pub scheme: Option<String>,
    /// Host, and port if any, that asks for the sign-in.
    pub domain: String,
    /// Who signs in.
    pub address: Address,
    /// What the wallet shows, one line.
    pub statement: Option<String>,
    /// What is signed in to.
    pub uri: String,
    /// Chain that the account is on.
    pub chain_id: u64,
    /// The server's nonce: 8 to 64 letters and digits.
    pub nonce: String,
    /// When the message was made.
    pub issued_at: Timestamp,
    /// From when on it no longer counts.
    pub expires_at: Option<Timestamp>,
    /// Before when it does not count yet.
    pub not_before: Option<Timestamp>,
    /// The server's name for the request.
    pub request_id: Option<String>,
    /// URIs that the sign-in is about, at most 16.
    pub resources: Vec<String>,
}

impl Message {
    /// Reads the text of a message.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::message(text)
    }

    /// Whether the message answers what the server asked, at Unix second `now`. The signature is
    /// another question: see [`super::verify`].
    pub fn check(&self, expected: &Expected<'_>, now: u64) -> Result<(), CheckError> {
        check::message(self, expected, now)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}://")?;
        }
        writeln!(f, "{} wants you to sign in with your Ethereum account:", self.domain)?;
        // The standard asks for the checksummed form, which is what `Address` prints.
        writeln!(f, "{}\n", self.address)?;
        if let Some(statement) = &self.statement {
            writeln!(f, "{statement}")?;
        }
        write!(f, "\nURI: {}\nVersion: 1\nChain ID: {}\nNonce: {}", self.uri, self.chain_id, self.nonce)?;
        write!(f, "\nIssued At: {}", self.issued_at)?;
        if let Some(time) = &self.expires_at {
            write!(f, "\nExpiration Time: {time}")?;
        }
        if let Some(time) = &self.not_before {
            write!(f, "\nNot Before: {time}")?;
        }
        if let Some(id) = &self.request_id {
            write!(f, "\nRequest ID: {id}")?;
        }
        if !self.resources.is_empty() {
            write!(f, "\nResources:")?;
            for resource in &self.resources {
                write!(f, "\n- {resource}")?;
            }
        }
        Ok(())
    }
}
