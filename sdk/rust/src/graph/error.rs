//! What can go wrong between us and the server.

use std::fmt;

use serde::Deserialize;

/// A question that got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The URL is none that HTTP can reach.
    #[error("'{url}' is not an http:// or https:// URL")]
    Url {
        /// What was given.
        url: String,
    },
    /// Nobody answers, or the answer broke off. Retrying may help.
    #[error("{url} does not answer")]
    Unreachable {
        /// Whom we asked.
        url: String,
        /// Why.
        source: reqwest::Error,
    },
    /// An HTTP error without a GraphQL answer.
    #[error("{url} answers with HTTP status {status}")]
    Status {
        /// Whom we asked.
        url: String,
        /// The status code.
        status: u16,
    },
    /// The answer is larger than [`super::ANSWER_BYTES_MAX`].
    #[error("the answer of {url} is too large")]
    TooLarge {
        /// Whom we asked.
        url: String,
    },
    /// The answer is not what the schema promises.
    #[error("{url} does not answer in the form of our schema")]
    Form {
        /// Whom we asked.
        url: String,
        /// Where it differs.
        source: serde_json::Error,
    },
    /// The server understood and refused.
    #[error("the server refuses: {}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused {
        /// Its reasons.
        faults: Vec<Fault>,
    },
    /// The server knows no such thing (yet).
    #[error("the server knows no {what} {id}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// A payload of a mutation carries errors of the user's making.
    #[error("the server refuses: {message}")]
    User {
        /// Code of the schema.
        code: String,
        /// In words.
        message: String,
    },
    /// Signing the sign-in message failed.
    #[error("cannot sign the sign-in message")]
    Sign(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server's sign-in message is not one that should be signed.
    #[error("the server asks to sign something else than a sign-in to itself: {reason}")]
    Message {
        /// What is wrong with it.
        reason: String,
    },
}

/// An entry of `errors` in an answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Fault {
    /// In words.
    pub message: String,
    /// What programs read.
    #[serde(default)]
    pub extensions: Extensions,
}

/// `extensions` of a [`Fault`].
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Extensions {
    /// Code, such as `UNAUTHENTICATED` or `TOO_COMPLEX`.
    #[serde(default)]
    pub code: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.extensions.code {
            Some(code) => write!(f, "{} ({code})", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl GraphError {
    /// Whether an error of this code is among the server's reasons.
    pub fn has_code(&self, wanted: &str) -> bool {
        match self {
            Self::Refused { faults } => faults.iter().any(|fault| fault.extensions.code.as_deref() == Some(wanted)),
            Self::User { code, .. } => code == wanted,
            _ => false,
        }
    }
}
