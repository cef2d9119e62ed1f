//! The database crate against a real Postgres.

mod schema;
