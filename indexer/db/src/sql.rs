//! How our values travel to Postgres and back: hashes and addresses as `bytea`, whole numbers as
//! `numeric`. These wrappers stay inside the crate; what leaves it are the types of `usufruct-types`.
//!
//! The schema's domains (`hash32`, `address`, `amount`, `ppm`) reach a client as their base types, so
//! the wrappers name those. An array of a domain does not: write `array_agg(x::bytea)`.

use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef, types::Oid},
};
use usufruct_types::{Address, Amount, B256};

/// 32 bytes: a hash or an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Hash32(pub(crate) B256);

/// 20 bytes: an account, a token or a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Account(pub(crate) Address);

/// A whole number of 0 to 2^128 - 1 in a `numeric` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole(pub(crate) u128);

impl Hash32 {
    /// The bytes as the id that they are.
    pub(crate) fn id<T: From<B256>>(self) -> T {
        T::from(self.0)
    }
}

impl Whole {
    /// The number as one of at most 64 bits. The columns are `numeric(20, 0)` and hold what events
    /// carried as `u64`, so more than that means that somebody else wrote the row.
    pub(crate) fn narrow(self) -> Result<u64, sqlx::Error> {
        u64::try_from(self.0).map_err(|_| sqlx::Error::Decode(format!("{} does not fit 64 bits", self.0).into()))
    }

    /// The number as an amount of a token.
    pub(crate) const fn amount(self) -> Amount {
        Amount::new(self.0)
    }
}

impl From<Amount> for Whole {
    fn from(amount: Amount) -> Self {
        Self(amount.units())
    }
}

impl From<u64> for Whole {
    fn from(number: u64) -> Self {
        Self(u128::from(number))
    }
}

macro_rules! bytea {
    ($name:ident, $bytes:ty) => {
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <[u8] as Type<Postgres>>::type_info()
            }
        }

        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                <Vec<u8> as PgHasArrayType>::array_type_info()
            }
        }

        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <&[u8] as Encode<'_, Postgres>>::encode(self.0.as_slice(), buffer)
            }
        }

        impl Decode<'_, Postgres> for $name {
            fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
                let bytes = <Vec<u8> as Decode<'_, Postgres>>::decode(value)?;
                Ok(Self(<$bytes>::try_from(bytes.as_slice())?))
            }
        }
    };
}

bytea!(Hash32, B256);
bytea!(Account, Address);

/// `numeric` and `numeric[]` by their fixed numbers: sqlx names them only with a decimal crate.
const NUMERIC: Oid = Oid(1700);
const NUMERIC_ARRAY: Oid = Oid(1231);

impl Type<Postgres> for Whole {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(NUMERIC)
    }
}

impl PgHasArrayType for Whole {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(NUMERIC_ARRAY)
    }
}

impl Encode<'_, Postgres> for Whole {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let mut bytes = Vec::with_capacity(28);
        write_numeric(self.0, &mut bytes);
        buffer.extend_from_slice(&bytes);
        Ok(IsNull::No)
    }
}

impl Decode<'_, Postgres> for Whole {
    fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
        match value.format() {
            PgValueFormat::Binary => read_numeric(value.as_bytes()?).map(Self),
            PgValueFormat::Text => Ok(Self(value.as_str()?.parse()?)),
        }
    }
}

/// Appends `number` in the binary form of `numeric`: digits to the base 10,000, the highest first,
/// after their number, the exponent of the first, the sign and the decimals. Trailing zero digits
/// are left out, as the server does.
pub(crate) fn write_numeric(number: u128, out: &mut Vec<u8>) {
    // 2^128 has 39 decimal digits: ten of ours.
    let mut digits = [0_u16; 10];
    let (mut rest, mut start) = (number, digits.len());
    while rest > 0 {
        start -= 1;
        digits[start] = u16::try_from(rest % 10_000).expect("below 10,000");
        rest /= 10_000;
    }
    let weight = (digits.len() - start).saturating_sub(1);
    let significant = &digits[start..];
    let kept = significant.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
    for word in [u16::try_from(kept).expect("at most 10"), u16::try_from(weight).expect("at most 9"), 0, 0] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    for digit in &significant[..kept] {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

/// Reads the binary form of `numeric`; refuses what is negative, has decimals or exceeds 128 bits.
fn read_numeric(bytes: &[u8]) -> Result<u128, BoxDynError> {
    let words: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let [count, weight, sign, _decimals, digits @ ..] = words.as_slice() else {
        return Err("a numeric value is cut short".into());
    };
    if *sign != 0 {
        return Err("a numeric value is negative or no number".into());
    }
    let count = usize::from(*count);
    if digits.len() != count {
        return Err("a numeric value has more or fewer digits than it says".into());
    }
    if count == 0 {
        return Ok(0);
    }
    // A weight above 32,767 is a negative one: decimals only.
    let whole_digits = usize::from(*weight) + 1;
    if *weight > i16::MAX as u16 || count > whole_digits {
        return Err("a numeric value has decimals".into());
    }
    let mut number = 0_u128;
    for index in 0..whole_digits {
        let digit = digits.get(index).copied().unwrap_or(0);
        number = number
            .checked_mul(10_000)
            .and_then(|number| number.checked_add(u128::from(digit)))
            .ok_or("a numeric value exceeds 128 bits")?;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_of_any_size_round_trips() {
        let powers = (0..39).map(|power| 10_u128.pow(power));
        let edges = [0, 1, 9_999, 10_000, 10_001, 123_450_000, u128::from(u64::MAX), u128::MAX];
        for number in edges.into_iter().chain(powers) {
            let mut bytes = Vec::new();
            write_numeric(number, &mut bytes);
            assert_eq!(read_numeric(&bytes).ok(), Some(number), "{number}");
        }
    }

    #[test]
    fn numeric_that_is_no_whole_number_is_refused() {
        let negative = [0, 1, 0, 0, 0x40, 0, 0, 0, 0, 1];
        let half = [0, 1, 0xff, 0xff, 0, 0, 0, 1, 0x13, 0x88];
        let one_and_a_half = [0, 2, 0, 0, 0, 0, 0, 1, 0, 1, 0x13, 0x88];
        let cut = [0, 2, 0, 0, 0, 0, 0, 0, 0, 1];
        let huge = [0, 1, 0, 10, 0, 0, 0, 0, 0, 1];
        for bytes in [&negative[..], &half, &one_and_a_half, &cut, &huge, &[]] {
            assert!(read_numeric(bytes).is_err(), "{bytes:?}");
        }
    }
}
