//! The id and the price of license terms.

use alloy_primitives::keccak256;
use alloy_sol_types::{SolValue, sol};
use usufruct_manifest::Manifest;
use usufruct_types::{Amount, Terms, TermsId, Unit, price::usage_charge};
use usufruct_usage::ShardTotal;

mod encoded {
    super::sol! {
        struct Terms {
            string license;
            string fieldOfUse;
            uint32 uses;
            uint32 obligations;
            address token;
            uint128 flatPrice;
            uint8 unit;
            uint128 unitPrice;
            uint32 curatorPpm;
            uint32 inferencePpm;
            uint64 durationSeconds;
            uint64 offeredUntil;
            uint64 userLimit;
        }
    }
}

/// The id that `TermsBook` gives terms: `keccak256(abi.encode(terms))`.
///
/// Terms that a server tells are checked by it against the id on chain.
pub fn terms_id(terms: &Terms) -> TermsId {
    let encoded = encoded::Terms {
        license: terms.license.clone(),
        fieldOfUse: terms.field_of_use.clone(),
        uses: terms.uses.0,
        obligations: terms.obligations.0,
        token: terms.token,
        flatPrice: terms.flat_price.units(),
        unit: terms.unit as u8,
        unitPrice: terms.unit_price.units(),
        curatorPpm: terms.curator_share.parts(),
        inferencePpm: terms.inference_share.parts(),
        durationSeconds: terms.duration_seconds,
        offeredUntil: terms.offered_until,
        userLimit: terms.user_limit,
    };
    TermsId(keccak256(encoded.abi_encode()))
}

/// Whether a version under these terms is free to all: no price at all.
pub const fn is_free(terms: &Terms) -> bool {
    terms.flat_price.is_zero() && terms.unit_price.is_zero()
}

/// Units that one pass over a version costs. Terms without a price per unit meter nothing.
pub const fn units_of_pass(terms: &Terms, manifest: &Manifest) -> u128 {
    match terms.unit {
        Unit::None => 0,
        Unit::Record => manifest.records as u128,
        Unit::Token => manifest.tokens as u128,
        Unit::Byte => manifest.size_bytes as u128,
    }
}

/// Units of a shard's total that these terms meter.
pub const fn units_of_total(terms: &Terms, total: &ShardTotal) -> u128 {
    match terms.unit {
        Unit::None => 0,
        Unit::Record => total.records,
        Unit::Token => total.tokens,
        Unit::Byte => total.bytes,
    }
}

/// Price of units under these terms; `None` where it exceeds every amount on chain.
pub fn price_of(terms: &Terms, units: u128) -> Option<Amount> {
    usage_charge(terms.unit_price, units)
}

#[cfg(test)]
mod tests {
    use usufruct_types::{Address, Obligations, Ppm, Uses};

    use super::*;

    fn terms(unit_price: u128) -> Terms {
        Terms {
            license: "CC-BY-4.0".to_owned(),
            field_of_use: String::new(),
            uses: Uses(3),
            obligations: Obligations(1),
            token: Address::repeat_byte(1),
            flat_price: Amount::new(5),
            unit: Unit::Token,
            unit_price: Amount::new(unit_price),
            curator_share: Ppm::ZERO,
            inference_share: Ppm::ZERO,
            duration_seconds: 0,
            offered_until: 0,
            user_limit: 0,
        }
    }

    #[test]
    fn every_field_is_part_of_the_id() {
        let base = terms(7);
        let changed = [
            Terms { license: "CC0-1.0".to_owned(), ..base.clone() },
            Terms { field_of_use: "health".to_owned(), ..base.clone() },
            Terms { uses: Uses(1), ..base.clone() },
            Terms { obligations: Obligations(0), ..base.clone() },
            Terms { token: Address::repeat_byte(2), ..base.clone() },
            Terms { flat_price: Amount::new(6), ..base.clone() },
            Terms { unit: Unit::Byte, ..base.clone() },
            Terms { unit_price: Amount::new(8), ..base.clone() },
            Terms { curator_share: Ppm::WHOLE, ..base.clone() },
            Terms { inference_share: Ppm::WHOLE, ..base.clone() },
            Terms { duration_seconds: 1, ..base.clone() },
            Terms { offered_until: 1, ..base.clone() },
            Terms { user_limit: 1, ..base.clone() },
        ];
        assert!(changed.iter().all(|other| terms_id(other) != terms_id(&base)));
    }

    #[test]
    fn prices_multiply_exactly_or_not_at_all() {
        assert_eq!(price_of(&terms(7), 3), Some(Amount::new(21)));
        assert_eq!(price_of(&terms(2), u128::MAX / 2), Some(Amount::new(u128::MAX - 1)));
        assert_eq!(price_of(&terms(2), u128::MAX), None);
        assert_eq!(price_of(&terms(0), u128::MAX), Some(Amount::ZERO));
    }
}
