//! Every operation that the client sends asks for fields and arguments that the served schema has.
//!
//! A small reader of GraphQL, enough for our own SDL and operations: the server's own validation needs a
//! database and runs in the demo; this one fails in a second and names the field.

use std::{collections::HashMap, iter::Peekable, vec::IntoIter};

use usufruct_sdk::graph::operation;

const SDL: &str = include_str!("../../../graphql/schema.graphql");

/// Fields of a type: arguments and the type that each gives.
type Fields = HashMap<String, (Vec<String>, String)>;

/// Names and punctuation; strings and comments are left out.
fn tokens(text: &str) -> Peekable<IntoIter<String>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("\"\"\"") {
            let end = rest[3..].find("\"\"\"").expect("a block string ends");
            rest = &rest[end + 6..];
            continue;
        } else if first == '"' {
            let end = rest[1..].find('"').expect("a string ends");
            rest = &rest[end + 2..];
            continue;
        } else if first == '#' {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("...") {
            3
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() && first != ',' {
            found.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    found.into_iter().peekable()
}

type Tokens = Peekable<IntoIter<String>>;

fn next(tokens: &mut Tokens) -> String {
    tokens.next().expect("the text does not end here")
}

fn is_next(tokens: &mut Tokens, token: &str) -> bool {
    tokens.peek().is_some_and(|next| next == token)
}

/// `[Name!]!` gives `Name`.
fn named_type(tokens: &mut Tokens) -> String {
    let mut name = String::new();
    while name.is_empty() {
        let token = next(tokens);
        if token != "[" {
            name = token;
        }
    }
    while tokens.peek().is_some_and(|next| next == "!" || next == "]") {
        tokens.next();
    }
    name
}

/// Object types and interfaces of the SDL, and the members of unions.
fn schema() -> (HashMap<String, Fields>, HashMap<String, Vec<String>>) {
    let (mut types, mut unions) = (HashMap::new(), HashMap::new());
    let mut tokens = tokens(SDL);
    while let Some(kind) = tokens.next() {
        match kind.as_str() {
            "type" | "interface" => {
                let name = next(&mut tokens);
                while next(&mut tokens) != "{" {}
                types.insert(name, fields(&mut tokens));
            }
            "union" => {
                let name = next(&mut tokens);
                assert_eq!(next(&mut tokens), "=");
                let mut members = vec![next(&mut tokens)];
                while is_next(&mut tokens, "|") {
                    tokens.next();
                    members.push(next(&mut tokens));
                }
                unions.insert(name, members);
            }
            "input" | "enum" => while next(&mut tokens) != "}" {},
            _ => {}
        }
    }
    (types, unions)
}

fn fields(tokens: &mut Tokens) -> Fields {
    let mut fields = Fields::new();
    while !is_next(tokens, "}") {
        let name = next(tokens);
        let mut arguments = Vec::new();
        if is_next(tokens, "(") {
            tokens.next();
            while !is_next(tokens, ")") {
                let token = next(tokens);
                if is_next(tokens, ":") {
                    arguments.push(token);
                }
            }
            tokens.next();
        }
        assert_eq!(next(tokens), ":", "after {name}");
        let gives = named_type(tokens);
        while is_next(tokens, "@") {
            tokens.next();
            tokens.next();
        }
        fields.insert(name, (arguments, gives));
    }
    tokens.next();
    fields
}

struct Checker {
    types: HashMap<String, Fields>,
    unions: HashMap<String, Vec<String>>,
    /// Fragments of the operation, by name.
    fragments: HashMap<String, String>,
}

impl Checker {
    /// Reads a selection on `on`, whose opening brace is next.
    fn selection(&self, tokens: &mut Tokens, on: &str, path: &str) -> Result<(), String> {
        assert_eq!(next(tokens), "{", "at {path}");
        while !is_next(tokens, "}") {
            let name = next(tokens);
            if name == "..." {
                self.spread(tokens, on, path)?;
                continue;
            }
            let path = format!("{path}.{name}");
            let field = self.types.get(on).and_then(|fields| fields.get(&name));
            let (arguments, gives) = field.ok_or_else(|| format!("{path}: {on} has no field '{name}'"))?;
            if is_next(tokens, "(") {
                check_arguments(tokens, arguments, &path)?;
            }
            if is_next(tokens, "{") {
                self.selection(tokens, gives, &path)?;
            } else if self.types.contains_key(gives) || self.unions.contains_key(gives) {
                return Err(format!("{path}: nothing is selected of {gives}"));
            }
        }
        tokens.next();
        Ok(())
    }

    fn spread(&self, tokens: &mut Tokens, on: &str, path: &str) -> Result<(), String> {
        let name = next(tokens);
        let target = if name == "on" {
            next(tokens)
        } else {
            self.fragments.get(&name).ok_or_else(|| format!("{path}: there is no fragment '{name}'"))?.clone()
        };
        let fits = target == on || self.unions.get(on).is_some_and(|members| members.contains(&target));
        if !fits {
            return Err(format!("{path}: {target} is never {on}"));
        }
        if name == "on" { self.selection(tokens, &target, path) } else { Ok(()) }
    }
}

fn check_arguments(tokens: &mut Tokens, known: &[String], path: &str) -> Result<(), String> {
    let mut depth = 0;
    loop {
        match next(tokens).as_str() {
            "(" | "{" => depth += 1,
            ")" | "}" => depth -= 1,
            name if depth == 1 && is_next(tokens, ":") && !known.iter().any(|known| known == name) => {
                return Err(format!("{path} takes no argument '{name}'"));
            }
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
}

fn check(text: &str) -> Result<(), String> {
    let (types, unions) = schema();
    let mut fragments = HashMap::new();
    let all: Vec<String> = tokens(text).collect();
    for (at, token) in all.iter().enumerate() {
        if token == "fragment" {
            fragments.insert(all[at + 1].clone(), all[at + 3].clone());
        }
    }
    let checker = Checker { types, unions, fragments };
    let mut tokens = tokens(text);
    while let Some(kind) = tokens.next() {
        let name = next(&mut tokens);
        let on = match kind.as_str() {
            "query" => "Query".to_owned(),
            "mutation" => "Mutation".to_owned(),
            "fragment" => {
                tokens.next();
                next(&mut tokens)
            }
            other => return Err(format!("'{other}' starts no definition")),
        };
        if is_next(&mut tokens, "(") {
            while next(&mut tokens) != ")" {}
        }
        checker.selection(&mut tokens, &on, &name)?;
    }
    Ok(())
}

#[test]
fn every_operation_fits_the_schema() {
    for (name, text) in operation::all() {
        assert_eq!(check(&text), Ok(()), "{name}: {text}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let cases = [
        ("query A { _meta { blocks } }", "A._meta.blocks: Meta has no field 'blocks'"),
        ("query A { job(id: 1) { jobId } }", "A.job takes no argument 'id'"),
        ("query A { _meta { block } }", "A._meta.block: nothing is selected of Block"),
        ("query A { _meta { ...X } }", "A._meta: there is no fragment 'X'"),
        ("query A { _meta { ... on Job { jobId } } }", "A._meta: Job is never Meta"),
    ];
    for (text, expected) in cases {
        assert_eq!(check(text), Err(expected.to_owned()), "{text}");
    }
}
