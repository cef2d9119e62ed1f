//! The schema: embedded migrations, applied in order and checked against what was applied before.

use sqlx::{
    Connection as _,
    migrate::{MigrateError, Migrator},
};

use crate::{
    Db,
    error::{DbError, Named as _},
};

/// The files in `migrations/`, with their checksums.
static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

impl Db {
    /// Brings the schema up to date; does nothing where it is. Several callers wait for each other.
    ///
    /// # Errors
    /// [`DbError::NewerSchema`], [`DbError::OtherSchema`], [`DbError::NoRights`], [`DbError::ReadOnly`],
    /// [`DbError::Migration`]. A migration that fails changes nothing.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let mut connection = self.open().await?;
        let result = MIGRATIONS.run(&mut connection).await.map_err(from_migration);
        // The connection holds sqlx's migration lock until it ends; ending it is all the clean-up there is.
        let _closing = connection.close().await;
        result
    }

    /// Takes back every migration after `version` (0: all of them). For tests and for going back to an
    /// older program; facts come back from the chain, sessions do not.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub async fn migrate_down_to(&self, version: i64) -> Result<(), DbError> {
        let mut connection = self.open().await?;
        let result = MIGRATIONS.undo(&mut connection, version).await.map_err(from_migration);
        let _closing = connection.close().await;
        result
    }
}

/// The number of the last migration that this program knows.
pub fn latest_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// A name for the schema as this program has it: another migration, another name.
#[cfg(feature = "test-support")]
pub(crate) fn schema_fingerprint() -> String {
    let mut hasher = blake3::Hasher::new();
    for migration in MIGRATIONS.iter() {
        hasher.update(&migration.checksum);
    }
    hasher.finalize().to_hex()[..16].to_owned()
}

fn from_migration(error: MigrateError) -> DbError {
    match error {
        MigrateError::VersionMissing(found) => DbError::NewerSchema { found },
        MigrateError::VersionMismatch(version) => DbError::OtherSchema { version },
        MigrateError::Execute(source) => match unnamed(source) {
            // "No schema has been selected to create in": the user may not enter the schema.
            DbError::NotMigrated(source) => DbError::NoRights { reason: source.to_string(), source },
            other => other,
        },
        MigrateError::ExecuteMigration(source, version) => match unnamed(source) {
            DbError::Query { source, .. }
            | DbError::Duplicate { source, .. }
            | DbError::Constraint { source, .. }
            | DbError::NotMigrated(source) => DbError::Migration { version, source },
            other => other,
        },
        other => DbError::Query { query: "migrations", source: other.into() },
    }
}

fn unnamed(error: sqlx::Error) -> DbError {
    Err::<(), _>(error).named("migrations").expect_err("it is an error")
}
