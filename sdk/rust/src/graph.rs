//! A client of the GraphQL server: what is for sale, who made it, who is owed what.
//!
//! The server only finds things. Whatever moves money or data is checked against the chain and against
//! content hashes afterwards, so an answer that lies costs time and nothing else.

pub mod answer;
mod error;
pub mod operation;
mod queries;
mod session;

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub use error::{Extensions, Fault, GraphError};
pub use queries::{CurrentPayouts, Direction};
pub use session::sign_in;

/// Largest answer that is read.
pub const ANSWER_BYTES_MAX: usize = 16 << 20;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection to one server; cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<Token>,
}

/// A bearer token that no log shows.
#[derive(Clone)]
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<Fault>,
}

impl Client {
    /// A client of the server at `base`, such as `http://127.0.0.1:7000`; `/graphql` is added.
    /// Nothing is sent yet.
    pub fn new(base: &str) -> Result<Self, GraphError> {
        let base = base.trim_end_matches('/').trim_end_matches("/graphql").to_owned();
        let is_http = ["http://", "https://"].iter().any(|scheme| base.starts_with(scheme));
        if !is_http || reqwest::Url::parse(&base).is_err() {
            return Err(GraphError::Url { url: base });
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|source| GraphError::Unreachable { url: base.clone(), source })?;
        Ok(Self { http, base, token: None })
    }

    /// The same client, signed in with a session's token (see [`sign_in`]).
    #[must_use]
    pub fn with_token(self, token: String) -> Self {
        Self { token: Some(Token(token)), ..self }
    }

    /// Address of the server, without `/graphql`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sends an operation and reads its `data` as a `T`.
    ///
    /// Any entry in `errors` fails the call: this client asks only for what it needs whole.
    pub async fn query<T: DeserializeOwned>(&self, operation: &str, variables: Value) -> Result<T, GraphError> {
        let url = format!("{}/graphql", self.base);
        let mut request = self.http.post(&url).json(&json!({ "query": operation, "variables": variables }));
        request = request.header("accept", "application/graphql-response+json, application/json;q=0.9");
        if let Some(Token(token)) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.map_err(|source| GraphError::Unreachable { url: url.clone(), source })?;
        let status = response.status();
        let bytes = read_limited(response, &url).await?;
        let answer = serde_json::from_slice::<Answer>(&bytes).map_err(|source| match status.is_success() {
            true => GraphError::Form { url: url.clone(), source },
            false => GraphError::Status { url: url.clone(), status: status.as_u16() },
        })?;
        if !answer.errors.is_empty() {
            return Err(GraphError::Refused { faults: answer.errors });
        }
        let data = answer.data.unwrap_or(Value::Null);
        serde_json::from_value(data).map_err(|source| GraphError::Form { url, source })
    }

    /// Whether the server answers at `/healthz`.
    pub async fn is_healthy(&self) -> Result<bool, GraphError> {
        let url = format!("{}/healthz", self.base);
        let response = self.http.get(&url).send().await.map_err(|source| GraphError::Unreachable { url, source })?;
        Ok(response.status().is_success())
    }
}

/// Reads a body of at most [`ANSWER_BYTES_MAX`] bytes, whatever its headers claim.
async fn read_limited(mut response: reqwest::Response, url: &str) -> Result<Vec<u8>, GraphError> {
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|source| GraphError::Unreachable { url: url.to_owned(), source })?
    {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(GraphError::TooLarge { url: url.to_owned() });
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
