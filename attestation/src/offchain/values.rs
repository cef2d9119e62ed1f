//! What the data of a foreign schema says, as far as its text tells.

use alloy_primitives::{Address, B256, Keccak256, U256};

/// Most fields of a schema that is read.
const FIELDS_MAX: usize = 64;

/// A schema by its text, such as `bytes32 datasetRoot,string license,uint16 royaltyBps`: flat fields of
/// `address`, `bool`, `bytes`, `string`, `uint8` to `uint256` and `bytes1` to `bytes32`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaText {
    text: String,
    fields: Vec<(Kind, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Address,
    Bool,
    /// Bytes that a number has.
    Number(usize),
    /// Bytes that stand in the word, from its left.
    Fixed(usize),
    Bytes,
    Text,
}

/// Why data does not say what its schema promises.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// The text of the schema is none that can be read.
    #[error(
        "'{0}' is no field of a schema that can be read: expected a type such as bytes32, string or uint16, and a name"
    )]
    Field(String),
    /// The bytes are not the one ABI encoding of the fields.
    #[error("the data is not the ABI encoding of the schema's fields, at '{0}'")]
    Encoding(String),
    /// A share is above its whole.
    #[error("{field} is {value}; the whole is {whole}")]
    AboveWhole {
        /// The field.
        field: String,
        /// What it says.
        value: U256,
        /// What it can be at most.
        whole: u64,
    },
}

impl SchemaText {
    /// Reads a schema's text, as EAS keeps it.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let fields: Vec<(Kind, String)> = text
            .split(',')
            .take(FIELDS_MAX + 1)
            .map(|field| {
                let error = || ValueError::Field(field.chars().take(80).collect());
                let (kind, name) = field.trim().split_once(' ').ok_or_else(error)?;
                Ok((Kind::parse(kind).ok_or_else(error)?, name.trim().to_owned()))
            })
            .collect::<Result<_, _>>()?;
        if fields.len() > FIELDS_MAX {
            return Err(ValueError::Field(format!("more than {FIELDS_MAX} fields")));
        }
        Ok(Self { text: text.to_owned(), fields })
    }

    /// The uid of the schema with this text: `keccak256(abi.encodePacked(text, resolver, revocable))`.
    pub fn uid(&self, resolver: Address, is_revocable: bool) -> B256 {
        let mut hasher = Keccak256::new();
        hasher.update(self.text.as_bytes());
        hasher.update(resolver);
        hasher.update([u8::from(is_revocable)]);
        hasher.finalize()
    }

    /// Checks that the data is the canonical ABI encoding of the fields, and that no share is above its
    /// whole: fields whose names end with `Bps` count in 10,000ths, with `Ppm` in millionths.
    pub fn check(&self, data: &[u8]) -> Result<(), ValueError> {
        // Where the next value of unknown length has to stand: canonical data has no gap and no overlap.
        let mut tail = 32 * self.fields.len();
        for (place, (kind, name)) in self.fields.iter().enumerate() {
            let error = || ValueError::Encoding(name.clone());
            let word = word_at(data, 32 * place).ok_or_else(error)?;
            match kind {
                Kind::Bytes | Kind::Text => {
                    if U256::from_be_bytes(word.0) != U256::from(tail) {
                        return Err(error());
                    }
                    let value = value_at(data, tail).ok_or_else(error)?;
                    if *kind == Kind::Text && std::str::from_utf8(value).is_err() {
                        return Err(error());
                    }
                    tail += 32 + value.len().next_multiple_of(32);
                }
                kind if !kind.fits(word) => return Err(error()),
                Kind::Number(_) => check_share(name, U256::from_be_bytes(word.0))?,
                _ => {}
            }
        }
        if data.len() != tail {
            return Err(ValueError::Encoding("the end".to_owned()));
        }
        Ok(())
    }
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        let size = |digits: &str, unit: usize| {
            let size: usize = digits.parse().ok()?;
            let is_plain = !digits.starts_with(['0', '+']);
            (is_plain && size.is_multiple_of(unit) && (1..=32).contains(&(size / unit))).then_some(size / unit)
        };
        match text {
            "address" => Some(Self::Address),
            "bool" => Some(Self::Bool),
            "bytes" => Some(Self::Bytes),
            "string" => Some(Self::Text),
            _ => match text.strip_prefix("uint") {
                Some(bits) => size(bits, 8).map(Self::Number),
                None => size(text.strip_prefix("bytes")?, 1).map(Self::Fixed),
            },
        }
    }

    /// Whether nothing stands in the part of the word that the value does not use.
    fn fits(self, word: B256) -> bool {
        let is_zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
        match self {
            Self::Address => is_zero(&word[..12]),
            Self::Bool => is_zero(&word[..31]) && word[31] <= 1,
            Self::Number(size) => is_zero(&word[..32 - size]),
            Self::Fixed(size) => is_zero(&word[size..]),
            Self::Bytes | Self::Text => true,
        }
    }
}

fn check_share(name: &str, value: U256) -> Result<(), ValueError> {
    let whole = match () {
        () if name.ends_with("Bps") => 10_000,
        () if name.ends_with("Ppm") => 1_000_000,
        () => return Ok(()),
    };
    if value > U256::from(whole) {
        return Err(ValueError::AboveWhole { field: name.to_owned(), value, whole });
    }
    Ok(())
}

fn word_at(data: &[u8], at: usize) -> Option<B256> {
    data.get(at..at.checked_add(32)?).map(B256::from_slice)
}

/// The bytes of a dynamic value: its length, then itself, padded with zeros to whole words.
fn value_at(data: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::try_from(U256::from_be_bytes(word_at(data, at)?.0)).ok()?;
    let rest = data.get(at + 32..)?;
    let padded = rest.get(..length.checked_next_multiple_of(32)?)?;
    padded[length..].iter().all(|byte| *byte == 0).then_some(&padded[..length])
}
