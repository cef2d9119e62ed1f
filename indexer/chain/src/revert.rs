//! Why a contract refused, in words: custom errors decoded by the committed ABIs.

use std::{collections::HashMap, fmt, sync::LazyLock};

use alloy::{
    dyn_abi::{DynSolValue, JsonAbiExt},
    json_abi::{self, JsonAbi},
    primitives::{Bytes, Selector, hex},
};

use crate::bindings;

/// Longest value that is shown of an argument.
const SHOWN_CHARS_MAX: usize = 200;

/// A contract's refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// Name of the custom error; `Error` for a reason string, `Panic` for a failed assertion, empty
    /// where the contract says nothing that we know.
    pub name: String,
    /// Its arguments by name, in order, as text: integers in decimal, bytes and addresses in hex.
    pub arguments: Vec<(String, String)>,
    /// The bytes as they came.
    pub data: Bytes,
}

static ERRORS: LazyLock<HashMap<Selector, json_abi::Error>> = LazyLock::new(|| {
    let mut errors = HashMap::new();
    for artifact in bindings::ARTIFACTS {
        let parsed: Contract = serde_json::from_str(artifact).expect("the build reads the same committed artifact");
        for error in parsed.abi.errors() {
            errors.insert(error.selector(), error.clone());
        }
    }
    for signature in ["Error(string reason)", "Panic(uint256 code)"] {
        let error = json_abi::Error::parse(signature).expect("a signature of Solidity itself");
        errors.insert(error.selector(), error);
    }
    errors
});

#[derive(serde::Deserialize)]
struct Contract {
    abi: JsonAbi,
}

impl Revert {
    pub(crate) fn decode(data: &Bytes) -> Self {
        let known = data.first_chunk::<4>().and_then(|selector| ERRORS.get(&Selector::from(*selector)));
        let decoded = known.and_then(|error| Some((error, error.abi_decode_input(&data[4..]).ok()?)));
        let Some((error, values)) = decoded else {
            return Self { name: String::new(), arguments: Vec::new(), data: data.clone() };
        };
        let arguments = error.inputs.iter().zip(&values).map(|(input, value)| (input.name.clone(), shown(value)));
        Self { name: error.name.clone(), arguments: arguments.collect(), data: data.clone() }
    }

    /// A refusal that the node tells in words only.
    pub(crate) fn bare(message: &str) -> Self {
        let message = message.chars().take(SHOWN_CHARS_MAX).collect();
        Self { name: "Error".to_owned(), arguments: vec![("reason".to_owned(), message)], data: Bytes::new() }
    }

    /// The argument of that name.
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn shown(value: &DynSolValue) -> String {
    let text = match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::Uint(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => hex::encode_prefixed(function.as_slice()),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => text.clone(),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) | DynSolValue::Tuple(values) => {
            let shown: Vec<_> = values.iter().map(shown).collect();
            format!("[{}]", shown.join(", "))
        }
        _ => format!("{value:?}"),
    };
    text.chars().take(SHOWN_CHARS_MAX).collect()
}

/// `PriceAboveMax(price: 5, maxPrice: 4)` as `price above max (price 5, max price 4)`.
impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name.as_str(), self.arguments.as_slice()) {
            ("", _) if self.data.is_empty() => return f.write_str("it gave no reason"),
            ("", _) => return write!(f, "it gave a reason that is not known here ({})", hex_start(&self.data)),
            ("Error", [(_, reason)]) => return f.write_str(reason),
            ("Panic", [(_, code)]) => return write!(f, "an assertion failed (code {code})"),
            _ => {}
        }
        f.write_str(&words(&self.name))?;
        for (index, (name, value)) in self.arguments.iter().enumerate() {
            f.write_str(if index == 0 { " (" } else { ", " })?;
            match name.as_str() {
                "" => f.write_str(value)?,
                name => write!(f, "{} {value}", words(name))?,
            }
        }
        if self.arguments.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

/// `maxPrice` as `max price`. Acronyms stay whole: `ERC20InvalidSender` is `ERC20 invalid sender`.
fn words(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let is_lower = |index: usize| letters.get(index).is_some_and(|letter| letter.is_lowercase());
    let is_upper = |index: usize| letters.get(index).is_some_and(|letter| letter.is_uppercase());
    let mut words = String::with_capacity(name.len() + 8);
    for (index, &letter) in letters.iter().enumerate() {
        let is_start = is_upper(index) && (index == 0 || !is_upper(index - 1) || is_lower(index + 1));
        if is_start && index > 0 {
            words.push(' ');
        }
        // The first letter of a word goes down unless the word is an acronym.
        match is_start && is_lower(index + 1) {
            true => words.extend(letter.to_lowercase()),
            false => words.push(letter),
        }
    }
    words
}

fn hex_start(data: &[u8]) -> String {
    let shown = hex::encode_prefixed(&data[..data.len().min(36)]);
    if data.len() > 36 { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        let check = |name: &str, expected: &str| assert_eq!(words(name), expected);
        check("PriceAboveMax", "price above max");
        check("maxPrice", "max price");
        check("ERC20InvalidSender", "ERC20 invalid sender");
        check("refUID", "ref UID");
        check("versionId", "version id");
        check("", "");
    }

    #[test]
    fn reasons_and_panics_read_as_sentences() {
        let reason = Revert::decode(&hex!("08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000568656c6c6f000000000000000000000000000000000000000000000000000000").into());
        assert_eq!(reason.to_string(), "hello");
        let panic =
            Revert::decode(&hex!("4e487b710000000000000000000000000000000000000000000000000000000000000011").into());
        assert_eq!(panic.to_string(), "an assertion failed (code 17)");
    }

    #[test]
    fn unknown_and_broken_data_is_shown_not_guessed() {
        let check = |data: &[u8], expected: &str| {
            assert_eq!(Revert::decode(&Bytes::copy_from_slice(data)).to_string(), expected);
        };
        check(&[], "it gave no reason");
        check(&[1, 2, 3], "it gave a reason that is not known here (0x010203)");
        // The selector of `Error(string)` without its string.
        check(&hex!("08c379a0ff"), "it gave a reason that is not known here (0x08c379a0ff)");
    }
}
