use usufruct_types::{Address, Amount};

use super::*;

fn token(decimals: u8) -> TokenInfo {
    TokenInfo { token: Address::ZERO, symbol: "dUSD".to_owned(), decimals }
}

fn shown(units: u128, decimals: u8) -> String {
    Money::new(Amount::new(units), &token(decimals)).text()
}

#[test]
fn amounts_show_every_unit_and_no_more() {
    assert_eq!(shown(1_250_000, 6), "1.25 dUSD");
    assert_eq!(shown(1_200_000, 6), "1.20 dUSD");
    assert_eq!(shown(1_000_000, 6), "1 dUSD");
    assert_eq!(shown(1, 6), "0.000001 dUSD");
    assert_eq!(shown(0, 6), "0 dUSD");
    assert_eq!(shown(1_234_567_890_123, 6), "1,234,567.890123 dUSD");
    assert_eq!(shown(42, 0), "42 dUSD");
    assert_eq!(shown(u128::MAX, 18), "340,282,366,920,938,463,463.374607431768211455 dUSD");
}

#[test]
fn a_price_of_nothing_is_free() {
    assert_eq!(Money::new(Amount::ZERO, &token(6)).price_text(), "Free");
    assert_eq!(Money::new(Amount::new(5), &token(6)).price_text(), "0.000005 dUSD");
}

#[test]
fn amounts_are_read_exactly() {
    let read = |text| parse_amount(text, &token(6)).map(Amount::units);
    assert_eq!(read("2.50"), Ok(2_500_000));
    assert_eq!(read("2.50 dUSD"), Ok(2_500_000));
    assert_eq!(read("1,000"), Ok(1_000_000_000));
    assert_eq!(read("0"), Ok(0));
    assert_eq!(read("0.000001"), Ok(1));
    assert_eq!(read("0.0000010"), Ok(1));
    assert_eq!(read("340282366920938463463374607431768.211455"), Ok(u128::MAX));
}

#[test]
fn what_cannot_be_exact_is_refused() {
    let read = |text: &str| parse_amount(text, &token(6));
    for text in ["", ".", "1.", ".5", "-1", "+1", "1e6", "0x1", "1.2.3", "ten", "1 USDC"] {
        assert_eq!(read(text), Err(MoneyError::Form { text: text.to_owned() }), "{text}");
    }
    assert!(matches!(read("0.0000001"), Err(MoneyError::Decimals { .. })));
    assert!(matches!(read("340282366920938463463374607431768.211456"), Err(MoneyError::Range { .. })));
}

#[test]
fn what_is_shown_reads_back() {
    for units in [0, 1, 999_999, 1_000_000, 12_345_678_901, u128::MAX] {
        assert_eq!(parse_amount(&shown(units, 6), &token(6)), Ok(Amount::new(units)));
    }
}

#[test]
fn sizes_round_into_the_next_unit() {
    assert_eq!(size_text(999), "999 B");
    assert_eq!(size_text(1000), "1.0 kB");
    assert_eq!(size_text(16_384_000), "16.4 MB");
    assert_eq!(size_text(999_949), "999.9 kB");
    assert_eq!(size_text(999_999), "1.0 MB");
    assert_eq!(size_text(u64::MAX), "18.4 EB");
}

#[derive(Serialize)]
struct Sample {
    name: &'static str,
    hash: &'static str,
}

const HASH: &str = "0x1111111111111111111111111111111111111111111111111111111111112222";

impl Report for Sample {
    fn page(&self, page: &mut Page) {
        page.title(self.name);
        page.fields(&[("hash", page.hash(self.hash)), ("absent", String::new()), ("x", "y".to_owned())]);
        page.table(
            &[("who", Align::Left), ("paid", Align::Right)],
            &[vec!["a".to_owned(), "1 dUSD".to_owned()], vec!["longer".to_owned(), "12.50 dUSD".to_owned()]],
        );
    }

    fn ids(&self) -> Vec<String> {
        vec![self.hash.to_owned()]
    }
}

fn rendered(form: Form) -> String {
    form.render(&Printed::new(Sample { name: "sample", hash: HASH }))
}

#[test]
fn a_page_off_a_terminal_has_whole_hashes_and_no_escapes() {
    let expected = format!(
        "sample\n  hash  {HASH}\n  x     y\n  who           paid\n  a           1 dUSD\n  longer  12.50 dUSD\n"
    );
    assert_eq!(rendered(Form::Human { is_terminal: false }), expected);
}

#[test]
fn a_page_at_a_terminal_shortens_hashes() {
    let page = rendered(Form::Human { is_terminal: true });
    assert!(page.contains("0x111111…112222") && !page.contains(HASH), "{page}");
}

#[test]
fn json_and_quiet_keep_everything() {
    assert_eq!(rendered(Form::Quiet), format!("{HASH}\n"));
    let json: serde_json::Value = serde_json::from_str(&rendered(Form::Json)).expect("valid JSON");
    assert_eq!(json["hash"], HASH);
}
