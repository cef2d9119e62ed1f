//! `usufruct license quote` and `usufruct license intent`: what is signed and sent by others.

use std::path::Path;

use alloy_primitives::U256;
use serde::Serialize;
use usufruct_attestation::{Intent, Quote};
use usufruct_chain::{Signer, Wallet};
use usufruct_sdk::{market, survey::Survey};
use usufruct_types::{Address, Amount, Terms, TermsId, VersionId};

use super::file::{self, IntentFile, QuoteFile};
use crate::{
    args::{IntentArgs, QuoteArgs},
    commands::{Outcome, session},
    errors::Fault,
    output::{Page, Report, parse_amount},
    settings::Settings,
};

/// What was signed, in the form in which it is passed on.
#[derive(Serialize)]
#[serde(transparent)]
struct Signed<T: Serialize> {
    file: T,
    #[serde(skip)]
    out: Option<String>,
}

impl<T: Serialize> Report for Signed<T> {
    fn page(&self, page: &mut Page) {
        match &self.out {
            Some(out) => page.title(page.verdict(true, format!("signed, written to {out}; nothing was sent"))),
            // What is printed is what is passed on.
            None => page.line(serde_json::to_string_pretty(&self.file).unwrap_or_default()),
        }
    }

    fn ids(&self) -> Vec<String> {
        let value = serde_json::to_value(&self.file).unwrap_or_default();
        value.get("nonce").and_then(|nonce| nonce.as_str()).map(str::to_owned).into_iter().collect()
    }
}

/// Signs a quote.
pub(super) async fn quote(settings: &Settings, args: QuoteArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let (terms_id, terms) = terms_of(&wallet, args.version).await?;
    let price = parse_amount(&args.price, &tokens.payment)?;
    let unit_price = parse_amount(&args.unit_price, &tokens.payment)?;
    let is_free = price.is_zero() && unit_price.is_zero();
    if !unit_price.is_zero() && terms.unit == usufruct_types::Unit::None {
        return Err(Fault::usage("the version's terms name no unit, so --unit-price means nothing").into());
    }
    let quote = Quote {
        version: args.version,
        terms: terms_id,
        licensee: args.licensee.unwrap_or(Address::ZERO),
        token: if is_free { Address::ZERO } else { tokens.payment.token },
        price: price.units(),
        unit_price: unit_price.units(),
        units_max: args.units_max,
        duration_seconds: args.days.map_or(0, |days| days.seconds()),
        expires_at: wallet.reader().head().await?.timestamp.saturating_add(args.valid.seconds()),
        nonce: fresh_nonce(),
    };
    let signed = QuoteFile::from(&wallet.sign_quote(quote)?);
    done(signed, args.out.as_deref())
}

/// Signs an intent, and lets the vault take what it costs.
pub(super) async fn intent(settings: &Settings, args: IntentArgs) -> anyhow::Result<Outcome> {
    let wallet = session::wallet(settings).await?;
    let tokens = session::tokens(wallet.reader()).await?;
    let (terms_id, terms) = terms_of(&wallet, args.version).await?;
    let given = |text: &Option<String>, default: Amount| match text {
        Some(text) => parse_amount(text, &tokens.payment),
        None => Ok(default),
    };
    let max_price = given(&args.max_price, terms.flat_price)?;
    let max_unit_price = given(&args.max_unit_price, terms.unit_price)?;
    let intent = Intent {
        version: args.version,
        terms: terms_id,
        buyer: wallet.address(),
        licensee: args.licensee.unwrap_or_else(|| wallet.address()),
        token: terms.token,
        max_price: max_price.units(),
        max_unit_price: max_unit_price.units(),
        expires_at: wallet.reader().head().await?.timestamp.saturating_add(args.valid.seconds()),
        nonce: fresh_nonce(),
    };
    if !args.no_allowance && !max_price.is_zero() {
        let vault = wallet.reader().deployment().royalty_roots;
        let allowed = wallet.reader().allowance(terms.token, wallet.address(), vault).await?;
        if allowed < U256::from(max_price.units()) {
            wallet.approve(terms.token, vault, max_price).await?;
        }
    }
    let signed = IntentFile::from(&wallet.sign_intent(intent)?);
    done(signed, args.out.as_deref())
}

fn done<T: Serialize + Send + 'static>(signed: T, out: Option<&Path>) -> anyhow::Result<Outcome> {
    file::write(out, &signed)?;
    Ok(Outcome::report(Signed { file: signed, out: out.map(|out| out.display().to_string()) }))
}

/// The terms of a version that is for sale.
async fn terms_of(wallet: &Wallet, version: VersionId) -> anyhow::Result<(TermsId, Terms)> {
    let survey = Survey::read(wallet.reader()).await?;
    let offer = market::offer(&survey, version)
        .map_err(|error| Fault::not_found(error.to_string()).next("`usufruct dataset list` shows what there is"))?;
    let terms = survey.terms.get(&offer.terms).cloned();
    let terms = terms.ok_or_else(|| Fault::not_found(format!("terms {} are not published", offer.terms)))?;
    Ok((offer.terms, terms))
}

/// A number that was never used: as random as a key.
fn fresh_nonce() -> U256 {
    Signer::ephemeral().to_secret_bytes().into()
}
