//! The server that tests run on, found or started once a process.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::sync::Mutex;

use super::options;
use crate::{
    Db, DbConfig,
    cluster::shared::{self, SharedCluster},
    migrate::schema_fingerprint,
};

/// Held while templates are made, on servers that other processes may use too.
const TEMPLATE_LOCK: i64 = 0x7573_7566_7465_7374;

struct Server {
    admin: PgConnectOptions,
    template: String,
    /// Keeps the shared cluster running until this process ends.
    _using: Option<std::fs::File>,
}

/// Options for the server's administrative database.
pub(super) async fn admin() -> PgConnectOptions {
    server().await.admin.clone()
}

/// A database with the current schema that nobody is connected to.
pub(super) async fn template() -> String {
    server().await.template.clone()
}

/// A name that no other test has.
pub(super) fn unique_name(prefix: &str) -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}_{}_{count}_{since:x}", std::process::id())
}

async fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::const_new(());
    let _one_at_a_time = STARTING.lock().await;
    if let Some(server) = SERVER.get() {
        return server;
    }
    let server = open().await;
    SERVER.get_or_init(|| server)
}

async fn open() -> Server {
    if let Ok(url) = std::env::var("USUFRUCT_TEST_DATABASE_URL") {
        let admin = options(&url);
        let template = make_template(&admin).await;
        return Server { admin, template, _using: None };
    }
    let joined = shared::join().await;
    let SharedCluster { admin_url, is_fresh, preparing, using } = joined
        .unwrap_or_else(|error| panic!("no Postgres for tests: {error}: {:?}", std::error::Error::source(&error)));
    let admin = options(&admin_url);
    if is_fresh {
        drop_leftovers(&admin).await;
    }
    let template = make_template(&admin).await;
    drop(preparing);
    Server { admin, template, _using: Some(using) }
}

/// Databases of tests that were killed, and templates of other schemas.
async fn drop_leftovers(admin: &PgConnectOptions) {
    let mut connection = admin.connect().await.expect("the test server answers");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT datname::text FROM pg_database WHERE datname LIKE 'usufruct\\_te%'")
            .fetch_all(&mut connection)
            .await
            .expect("databases can be listed");
    for name in names {
        let statement = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        sqlx::query(statement).execute(&mut connection).await.expect("a left-over database can be dropped");
    }
}

/// Makes the template where it is missing: migrated under another name first, so that it is whole or not there.
async fn make_template(admin: &PgConnectOptions) -> String {
    let template = format!("usufruct_template_{}", schema_fingerprint());
    let mut connection = admin.connect().await.expect("the test server answers");
    let run = async |connection: &mut PgConnection, statement: String| {
        let done = sqlx::query(AssertSqlSafe(statement.clone())).execute(connection).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    };
    run(&mut connection, format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&template)
        .fetch_one(&mut connection)
        .await
        .expect("databases can be listed");
    if !exists {
        let unfinished = unique_name("usufruct_test_template");
        run(&mut connection, format!("CREATE DATABASE {unfinished} TEMPLATE template0 ENCODING 'UTF8'")).await;
        let url = admin.clone().database(&unfinished).to_url_lossy().to_string();
        let db = Db::connect(&DbConfig::new(url)).await.expect("the template answers");
        db.migrate().await.expect("the migrations run");
        db.close().await;
        run(&mut connection, format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await;
    }
    connection.close().await.expect("the connection closes");
    template
}
