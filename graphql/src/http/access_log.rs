//! One line a request: what, how it went, how long, under which id. Never the query, a header or a body:
//! they hold tokens and people's questions.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request its id, logs and counts it.
pub(super) async fn log(mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let value = HeaderValue::from_str(&id).expect("letters, digits and dashes");
    request.headers_mut().insert(REQUEST_ID, value.clone());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let started = Instant::now();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (seconds, status) = (started.elapsed().as_secs_f64(), response.status().as_u16());
    span.in_scope(|| tracing::info!(%method, path, status, seconds, "served"));
    let labels = [("route", route), ("status", status.to_string())];
    metrics::counter!("usufruct_http_requests_total", &labels).increment(1);
    metrics::histogram!("usufruct_http_request_seconds", &labels).record(seconds);
    response.headers_mut().insert(REQUEST_ID, value);
    response
}

/// The caller's own id where it is harmless, otherwise a new one.
fn request_id(request: &Request) -> String {
    let given = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_harmless = |text: &&str| {
        (8..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    given.filter(is_harmless).map_or_else(|| hex::encode(rand::random::<[u8; 12]>()), str::to_owned)
}
