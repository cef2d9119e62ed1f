//! Licenses: what one costs, and buying it.

use usufruct_chain::{ChainError, Wallet};
use usufruct_types::{Address, Amount, LicenseId, TermsId, VersionId};

use crate::{
    SentTransaction,
    job::{JobError, allow},
    survey::Survey,
};

/// What a version's license costs by the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The version.
    pub version: VersionId,
    /// Its terms.
    pub terms: TermsId,
    /// Price of a license.
    pub price: Amount,
    /// The token that it is in; zero where it is free.
    pub token: Address,
}

/// A license that was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The license.
    pub license: LicenseId,
    /// The transactions that were sent.
    pub transactions: Vec<SentTransaction>,
}

/// A license that is not for sale, or was not bought.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MarketError {
    /// No such version on chain.
    #[error("version {version} is not registered on this chain")]
    NotRegistered {
        /// Which.
        version: VersionId,
    },
    /// It was withdrawn.
    #[error("version {version} was withdrawn; no license is sold for it")]
    Withdrawn {
        /// Which.
        version: VersionId,
    },
    /// The buyer cannot pay.
    #[error("the license cannot be paid")]
    Payment(#[from] JobError),
    /// The desk refuses.
    #[error("cannot buy a license of version {version}")]
    Buy {
        /// Which.
        version: VersionId,
        /// Why.
        source: ChainError,
    },
}

/// What a license of a version costs.
pub fn offer(survey: &Survey, version: VersionId) -> Result<Offer, MarketError> {
    let registered = survey.versions.get(&version).ok_or(MarketError::NotRegistered { version })?;
    if registered.is_tombstoned {
        return Err(MarketError::Withdrawn { version });
    }
    let terms = registered.input.terms;
    // The registry takes published terms only.
    let priced = survey.terms.get(&terms).ok_or(MarketError::NotRegistered { version })?;
    Ok(Offer { version, terms, price: priced.flat_price, token: priced.token })
}

/// Buys a license at the offered price, no more. The allowance is checked and given first.
pub async fn buy(wallet: &Wallet, offer: &Offer, licensee: Address) -> Result<Bought, MarketError> {
    let &Offer { version, terms, price, token } = offer;
    let mut transactions = Vec::new();
    if !price.is_zero() {
        transactions.extend(allow(wallet, token, price).await?);
    }
    let receipt = wallet.buy_license(version, terms, price, licensee).await;
    let receipt = receipt.map_err(|source| MarketError::Buy { version, source })?;
    transactions.push(SentTransaction::of("buy", &receipt));
    Ok(Bought { license: receipt.made, transactions })
}
