//! GraphQL over HTTP, by <https://graphql.github.io/graphql-over-http/draft/>.

use std::sync::Arc;

use async_graphql::{
    Name, Request, Response as Answer, ServerError, Value, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationType},
    },
};
use axum::{
    body::Body,
    extract::{RawQuery, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use usufruct_db::sessions::Session;

use super::{
    State,
    accept::{MediaType, is_json, negotiate, wants_html},
    assets,
    reply::Failure,
};
use crate::{
    fault::Fault,
    limits::{measure, scan},
    schema::{context::Asking, mutation::BearerToken},
    sign_in::token_hash,
};

/// The body of a request. Unknown members are let be, as the specification asks.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// `POST /graphql`.
pub(super) async fn post(Shared(state): Shared<Arc<State>>, headers: HeaderMap, body: Body) -> Response {
    let Some(media_type) = negotiate(&headers) else { return not_acceptable() };
    if !is_json(&headers) {
        let message = "send the query as application/json: {\"query\": \"...\", \"variables\": {...}}";
        let failure = Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
        let mut response = failure.into_response(media_type.name());
        response.headers_mut().insert("accept-post", HeaderValue::from_static("application/json"));
        return response;
    }
    let asked = match read(body, state.limits.body_bytes).await {
        Ok(asked) => asked,
        Err(failure) => return failure.into_response(media_type.name()),
    };
    finish(answer(&state, &headers, asked, false).await, media_type)
}

/// `GET /graphql`: a query in the address, or GraphiQL for a browser.
pub(super) async fn get(Shared(state): Shared<Arc<State>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let parameters = parameters(query.as_deref().unwrap_or_default());
    let parameter = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let query = parameter("query");
    if query.is_none() && wants_html(&headers) {
        return assets::graphiql(&headers);
    }
    let Some(media_type) = negotiate(&headers) else { return not_acceptable() };
    let Some(query) = query else {
        let message = "give the query as ?query=..., or POST it as JSON";
        return Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message).into_response(media_type.name());
    };
    let variables = match parameter("variables").filter(|text| !text.is_empty()).map(|text| serde_json::from_str(&text))
    {
        None => None,
        Some(Ok(variables)) => Some(variables),
        Some(Err(_)) => {
            let message = "`variables` is not a JSON object";
            return Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message).into_response(media_type.name());
        }
    };
    let asked = Asked { query, operation_name: parameter("operationName").filter(|name| !name.is_empty()), variables };
    finish(answer(&state, &headers, asked, true).await, media_type)
}

fn not_acceptable() -> Response {
    let message = "this is answered as application/graphql-response+json or application/json; accept one of them";
    Failure::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message).into_response("application/json")
}

async fn read(body: Body, limit: usize) -> Result<Asked, Failure> {
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|_| {
        let message = format!("a request has at most {limit} bytes and arrives whole");
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE", message)
    })?;
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        let message = "send one operation a request; lists of operations are not taken";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BATCH_UNSUPPORTED", message));
    }
    serde_json::from_slice(&bytes).map_err(|error| {
        let message =
            format!("the body is not a GraphQL request, {{\"query\": \"...\", \"variables\": {{...}}}}: {error}");
        Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    })
}

/// Checks, runs and times a request. `Err` is what was refused before GraphQL looked at it.
async fn answer(state: &State, headers: &HeaderMap, asked: Asked, is_get: bool) -> Result<Answer, Failure> {
    scan(&asked.query, &state.limits)?;
    let document = match parse_query(&asked.query) {
        Ok(document) => document,
        Err(error) => {
            let mut error = ServerError::from(error);
            set_code(&mut error, "GRAPHQL_PARSE_FAILED");
            return Ok(Answer::from_errors(vec![error]));
        }
    };
    let variables = Variables::from_json(asked.variables.map(serde_json::Value::Object).unwrap_or_default());
    let cost = measure(&document, &variables, &state.weights, &state.limits)?;
    if is_get && is_mutation(&document, asked.operation_name.as_deref()) {
        let message = "mutations are sent by POST";
        return Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message));
    }
    let token = bearer(headers)?;
    let session = session(state, token.as_deref()).await?;
    // No queue: whoever waits here holds a connection, and the client knows better when to come back.
    let Ok(_permit) = state.permits.try_acquire() else {
        let message = "too many requests run at the moment; try again";
        return Err(Failure::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message));
    };
    let mut request = Request::new(asked.query).variables(variables);
    request.operation_name = asked.operation_name;
    request.set_parsed_query(document);
    request = request.data(Asking::new(state.reader.counting_anew(), session, cost));
    if let Some(token) = token {
        request = request.data(BearerToken(token));
    }
    Ok(state.schema.execute(request).await)
}

