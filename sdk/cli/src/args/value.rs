//! Values of flags with a grammar of their own.

use std::str::FromStr;

use usufruct_types::{Address, Ppm, VersionId};

/// A share written as a percentage (`12.5%`, at most four decimals) or in parts per million (`125000ppm`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share(pub(crate) Ppm);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = if let Some(parts) = text.strip_suffix("ppm") {
            parts.trim().parse::<u32>().ok()
        } else {
            text.strip_suffix('%').and_then(|percent| parts_of_percent(percent.trim()))
        };
        let parts = parts.ok_or_else(|| format!("'{text}' is not a share: write 12.5% or 125000ppm"))?;
        Ppm::try_new(parts).map(Self).map_err(|error| error.to_string())
    }
}

/// Parts per million of a decimal percentage, exactly; a fifth decimal would be lost, so it is refused.
fn parts_of_percent(percent: &str) -> Option<u32> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 4 || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<4}").parse().ok()
}

/// `VERSION=SHARE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParentArg {
    pub(crate) version: VersionId,
    pub(crate) share: Ppm,
}

impl FromStr for ParentArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (version, share) = split(text, "VERSION=SHARE, such as 0x5f…c1=30%")?;
        let version = version.parse().map_err(|error: usufruct_types::IdError| error.to_string())?;
        Ok(Self { version, share: share.parse::<Share>()?.0 })
    }
}

/// `ADDRESS=SHARE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecipientArg {
    pub(crate) account: Address,
    pub(crate) share: Ppm,
}

impl FromStr for RecipientArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (account, share) = split(text, "ADDRESS=SHARE, such as 0x3C44…93BC=50%")?;
        Ok(Self { account: address(account)?, share: share.parse::<Share>()?.0 })
    }
}

/// `FILE=ADDRESS[:NAME]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContributorArg {
    pub(crate) file: String,
    pub(crate) account: Address,
    pub(crate) name: String,
}

impl FromStr for ContributorArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // From the right, because a file name may hold an equals sign and an address may not.
        let form = || format!("'{text}' is not FILE=ADDRESS[:NAME], such as east.csv=0x3C44…93BC:East");
        let at = text.rfind("=0x").ok_or_else(form)?;
        let (file, rest) = (&text[..at], &text[at + 1..]);
        if file.is_empty() {
            return Err(form());
        }
        let (account, name) = rest.split_once(':').unwrap_or((rest, ""));
        Ok(Self { file: file.to_owned(), account: address(account)?, name: name.to_owned() })
    }
}

/// `URI[=STATEMENT]`, split at the first `=` that a space or nothing of a query string precedes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceArg {
    pub(crate) uri: String,
    pub(crate) statement: String,
}

impl FromStr for SourceArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // `?id=1` belongs to the URI: only an `=` before any `?` or after a space starts the statement.
        let query = text.find('?').unwrap_or(text.len());
        let (uri, statement) = match text[..query].find('=') {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => text.split_once(' ').unwrap_or((text, "")),
        };
        if uri.is_empty() || uri.len() > 2048 {
            return Err(format!("'{text}' is not URI[=STATEMENT]"));
        }
        Ok(Self { uri: uri.to_owned(), statement: statement.trim().to_owned() })
    }
}

/// A size in bytes, with `KiB`, `MiB`, `GiB` or without a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteSize(pub(crate) u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let scale: u64 = match unit.trim() {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(format!("'{text}' is not a size: write 16MiB or 1048576")),
        };
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale));
        bytes.map(Self).ok_or_else(|| format!("'{text}' is not a size: write 16MiB or 1048576"))
    }
}

/// A time in days: `90d` or `90`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days(u64);

impl Days {
    pub(crate) const fn seconds(self) -> u64 {
        self.0 * 86_400
    }
}

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let days = text.strip_suffix('d').unwrap_or(text).parse::<u64>().ok();
        // A million days keeps the seconds far from wrapping.
        days.filter(|days| (1..=1_000_000).contains(days))
            .map(Self)
            .ok_or_else(|| format!("'{text}' is not a number of days: write 90d"))
    }
}

fn split<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once('=').ok_or_else(|| format!("'{text}' is not {form}"))
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|_| format!("'{text}' is not an address: expected 0x and 40 hex digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(text: &str) -> Result<u32, String> {
        text.parse::<Share>().map(|share| share.0.parts())
    }

    #[test]
    fn shares_are_exact() {
        assert_eq!(share("12.5%"), Ok(125_000));
        assert_eq!(share("0.0001%"), Ok(1));
        assert_eq!(share("100 %"), Ok(1_000_000));
        assert_eq!(share("125000ppm"), Ok(125_000));
    }

    #[test]
    fn shares_that_cannot_be_exact_or_whole_are_refused() {
        for text in ["12.5", "0.00001%", "-1%", "%", "1e2%", "ppm", "100.0001%", "1000001ppm", "99999999999%"] {
            assert!(share(text).is_err(), "{text} must be refused");
        }
        assert_eq!(share("101%"), Err("1010000 ppm is more than the whole of 1000000 ppm (100 %)".to_owned()));
    }

    #[test]
    fn contributors_keep_odd_file_names() {
        let account = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
        let parsed = format!("a=b/east.csv={account}:East: the lab").parse::<ContributorArg>().expect("parses");
        assert_eq!((parsed.file.as_str(), parsed.name.as_str()), ("a=b/east.csv", "East: the lab"));
        assert!(format!("={account}").parse::<ContributorArg>().is_err());
        assert!("east.csv=0x12".parse::<ContributorArg>().is_err());
        assert!("east.csv".parse::<ContributorArg>().is_err());
    }

    #[test]
    fn sources_keep_their_query() {
        let parse = |text: &str| text.parse::<SourceArg>().map(|source| (source.uri, source.statement));
        assert_eq!(parse("https://a/b?id=1"), Ok(("https://a/b?id=1".to_owned(), String::new())));
        assert_eq!(parse("https://a/b=from 1911"), Ok(("https://a/b".to_owned(), "from 1911".to_owned())));
        assert_eq!(parse("https://a/b?id=1 printed"), Ok(("https://a/b?id=1".to_owned(), "printed".to_owned())));
        assert!(parse("=x").is_err());
    }

    #[test]
    fn sizes_and_days_have_units() {
        assert_eq!("16MiB".parse(), Ok(ByteSize(16 << 20)));
        assert_eq!("512".parse(), Ok(ByteSize(512)));
        assert!("16MB".parse::<ByteSize>().is_err());
        assert!("99999999999GiB".parse::<ByteSize>().is_err());
        assert_eq!("90d".parse::<Days>().map(Days::seconds), Ok(7_776_000));
        assert!("0".parse::<Days>().is_err());
    }
}
