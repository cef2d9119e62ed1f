//! Signed quotes and intents as files.

use std::{fs, io::Read as _, path::Path};

use alloy_primitives::{Bytes, U256};
use anyhow::Context as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use usufruct_attestation::{Intent, Quote};
use usufruct_chain::{SignedIntent, SignedQuote};
use usufruct_types::{Address, Amount, TermsId, VersionId};

use crate::errors::Fault;

/// Longest file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// A quote in its JSON form: amounts are strings of the token's smallest unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct QuoteFile {
    version: VersionId,
    terms: TermsId,
    licensee: Address,
    token: Address,
    price: Amount,
    unit_price: Amount,
    units_max: Amount,
    duration_seconds: u64,
    expires_at: u64,
    nonce: U256,
    signature: Bytes,
}

/// An intent in its JSON form.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct IntentFile {
    version: VersionId,
    terms: TermsId,
    buyer: Address,
    licensee: Address,
    token: Address,
    max_price: Amount,
    max_unit_price: Amount,
    expires_at: u64,
    nonce: U256,
    signature: Bytes,
}

impl From<&SignedQuote> for QuoteFile {
    fn from(signed: &SignedQuote) -> Self {
        let quote = &signed.quote;
        Self {
            version: quote.version,
            terms: quote.terms,
            licensee: quote.licensee,
            token: quote.token,
            price: Amount::new(quote.price),
            unit_price: Amount::new(quote.unit_price),
            units_max: Amount::new(quote.units_max),
            duration_seconds: quote.duration_seconds,
            expires_at: quote.expires_at,
            nonce: quote.nonce,
            signature: signed.signature.clone().into(),
        }
    }
}

impl From<QuoteFile> for SignedQuote {
    fn from(file: QuoteFile) -> Self {
        let quote = Quote {
            version: file.version,
            terms: file.terms,
            licensee: file.licensee,
            token: file.token,
            price: file.price.units(),
            unit_price: file.unit_price.units(),
            units_max: file.units_max.units(),
            duration_seconds: file.duration_seconds,
            expires_at: file.expires_at,
            nonce: file.nonce,
        };
        Self { quote, signature: file.signature.to_vec() }
    }
}

impl From<&SignedIntent> for IntentFile {
    fn from(signed: &SignedIntent) -> Self {
        let intent = &signed.intent;
        Self {
            version: intent.version,
            terms: intent.terms,
            buyer: intent.buyer,
            licensee: intent.licensee,
            token: intent.token,
            max_price: Amount::new(intent.max_price),
            max_unit_price: Amount::new(intent.max_unit_price),
            expires_at: intent.expires_at,
            nonce: intent.nonce,
            signature: signed.signature.clone().into(),
        }
    }
}

impl From<IntentFile> for SignedIntent {
    fn from(file: IntentFile) -> Self {
        let intent = Intent {
            version: file.version,
            terms: file.terms,
            buyer: file.buyer,
            licensee: file.licensee,
            token: file.token,
            max_price: file.max_price.units(),
            max_unit_price: file.max_unit_price.units(),
            expires_at: file.expires_at,
            nonce: file.nonce,
        };
        Self { intent, signature: file.signature.to_vec() }
    }
}

/// Reads a quote.
pub(super) fn quote(path: &Path) -> anyhow::Result<SignedQuote> {
    Ok(read::<QuoteFile>(path, "quote", "`usufruct license quote` writes one")?.into())
}

/// Reads an intent.
pub(super) fn intent(path: &Path) -> anyhow::Result<SignedIntent> {
    Ok(read::<IntentFile>(path, "intent", "`usufruct license intent` writes one")?.into())
}

/// The nonce of either.
pub(super) fn nonce(path: &Path) -> anyhow::Result<U256> {
    #[derive(Deserialize)]
    struct Signed {
        nonce: U256,
    }
    Ok(read::<Signed>(path, "quote or intent", "`usufruct license quote` and `license intent` write them")?.nonce)
}

fn read<T: DeserializeOwned>(path: &Path, what: &str, next: &str) -> anyhow::Result<T> {
    let mut text = String::new();
    let shown = path.display();
    let file = fs::File::open(path).and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
    file.map_err(|error| Fault::not_found(format!("cannot read the {what} {shown}")).because(error))?;
    let parsed = serde_json::from_str(&text);
    Ok(parsed.map_err(|error| Fault::usage(format!("{shown} is no {what}")).because(error).next(next))?)
}

/// Writes what was signed, where a file was asked for.
pub(super) fn write(out: Option<&Path>, signed: &impl Serialize) -> anyhow::Result<()> {
    let Some(out) = out else { return Ok(()) };
    let text = format!("{}\n", serde_json::to_string_pretty(signed)?);
    fs::write(out, text).with_context(|| format!("cannot write {}", out.display()))
}