/// Whether the operation that would run is a mutation.
fn is_mutation(document: &ExecutableDocument, name: Option<&str>) -> bool {
    let is = |operation: &async_graphql::Positioned<async_graphql::parser::types::OperationDefinition>| {
        operation.node.ty == OperationType::Mutation
    };
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => is(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(&Name::new(name)).is_some_and(is),
        // Execution refuses a choice that was not made; until then assume the worst.
        (DocumentOperations::Multiple(operations), None) => operations.values().any(is),
    }
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    match token {
        Some(token) if (1..=256).contains(&token.len()) => Ok(Some(token)),
        _ => {
            let message = "the Authorization header takes `Bearer` and a token of `signIn`";
            Err(Failure::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message))
        }
    }
}

async fn session(state: &State, token: Option<&str>) -> Result<Option<Session>, Failure> {
    let Some(token) = token else { return Ok(None) };
    match state.db.session(token_hash(token)).await.map_err(Fault::from)? {
        Some(session) => Ok(Some(session)),
        None => {
            let message = "the token is unknown or its session has ended; sign in again, or send no token";
            Err(Failure::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message))
        }
    }
}

/// The HTTP form of an answer.
fn finish(answered: Result<Answer, Failure>, media_type: MediaType) -> Response {
    let mut answer = match answered {
        Ok(answer) => answer,
        Err(failure) => {
            let status = failure.status;
            let mut response = failure.into_response(media_type.name());
            let (name, value) = match status {
                StatusCode::METHOD_NOT_ALLOWED => (header::ALLOW, "POST"),
                StatusCode::UNAUTHORIZED => (header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
                _ => return response,
            };
            response.headers_mut().insert(name, HeaderValue::from_static(value));
            return response;
        }
    };
    // Nothing ran: neither data nor the path of a field.
    let is_request_error = answer.data == Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    for error in &mut answer.errors {
        set_code(error, if is_request_error { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_USER_INPUT" });
    }
    let body = if is_request_error {
        // Without `data`, which says that execution began.
        serde_json::json!({ "errors": answer.errors }).to_string()
    } else {
        match serde_json::to_string(&answer) {
            Ok(body) => body,
            Err(_) => return Failure::from(Fault::Internal).into_response(media_type.name()),
        }
    };
    let status = match media_type {
        MediaType::GraphqlResponse if is_request_error => StatusCode::BAD_REQUEST,
        MediaType::GraphqlResponse | MediaType::Json => StatusCode::OK,
    };
    (status, [(header::CONTENT_TYPE, media_type.name()), (header::VARY, "accept")], body).into_response()
}

/// Gives an error its code unless it has one.
fn set_code(error: &mut ServerError, code: &'static str) {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

/// The parameters of an address, percent-decoded.
fn parameters(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(16)
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let digits = bytes.get(index + 1..index + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match (bytes[index], digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                index += 3;
                continue;
            }
            (b'+', _) => plain.push(b' '),
            (byte, _) => plain.push(byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_percent_decoded() {
        let pairs = parameters("query=%7B%20a+b%20%7D&variables=&x&%zz=%4");
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("query", "{ a b }"), ("variables", ""), ("x", ""), ("%zz", "%4")]);
    }
}
