//! How many tokens a text has. Terms can price tokens, so the rule is short, fixed, and needs no
//! vocabulary and no Unicode table that changes with a release.

/// Counts the tokens of a text: maximal runs of word characters, and every other character that is not
/// a space.
///
/// - Spaces: U+0000 to U+0020 and U+007F to U+00A0 (white space and control characters), U+1680, U+2000 to
///   U+200B, U+2028, U+2029, U+202F, U+205F, U+3000 and U+FEFF.
/// - Alone, each a token: the ASCII punctuation; U+00A1 to U+00BF; U+2010 to U+2BFF (punctuation, arrows, symbols);
///   U+2E80 to U+A4CF (CJK, kana and their punctuation), U+AC00 to U+D7AF (hangul), U+F900 to U+FAFF, U+FE10 to U+FE6F,
///   U+FF00 to U+FFEF; and everything from U+1F000 (emoji, CJK extensions).
/// - Word characters: everything else, so ASCII letters, digits, and the letters of other scripts.
///
/// ```
/// use usufruct_manifest::text::count_tokens;
///
/// assert_eq!(count_tokens("It's 3.5 km."), 8); // It ' s 3 . 5 km .
/// assert_eq!(count_tokens("Übermut  tut\tselten gut"), 4);
/// assert_eq!(count_tokens("用益物权"), 4);
/// ```
pub fn count_tokens(text: &str) -> u64 {
    let mut tokens = 0;
    let mut is_in_word = false;
    for character in text.chars() {
        match class(character) {
            Class::Space => is_in_word = false,
            Class::Alone => {
                tokens += 1;
                is_in_word = false;
            }
            Class::Word => {
                tokens += u64::from(!is_in_word);
                is_in_word = true;
            }
        }
    }
    tokens
}

enum Class {
    Space,
    Alone,
    Word,
}

const fn class(character: char) -> Class {
    match character {
        '0'..='9' | 'A'..='Z' | 'a'..='z' => Class::Word,
        '\0'..=' ' | '\u{7f}'..='\u{a0}' => Class::Space,
        '!'..='~' => Class::Alone,
        '\u{1680}'
        | '\u{2000}'..='\u{200b}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}'
        | '\u{feff}' => Class::Space,
        '\u{a1}'..='\u{bf}'
        | '\u{2010}'..='\u{2bff}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe10}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ffef}'
        | '\u{1f000}'.. => Class::Alone,
        _ => Class::Word,
    }
}
