//! Scalars. Money, counts and block numbers are strings of digits: JSON numbers lose them above 2^53.

use alloy_primitives::U256;
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use usufruct_attestation::siwe::Timestamp;
use usufruct_types::B256;

/// An account, a contract or a token: 20 bytes in lower-case hex with 0x. Read in any case.
pub(crate) struct Address(pub(crate) usufruct_types::Address);

/// 20 bytes in lower-case hex with 0x: an account, a contract or a token. Read in any case.
#[Scalar(name = "Address")]
impl ScalarType for Address {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        text.parse().map(Self).map_err(|_| InputValueError::custom("an address is 40 hex digits after 0x"))
    }

    fn to_value(&self) -> Value {
        Value::String(format!("{:#x}", self.0))
    }
}

/// 32 bytes in lower-case hex with 0x.
pub(crate) struct Hash32(pub(crate) B256);

/// 32 bytes in lower-case hex with 0x: an id, a BLAKE3 or keccak hash, an iroh endpoint. Read in any case.
#[Scalar(name = "Hash32")]
impl ScalarType for Hash32 {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        text.parse().map(Self).map_err(|_| InputValueError::custom("a hash is 64 hex digits after 0x"))
    }

    fn to_value(&self) -> Value {
        Value::String(format!("{:#x}", self.0))
    }
}

impl<T: Into<B256>> From<T> for Hash32 {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}

/// Any bytes in hex with 0x.
pub(crate) struct Bytes(pub(crate) Vec<u8>);

/// Bytes in lower-case hex with 0x.
#[Scalar(name = "Bytes")]
impl ScalarType for Bytes {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        let digits = text.strip_prefix("0x").unwrap_or(&text);
        hex::decode(digits).map(Self).map_err(|_| InputValueError::custom("bytes are pairs of hex digits after 0x"))
    }

    fn to_value(&self) -> Value {
        Value::String(format!("0x{}", hex::encode(&self.0)))
    }
}

/// A content id.
pub(crate) struct Cid(pub(crate) String);

/// A CIDv1 in base32 over BLAKE3: codec `raw` for shards, shard tables, usage logs and payout trees, `dag-cbor` for
/// manifests.
#[Scalar(name = "Cid")]
impl ScalarType for Cid {
    fn parse(value: Value) -> InputValueResult<Self> {
        text(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount of a token.
pub(crate) struct Amount(pub(crate) usufruct_types::Amount);

/// An amount in the token's smallest unit, 0 to 2^128 - 1, as a string of digits. Never a float.
#[Scalar(name = "Amount")]
impl ScalarType for Amount {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        text.parse().map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A whole number that is not negative.
#[derive(Clone, Copy)]
pub(crate) struct BigInt(pub(crate) u128);

/// A whole number of 0 or more as a string of digits. Read as a string or an integer.
#[Scalar(name = "BigInt")]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            other => return Err(InputValueError::expected_type(other)),
        };
        let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| is_digits)
            .map(Self)
            .ok_or_else(|| InputValueError::custom("a whole number of 0 or more in digits"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl<T: Into<u128>> From<T> for BigInt {
    fn from(number: T) -> Self {
        Self(number.into())
    }
}

/// A whole number of up to 256 bits, as the word that it is on chain.
#[derive(Clone, Copy)]
pub(crate) struct Uint256(pub(crate) B256);

/// A whole number of 0 to 2^256 - 1 as a string of digits. Read as a string or an integer.
#[Scalar(name = "Uint256")]
impl ScalarType for Uint256 {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            other => return Err(InputValueError::expected_type(other)),
        };
        let is_digits = (1..=78).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: Option<U256> = text.parse().ok().filter(|_| is_digits);
        number
            .map(|number| Self(number.into()))
            .ok_or_else(|| InputValueError::custom("a whole number of 0 to 2^256 - 1 in digits"))
    }

    fn to_value(&self) -> Value {
        Value::String(U256::from_be_bytes(self.0.0).to_string())
    }
}

/// A point in time.
#[derive(Clone)]
pub(crate) struct DateTime(String);

/// A point in time in UTC by RFC 3339, to the second, such as 2026-11-22T10:00:00Z.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = text(value)?;
        Timestamp::parse(&text).map(|time| Self(time.to_string())).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl DateTime {
    /// A Unix second; `None` beyond the year 9999, which somebody may well have written on chain.
    pub(crate) fn from_unix_seconds(second: u64) -> Option<Self> {
        Timestamp::from_unix_seconds(second).ok().map(|time| Self(time.to_string()))
    }

    /// The same where 0 stands for never.
    pub(crate) fn unless_never(second: u64) -> Option<Self> {
        if second == 0 { None } else { Self::from_unix_seconds(second) }
    }
}

fn text<T: async_graphql::InputType>(value: Value) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) if text.len() <= 64 * 1024 => Ok(text),
        other => Err(InputValueError::expected_type(other)),
    }
}
