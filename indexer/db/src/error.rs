//! What can go wrong between us and Postgres, by what the caller can do about it.

use usufruct_types::{B256, BlockRef};

/// The driver's error, kept for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a database operation failed. `Display` says this level only; walk `source` for the rest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The text is no Postgres URL.
    #[error("the database URL cannot be read: expected postgres://user[:password]@host[:port]/database")]
    Url(#[source] Cause),
    /// Nobody answers there.
    #[error("Postgres at {target} does not answer: check that it runs and that host and port are right")]
    Unreachable {
        /// Host and port, or the socket's folder.
        target: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The server answers and turns this user or database down.
    #[error("Postgres at {target} refuses the connection ({reason}): check user, password and database name")]
    Refused {
        /// Host and port, or the socket's folder.
        target: String,
        /// What the server says.
        reason: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// An encrypted connection is asked for, and cannot be had.
    #[error(
        "no encrypted connection to Postgres at {target}: this build speaks plain text to Postgres; \
         use a Unix socket, or a tunnel with sslmode=disable"
    )]
    Tls {
        /// Host and port.
        target: String,
        /// Why.
        #[source]
        source: Cause,
    },
    /// The server has no connection left.
    #[error("Postgres has no connection left: raise max_connections there or lower it here")]
    TooManyConnections(#[source] Cause),
    /// The user lacks a right.
    #[error("the database user lacks a right ({reason}): make it the owner of the database, or grant what is missing")]
    NoRights {
        /// What the server says.
        reason: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// The server cannot write.
    #[error("the disk of the Postgres server is full: free space there, the work resumes by itself")]
    DiskFull(#[source] Cause),
    /// The server takes no writes.
    #[error("the Postgres server is read-only: give the URL of the primary, not of a replica")]
    ReadOnly(#[source] Cause),
    /// A newer program was here.
    #[error("the schema is newer than this program (migration {found} is unknown to it): use a newer usufruct")]
    NewerSchema {
        /// The version that the program does not know.
        found: i64,
    },
    /// An applied migration is not the one that the program has.
    #[error("migration {version} was applied in another form: this database belongs to another build, use a new one")]
    OtherSchema {
        /// The version.
        version: i64,
    },
    /// There are no tables yet.
    #[error("the database has no tables of usufruct, or old ones: run the migrations first")]
    NotMigrated(#[source] Cause),
    /// A migration failed; it changed nothing.
    #[error("migration {version} failed and changed nothing")]
    Migration {
        /// The version.
        version: i64,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Two transactions met. Trying again helps.
    #[error("{query} met another transaction: try again")]
    Serialization {
        /// The statement, by its name.
        query: &'static str,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// A limit on time ran out.
    #[error("{query} took longer than it may")]
    Timeout {
        /// The statement, by its name.
        query: &'static str,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// The connection broke; whatever was not committed did not happen.
    #[error("the connection to Postgres broke during {query}: nothing of it was kept, try again")]
    ConnectionLost {
        /// The statement, by its name.
        query: &'static str,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// The row is there already.
    #[error("{query} would write a row twice ({constraint})")]
    Duplicate {
        /// The statement, by its name.
        query: &'static str,
        /// The constraint that says so.
        constraint: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// A value breaks a rule of the schema.
    #[error("{query} breaks the rule {constraint}")]
    Constraint {
        /// The statement, by its name.
        query: &'static str,
        /// The rule: the name of a constraint, or the column that may not be empty.
        constraint: String,
        /// The driver's error.
        #[source]
        source: Cause,
    },
    /// Anything else: a fault of ours.
    #[error("{query} failed")]
    Query {
        /// The statement, by its name.
        query: &'static str,
        /// The driver's error.
        #[source]
        source: Cause,
    },

    /// The writer has ended with its connection.
    #[error("this writer has lost its connection: acquire a new one")]
    WriterEnded,
    /// The batch continues another chain than the one stored: roll back to a common block first.
    #[error(
        "block {number} continues {parent}, but {stored} is stored below it: the chain was reorganised, roll back first"
    )]
    NotAttached {
        /// The block that does not attach.
        number: u64,
        /// The hash that it names as its parent, or its own where another one is stored at its height.
        parent: B256,
        /// What is stored there.
        stored: B256,
    },
    /// The batch contradicts itself.
    #[error("the batch contradicts itself at block {number}: {reason}")]
    BadBatch {
        /// Where.
        number: u64,
        /// What does not fit.
        reason: &'static str,
    },
    /// A number that Postgres' types do not hold.
    #[error("{what} of {value} is more than the database can hold")]
    OutOfRange {
        /// What the number counts.
        what: &'static str,
        /// The number.
        value: u64,
    },
    /// A blob says a number that no honest blob says.
    #[error("{what} of {value} is more than a blob may say")]
    BlobValue {
        /// What the number counts.
        what: &'static str,
        /// The number.
        value: u64,
    },
    /// The block asked for is not indexed (yet).
    #[error("block {number} is not indexed{}", match .checkpoint {
        Some(at) => format!(": the index stands at block {}", at.number),
        None => ": the index is empty".to_owned(),
    })]
    NotIndexed {
        /// The block asked for.
        number: u64,
        /// How far the index got.
        checkpoint: Option<BlockRef>,
    },
    /// The block to roll back to is below what was called final.
    #[error("cannot roll back to block {number}: the chain was final up to block {finalized}; rebuild the database")]
    BelowFinality {
        /// The block asked for.
        number: u64,
        /// How far the chain was final.
        finalized: u64,
    },
    /// The block to roll back to is not stored any more.
    #[error("cannot roll back to block {number}: it is below the blocks that are kept; rebuild the database")]
    TooDeep {
        /// The block asked for.
        number: u64,
    },
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// The same call can succeed later: wait and try again, with a new connection where it broke.
    Retry,
    /// The chain was reorganised: find the common block, roll back, go on.
    RollBack,
    /// The blob in hand is at fault: mark it malformed and go on.
    Skip,
    /// An operator has to change something: stop and say so.
    Stop,
}

impl DbError {
    /// What the caller should do.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::Unreachable { .. }
            | Self::TooManyConnections(_)
            | Self::DiskFull(_)
            | Self::Serialization { .. }
            | Self::Timeout { .. }
            | Self::ConnectionLost { .. }
            | Self::WriterEnded => Remedy::Retry,
            Self::NotAttached { .. } => Remedy::RollBack,
            Self::BlobValue { .. } => Remedy::Skip,
            _ => Remedy::Stop,
        }
    }
}

/// Gives a failing statement its name.
pub(crate) trait Named<T> {
    /// The value, or the error of the statement called `query`.
    fn named(self, query: &'static str) -> Result<T, DbError>;
}

impl<T> Named<T> for Result<T, sqlx::Error> {
    fn named(self, query: &'static str) -> Result<T, DbError> {
        self.map_err(|error| from_statement(query, error))
    }
}

/// SQLSTATEs, <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn from_statement(query: &'static str, error: sqlx::Error) -> DbError {
    let Some(database) = error.as_database_error() else {
        return match error {
            sqlx::Error::PoolTimedOut => DbError::Timeout { query, source: error.into() },
            sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                DbError::ConnectionLost { query, source: error.into() }
            }
            other => DbError::Query { query, source: other.into() },
        };
    };
    let code = database.code().unwrap_or_default().into_owned();
    let reason = database.message().to_owned();
    let constraint = rule(database);
    let source: Cause = error.into();
    match code.as_str() {
        "40001" | "40P01" | "55P03" => DbError::Serialization { query, source },
        "42501" => DbError::NoRights { reason, source },
        "42P01" | "42703" | "3F000" => DbError::NotMigrated(source),
        "53100" => DbError::DiskFull(source),
        "53300" => DbError::TooManyConnections(source),
        "25006" => DbError::ReadOnly(source),
        "57014" => DbError::Timeout { query, source },
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => DbError::ConnectionLost { query, source },
        "23505" => DbError::Duplicate { query, constraint, source },
        _ if code.starts_with("08") => DbError::ConnectionLost { query, source },
        _ if code.starts_with("23") => DbError::Constraint { query, constraint, source },
        _ => DbError::Query { query, source },
    }
}

/// The constraint that was broken. A column without a value has no constraint of its own name, and a
/// domain's check says the domain in its constraint.
fn rule(database: &dyn sqlx::error::DatabaseError) -> String {
    if let Some(constraint) = database.constraint() {
        return constraint.to_owned();
    }
    let postgres = database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
    match postgres.map(|error| (error.table(), error.column())) {
        Some((Some(table), Some(column))) => format!("{table}.{column}"),
        _ => "of the schema".to_owned(),
    }
}

/// The error of opening a connection to `target`.
pub(crate) fn from_connect(target: String, error: sqlx::Error) -> DbError {
    let Some(database) = error.as_database_error() else {
        return match error {
            sqlx::Error::Configuration(source) => DbError::Url(source),
            sqlx::Error::Tls(source) => DbError::Tls { target, source },
            other => DbError::Unreachable { target, source: other.into() },
        };
    };
    let code = database.code().unwrap_or_default().into_owned();
    let reason = database.message().to_owned();
    match code.as_str() {
        // Invalid authorization and unknown database.
        "28000" | "28P01" | "3D000" | "42501" => DbError::Refused { target, reason, source: error.into() },
        "53300" => DbError::TooManyConnections(error.into()),
        // Starting up, shutting down: somebody is there, only not yet or not any more.
        "57P03" | "57P01" => DbError::Unreachable { target, source: error.into() },
        _ => from_statement("connecting", error),
    }
}
