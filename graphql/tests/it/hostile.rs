//! Requests made to hurt: refused with a code, quickly, and the server goes on.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::Server;

/// Far above what a refusal takes, far below what the attack would.
const SOON: Duration = Duration::from_secs(2);

async fn refused(server: &Server, query: &str) -> (u16, String) {
    let started = Instant::now();
    let reply = server.post(&json!({ "query": query }).to_string(), &[]).await;
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    (reply.status, reply.code())
}

fn bomb(levels: u32) -> String {
    let mut query = String::from("{ ...F0 }");
    for level in 0..levels {
        query += &format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}", next = level + 1);
    }
    query + &format!(" fragment F{levels} on Query {{ __typename }}")
}

#[tokio::test]
async fn hostile_documents_are_refused_with_a_code() {
    let server = Server::empty().await;
    let nested = |depth: usize| {
        let mut query = String::from("{ node(id: \"x\") { ... on Version { ");
        query += &"dataset { latestVersion { ".repeat(depth / 2);
        query += "ordinal";
        query + &" } }".repeat(depth / 2) + " } } }"
    };
    let aliases: String = (0..500).map(|n| format!("a{n}: __typename ")).collect();
    let fields: String = (0..90).map(|n| format!("a{n}: datasets {{ nodes {{ id }} }} ")).collect();
    let operations: String = (0..50).map(|n| format!("query Q{n} {{ __typename }} ")).collect();
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned();
    let page = |inside: &str, list: &str| format!("{list}(first: 500) {{ nodes {{ {inside} }} }}");
    let pages = format!("{{ {} }}", page(&page(&page("cid", "shards"), "versions"), "datasets"));
    let (open, close) = ("fields { type { ".repeat(7), " } }".repeat(7));
    let introspection = format!("{{ __schema {{ types {{ {open}name{close} }} }} }}");
    for (name, query, code) in [
        ("fragment bomb", bomb(30), "QUERY_TOO_LARGE"),
        ("larger fragment bomb", bomb(100), "QUERY_TOO_LARGE"),
        ("fragment cycle", cycle, "FRAGMENT_CYCLE"),
        ("deep query", nested(24), "QUERY_TOO_DEEP"),
        ("very deep query", nested(2_000), "QUERY_TOO_DEEP"),
        ("open braces", "{a".repeat(50_000), "QUERY_TOO_DEEP"),
        ("open lists", format!("{{ nodes(ids: {}", "[".repeat(50_000)), "QUERY_TOO_DEEP"),
        ("aliases", format!("{{ {aliases} }}"), "TOO_MANY_ALIASES"),
        ("aliases of a list", format!("{{ {fields} }}"), "TOO_MANY_ALIASES"),
        ("directives", format!("{{ __typename {} }}", "@skip(if: false) ".repeat(500)), "TOO_MANY_DIRECTIVES"),
        ("tokens", format!("{{ {} }}", "a ".repeat(20_000)), "QUERY_TOO_LARGE"),
        ("operations", operations, "TOO_MANY_OPERATIONS"),
        ("wide pages", pages, "QUERY_TOO_COSTLY"),
        ("introspection bomb", introspection, "QUERY_TOO_COSTLY"),
    ] {
        assert_eq!(refused(&server, &query).await, (400, code.to_owned()), "{name}");
    }
    assert_eq!(server.data("{ __typename }").await["__typename"], "Query");
}

#[tokio::test]
async fn page_sizes_in_variables_count() {
    let server = Server::empty().await;
    let query = "query($n: Int!) { datasets(first: $n) { nodes { versions(first: $n) { nodes { ordinal } } } } }";
    let reply = server.ask(query, json!({ "n": 500 }), &[]).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "QUERY_TOO_COSTLY");
    let cost = server.data("{ cost { requested limit pageSizeMax } }").await;
    assert_eq!(cost["cost"], json!({ "requested": "4", "limit": "100000", "pageSizeMax": 500 }));
}

#[tokio::test]
async fn bodies_that_are_too_long_are_refused() {
    let server = Server::empty().await;
    let body = format!("{{\"query\": \"{{ __typename }} {}\"}}", "#".repeat(300 * 1024));
    let reply = server.post(&body, &[]).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "REQUEST_TOO_LARGE"));
    let nested = format!(
        "{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}{} }}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let reply = server.post(&nested, &[]).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "BAD_REQUEST"));
}

#[tokio::test]
async fn values_that_do_not_fit_are_errors_and_not_crashes() {
    let server = Server::story().await;
    let large = "9".repeat(38);
    for query in [
        "{ account(address: \"0x12\") { id } }".to_owned(),
        "{ version(versionId: \"nonsense\") { id } }".to_owned(),
        "{ epoch(index: \"-1\") { id } }".to_owned(),
        "{ epoch(index: 1.5) { id } }".to_owned(),
        format!("{{ epochs(atBlock: \"{large}\") {{ totalCount }} }}"),
        "{ datasets(filter: { name: \"a\\u0000b\" }) { totalCount } }".to_owned(),
        "{ datasets(filter: { search: \"a\\u0000b\" }) { totalCount } }".to_owned(),
        "{ datasets(after: \"AAAA\") { totalCount } }".to_owned(),
        "{ node(id: \"VmVyc2lvbjoweDEy\") { id } }".to_owned(),
    ] {
        let code = server.refused(&query).await;
        assert!(!["INTERNAL", "UNAVAILABLE"].contains(&code.as_str()), "{query}: {code}");
    }
    for (query, field) in [
        (format!("{{ epoch(index: \"{}\") {{ id }} }}", u64::MAX), "epoch"),
        (format!("{{ license(licenseId: \"{large}\") {{ id }} }}"), "license"),
        ("{ epoch(index: \"18446744073709551615\") { id } }".to_owned(), "epoch"),
    ] {
        assert_eq!(server.data(&query).await[field], serde_json::Value::Null, "{query}");
    }
}
