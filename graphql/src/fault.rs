//! What a client is told when something fails. The cause goes to the log once, here; a client never
//! sees SQL, a path or an address of ours.

use async_graphql::{Error, ErrorExtensionValues};
use usufruct_db::{DbError, Remedy};

/// A failure that a client may see. It has no `Display`, so that only the conversion below, which adds
/// the code, turns it into a GraphQL error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request asks for something that cannot be.
    Input {
        /// For programs.
        code: &'static str,
        /// For people: what, where, what to do.
        message: String,
    },
    /// The database cannot be reached or is too slow now.
    Unavailable,
    /// A bug or a broken database.
    Internal,
}

impl Fault {
    pub(crate) fn input(code: &'static str, message: impl Into<String>) -> Self {
        Self::Input { code, message: message.into() }
    }

    /// For programs, as `extensions.code`.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Input { code, .. } => code,
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// For people.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Input { message, .. } => message,
            Self::Unavailable => "the index cannot be read at the moment; try again",
            Self::Internal => {
                "this failed inside the server; the operator finds the cause in its log by the request id"
            }
        }
    }
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        let mut cause = String::new();
        let mut next: Option<&(dyn std::error::Error + 'static)> = Some(&error);
        while let Some(error) = next {
            if !cause.is_empty() {
                cause.push_str(": ");
            }
            cause.push_str(&error.to_string());
            next = error.source();
        }
        tracing::error!(error = cause, "a read failed");
        if error.remedy() == Remedy::Retry { Self::Unavailable } else { Self::Internal }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", fault.code());
        Self { message: fault.message().to_owned(), source: None, extensions: Some(extensions) }
    }
}
