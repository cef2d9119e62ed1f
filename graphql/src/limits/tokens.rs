//! Counting of tokens, before the parser builds anything.

use super::Limits;
use crate::fault::Fault;

/// Brackets within each other. More than the depth limit needs, less than a recursive parser minds.
const NESTING_MAX: u32 = 64;

/// Walks over the text once and refuses what is too long or nested too deep to be parsed.
pub(crate) fn scan(text: &str, limits: &Limits) -> Result<(), Fault> {
    let mut rest = text.as_bytes();
    let (mut tokens, mut nesting) = (0_u64, 0_u32);
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = after;
                continue;
            }
            b'#' => {
                rest = skip(after, |byte| byte != b'\n');
                continue;
            }
            b'"' => string(after),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => {
                skip(after, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'+' | b'-'))
            }
            b'.' => skip(after, |byte| byte == b'.'),
            b'{' | b'[' | b'(' => {
                nesting += 1;
                after
            }
            b'}' | b']' | b')' => {
                nesting = nesting.saturating_sub(1);
                after
            }
            _ => after,
        };
        tokens += 1;
        if nesting > NESTING_MAX {
            return Err(Fault::input("QUERY_TOO_DEEP", format!("the query nests more than {NESTING_MAX} brackets")));
        }
        if tokens > limits.tokens {
            return Err(Fault::input("QUERY_TOO_LARGE", format!("the query has more than {} tokens", limits.tokens)));
        }
    }
    Ok(())
}

fn skip(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|byte| !is_part(*byte)).unwrap_or(bytes.len());
    &bytes[end..]
}

/// What follows a string whose first quote was read. An open string ends with the text.
fn string(bytes: &[u8]) -> &[u8] {
    let (quote, start): (&[u8], usize) = if bytes.starts_with(b"\"\"") { (b"\"\"\"", 2) } else { (b"\"", 0) };
    let mut index = start;
    while index < bytes.len() {
        if bytes[index..].starts_with(quote) {
            // `""` is the empty string, not the start of a block string that never ends.
            return &bytes[index + quote.len()..];
        }
        index += if bytes[index] == b'\\' { 2 } else { 1 };
    }
    if start == 2 { &bytes[2..] } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> u64 {
        let fits = |tokens| scan(text, &Limits { tokens, ..Limits::default() }).is_ok();
        (0..100).find(|limit| fits(*limit)).expect("fewer than 100")
    }

    #[test]
    fn tokens_are_those_of_the_language() {
        for (text, count) in [
            ("", 0),
            ("{ a, b }", 4),
            ("query Q($a: Int = -1.5e3) { a(b: $a) }", 19),
            ("{ a # } { b\n }", 3),
            ("{ a(b: \"} \\\" {\") }", 8),
            ("{ a(b: \"\"\"} \" {\"\"\") }", 8),
            ("{ ...F }", 4),
            ("{ a(b: \"\") }", 8),
        ] {
            assert_eq!(tokens(text), count, "{text}");
        }
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        let text = format!("{{ a(b: \"{}\") }}", "{".repeat(1_000));
        assert_eq!(scan(&text, &Limits::default()), Ok(()));
        let code = scan(&"{a".repeat(65), &Limits::default()).map_err(|fault| fault.code());
        assert_eq!(code, Err("QUERY_TOO_DEEP"));
    }

    #[test]
    fn a_long_text_is_refused_at_the_limit() {
        let code = scan(&"{a}".repeat(100_000), &Limits::default()).map_err(|fault| fault.code());
        assert_eq!(code, Err("QUERY_TOO_LARGE"));
    }
}
