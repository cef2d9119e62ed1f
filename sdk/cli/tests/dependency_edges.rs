//! Dependencies point one way: types <- pure crates <- adapters <- programs, and each outside world (Postgres, the
//! chain, iroh, Arrow, HTTP) is named by the crate that owns it. This test reads `cargo metadata` and fails on a
//! manifest that says otherwise.
//!
//! Dev-dependencies of adapters and programs are exempt: their tests may stand up anything. Those of pure crates may
//! be a source of random cases or another crate's view of the same bytes (alloy's, say), but neither IO nor an adapter.
//!
//! A dependency that no source file names is a fault too: it costs every build and hides what a crate really uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// Our crates, the prefix `usufruct-` left off, from the middle out, and which of the others each may depend on.
const EDGES: &[(&str, &str)] = &[
    ("types", ""),
    ("attestation", "types"),
    ("manifest", "types"),
    ("royalty", "types"),
    ("usage", "types"),
    ("storage", "types manifest"),
    ("chain", "types attestation"),
    ("db", "types attestation manifest royalty"),
    ("graphql", "types attestation manifest royalty db"),
    ("indexer", "types attestation manifest royalty usage storage chain db"),
    ("sdk", "types attestation manifest royalty usage storage chain"),
    ("usufruct", "types attestation manifest royalty usage storage chain db indexer graphql sdk"),
];

/// Same input, same bytes out: no clock, random source, environment, file, socket or runtime.
const PURE: &str = "types attestation manifest royalty";

/// Foreign crates with an owner, as names or prefixes with `*`, and which of our crates may name them.
const OWNED: &[(&str, &str)] = &[
    ("sqlx* tokio-postgres", "db"),
    ("alloy*", "chain"),
    ("iroh*", "storage"),
    ("arrow* parquet", "usage storage"),
    ("axum* async-graphql*", "graphql"),
    ("clap* anyhow", "usufruct"),
];

/// Two crates of the alloy family do no IO: hashes and addresses, ABI types. Anyone may name them.
const UNOWNED: &str = "alloy-primitives alloy-sol-types";

/// What no pure crate names, not in its tests either.
const IMPURE: &str = "tokio* futures* async-* reqwest hyper* tower* quinn* rustls* mio socket2 sqlx* iroh* axum* \
    tempfile walkdir dirs* nix rustix libc rlimit chrono time jiff tracing-subscriber metrics* config clap*";

/// What no pure crate names outside its tests.
const RANDOM: &str = "rand* getrandom fastrand uuid";

/// What no pure crate may even reach, through any chain of dependencies: a runtime, a socket, a database.
const UNREACHABLE_FROM_PURE: &str = "tokio* reqwest hyper* sqlx* iroh* axum* mio rustls*";

#[test]
fn workspace_has_no_forbidden_edge() {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata = serde_json::from_str(&metadata).expect("cargo metadata prints JSON");
    assert_eq!(violations(&metadata), Vec::<String>::new());
}

#[test]
fn every_dependency_is_named_in_a_source_file() {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo metadata prints JSON");
    let mut unused = Vec::new();
    for package in metadata["packages"].as_array().expect("metadata has packages") {
        let folder = Path::new(package["manifest_path"].as_str().expect("a package has a manifest")).with_file_name("");
        let source: String =
            ["src", "tests", "examples", "benches"].iter().map(|part| source(&folder.join(part))).collect();
        for dependency in package["dependencies"].as_array().expect("a package has dependencies") {
            let name = dependency["rename"].as_str().or(dependency["name"].as_str()).expect("a dependency has a name");
            // A crate that depends on itself turns a feature of its own on for its tests.
            if package["name"] != name && !names(&source, &name.replace('-', "_")) {
                unused.push(format!("{} does not name {name}", package["name"]));
            }
        }
    }
    assert_eq!(unused, Vec::<String>::new());
}

#[test]
fn name_in_a_source_file_is_a_whole_word() {
    assert!(names("use sha2::Digest;", "sha2"));
    assert!(names("let x: bytes::Bytes;", "bytes"));
    assert!(!names("use sha256::Digest; // sha2x", "sha2"));
    assert!(!names("let size_bytes = 1;", "bytes"));
}

#[test]
fn pure_crates_reach_no_runtime_socket_or_database() {
    for name in PURE.split(' ') {
        let package = format!("usufruct-{name}");
        let tree =
            cargo(&["tree", "--package", &package, "--edges", "normal", "--prefix", "none", "--offline", "--locked"]);
        let reached: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(reached.contains("usufruct-types"), "the tree of {package} was not understood:\n{tree}");
        let forbidden: Vec<_> = reached.iter().filter(|name| lists(UNREACHABLE_FROM_PURE, name)).collect();
        assert!(forbidden.is_empty(), "{package} reaches {forbidden:?}; `cargo tree -p {package} -i NAME` says how");
    }
}

#[test]
fn table_keeps_the_layers_apart() {
    for (at, (name, allowed)) in EDGES.iter().enumerate() {
        for dependency in allowed.split_whitespace() {
            let place = EDGES.iter().position(|(name, _)| *name == dependency);
            assert!(place.is_some_and(|place| place < at), "{name} may depend on {dependency}, which stands above it");
            assert!(!lists(PURE, name) || lists(PURE, dependency), "{name} is pure, {dependency} is not");
        }
    }
}

