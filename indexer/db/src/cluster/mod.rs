//! A private Postgres.
