//! From text to message.

use alloy_primitives::Address;

use super::{Message, Timestamp, TimestampError};

/// Longest message that is read.
pub const MESSAGE_BYTES_MAX: usize = 4096;
/// Most resources in a message.
pub const RESOURCES_MAX: usize = 16;

const GREETING: &str = " wants you to sign in with your Ethereum account:";

/// Why a text is no sign-in message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Above [`MESSAGE_BYTES_MAX`].
    #[error("the message has {0} bytes; at most {MESSAGE_BYTES_MAX} are read")]
    TooLong(usize),
    /// Bytes other than printable ASCII and line feeds.
    #[error("the message holds characters other than printable ASCII")]
    NotAscii,
    /// A line is not what the grammar has at its place.
    #[error("line {line} of the message must be {expected}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What belongs there.
        expected: &'static str,
    },
    /// The address is not in EIP-55 form.
    #[error("the address on line 2 is not 20 bytes of hex with an EIP-55 checksum")]
    Address,
    /// A time is none.
    #[error("line {line} of the message holds no time")]
    Time {
        /// Counted from 1.
        line: usize,
        /// Why.
        #[source]
        source: TimestampError,
    },
    /// Above [`RESOURCES_MAX`].
    #[error("the message names more than {RESOURCES_MAX} resources")]
    TooManyResources,
}

/// The lines that are left, with their number.
struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self, expected: &'static str) -> Result<&'a str, ParseError> {
        self.number += 1;
        self.rest.next().ok_or(ParseError::Line { line: self.number, expected })
    }

    fn refuse(&self, expected: &'static str) -> ParseError {
        ParseError::Line { line: self.number, expected }
    }

    /// The value of a line that starts with `label`, which must be there.
    fn field(&mut self, label: &str, expected: &'static str) -> Result<&'a str, ParseError> {
        let line = self.next(expected)?;
        line.strip_prefix(label).ok_or_else(|| self.refuse(expected))
    }

    /// The value of the next line if it starts with `label`.
    fn optional(&mut self, label: &str) -> Option<&'a str> {
        let value = self.rest.peek()?.strip_prefix(label)?;
        self.rest.next();
        self.number += 1;
        Some(value)
    }

    fn time(&self, text: &str) -> Result<Timestamp, ParseError> {
        Timestamp::parse(text).map_err(|source| ParseError::Time { line: self.number, source })
    }
}

pub(super) fn message(text: &str) -> Result<Message, ParseError> {
    if text.len() > MESSAGE_BYTES_MAX {
        return Err(ParseError::TooLong(text.len()));
    }
    if !text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)) {
        return Err(ParseError::NotAscii);
    }
    let mut lines = Lines { rest: text.split('\n').peekable(), number: 0 };

    let origin = lines.next("the domain and the greeting")?;
    let origin = origin.strip_suffix(GREETING).ok_or_else(|| lines.refuse("the domain and the greeting"))?;
    let (scheme, domain) = match origin.split_once("://") {
        Some((scheme, domain)) => (Some(scheme), domain),
        None => (None, origin),
    };
    if !is_domain(domain) || !scheme.is_none_or(is_scheme) {
        return Err(lines.refuse("a domain, with a scheme or without, and the greeting"));
    }
    let address = lines.next("the address")?;
    let address = Address::parse_checksummed(address, None).map_err(|_| ParseError::Address)?;
    let statement = statement(&mut lines)?;

    let uri = lines.field("URI: ", "'URI: ' and a URI")?;
    if !is_uri(uri) {
        return Err(lines.refuse("'URI: ' and a URI"));
    }
    if lines.field("Version: ", "'Version: 1'")? != "1" {
        return Err(lines.refuse("'Version: 1'"));
    }
    let chain_id = lines.field("Chain ID: ", "'Chain ID: ' and a number")?;
    let chain_id = number(chain_id).ok_or_else(|| lines.refuse("'Chain ID: ' and a number"))?;
    let nonce = lines.field("Nonce: ", "'Nonce: ' and 8 to 64 letters and digits")?;
    if !(8..=64).contains(&nonce.len()) || !nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(lines.refuse("'Nonce: ' and 8 to 64 letters and digits"));
    }
    let issued_at = lines.field("Issued At: ", "'Issued At: ' and a time")?;
    let issued_at = lines.time(issued_at)?;
    let expires_at = lines.optional("Expiration Time: ").map(|text| lines.time(text)).transpose()?;
    let not_before = lines.optional("Not Before: ").map(|text| lines.time(text)).transpose()?;
    let request_id = lines.optional("Request ID: ");
    let resources = resources(&mut lines)?;

    Ok(Message {
        scheme: scheme.map(str::to_owned),
        domain: domain.to_owned(),
        address,
        statement: statement.map(str::to_owned),
        uri: uri.to_owned(),
        chain_id,
        nonce: nonce.to_owned(),
        issued_at,
        expires_at,
        not_before,
        request_id: request_id.map(str::to_owned),
        resources,
    })
}

/// `LF [statement LF] LF`: an empty line, a line of statement if any, an empty line.
fn statement<'a>(lines: &mut Lines<'a>) -> Result<Option<&'a str>, ParseError> {
    if !lines.next("empty")?.is_empty() {
        return Err(lines.refuse("empty"));
    }
    let line = lines.next("the statement, or empty")?;
    if line.is_empty() {
        return Ok(None);
    }
    if !lines.next("empty")?.is_empty() {
        return Err(lines.refuse("empty"));
    }
    Ok(Some(line))
}

fn resources(lines: &mut Lines<'_>) -> Result<Vec<String>, ParseError> {
    let mut resources = Vec::new();
    if lines.rest.peek().is_none() {
        return Ok(resources);
    }
    if !lines.field("Resources:", "'Resources:', or the end")?.is_empty() {
        return Err(lines.refuse("'Resources:', or the end"));
    }
    while lines.rest.peek().is_some() {
        let resource = lines.field("- ", "'- ' and a URI, or the end")?;
        if !is_uri(resource) {
            return Err(lines.refuse("'- ' and a URI, or the end"));
        }
        if resources.len() == RESOURCES_MAX {
            return Err(ParseError::TooManyResources);
        }
        resources.push(resource.to_owned());
    }
    // The heading alone prints as nothing, so it would not survive the round trip.
    if resources.is_empty() {
        return Err(lines.refuse("left out where there are no resources"));
    }
    Ok(resources)
}

/// Digits without leading zeros, so that a number has one form.
fn number(text: &str) -> Option<u64> {
    let has_one_form = text == "0" || !text.starts_with('0');
    (has_one_form && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// An authority without user info: a sign-in for `bank.example@evil.example` helps nobody.
fn is_domain(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]%".contains(&byte))
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    is_scheme(scheme) && !rest.is_empty() && !text.bytes().any(|byte| b" \"<>\\^`{|}".contains(&byte))
}
