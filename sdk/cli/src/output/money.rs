//! Amounts as people write them. Integers throughout: the decimals of a token only move the point.

use serde::Serialize;
use usufruct_types::{Address, Amount};

/// A token: what an amount in its smallest unit means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct TokenInfo {
    /// Its contract.
    pub(crate) token: Address,
    /// Its symbol.
    pub(crate) symbol: String,
    /// Digits after the point.
    pub(crate) decimals: u8,
}

/// An amount of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Money {
    /// In the token's smallest unit.
    pub(crate) amount: Amount,
    #[serde(flatten)]
    pub(crate) token: TokenInfo,
}

impl Money {
    /// An amount of a token.
    pub(crate) fn new(amount: Amount, token: &TokenInfo) -> Self {
        Self { amount, token: token.clone() }
    }

    /// `1.25 dUSD`.
    pub(crate) fn text(&self) -> String {
        format!("{} {}", decimal(self.amount, self.token.decimals), self.token.symbol)
    }

    /// A price: `1.25 dUSD`, or `Free`.
    pub(crate) fn price_text(&self) -> String {
        if self.amount.is_zero() { "Free".to_owned() } else { self.text() }
    }
}

/// The amount with its point: no exponent, no rounding, no trailing zeros beyond cents.
fn decimal(amount: Amount, decimals: u8) -> String {
    let digits = format!("{:0>width$}", amount.units(), width = usize::from(decimals) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    let fraction = fraction.trim_end_matches('0');
    let whole = group(whole);
    match fraction.len() {
        0 => whole,
        1 => format!("{whole}.{fraction}0"),
        _ => format!("{whole}.{fraction}"),
    }
}

/// Thousands apart by commas.
fn group(whole: &str) -> String {
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A text that is no amount of a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MoneyError {
    /// No decimal number.
    #[error("'{text}' is not an amount: write it as 2.50")]
    Form { text: String },
    /// More digits after the point than the token has: paying less than was written is no option.
    #[error("'{text}' has more than the {decimals} decimals of {symbol}")]
    Decimals { text: String, decimals: u8, symbol: String },
    /// Above 2^128 - 1 of the smallest unit.
    #[error("'{text}' {symbol} is more than any amount on chain")]
    Range { text: String, symbol: String },
}

/// Reads `2.50`, `1,000`, `2.50 dUSD` as an amount of a token.
pub(crate) fn parse_amount(text: &str, token: &TokenInfo) -> Result<Amount, MoneyError> {
    let number = text.trim().strip_suffix(&token.symbol).unwrap_or(text).trim().replace([',', '_'], "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || number.ends_with('.') {
        return Err(MoneyError::Form { text: text.to_owned() });
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > usize::from(token.decimals) {
        let (decimals, symbol) = (token.decimals, token.symbol.clone());
        return Err(MoneyError::Decimals { text: text.to_owned(), decimals, symbol });
    }
    let digits = format!("{whole}{fraction:0<width$}", width = usize::from(token.decimals));
    let significant = digits.trim_start_matches('0');
    let digits = if significant.is_empty() { "0" } else { significant };
    digits.parse().map_err(|_| MoneyError::Range { text: text.to_owned(), symbol: token.symbol.clone() })
}

/// `16.4 MB`, in powers of ten as disks are sold and transfers are billed.
pub(crate) fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    // Tenths of the unit, rounded half up; carried on where rounding reaches the next unit.
    let mut scale = 1000_u128;
    for unit in UNITS {
        let tenths = (u128::from(bytes) * 10 + scale / 2) / scale;
        if tenths < 10_000 {
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
        scale *= 1000;
    }
    format!("{bytes} B")
}
