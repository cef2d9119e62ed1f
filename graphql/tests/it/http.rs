//! GraphQL over HTTP, probes, pages and headers.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use usufruct_db::test_support::TestDb;
use usufruct_graphql::{Operator, OperatorError, Progress};

use crate::server::Server;

const META: &str = "{\"query\": \"{ _meta { lag } }\"}";
const MODERN: &str = "application/graphql-response+json; charset=utf-8";
const LEGACY: &str = "application/json; charset=utf-8";

#[tokio::test]
async fn the_answer_has_the_form_that_was_asked_for() {
    let server = Server::empty().await;
    let wrong = "{\"query\": \"{ nothing }\"}";
    for (accept, body, status, media_type) in [
        (None, META, 200, Some(MODERN)),
        (Some("*/*"), META, 200, Some(MODERN)),
        (Some("application/json"), META, 200, Some(LEGACY)),
        (Some("application/graphql-response+json"), META, 200, Some(MODERN)),
        (Some("text/csv"), META, 406, Some("application/json")),
        // A request that cannot run is a 400 where the status may say so.
        (Some("application/graphql-response+json"), wrong, 400, Some(MODERN)),
        (Some("application/json"), wrong, 200, Some(LEGACY)),
    ] {
        let headers: Vec<(&str, &str)> = accept.iter().map(|accept| ("accept", *accept)).collect();
        let reply = server.post(body, &headers).await;
        assert_eq!((reply.status, reply.header("content-type")), (status, media_type), "{accept:?} {body}");
    }
    let reply = server.post(wrong, &[]).await.json();
    assert_eq!(reply["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert!(reply.get("data").is_none(), "{reply}");
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused() {
    let server = Server::empty().await;
    for (body, status, code) in [
        ("{\"query\": ", 400, "BAD_REQUEST"),
        ("{}", 400, "BAD_REQUEST"),
        ("{\"query\": 1}", 400, "BAD_REQUEST"),
        ("{\"query\": \"{ a }\", \"variables\": []}", 400, "BAD_REQUEST"),
        ("{\"query\": \"{ a }\", \"operationName\": 1}", 400, "BAD_REQUEST"),
        ("\"query\"", 400, "BAD_REQUEST"),
        (" [{\"query\": \"{ _meta { lag } }\"}]", 400, "BATCH_UNSUPPORTED"),
        ("{\"query\": \"{ a \"}", 400, "GRAPHQL_PARSE_FAILED"),
        ("{\"query\": \"\"}", 400, "GRAPHQL_PARSE_FAILED"),
    ] {
        let reply = server.post(body, &[]).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {}", reply.text());
    }
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let reply = server.send("POST", "/graphql", &[("content-type", content_type)], META.as_bytes()).await;
        assert_eq!((reply.status, reply.code().as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{content_type}");
    }
    let bare = server.send("POST", "/graphql", &[], META.as_bytes()).await;
    assert_eq!(bare.status, 415);
    let unknown = server.post("{\"query\": \"{ _meta { lag } }\", \"extra\": 1, \"extensions\": {}}", &[]).await;
    assert_eq!(unknown.status, 200);
}

#[tokio::test]
async fn get_asks_and_never_changes() {
    let server = Server::empty().await;
    let reply = server.get("/graphql?query=%7B%20_meta%20%7B%20isCaughtUp%20%7D%20%7D", &[]).await;
    assert_eq!((reply.status, &reply.json()["data"]["_meta"]["isCaughtUp"]), (200, &json!(false)));
    let variables = "query($n:Int)%7Bdatasets(first:$n)%7BtotalCount%7D%7D&variables=%7B%22n%22%3A1%7D";
    assert_eq!(server.get(&format!("/graphql?query={variables}"), &[]).await.status, 200);
    let account = "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
    let mutation = format!("mutation%20M%7BsignInChallenge(account:%22{account}%22)%7Bnonce%7D%7D");
    for path in [
        format!("/graphql?query={mutation}"),
        format!("/graphql?query=query%20Q%7B_meta%7Blag%7D%7D%20{mutation}&operationName=M"),
    ] {
        let reply = server.get(&path, &[]).await;
        assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{path}");
    }
    assert_eq!(server.db.rows("SELECT * FROM sign_in_nonces").await, Vec::<Value>::new());
    let named = format!("/graphql?query=query%20Q%7B_meta%7Blag%7D%7D%20{mutation}&operationName=Q");
    assert_eq!(server.get(&named, &[]).await.status, 200);
    for path in ["/graphql", "/graphql?query=%7B_meta%7Blag%7D%7D&variables=1"] {
        assert_eq!(server.get(path, &[]).await.status, 400, "{path}");
    }
    let put = server.send("PUT", "/graphql", &[], b"").await;
    assert_eq!((put.status, put.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
}

#[tokio::test]
async fn a_browser_gets_graphiql_and_the_page_from_this_server_only() {
    let server = Server::empty().await;
    let html = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    for path in ["/graphql", "/"] {
        let reply = server.get(path, &html).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/html; charset=utf-8")), "{path}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
        assert!(!policy.contains("script-src 'self' 'unsafe"), "{policy}");
        let text = reply.text();
        assert!(!text.contains("<script>") && !text.contains("http://") && !text.contains("https://"), "{text}");
        // Everything that the page names is here.
        for file in text.split(['"', '\'']).filter(|part| {
            part.starts_with('/') && part.contains('.') && !["/schema.graphql", "/openapi.json"].contains(part)
        }) {
            let reply = server.get(file, &[]).await;
            assert_eq!(reply.status, 200, "{path} names {file}");
            let tag = reply.header("etag").unwrap();
            assert_eq!(server.get(file, &[("if-none-match", tag)]).await.status, 304, "{file}");
            for part in modules(&reply.text()) {
                assert_eq!(server.get(&part, &[]).await.status, 200, "{file} names {part}");
            }
        }
    }
}

/// The modules that a script of the page imports.
fn modules(script: &str) -> Vec<String> {
    let named = script.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next());
    named.map(|file| format!("/app/{file}")).collect()
}

#[tokio::test]
async fn readiness_follows_the_indexer_and_health_does_not() {
    let server = Server::story().await;
    assert_eq!(server.get("/healthz", &[]).await.status, 200);
    let starting = server.get("/readyz", &[]).await;
    assert_eq!((starting.status, &starting.json()["status"]), (503, &json!("starting")));
    server.ready.update(Progress { head: 100, is_caught_up: false });
    let behind = server.get("/readyz", &[]).await;
    assert_eq!(behind.status, 503);
    assert_eq!(behind.json(), json!({ "status": "catching up", "indexedBlock": 13, "chainHead": 100 }));
    server.ready.update(Progress { head: 13, is_caught_up: true });
    assert_eq!(server.get("/readyz", &[]).await.status, 200);
    server.db.db().close().await;
    let broken = server.get("/readyz", &[]).await;
    assert_eq!((broken.status, &broken.json()["status"]), (503, &json!("the index cannot be read")));
    assert_eq!(server.get("/healthz", &[]).await.status, 200);
}

#[tokio::test]
async fn a_failure_inside_tells_no_secret() {
    let server = Server::story().await;
    server.db.execute("DROP TABLE version_tombstones CASCADE").await;
    let reply = server.ask("{ versions { nodes { ordinal } } }", json!({}), &[]).await;
    let error = &reply["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    let text = reply.to_string();
    for secret in ["SELECT", "version_tombstones", "relation", "/work", "postgres", "sqlx"] {
        assert!(!text.contains(secret), "{text}");
    }
    server.db.db().close().await;
    let reply = server.ask("{ versions { nodes { ordinal } } }", json!({}), &[]).await;
    assert_eq!(reply["errors"][0]["extensions"]["code"], "UNAVAILABLE");
}

#[tokio::test]
async fn every_answer_has_its_headers_and_id() {
    let server = Server::empty().await;
    for path in ["/healthz", "/nothing", "/metrics", "/graphql"] {
        let reply = server.get(path, &[]).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path}");
        }
        assert_eq!(reply.header("x-request-id").map(str::len), Some(24), "{path}");
    }
    let given = server.get("/healthz", &[("x-request-id", "abc-12345")]).await;
    assert_eq!(given.header("x-request-id"), Some("abc-12345"));
    let odd = server.get("/healthz", &[("x-request-id", "<script>alert(1)</script>")]).await;
    assert_ne!(odd.header("x-request-id"), Some("<script>alert(1)</script>"));
    let missing = server.get("/nothing", &[]).await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "NOT_FOUND"));
    assert_eq!(server.get("/metrics", &[]).await.text(), "usufruct_test 1\n");
    let schema = server.get("/schema.graphql", &[]).await;
    assert_eq!(schema.text(), usufruct_graphql::sdl());
}

#[tokio::test]
async fn every_path_of_the_description_is_served_as_it_says() {
    let server = Server::story().await;
    server.ready.update(Progress { head: 13, is_caught_up: true });
    let description = server.get("/openapi.json", &[]).await.json();
    let paths = description["paths"].as_object().unwrap();
    assert!(paths.len() >= 8);
    for (path, methods) in paths {
        assert!(methods["get"]["responses"]["200"].is_object(), "{path}");
        let asked = path.replace("{index}", "1") + if path == "/graphql" { "?query=%7B__typename%7D" } else { "" };
        assert_eq!(server.get(&asked, &[]).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn other_sites_are_let_in_by_name_only() {
    let open = Server::over(TestDb::create().await, |config| {
        config.options.cors_origins = vec!["https://app.example".to_owned()];
    })
    .await;
    let closed = Server::empty().await;
    let allowed = async |server: &Server, origin: &str| {
        let reply = server.post(META, &[("origin", origin)]).await;
        reply.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(allowed(&open, "https://app.example").await.as_deref(), Some("https://app.example"));
    assert_eq!(allowed(&open, "https://other.example").await, None);
    assert_eq!(allowed(&closed, "https://app.example").await, None);
}

#[tokio::test]
async fn text_is_compressed_for_those_who_take_it() {
    let server = Server::empty().await;
    let plain = server.get("/graphiql/graphiql.min.js", &[]).await;
    let packed = server.get("/graphiql/graphiql.min.js", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() * 2 < plain.body.len());
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let server = Server::over(TestDb::create().await, |config| {
        config.options.timeout = Duration::from_millis(200);
    })
    .await;
    let lock = "BEGIN; LOCK TABLE blocks IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT";
    let url = server.db.url().to_owned();
    let locking = tokio::spawn(async move { TestDb::execute_at(url, lock).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let reply = server.post(META, &[]).await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "TIMEOUT"));
    assert_eq!(reply.header("retry-after"), Some("1"));
    locking.await.unwrap();
}

struct Echo;

impl Operator for Echo {
    fn call<'a>(
        &'a self,
        action: &'a str,
        request: Value,
    ) -> futures::future::BoxFuture<'a, Result<Value, OperatorError>> {
        Box::pin(async move {
            match action {
                "echo" => Ok(request),
                "refuse" => Err(OperatorError::Refused("not like this".to_owned())),
                _ => Err(OperatorError::Unknown),
            }
        })
    }
}

#[tokio::test]
async fn the_operator_is_known_by_the_token() {
    let server = Server::over(TestDb::create().await, |config| {
        config.operator = Some(("secret-token".to_owned(), Arc::new(Echo)));
    })
    .await;
    let json = ("content-type", "application/json");
    let good = ("authorization", "Bearer secret-token");
    let call = async |path: &str, headers: &[(&str, &str)]| server.send("POST", path, headers, b"{\"a\":1}").await;
    assert_eq!(call("/operator/echo", &[json, good]).await.json(), json!({ "a": 1 }));
    for bad in
        [vec![json], vec![json, ("authorization", "Bearer secret")], vec![json, ("authorization", "secret-token")]]
    {
        assert_eq!(call("/operator/echo", &bad).await.status, 401, "{bad:?}");
    }
    assert_eq!(call("/operator/echo", &[good]).await.status, 415);
    let refused = call("/operator/refuse", &[json, good]).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "REFUSED"));
    assert_eq!(call("/operator/nothing", &[json, good]).await.status, 404);
    let without = Server::empty().await;
    assert_eq!(without.send("POST", "/operator/echo", &[json, good], b"{}").await.status, 404);
}
