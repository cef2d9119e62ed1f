//! A migrated database of one's own in each test, on a real Postgres.
//!
//! The server is the one at `$USUFRUCT_TEST_DATABASE_URL` (whose user may create databases), else a
//! cluster that all test processes share; see `cluster/shared.rs`. A database is copied from a migrated
//! template, which takes some tens of milliseconds, and dropped with its [`TestDb`].
//!
//! Everything here panics when it fails: it runs in tests only.

mod server;
mod statements;

use std::{str::FromStr as _, time::Duration};

use serde_json::Value;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _,
    postgres::{PgConnectOptions, PgConnection},
};

pub use self::statements::StatementCount;
use crate::{Db, DbConfig};

/// A database that lives as long as this value.
pub struct TestDb {
    db: Db,
    url: String,
    name: String,
    admin: PgConnectOptions,
}

impl std::fmt::Debug for TestDb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestDb").field("name", &self.name).finish_non_exhaustive()
    }
}

impl TestDb {
    /// A new database with the current schema.
    pub async fn create() -> Self {
        Self::copy(Some(server::template().await)).await
    }

    /// A new database without a schema.
    pub async fn create_empty() -> Self {
        Self::copy(None).await
    }

    async fn copy(template: Option<String>) -> Self {
        let admin = server::admin().await;
        let name = server::unique_name("usufruct_test");
        let template = template.unwrap_or_else(|| "template1".to_owned());
        let mut connection = admin.connect().await.expect("the test server answers");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::query(AssertSqlSafe(create)).execute(&mut connection).await.expect("a database can be created");
        connection.close().await.expect("the connection closes");
        let url = admin.clone().database(&name).to_url_lossy().to_string();
        let mut config = DbConfig::new(&url);
        config.max_connections = 8;
        config.connect_timeout = Duration::from_secs(30);
        let db = Db::connect(&config).await.expect("the new database answers");
        Self { db, url, name, admin }
    }

    /// The database.
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs statements as they are.
    pub async fn execute(&self, statements: &str) {
        Self::execute_at(self.url.clone(), statements).await;
    }

    /// Runs statements as they are in the database at `url`; for a task of its own.
    pub async fn execute_at(url: String, statements: &str) {
        let mut connection = options(&url).connect().await.expect("the test database answers");
        let done = sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await;
        done.unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// The rows of a query, each as a JSON object.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let mut connection = self.connect().await;
        let wrapped = format!("SELECT to_jsonb(t) FROM ({query}) t");
        let rows = sqlx::query_scalar(AssertSqlSafe(wrapped)).fetch_all(&mut connection).await;
        rows.unwrap_or_else(|error| panic!("{query}: {error}"))
    }

    /// Every row of every table in `public`, as text in a fixed order: two equal dumps are equal states.
    pub async fn dump(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        let mut connection = self.connect().await;
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("the catalogue can be read");
        let mut dump = std::collections::BTreeMap::new();
        for name in names {
            let query = format!("SELECT t::text FROM {name} t ORDER BY t::text COLLATE \"C\"");
            let rows = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await;
            dump.insert(name, rows.expect("a table can be read"));
        }
        dump
    }

    async fn connect(&self) -> PgConnection {
        self.admin.clone().database(&self.name).connect().await.expect("the test database answers")
    }
}

/// Drops the database, ending whatever is connected to it. A thread of its own, because a test's runtime
/// may be ending.
impl Drop for TestDb {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be made").block_on(async {
                let mut connection = admin.connect().await?;
                let statement = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
                sqlx::query(statement).execute(&mut connection).await?;
                connection.close().await
            })
        });
        // A database that stays behind is dropped when the cluster starts the next time.
        let _dropped = dropping.join();
    }
}

/// Options for the database at `url`.
fn options(url: &str) -> PgConnectOptions {
    let options = PgConnectOptions::from_str(url).expect("the URL of the test server can be read");
    options.application_name("usufruct-test")
}