#[test]
fn made_up_bad_edges_are_found() {
    let cases = [
        (package("usufruct-types", &[("usufruct-royalty", None)]), "types may not depend on usufruct-royalty"),
        (package("usufruct-graphql", &[("usufruct-chain", None)]), "graphql may not depend on usufruct-chain"),
        (package("usufruct-storage", &[("usufruct-db", None)]), "storage may not depend on usufruct-db"),
        (package("usufruct-indexer", &[("usufruct", None)]), "indexer may not depend on usufruct"),
        (package("usufruct-chain", &[("sqlx", None)]), "chain may not name sqlx; its owner is: db"),
        (package("usufruct-db", &[("sqlx-core", None), ("iroh-base", None)]), "db may not name iroh-base"),
        (package("usufruct-sdk", &[("alloy", None)]), "sdk may not name alloy; its owner is: chain"),
        (package("usufruct", &[("async-graphql", None)]), "usufruct may not name async-graphql"),
        (package("usufruct-indexer", &[("arrow-array", None)]), "indexer may not name arrow-array"),
        (package("usufruct-royalty", &[("tokio-util", None)]), "royalty is pure and may not name tokio-util"),
        (package("usufruct-manifest", &[("rand", None)]), "manifest is pure and may not name rand"),
        (
            package("usufruct-types", &[("cc", Some("build")), ("libc", Some("build"))]),
            "types is pure and may not name libc",
        ),
        (package("usufruct-royalty", &[("usufruct-db", Some("dev"))]), "royalty may not depend on usufruct-db"),
        (package("usufruct-royalty", &[("tokio", Some("dev"))]), "royalty is pure and may not name tokio"),
        (package("usufruct-royalty", &[("sqlx", Some("dev"))]), "royalty is pure and may not name sqlx"),
        (package("usufruct-oracle", &[]), "usufruct-oracle is in no layer"),
    ];
    for (metadata, expected) in cases {
        let found = violations(&metadata);
        assert!(found.len() == 1 && found[0].contains(expected), "expected `{expected}`, found {found:?}");
    }
}

#[test]
fn made_up_good_edges_pass() {
    let cases = [
        package("usufruct-types", &[("alloy-primitives", None), ("serde", None)]),
        package("usufruct-attestation", &[("alloy-sol-types", None), ("usufruct-types", None), ("k256", None)]),
        package("usufruct-royalty", &[("rand", Some("dev")), ("proptest", Some("dev"))]),
        package("usufruct-attestation", &[("alloy", Some("dev"))]),
        package("usufruct-chain", &[("alloy", None), ("tokio", None), ("usufruct-attestation", None)]),
        package("usufruct-graphql", &[("usufruct-db", None), ("reqwest", Some("dev")), ("sqlx", Some("dev"))]),
        package("usufruct", &[("usufruct-graphql", None), ("clap_complete", None), ("tokio", None)]),
    ];
    for metadata in cases {
        assert_eq!(violations(&metadata), Vec::<String>::new());
    }
}

/// A workspace of one package, with dependencies of a kind (`None` is a normal one, as cargo writes it).
fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
    let dependencies: Vec<Value> =
        dependencies.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect();
    json!({ "packages": [{ "name": name, "dependencies": dependencies }] })
}

/// What is wrong with the manifests of a workspace, one sentence each.
fn violations(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().expect("metadata has packages") {
        let name = package["name"].as_str().expect("a package has a name");
        let Some((name, allowed)) = EDGES.iter().find(|(known, _)| *known == short(name)) else {
            found.push(format!("{name} is in no layer; give it a line in EDGES"));
            continue;
        };
        for dependency in package["dependencies"].as_array().expect("a package has dependencies") {
            let is_dev = dependency["kind"] == "dev";
            let dependency = dependency["name"].as_str().expect("a dependency has a name");
            found.extend(violation(name, allowed, dependency, is_dev));
        }
    }
    found
}

fn violation(name: &str, allowed: &str, dependency: &str, is_dev: bool) -> Option<String> {
    let is_pure = lists(PURE, name);
    if is_dev && !is_pure {
        return None;
    }
    if dependency.starts_with("usufruct") {
        let is_allowed = lists(allowed, short(dependency));
        return (!is_allowed).then(|| format!("{name} may not depend on {dependency}, only on: {allowed}"));
    }
    if is_pure && (lists(IMPURE, dependency) || (!is_dev && lists(RANDOM, dependency))) {
        return Some(format!("{name} is pure and may not name {dependency}; pass what it reads in as an argument"));
    }
    if is_dev || lists(UNOWNED, dependency) {
        return None;
    }
    let (_, owners) = OWNED.iter().find(|(patterns, _)| lists(patterns, dependency))?;
    (!lists(owners, name)).then(|| format!("{name} may not name {dependency}; its owner is: {owners}"))
}

fn short(package: &str) -> &str {
    package.strip_prefix("usufruct-").unwrap_or(package)
}

/// Whether a name is among names and prefixes with `*`.
fn lists(patterns: &str, name: &str) -> bool {
    patterns.split_whitespace().any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => pattern == name,
    })
}

/// All Rust source below a folder, the empty string where there is none.
fn source(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else { return String::new() };
    let paths = entries.map(|entry| entry.expect("a source folder can be read").path());
    paths
        .map(|path| match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => fs::read_to_string(&path).expect("a source file can be read"),
            _ => source(&path),
        })
        .collect()
}

/// Whether a crate's name stands in a text as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_word) && !text[at + name.len()..].starts_with(is_word))
}

/// What cargo prints in this workspace.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the cargo that built this test starts");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}
