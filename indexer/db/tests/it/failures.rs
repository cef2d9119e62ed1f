//! What can be wrong with a database, and what is said about it.

use std::time::Duration;

use usufruct_db::{Db, DbConfig, DbError, Remedy, latest_migration, test_support::TestDb};

use crate::generator::{CHAIN, Chain, GATE};

async fn connect(url: &str) -> Result<Db, DbError> {
    let mut config = DbConfig::new(url);
    config.connect_timeout = Duration::from_secs(5);
    Db::connect(&config).await
}

/// What is said, with everything below it: no test may find a password in it.
fn said(error: &DbError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn a_text_that_is_no_url_is_refused() {
    for url in ["", "localhost", "postgres:/", "mysql://h/d", "postgres://h?sslmode=perhaps", "postgres://h:port/d"] {
        let error = connect(url).await.expect_err("no database is there");
        assert!(matches!(error, DbError::Url(_)), "{url}: {error:?}");
        assert!(error.to_string().contains("postgres://user[:password]@host[:port]/database"));
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let free = listener.local_addr().expect("an address").port();
    drop(listener);
    let error = connect(&format!("postgres://me:hunter2@127.0.0.1:{free}/x")).await.expect_err("nobody listens");
    assert!(
        matches!(&error, DbError::Unreachable { target, .. } if *target == format!("127.0.0.1:{free}")),
        "{error:?}"
    );
    assert!(!said(&error).contains("hunter2"));
    let error = connect("postgres://me@localhost/x?host=/nonexistent").await.expect_err("no socket");
    assert!(matches!(&error, DbError::Unreachable { target, .. } if target == "/nonexistent"), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Retry);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let mute = listener.local_addr().expect("an address").port();
    let mut config = DbConfig::new(format!("postgres://me@127.0.0.1:{mute}/x"));
    config.connect_timeout = Duration::from_millis(200);
    let error = Db::connect(&config).await.expect_err("it never answers");
    assert!(matches!(error, DbError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn an_encrypted_connection_that_cannot_be_had_is_said() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let listening = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("somebody connects");
        stream.readable().await.expect("open");
        // "N": no TLS here.
        stream.try_write(b"N").expect("written");
        stream
    });
    let url = format!("postgres://me:hunter2@127.0.0.1:{port}/x?sslmode=require");
    let error = connect(&url).await.expect_err("no TLS");
    assert!(matches!(&error, DbError::Tls { .. }), "{error:?}");
    assert!(!said(&error).contains("hunter2"));
    listening.abort();
}

#[tokio::test]
async fn a_wrong_database_or_user_is_said() {
    let test = TestDb::create_empty().await;
    let unknown = test.url().replace("/usufruct_test", "/no_such");
    let error = connect(&unknown).await.expect_err("no such database");
    assert!(matches!(&error, DbError::Refused { reason, .. } if reason.contains("does not exist")), "{error:?}");
    let stranger = test.url().replacen("//usufruct@", "//nobody_known@", 1);
    if stranger != test.url() {
        let error = connect(&stranger).await.expect_err("no such user");
        assert!(matches!(&error, DbError::Refused { .. }), "{error:?}");
        assert_eq!(error.remedy(), Remedy::Stop);
    }
}

/// A role that may connect and nothing else.
async fn as_guest(test: &TestDb) -> Db {
    test.execute(
        "DO $$ BEGIN
            CREATE ROLE usufruct_test_guest LOGIN PASSWORD 'guest';
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    )
    .await;
    let (scheme, rest) = test.url().split_once("://").expect("a URL");
    let host = rest.split_once('@').map_or(rest, |(_, host)| host);
    connect(&format!("{scheme}://usufruct_test_guest:guest@{host}")).await.expect("it may connect")
}

#[tokio::test]
async fn a_user_without_rights_is_told_so_and_nothing_changes() {
    let empty = TestDb::create_empty().await;
    let error = as_guest(&empty).await.migrate().await.expect_err("it may not create tables");
    assert!(matches!(error, DbError::NoRights { .. }), "{error:?}");
    assert_eq!(error.remedy(), Remedy::Stop);
    assert!(empty.dump().await.is_empty());
    empty.execute("REVOKE USAGE ON SCHEMA public FROM PUBLIC").await;
    let error = as_guest(&empty).await.migrate().await.expect_err("it may not enter the schema");
    assert!(matches!(error, DbError::NoRights { .. }), "{error:?}");

    let test = TestDb::create().await;
    let guest = as_guest(&test).await;
    let error = guest.checkpoint(CHAIN).await.expect_err("it may not read");
    assert!(matches!(&error, DbError::NoRights { reason, .. } if reason.contains("checkpoints")), "{error:?}");
}

#[tokio::test]
async fn a_database_without_tables_says_to_migrate() {
    let test = TestDb::create_empty().await;
    let error = test.db().checkpoint(CHAIN).await.expect_err("no tables");
    assert!(matches!(error, DbError::NotMigrated(_)), "{error:?}");
}

#[tokio::test]
async fn a_schema_of_another_program_is_left_alone() {
    let newer = TestDb::create().await;
    let future = latest_migration() + 1;
    newer
        .execute(&format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES ({future}, 'of tomorrow', true, '\\x00', 1)"
        ))
        .await;
    let error = newer.db().migrate().await.expect_err("it is newer");
    assert!(matches!(error, DbError::NewerSchema { found } if found == future), "{error:?}");
    assert!(error.to_string().contains("use a newer usufruct"));

    let other = TestDb::create().await;
    other.execute("UPDATE _sqlx_migrations SET checksum = '\\x00'").await;
    let error = other.db().migrate().await.expect_err("it is another");
    assert!(matches!(error, DbError::OtherSchema { .. }), "{error:?}");
}

#[tokio::test]
async fn a_migration_that_fails_changes_nothing_and_is_named() {
    let test = TestDb::create_empty().await;
    test.execute("CREATE TABLE claims (in_the_way boolean)").await;
    let error = test.db().migrate().await.expect_err("a table is in the way");
    assert!(matches!(error, DbError::Migration { version: 20_261_122_100_000, .. }), "{error:?}");
    let tables: Vec<String> = test.dump().await.into_keys().collect();
    assert_eq!(tables, ["claims"]);
    test.execute("DROP TABLE claims").await;
    test.db().migrate().await.expect("nothing is in the way");
}

#[tokio::test]
async fn a_read_only_server_is_said() {
    let test = TestDb::create().await;
    let url = format!("{}&options=-c%20default_transaction_read_only%3Don", test.url());
    let replica = connect(&url).await.expect("it answers");
    let mut writer = replica.acquire_writer(CHAIN).await.expect("free");
    let error = writer.apply(&Chain::new(1).batch(1, 3), GATE).await.expect_err("read-only");
    assert!(matches!(error, DbError::ReadOnly(_)), "{error:?}");
}

#[tokio::test]
async fn a_slow_statement_is_ended() {
    let test = TestDb::create().await;
    let mut config = DbConfig::new(test.url());
    config.statement_timeout = Duration::from_millis(100);
    let db = Db::connect(&config).await.expect("it answers");
    let (locked, unlock) = (test.url().to_owned(), "BEGIN; LOCK TABLE blobs; SELECT pg_sleep(1); COMMIT");
    let holding = tokio::spawn(TestDb::execute_at(locked, unlock));
    let error = loop {
        match db.blob_counts().await {
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, DbError::Timeout { query: "blob_counts", .. }), "{error:?}");
    holding.await.expect("no panic");
}
