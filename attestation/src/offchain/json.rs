//! The JSON form, strict in what is signed and indifferent to what is not.

use std::fmt;

use alloy_primitives::{Address, B256, hex};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::message::{Attestation, DOMAIN_NAME, Domain, Form, Message, PrimaryType};

/// Longest line read.
pub const LINE_BYTES_MAX: usize = 256 * 1024;

/// Why a text is no off-chain attestation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// Longer than is read.
    #[error("it has {0} bytes; at most {LINE_BYTES_MAX} are read")]
    TooLong(usize),
    /// Not JSON, or a field is missing, twice there or of another kind.
    #[error("it is not of the form {{signer, sig}}: {0}")]
    Json(String),
    /// The version of the form is none that is known.
    #[error("version {0} is unknown; versions 0, 1 and 2 are read")]
    Version(u64),
    /// The version is written twice, differently.
    #[error("sig.version is {outer}, message.version {inner}")]
    TwoVersions {
        /// Beside the message.
        outer: u64,
        /// In the message.
        inner: u64,
    },
    /// A version 2 without its salt.
    #[error("version 2 has a salt, this has none")]
    NoSalt,
    /// The domain is that of something else.
    #[error("the domain's name is '{0}', not '{DOMAIN_NAME}'")]
    DomainName(String),
    /// The signed struct has another name.
    #[error("primaryType is '{0}', not 'Attest' or 'Attestation'")]
    PrimaryType(String),
    /// The types written beside the message are not those of its version.
    #[error("the types are not those of version {0}")]
    Types(u16),
}

#[derive(Serialize, Deserialize)]
struct Package {
    sig: Signed,
    #[serde(serialize_with = "checksummed")]
    signer: Address,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    domain: WireDomain,
    primary_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    types: Option<serde_json::Map<String, serde_json::Value>>,
    signature: Parts,
    uid: B256,
    #[serde(default)]
    version: Version,
    message: WireMessage,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDomain {
    name: String,
    version: String,
    chain_id: Number,
    #[serde(serialize_with = "checksummed")]
    verifying_contract: Address,
}

#[derive(Serialize, Deserialize)]
struct Parts {
    v: u8,
    r: B256,
    s: B256,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMessage {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
    schema: B256,
    #[serde(serialize_with = "checksummed")]
    recipient: Address,
    time: Number,
    expiration_time: Number,
    revocable: bool,
    #[serde(rename = "refUID")]
    ref_uid: B256,
    data: Hex,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<B256>,
}

/// A whole number below 2^64, as a JSON number or as decimal digits in a string: SDKs write big
/// integers as strings, and so do we.
#[derive(Clone, Copy, Default)]
struct Number(u64);

/// The same, but written as a number, which is what SDKs compare versions with.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(transparent)]
struct Version(Number);

/// Bytes of any length in hex with 0x.
struct Hex(Vec<u8>);

impl Attestation {
    /// Reads one JSON object. Only what is signed is looked at; other fields are passed over.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        if text.len() > LINE_BYTES_MAX {
            return Err(FormError::TooLong(text.len()));
        }
        let package: Package = serde_json::from_str(text).map_err(|error| FormError::Json(error.to_string()))?;
        let Package { sig, signer } = package;
        let message = sig.message.read(sig.version.0.0)?;
        let primary_type = [PrimaryType::Attest, PrimaryType::Attestation]
            .into_iter()
            .find(|kind| kind.name() == sig.primary_type)
            .ok_or(FormError::PrimaryType(sig.primary_type))?;
        if sig.types.is_some_and(|types| types.get(primary_type.name()) != Some(&types_of(message.form))) {
            return Err(FormError::Types(message.form.number()));
        }
        if sig.domain.name != DOMAIN_NAME {
            return Err(FormError::DomainName(sig.domain.name));
        }
        let domain = Domain {
            chain_id: sig.domain.chain_id.0,
            eas: sig.domain.verifying_contract,
            contract_version: sig.domain.version,
        };
        let mut signature = [0; 65];
        signature[..32].copy_from_slice(sig.signature.r.as_slice());
        signature[32..64].copy_from_slice(sig.signature.s.as_slice());
        signature[64] = sig.signature.v;
        Ok(Self { signer, uid: sig.uid, domain, primary_type, message, signature })
    }

    /// One line of JSON in EAS' form, without the line's end.
    pub fn to_json(&self) -> String {
        let message = &self.message;
        let version = Version(Number(message.form.number().into()));
        let types = [(self.primary_type.name().to_owned(), types_of(message.form))].into_iter().collect();
        let package = Package {
            sig: Signed {
                domain: WireDomain {
                    name: DOMAIN_NAME.to_owned(),
                    version: self.domain.contract_version.clone(),
                    chain_id: Number(self.domain.chain_id),
                    verifying_contract: self.domain.eas,
                },
                primary_type: self.primary_type.name().to_owned(),
                types: Some(types),
                signature: Parts {
                    v: self.signature[64],
                    r: B256::from_slice(&self.signature[..32]),
                    s: B256::from_slice(&self.signature[32..64]),
                },
                uid: self.uid,
                version,
                message: WireMessage {
                    version: Some(version),
                    schema: message.schema,
                    recipient: message.recipient,
                    time: Number(message.time),
                    expiration_time: Number(message.expires_at),
                    revocable: message.is_revocable,
                    ref_uid: message.reference,
                    data: Hex(message.data.clone()),
                    salt: match message.form {
                        Form::Two { salt } => Some(salt),
                        Form::Legacy | Form::One => None,
                    },
                },
            },
            signer: self.signer,
        };
        serde_json::to_string(&package).expect("strings, numbers and maps with text keys")
    }
}

/// Reads a file: JSON lines, or one object over several lines, as block explorers export it. Gives the
/// number of each line that is not blank, from 1, and what it holds.
pub fn read(text: &str) -> Vec<(usize, Result<Attestation, FormError>)> {
    let is_one = text.trim_start().starts_with('{') && serde_json::from_str::<de::IgnoredAny>(text).is_ok();
    if is_one {
        let skipped = text.lines().take_while(|line| line.trim().is_empty()).count();
        return vec![(skipped + 1, Attestation::parse(text.trim()))];
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| (index + 1, Attestation::parse(line)))
        .collect()
}

impl WireMessage {
    fn read(self, outer: u64) -> Result<Message, FormError> {
        let inner = self.version.map_or(outer, |version| version.0.0);
        if inner != outer {
            return Err(FormError::TwoVersions { outer, inner });
        }
        let form = match outer {
            0 => Form::Legacy,
            1 => Form::One,
            2 => Form::Two { salt: self.salt.ok_or(FormError::NoSalt)? },
            other => return Err(FormError::Version(other)),
        };
        Ok(Message {
            form,
            schema: self.schema,
            recipient: self.recipient,
            time: self.time.0,
            expires_at: self.expiration_time.0,
            is_revocable: self.revocable,
            reference: self.ref_uid,
            data: self.data.0,
        })
    }
}

fn types_of(form: Form) -> serde_json::Value {
    form.fields().iter().map(|(kind, name)| serde_json::json!({"name": name, "type": kind})).collect()
}

/// Addresses with the checksum in their letters' case, as the SDK writes them.
fn checksummed<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&address.to_checksum(None))
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number below 2^64, as a number or in a string")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let number = if is_digits { text.parse().ok() } else { None };
                number.map(Number).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode_prefixed(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").ok_or_else(|| de::Error::custom("bytes are hex with 0x"))?;
        hex::decode(digits).map(Self).map_err(|_| de::Error::custom("bytes are hex with 0x and whole bytes"))
    }
}
