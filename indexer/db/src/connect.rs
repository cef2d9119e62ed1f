//! Opening a database.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgConnection, PgPoolOptions},
};

use crate::error::{DbError, Named as _, from_connect};

/// How to reach a database and how patient to be with it.
#[derive(Clone)]
pub struct DbConfig {
    /// `postgres://user[:password]@host[:port]/database`, or with `?host=/folder` a Unix socket.
    pub url: String,
    /// Most connections held at once. The writer and a digest take one more each.
    pub max_connections: u32,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long a statement may take; ingestion, migrations and digests are exempt.
    pub statement_timeout: Duration,
}

impl DbConfig {
    /// The defaults for the database at `url`: 16 connections, 10 s to connect, 30 s a statement.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
        }
    }
}

/// The URL may hold a password, so it is never shown.
impl std::fmt::Debug for DbConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DbConfig")
            .field("max_connections", &self.max_connections)
            .field("connect_timeout", &self.connect_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .finish_non_exhaustive()
    }
}

/// A database: a pool of connections, cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) pool: PgPool,
    /// For connections outside the pool: writers, migrations and digests, which no statement timeout binds.
    patient: PgConnectOptions,
    connect_timeout: Duration,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").field("target", &target(&self.patient)).finish_non_exhaustive()
    }
}

impl Db {
    /// Connects, and proves it with one connection.
    ///
    /// # Errors
    /// [`DbError::Url`], [`DbError::Unreachable`], [`DbError::Refused`], [`DbError::TooManyConnections`].
    pub async fn connect(config: &DbConfig) -> Result<Self, DbError> {
        let options = parse(&config.url)?;
        // One time zone for every session: no text form of a time depends on the server's. Keep-alives let
        // the server notice a dead host within a minute, so that its writer lock goes to the next one.
        let patient = options.application_name("usufruct").options([
            ("timezone", "UTC"),
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ]);
        let limit_ms = config.statement_timeout.as_millis().to_string();
        let pool = PgPoolOptions::new()
            .max_connections(config.max_connections.max(1))
            .acquire_timeout(config.connect_timeout)
            .connect_lazy_with(patient.clone().options([("statement_timeout", limit_ms.as_str())]));
        let db = Self { pool, patient, connect_timeout: config.connect_timeout };
        // The pool would try again until its time is up and then say only that it is; one connection of our
        // own says at once what is wrong.
        drop(db.open().await?);
        Ok(db)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        sqlx::query("SELECT 1").execute(&self.pool).await.named("ping").map(drop)
    }

    /// Closes the pool and waits until its connections are gone.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A connection outside the pool and without a statement timeout.
    pub(crate) async fn open(&self) -> Result<PgConnection, DbError> {
        let target = target(&self.patient);
        match tokio::time::timeout(self.connect_timeout, self.patient.connect()).await {
            Ok(connected) => connected.map_err(|error| from_connect(target, error)),
            Err(elapsed) => Err(DbError::Unreachable { target, source: elapsed.into() }),
        }
    }
}

/// sqlx reads any scheme; a `mysql://` or a mistyped path would then fail later and less clearly.
fn parse(url: &str) -> Result<PgConnectOptions, DbError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(DbError::Url("it does not start with postgres://".into()));
    }
    PgConnectOptions::from_str(url).map_err(|error| DbError::Url(error.into()))
}

/// Where the server is, without user and password.
fn target(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}
