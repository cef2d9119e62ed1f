//! Routes for who runs the node: the command line on the same machine, with a token from its data directory.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use futures::future::BoxFuture;
use serde_json::Value;

use super::{accept::is_json, reply::Failure};

/// What the program does for its operator.
pub trait Operator: Send + Sync {
    /// Does what `POST /operator/{action}` asks, with the body's JSON; the answer is its JSON.
    fn call<'a>(&'a self, action: &'a str, request: Value) -> BoxFuture<'a, Result<Value, OperatorError>>;
}

/// Why an action was not done. The operator is trusted, so the texts may say everything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// There is no such action.
    #[error("there is no such action")]
    Unknown,
    /// The request cannot be done as it is: what is wrong and what to do.
    #[error("{0}")]
    Refused(String),
    /// It was tried and failed: why.
    #[error("{0}")]
    Failed(String),
}

/// Largest body of an action.
const BODY_BYTES_MAX: usize = 1024 * 1024;

struct State {
    /// BLAKE3 of the token, so that comparing takes the same time whatever was sent.
    token: blake3::Hash,
    operator: Arc<dyn Operator>,
}

pub(super) fn routes(token: String, operator: Arc<dyn Operator>) -> Router {
    let state = State { token: blake3::hash(token.as_bytes()), operator };
    Router::new().route("/operator/{action}", post(call)).with_state(Arc::new(state))
}

const JSON: &str = "application/json";

async fn call(
    Shared(state): Shared<Arc<State>>,
    Path(action): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match answer(&state, &action, &headers, body).await {
        Ok(answer) => ([(header::CONTENT_TYPE, JSON)], answer.to_string()).into_response(),
        Err(failure) => failure.into_response(JSON),
    }
}

async fn answer(state: &State, action: &str, headers: &HeaderMap, body: Body) -> Result<Value, Failure> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    if shown.is_none_or(|shown| blake3::hash(shown.as_bytes()) != state.token) {
        let message = "this takes the operator's token as `Authorization: Bearer`";
        return Err(Failure::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message));
    }
    if !is_json(headers) {
        let message = "send the request as application/json";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let bytes = axum::body::to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| {
        let message = format!("a request has at most {BODY_BYTES_MAX} bytes and arrives whole");
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE", message)
    })?;
    let request = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", format!("the body is not JSON: {error}"))
    })?;
    state.operator.call(action, request).await.map_err(|error| {
        let (status, code) = match error {
            OperatorError::Unknown => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            OperatorError::Refused(_) => (StatusCode::BAD_REQUEST, "REFUSED"),
            OperatorError::Failed(_) => (StatusCode::INTERNAL_SERVER_ERROR, "FAILED"),
        };
        Failure::new(status, code, error.to_string())
    })
}
