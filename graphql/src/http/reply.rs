//! Answers that are no data: errors in the form of GraphQL's, whatever the route.

use std::{any::Any, time::Duration};

use axum::{
    extract::{Request, State as Shared},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::fault::Fault;

/// An error with its status.
pub(super) struct Failure {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// As a body of JSON: `{"errors": [{"message", "extensions": {"code"}}]}`.
    pub(super) fn into_response(self, media_type: &'static str) -> Response {
        let Self { status, code, message } = self;
        let body = serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
        let mut response = (status, [(header::CONTENT_TYPE, media_type)], body.to_string()).into_response();
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let status = match fault {
            Fault::Input { .. } => StatusCode::BAD_REQUEST,
            Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, fault.code(), fault.message())
    }
}

pub(super) async fn not_found() -> Response {
    let message = "there is nothing here; the API is at /graphql, its schema at /schema.graphql";
    Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", message).into_response("application/json")
}

pub(super) async fn method_not_allowed() -> Response {
    let message = "this address does not take this method; the Allow header says which ones it takes";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message).into_response("application/json")
}

pub(super) fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let cause = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = cause.unwrap_or("unknown"), "a request panicked");
    Failure::from(Fault::Internal).into_response("application/json")
}

/// Ends a request that takes too long, whether it computes, waits for Postgres or trickles its body in.
pub(super) async fn in_time(Shared(limit): Shared<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let message = format!("this took longer than {} seconds; ask for less", limit.as_secs_f32());
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", message).into_response("application/json")
        }
    }
}
