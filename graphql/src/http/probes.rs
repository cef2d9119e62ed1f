//! For those who run the server.

use std::sync::Arc;

use axum::{
    extract::State as Shared,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use usufruct_db::read::{Block, Page};

use super::State;

const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// 200 while the process answers.
pub(super) async fn health() -> Response {
    (JSON, r#"{"status":"ok"}"#).into_response()
}

/// 200 once the index follows the head of the chain and can be read, 503 otherwise.
pub(super) async fn ready(Shared(state): Shared<Arc<State>>) -> Response {
    let newest = state.reader.list::<Block>(u64::MAX, &[], &Block::NEWEST, &Page::first(1)).await;
    let indexed = match &newest {
        Ok(page) => page.entries.first().map(|entry| entry.row.block.number),
        Err(error) => {
            tracing::warn!(%error, "the index cannot be read");
            None
        }
    };
    let progress = state.ready.progress();
    let status = match (&newest, progress) {
        (Err(_), _) => "the index cannot be read",
        (Ok(_), None) => "starting",
        (Ok(_), Some(progress)) if !progress.is_caught_up => "catching up",
        (Ok(_), Some(_)) => "ready",
    };
    let body = serde_json::json!({
        "status": status,
        "indexedBlock": indexed,
        "chainHead": progress.map(|progress| progress.head),
    });
    let code = if status == "ready" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, JSON, body.to_string()).into_response()
}

/// Prometheus' text format.
pub(super) async fn metrics(Shared(state): Shared<Arc<State>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (state.metrics)()).into_response()
}
